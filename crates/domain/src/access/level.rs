//! Responsibility levels 2 to 6 of the deployment and release-management skills (SFIA 9).

use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a person answers for what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 2: sees everything, runs what others released.
    Assist,
    /// 3: deploys, watches and rolls back, by the procedure.
    Apply,
    /// 4: plans deployments and releases.
    Enable,
    /// 5: sets strategies and controls.
    Ensure,
    /// 6: sets policy, administers people.
    Initiate,
}

impl Level {
    /// All of them, the lowest first.
    pub const ALL: [Self; 5] = [
        Self::Assist,
        Self::Apply,
        Self::Enable,
        Self::Ensure,
        Self::Initiate,
    ];

    /// The number in the skill framework.
    pub const fn number(self) -> u8 {
        match self {
            Self::Assist => 2,
            Self::Apply => 3,
            Self::Enable => 4,
            Self::Ensure => 5,
            Self::Initiate => 6,
        }
    }

    /// The level with this number.
    pub fn from_number(number: i64) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|level| i64::from(level.number()) == number)
    }

    /// The word in the skill framework.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Assist => "assist",
            Self::Apply => "apply",
            Self::Enable => "enable",
            Self::Ensure => "ensure",
            Self::Initiate => "initiate",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number(), self.word())
    }
}
