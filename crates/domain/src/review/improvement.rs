//! What an action of a review is to change: a control, a procedure, a template, or whatever else a file declares.

use crate::{catalog::Kind, id::GroupId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What makes a task an action of a review: where it came from, and what it is to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Improvement {
    /// The notes that it answers, if it answers some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// What comes up again and again, as the notes were called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Name>,
    /// What of the organisation's ways it is to change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Improves>,
}

/// Something declared, written `control:NAME` or `release-template:NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Improves {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub name: Name,
}

/// What became of something after an action said that it is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedSince {
    /// It was changed.
    Changed {
        /// The version that there is now.
        version: u64,
        /// Since when.
        at: Timestamp,
    },
    /// It is not declared any more.
    Removed,
}

impl ChangedSince {
    /// By what is declared now: the number and beginning of its newest version, if that is known; nothing of what is as it was when
    /// it was `agreed` on.
    pub fn of(
        agreed: Timestamp,
        is_declared: bool,
        newest: Option<(u64, Timestamp)>,
    ) -> Option<Self> {
        if !is_declared {
            return Some(Self::Removed);
        }
        let (version, at) = newest.filter(|(_, at)| *at > agreed)?;
        Some(Self::Changed { version, at })
    }
}

impl fmt::Display for ChangedSince {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { version, .. } => write!(f, "changed since, version {version}"),
            Self::Removed => f.write_str("removed since"),
        }
    }
}

/// The text names nothing that could be declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names nothing that an action could change: write control:NAME, strategy:NAME, release-template:NAME…"
)]
pub struct ImprovesError(String);

/// `ReleaseTemplate` as people type it: `release-template`.
fn word(kind: Kind) -> String {
    let mut word = String::new();
    for c in kind.as_str().chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

impl FromStr for Improves {
    type Err = ImprovesError;

    fn from_str(text: &str) -> Result<Self, ImprovesError> {
        let wrong = || ImprovesError(text.chars().take(80).collect());
        let (kind, name) = text.trim().split_once(':').ok_or_else(wrong)?;
        let kind = Kind::ALL.into_iter().find(|it| word(*it) == kind);
        Ok(Self {
            kind: kind.ok_or_else(wrong)?,
            name: name.parse().map_err(|_| wrong())?,
        })
    }
}

impl fmt::Display for Improves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", word(self.kind), self.name)
    }
}

impl TryFrom<String> for Improves {
    type Error = ImprovesError;
    fn try_from(text: String) -> Result<Self, ImprovesError> {
        text.parse()
    }
}

impl From<Improves> for String {
    fn from(improves: Improves) -> Self {
        improves.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_became_of_it_afterwards_is_told() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let told = |is_declared, newest| {
            let since = ChangedSince::of(at(10), is_declared, newest);
            since.map(|it| it.to_string())
        };
        assert_eq!(told(true, None), None, "nobody knows of a version");
        assert_eq!(told(true, Some((2, at(9)))), None);
        assert_eq!(told(true, Some((2, at(10)))), None);
        let changed = told(true, Some((3, at(11))));
        assert_eq!(changed.as_deref(), Some("changed since, version 3"));
        let removed = told(false, Some((3, at(9))));
        assert_eq!(removed.as_deref(), Some("removed since"));
    }

    #[test]
    fn what_is_changed_reads_as_it_is_written() {
        for text in ["control:sbom", "release-template:hotfix", "strategy:rings"] {
            assert_eq!(text.parse::<Improves>().unwrap().to_string(), text);
        }
        for kind in Kind::ALL {
            let text = format!("{}:it", word(kind));
            assert_eq!(text.parse::<Improves>().unwrap().kind, kind);
        }
        for bad in ["control", "control:", "Control:sbom", "robot:r2", ":x", ""] {
            assert!(bad.parse::<Improves>().is_err(), "{bad}");
        }
    }
}
