//! The statuses of a deployment and the stages of its targets, with the data each carries.

use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a deployment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Status {
    /// Recorded, not begun.
    Requested,
    /// Every target fetches, verifies and unpacks; nothing changes yet.
    Preparing {
        /// Since when.
        since: Timestamp,
        /// A stop, if there is one.
        hold: Option<Hold>,
    },
    /// Waves are being activated.
    Rolling {
        /// The present wave, counted from 0.
        wave: u32,
        /// Since when this wave.
        since: Timestamp,
        /// A stop, if there is one.
        hold: Option<Hold>,
    },
    /// Changed targets return to their previous revision.
    RollingBack {
        /// Why.
        cause: Cause,
        /// Since when.
        since: Timestamp,
    },
    /// Nothing new is begun; what is under way settles.
    Cancelling {
        /// Who asked.
        by: Name,
        /// Since when.
        since: Timestamp,
    },
    /// Every target attests the new revision.
    Succeeded {
        /// When.
        at: Timestamp,
    },
    /// Every changed target is back.
    RolledBack {
        /// Why.
        cause: Cause,
        /// When.
        at: Timestamp,
    },
    /// It ended short of both; a person is needed.
    Failed {
        /// Why.
        cause: Cause,
        /// When.
        at: Timestamp,
    },
    /// A person ended it; targets stay as they are.
    Cancelled {
        /// Who asked.
        by: Name,
        /// When.
        at: Timestamp,
        /// The targets that did not answer in time.
        unreached: Vec<Name>,
    },
}

/// Why a deployment goes back or ends badly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    /// More targets failed than allowed.
    Targets {
        /// Those that had failed at that moment, with their reasons.
        failed: Vec<(Name, String)>,
    },
    /// A person asked.
    Person {
        /// Who.
        by: Name,
        /// Their words.
        reason: String,
    },
    /// Going back failed too.
    Rollback {
        /// Why it went back.
        first: Box<Cause>,
        /// The targets that are not back, with their reasons.
        stuck: Vec<(Name, String)>,
    },
}

/// A stop with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub reason: String,
    /// Who; none when the engine itself stopped.
    pub by: Option<Name>,
    /// Since when.
    pub since: Timestamp,
}

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

impl Status {
    /// Whether it has ended.
    pub const fn is_terminal(&self) -> bool {
        match self {
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. } => false,
            Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => true,
        }
    }

    /// The stop, if there is one.
    pub const fn hold(&self) -> Option<&Hold> {
        match self {
            Self::Preparing { hold, .. } | Self::Rolling { hold, .. } => hold.as_ref(),
            Self::Requested
            | Self::RollingBack { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// The cause of a bad end or of going back.
    pub const fn cause(&self) -> Option<&Cause> {
        match self {
            Self::RollingBack { cause, .. }
            | Self::RolledBack { cause, .. }
            | Self::Failed { cause, .. } => Some(cause),
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// The targets that did not answer a cancellation in time.
    pub fn unreached(&self) -> &[Name] {
        match self {
            Self::Cancelled { unreached, .. } => unreached,
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. } => &[],
        }
    }

    /// When it ended.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Succeeded { at }
            | Self::RolledBack { at, .. }
            | Self::Failed { at, .. }
            | Self::Cancelled { at, .. } => Some(*at),
            Self::Requested
            | Self::Preparing { .. }
            | Self::Rolling { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. } => None,
        }
    }

    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Preparing { .. } => "preparing",
            Self::Rolling { .. } => "rolling",
            Self::RollingBack { .. } => "rolling_back",
            Self::Cancelling { .. } => "cancelling",
            Self::Succeeded { .. } => "succeeded",
            Self::RolledBack { .. } => "rolled_back",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
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

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Targets { failed } => sentences(f, failed),
            Self::Person { by, reason } if reason.is_empty() => write!(f, "{by} asked"),
            Self::Person { by, reason } => write!(f, "{by} asked: {reason}"),
            Self::Rollback { first, stuck } => {
                f.write_str("rolling back did not bring back ")?;
                sentences(f, stuck)?;
                write!(f, " (it went back because {first})")
            }
        }
    }
}

/// At most three targets with their reasons, then the number of the others.
fn sentences(f: &mut fmt::Formatter<'_>, targets: &[(Name, String)]) -> fmt::Result {
    for (i, (target, reason)) in targets.iter().take(3).enumerate() {
        let comma = if i == 0 { "" } else { "; " };
        write!(f, "{comma}{target}: {reason}")?;
    }
    if targets.len() > 3 {
        write!(f, "; and {} more", targets.len() - 3)?;
    }
    Ok(())
}
