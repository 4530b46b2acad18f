//! Whom a release concerns: people and teams, suppliers of what it needs, and stakeholders without an account.

use super::{Party, PartyError};
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A [`Party`], a supplier, written `supplier:NAME`, or a stakeholder, written `stakeholder:NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Concerned {
    /// Somebody who works here.
    Party(Party),
    /// A supplier of components that products need.
    Supplier(Name),
    /// Somebody concerned who has no account.
    Stakeholder(Name),
}

/// The text is nobody who can be concerned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names nobody: write a person's name, team:NAME, supplier:NAME or stakeholder:NAME")]
pub struct ConcernedError(String);

impl Concerned {
    /// The person or the team, if it is one.
    pub const fn party(&self) -> Option<&Party> {
        match self {
            Self::Party(party) => Some(party),
            Self::Supplier(_) | Self::Stakeholder(_) => None,
        }
    }
}

impl FromStr for Concerned {
    type Err = ConcernedError;

    fn from_str(text: &str) -> Result<Self, ConcernedError> {
        let wrong = || ConcernedError(text.chars().take(80).collect());
        let named = |name: &str| name.trim().parse().map_err(|_| wrong());
        match text.split_once(':') {
            Some(("supplier", name)) => named(name).map(Self::Supplier),
            Some(("stakeholder", name)) => named(name).map(Self::Stakeholder),
            Some(_) | None => {
                let party = text.parse().map(Self::Party);
                party.map_err(|_: PartyError| wrong())
            }
        }
    }
}

impl fmt::Display for Concerned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Party(party) => party.fmt(f),
            Self::Supplier(name) => write!(f, "supplier:{name}"),
            Self::Stakeholder(name) => write!(f, "stakeholder:{name}"),
        }
    }
}

impl TryFrom<String> for Concerned {
    type Error = ConcernedError;
    fn try_from(text: String) -> Result<Self, ConcernedError> {
        text.parse()
    }
}

impl From<Concerned> for String {
    fn from(concerned: Concerned) -> Self {
        concerned.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_concerned_reads_as_it_is_written() {
        for text in ["ben", "team:shop", "supplier:acme", "stakeholder:press"] {
            assert_eq!(text.parse::<Concerned>().unwrap().to_string(), text);
        }
        for bad in ["", "supplier:", "stakeholder:A B", "robot:r2"] {
            let why = bad.parse::<Concerned>().unwrap_err().to_string();
            assert!(why.starts_with(&format!("`{bad}` names nobody")), "{why}");
        }
    }
}
