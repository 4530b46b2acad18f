//! To whom a release is handed over.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// To whom a release is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandoverKind {
    /// To Marketing, for general availability.
    GeneralAvailability,
    /// To Operations, for production.
    Operations,
}

/// The text is no kind of handover.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of handover: write general-availability or operations")]
pub struct KindError(String);

impl HandoverKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Operations, Self::GeneralAvailability];

    /// As addresses, files and commands have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GeneralAvailability => "general-availability",
            Self::Operations => "operations",
        }
    }

    /// As a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::GeneralAvailability => "Handover for general availability",
            Self::Operations => "Handover to operations",
        }
    }

    /// The team that takes it, where nobody says another and there is one of that name.
    pub const fn usual_taker(self) -> &'static str {
        match self {
            Self::GeneralAvailability => "marketing",
            Self::Operations => "operations",
        }
    }

    /// The kind of evidence that controls ask for, and that an accepted handover is.
    pub const fn evidence(self) -> &'static str {
        match self {
            Self::GeneralAvailability => "general-availability",
            Self::Operations => "handover",
        }
    }
}

impl FromStr for HandoverKind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let found = Self::ALL.into_iter().find(|it| it.word() == text.trim());
        found.ok_or_else(|| KindError(text.chars().take(80).collect()))
    }
}

impl fmt::Display for HandoverKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
