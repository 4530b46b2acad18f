//! What was found, and how bad that is.

use super::Aspect;
use crate::name::{Name, listed};
use serde::{Deserialize, Serialize};

/// How good something is, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Fit.
    Passed,
    /// Fit, and worth a look.
    Warned,
    /// It was not found out.
    Unknown,
    /// Not fit.
    Failed,
}

/// One thing that was found, of all targets of which it was found in the same words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What was looked at.
    pub aspect: Aspect,
    /// How good it is.
    pub verdict: Verdict,
    /// Of which targets; none of what is about the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Name>,
    /// A sentence about each of them.
    pub what: String,
    /// What helps; empty where nothing has to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

impl Verdict {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warning",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

impl Finding {
    /// The targets in a few words; empty for the place.
    pub fn whom(&self) -> String {
        listed(&self.targets)
    }
}
