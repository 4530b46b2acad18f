//! How bad a vulnerability is, by score and in words.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The qualitative severity rating scale of CVSS v3.1 §5, used for vectors of every version.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nobody said. It sorts below all others; who gates by severity must decide what it means.
    #[default]
    Unknown,
    /// A score of 0.0.
    None,
    /// 0.1 to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9.
    High,
    /// 9.0 to 10.0.
    Critical,
}

/// A CVSS score in tenths, from 0.0 to 10.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u8);

impl Score {
    /// The score of so many tenths; at most 10.0.
    pub const fn from_tenths(tenths: u8) -> Self {
        if tenths > 100 {
            Self(100)
        } else {
            Self(tenths)
        }
    }

    /// The score in tenths.
    pub const fn tenths(self) -> u8 {
        self.0
    }

    /// The smallest score that is not below `value`, by `Roundup` of CVSS v3.1 appendix A: differences in the sixth
    /// decimal are artifacts of floating point.
    pub(super) fn rounded_up(value: f64) -> Self {
        let hundred_thousandths = (value * 100_000.0).round();
        let tenths = (0..100).find(|tenths| f64::from(*tenths) * 10_000.0 >= hundred_thousandths);
        Self(tenths.unwrap_or(100))
    }

    /// The score nearest to `value`, which has one decimal already.
    pub(super) fn nearest(value: f64) -> Self {
        Self::rounded_up(value - 0.05)
    }

    /// In words.
    pub const fn severity(self) -> Severity {
        match self.0 {
            0 => Severity::None,
            1..40 => Severity::Low,
            40..70 => Severity::Medium,
            70..90 => Severity::High,
            _ => Severity::Critical,
        }
    }
}

impl Severity {
    /// By the words of several databases.
    pub(super) fn from_word(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" | "minor" | "negligible" | "unimportant" => Self::Low,
            "none" => Self::None,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unknown => "unknown",
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}
