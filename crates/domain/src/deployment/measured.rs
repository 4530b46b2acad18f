//! What the checks of a deployment were answered, and what came of it.

use super::Word;
use crate::{
    analysis::{Analysis, Verdict},
    name::Name,
    plan::{Check, Question},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One check after one wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRun {
    /// After which wave, counted from 0.
    pub wave: u32,
    /// Which check.
    pub check: Name,
    /// Since when; earlier measurements do not count.
    pub since: Timestamp,
    /// What came of it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<(Timestamp, Outcome)>,
    /// Whoever goes on all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Word>,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// Enough good measurements.
    Passed,
    /// Too many bad ones.
    Failed {
        /// The last of them.
        reason: String,
    },
    /// Too many that are neither.
    Inconclusive {
        /// The last of them.
        reason: String,
    },
    /// Its deadline came first. Never a pass.
    NoData {
        /// How far it was.
        reason: String,
    },
}

/// One answer to the question of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// Which check.
    pub check: Name,
    /// 1, 2, 3… within the check and the wave.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// What was answered.
    pub reading: Reading,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reading {
    /// A finite number.
    Value {
        /// It.
        value: f64,
    },
    /// The address answered as it should, or not.
    Answer {
        /// Whether.
        good: bool,
        /// In words.
        detail: String,
    },
    /// What the judge found.
    Judged {
        /// All of it.
        analysis: Box<Analysis>,
    },
    /// Nothing that can be used.
    NoData {
        /// Why.
        why: String,
    },
}

/// What a measurement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// All is well.
    Good,
    /// It is not.
    Bad,
    /// Neither.
    Neither,
    /// Nothing.
    None,
}

impl Reading {
    /// What it says to `check`.
    pub fn sign(&self, check: &Check) -> Sign {
        match (self, check.question()) {
            (Self::Value { value }, Some(Question::Metric(metric))) => {
                match (metric.passes.hold(*value), metric.fails) {
                    (true, _) => Sign::Good,
                    (false, None) => Sign::Bad,
                    (false, Some(fails)) if fails.hold(*value) => Sign::Bad,
                    (false, Some(_)) => Sign::Neither,
                }
            }
            (Self::Answer { good: true, .. }, _) => Sign::Good,
            (Self::Answer { good: false, .. }, _) => Sign::Bad,
            (Self::Judged { analysis }, _) => match analysis.verdict {
                Verdict::Pass => Sign::Good,
                Verdict::Marginal => Sign::Neither,
                Verdict::Fail => Sign::Bad,
                Verdict::NoData => Sign::None,
            },
            // A number that answers another question says nothing.
            (Self::Value { .. } | Self::NoData { .. }, _) => Sign::None,
        }
    }
}

impl Outcome {
    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed { .. } => "failed",
            Self::Inconclusive { .. } => "inconclusive",
            Self::NoData { .. } => "no_data",
        }
    }

    /// Why it did not pass.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed => None,
            Self::Failed { reason } | Self::Inconclusive { reason } | Self::NoData { reason } => {
                Some(reason)
            }
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { value } => write!(f, "{value}"),
            Self::Answer { detail, .. } => f.write_str(detail),
            Self::Judged { analysis } => f.write_str(&analysis.detail),
            Self::NoData { why } => write!(f, "no data: {why}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed { reason } => write!(f, "failed: {reason}"),
            Self::Inconclusive { reason } => write!(f, "is inconclusive: {reason}"),
            Self::NoData { reason } => write!(f, "has no data: {reason}"),
        }
    }
}
