//! The stages of a deployment's targets, with the data each carries.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far one target is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// Nothing was asked of it.
    Waiting,
    /// It was told to make the new revision lie ready.
    Preparing {
        /// When.
        since: Timestamp,
    },
    /// The new revision lies ready.
    Prepared,
    /// It was told to run the new revision.
    Activating {
        /// When.
        since: Timestamp,
    },
    /// It attests the new revision and was healthy long enough.
    Passed {
        /// When.
        at: Timestamp,
    },
    /// It did not.
    Failed {
        /// When.
        at: Timestamp,
        /// Why, one sentence.
        reason: String,
        /// Whether it had been told to run the new revision.
        activated: bool,
    },
    /// It was told to return to the previous revision.
    Restoring {
        /// When.
        since: Timestamp,
        /// Whether it had failed before: such targets go back first.
        failed: bool,
    },
    /// It is back.
    Restored {
        /// When.
        at: Timestamp,
    },
    /// It is not back, and will not be by waiting.
    Stuck {
        /// When.
        at: Timestamp,
        /// Why, one sentence.
        reason: String,
        /// Whether the previous revision itself fails there (and not merely the way to it).
        old_fails: bool,
    },
}

impl Stage {
    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Preparing { .. } => "preparing",
            Self::Prepared => "prepared",
            Self::Activating { .. } => "activating",
            Self::Passed { .. } => "passed",
            Self::Failed { .. } => "failed",
            Self::Restoring { .. } => "restoring",
            Self::Restored { .. } => "restored",
            Self::Stuck { .. } => "stuck",
        }
    }

    /// Since when it has been told what it is told, while it is under way.
    pub const fn under_way_since(&self) -> Option<Timestamp> {
        match self {
            Self::Preparing { since }
            | Self::Activating { since }
            | Self::Restoring { since, .. } => Some(*since),
            Self::Waiting
            | Self::Prepared
            | Self::Passed { .. }
            | Self::Failed { .. }
            | Self::Restored { .. }
            | Self::Stuck { .. } => None,
        }
    }

    /// When the new revision was last judged on it.
    pub const fn judged_at(&self) -> Option<Timestamp> {
        match self {
            Self::Passed { at } | Self::Failed { at, .. } => Some(*at),
            Self::Waiting
            | Self::Preparing { .. }
            | Self::Prepared
            | Self::Activating { .. }
            | Self::Restoring { .. }
            | Self::Restored { .. }
            | Self::Stuck { .. } => None,
        }
    }

    /// Why it is failed or stuck.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Failed { reason, .. } | Self::Stuck { reason, .. } => Some(reason),
            Self::Waiting
            | Self::Preparing { .. }
            | Self::Prepared
            | Self::Activating { .. }
            | Self::Passed { .. }
            | Self::Restoring { .. }
            | Self::Restored { .. } => None,
        }
    }

    /// Whether the target was told to run the new revision and was not told to go back.
    pub const fn is_changed(&self) -> bool {
        match self {
            Self::Activating { .. }
            | Self::Passed { .. }
            | Self::Failed {
                activated: true, ..
            } => true,
            Self::Waiting
            | Self::Preparing { .. }
            | Self::Prepared
            | Self::Failed {
                activated: false, ..
            }
            | Self::Restoring { .. }
            | Self::Restored { .. }
            | Self::Stuck { .. } => false,
        }
    }

    /// Whether the target may be down because of us.
    pub const fn is_disturbed(&self) -> bool {
        match self {
            Self::Activating { .. }
            | Self::Failed {
                activated: true, ..
            }
            | Self::Restoring { .. }
            | Self::Stuck { .. } => true,
            Self::Waiting
            | Self::Preparing { .. }
            | Self::Prepared
            | Self::Passed { .. }
            | Self::Failed {
                activated: false, ..
            }
            | Self::Restored { .. } => false,
        }
    }
}
