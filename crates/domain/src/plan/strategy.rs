//! Strategies as data, and the limits that bound every one of them.

use crate::duration::Millis;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How targets are divided into waves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Strategy {
    /// One wave.
    AllAtOnce,
    /// Waves of one size.
    Rolling {
        /// How many targets a wave has.
        batch: Share,
        /// Watched this long after each wave.
        bake: Millis,
    },
}

/// A number of targets: `2`, or a share of all: `25%`, rounded up and at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Share {
    /// So many.
    Count(u32),
    /// So many of a hundred.
    Percent(u8),
}

/// The text is not a [`Share`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of targets: write for instance 2 or 25%")]
pub struct ShareError(String);

/// What bounds every wave of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Never more targets than this are down because of us.
    pub max_unavailable: u32,
    /// More failed targets than this, and `on_failure` happens.
    pub failures_max: u32,
    /// A target passes when it was healthy without a break for this long.
    pub minimum_healthy: Millis,
    /// A target that does not lie ready this long after it was told to prepare has failed.
    pub prepare_deadline: Millis,
    /// A target that has neither passed nor failed this long after its activation has failed.
    pub progress_deadline: Millis,
    /// What too many failures lead to.
    pub on_failure: OnFailure,
}

/// What too many failures lead to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// Return every changed target to its previous revision.
    #[default]
    RollBack,
    /// Stop and call for a person.
    Hold,
}

impl Share {
    /// How many of `total`, at least 1.
    pub fn of(self, total: u32) -> u32 {
        match self {
            Self::Count(count) => count.clamp(1, total.max(1)),
            Self::Percent(percent) => {
                let exact = (u64::from(total) * u64::from(percent)).div_ceil(100);
                u32::try_from(exact).unwrap_or(total).max(1)
            }
        }
    }
}

impl Default for Limits {
    /// What holds unless a person says otherwise.
    fn default() -> Self {
        Self {
            max_unavailable: 1,
            failures_max: 0,
            minimum_healthy: Millis::from_secs(3),
            prepare_deadline: Millis::from_secs(600),
            progress_deadline: Millis::from_secs(300),
            on_failure: OnFailure::RollBack,
        }
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let wrong = || ShareError(text.chars().take(20).collect());
        match text.strip_suffix('%') {
            Some(number) => number
                .parse()
                .ok()
                .filter(|percent| (1..=100).contains(percent))
                .map(Self::Percent)
                .ok_or_else(wrong),
            None => text
                .parse()
                .ok()
                .filter(|count| *count >= 1)
                .map(Self::Count)
                .ok_or_else(wrong),
        }
    }
}

impl TryFrom<String> for Share {
    type Error = ShareError;
    fn try_from(text: String) -> Result<Self, ShareError> {
        text.parse()
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllAtOnce => f.write_str("all at once"),
            Self::Rolling { batch, bake } if bake.0 == 0 => write!(f, "rolling by {batch}"),
            Self::Rolling { batch, bake } => write!(f, "rolling by {batch}, baking {bake}"),
        }
    }
}
