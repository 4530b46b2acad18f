//! The stages of a deployment's targets, with the data each carries.

use crate::name::Name;
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
        /// Whoever wants it not to count among the failures any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ignored: Option<Word>,
    },
    /// A person took it out of the deployment's scope: nothing more is asked of it here.
    Excluded {
        /// When.
        at: Timestamp,
        /// Whose word it is.
        word: Word,
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

/// A person's word on a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// Whose.
    pub by: Name,
    /// Why.
    pub reason: String,
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
            Self::Excluded { .. } => "excluded",
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
            | Self::Excluded { .. }
            | Self::Restored { .. }
            | Self::Stuck { .. } => None,
        }
    }

    /// When the new revision was last judged on it.
    pub const fn judged_at(&self) -> Option<Timestamp> {
        match self {
            Self::Passed { at } | Self::Failed { at, .. } | Self::Excluded { at, .. } => Some(*at),
            Self::Waiting
            | Self::Preparing { .. }
            | Self::Prepared
            | Self::Activating { .. }
            | Self::Restoring { .. }
            | Self::Restored { .. }
            | Self::Stuck { .. } => None,
        }
    }

    /// Whether nothing more is to come before its wave is over: it passed, failed, or is out of scope.
    pub const fn is_judged(&self) -> bool {
        self.judged_at().is_some()
    }

    /// Who wants its failure ignored.
    pub const fn ignored(&self) -> Option<&Word> {
        match self {
            Self::Failed { ignored, .. } => ignored.as_ref(),
            Self::Waiting
            | Self::Preparing { .. }
            | Self::Prepared
            | Self::Activating { .. }
            | Self::Passed { .. }
            | Self::Excluded { .. }
            | Self::Restoring { .. }
            | Self::Restored { .. }
            | Self::Stuck { .. } => None,
        }
    }

    /// Whether it failed, and nobody wants that ignored.
    pub const fn counts_as_failed(&self) -> bool {
        matches!(self, Self::Failed { ignored: None, .. })
    }

    /// Why it is failed, stuck or out of scope.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Failed { reason, .. } | Self::Stuck { reason, .. } => Some(reason),
            Self::Excluded { word, .. } => Some(&word.reason),
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
            | Self::Excluded { .. }
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
            | Self::Excluded { .. }
            | Self::Restored { .. } => false,
        }
    }
}
