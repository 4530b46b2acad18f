//! Under which heading people read of a change.

use super::{
    change::{Change, Standing},
    meaning::{Kind, NoticeKind},
};
use serde::{Deserialize, Serialize};

/// What the changes of a group have in common, in the order in which people read of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heading {
    /// They break something.
    Breaking,
    /// What operators are told by footers.
    Notice(NoticeKind),
    /// Their kind.
    Kind(Kind),
    /// They cancel out.
    CancelledOut,
    /// People took them out.
    TakenOut,
}

/// Changes under one heading, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// What they have in common.
    pub heading: Heading,
    /// The changes.
    pub changes: Vec<&'a Change>,
}

impl Heading {
    /// The heading under which a developer finds a change.
    pub fn of(change: &Change) -> Self {
        match change.standing {
            Standing::Undone { .. } | Standing::Undoes { .. } => Self::CancelledOut,
            Standing::TakenOut(_) => Self::TakenOut,
            Standing::Counts | Standing::Added(_) if change.meaning.breaking.is_some() => {
                Self::Breaking
            }
            Standing::Counts | Standing::Added(_) => Self::Kind(change.meaning.kind),
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Breaking => "Breaking changes",
            Self::Notice(NoticeKind::Migration) => "Migrations",
            Self::Notice(NoticeKind::Configuration) => "Configuration",
            Self::Notice(NoticeKind::Operations) | Self::Kind(Kind::Operations) => "Operations",
            Self::Kind(Kind::Feature) => "New",
            Self::Kind(Kind::Fix) => "Fixed",
            Self::Kind(Kind::Performance) => "Performance",
            Self::Kind(Kind::Revert) => "Taken back",
            Self::Kind(Kind::Documentation) => "Documentation",
            Self::Kind(Kind::Refactoring) => "Refactoring",
            Self::Kind(Kind::Test) => "Tests",
            Self::Kind(Kind::Build) => "Build",
            Self::Kind(Kind::Merge) => "Merges",
            Self::Kind(Kind::Other) => "Other",
            Self::CancelledOut => "Cancelled out",
            Self::TakenOut => "Taken out",
        }
    }
}
