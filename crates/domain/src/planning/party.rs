//! Whom something falls to: a person or a team.

use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A person, written by name, or a team, written `team:NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Party {
    /// Somebody.
    Person(Name),
    /// Any of a team.
    Team(Name),
}

/// The text is not a [`Party`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names nobody: write a person's name, or team:NAME")]
pub struct PartyError(String);

impl FromStr for Party {
    type Err = PartyError;

    fn from_str(text: &str) -> Result<Self, PartyError> {
        let wrong = |_| PartyError(text.chars().take(80).collect());
        match text.split_once(':') {
            Some(("team", name)) => name.trim().parse().map(Self::Team).map_err(wrong),
            Some(("person", name)) => name.trim().parse().map(Self::Person).map_err(wrong),
            Some(_) | None => text.trim().parse().map(Self::Person).map_err(wrong),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(name) => name.fmt(f),
            Self::Team(name) => write!(f, "team:{name}"),
        }
    }
}

impl TryFrom<String> for Party {
    type Error = PartyError;
    fn try_from(text: String) -> Result<Self, PartyError> {
        text.parse()
    }
}

impl From<Party> for String {
    fn from(party: Party) -> Self {
        party.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_reads_as_it_is_written() {
        for (text, kept) in [
            ("ben", "ben"),
            ("person:ben", "ben"),
            ("team:shop", "team:shop"),
        ] {
            assert_eq!(text.parse::<Party>().unwrap().to_string(), kept);
        }
        for bad in ["", "team:", "robot:r2", "Ben", "team:a:b"] {
            assert!(bad.parse::<Party>().is_err(), "{bad}");
        }
    }
}
