//! Objectives of a release, and whether it met them.

use crate::{name::Name, text::Paragraphs};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a release is to achieve, as its plan says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// Unique among the plan's objectives.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// By what it will be seen, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub measure: String,
}

/// Whether an objective was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It was.
    Met,
    /// Some of it.
    Partly,
    /// It was not.
    Missed,
}

/// What people found of an objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Which, as it was then.
    pub objective: Objective,
    /// Whether it was met.
    pub verdict: Verdict,
    /// What shows it.
    pub note: Paragraphs,
    /// Who said so.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// The text is no [`Verdict`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("say met, partly or missed")]
pub struct VerdictError;

impl FromStr for Verdict {
    type Err = VerdictError;

    fn from_str(text: &str) -> Result<Self, VerdictError> {
        match text {
            "met" => Ok(Self::Met),
            "partly" => Ok(Self::Partly),
            "missed" => Ok(Self::Missed),
            _ => Err(VerdictError),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::Partly => "partly",
            Self::Missed => "missed",
        })
    }
}

impl Objective {
    /// The title, or its name.
    pub fn title(&self) -> &str {
        match self.title.trim() {
            "" => self.name.as_str(),
            title => title,
        }
    }
}
