//! The statuses of a group run, what can happen to it, and the one transition function: (status, event) → status.

use crate::{deployment::NoReturn, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a group run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum GroupStatus {
    /// Every member prepares; nothing changes yet.
    Preparing {
        /// Since when.
        since: Timestamp,
    },
    /// Members change, in the order of their dependencies.
    Activating {
        /// Since when.
        since: Timestamp,
    },
    /// All have changed, and each may succeed.
    Finishing {
        /// Since when.
        since: Timestamp,
    },
    /// It would go back, and something cannot be undone: nothing new begins before people say how it goes on.
    Frozen {
        /// Why it would go back.
        cause: GroupCause,
        /// What cannot be undone.
        past: NoReturn,
        /// Since when.
        since: Timestamp,
    },
    /// Members go back, in reverse order.
    RollingBack {
        /// Why.
        cause: GroupCause,
        /// Since when.
        since: Timestamp,
    },
    /// Members are being cancelled.
    Cancelling {
        /// Who asked.
        by: Name,
        /// Since when.
        since: Timestamp,
    },
    /// Every member succeeded.
    Succeeded {
        /// When.
        at: Timestamp,
    },
    /// Every member is back.
    RolledBack {
        /// Why.
        cause: GroupCause,
        /// When.
        at: Timestamp,
    },
    /// Its members ended neither all here nor all there; a person is needed.
    Failed {
        /// Why.
        cause: GroupCause,
        /// When.
        at: Timestamp,
    },
    /// A person ended it; targets stay as they are.
    Cancelled {
        /// Who asked.
        by: Name,
        /// When.
        at: Timestamp,
    },
}

/// Why a group run goes back or ends badly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum GroupCause {
    /// A member left the way forward, or would.
    Member {
        /// Which: `shop in live`.
        member: String,
        /// Why, in words.
        reason: String,
    },
    /// A person asked.
    Person {
        /// Who.
        by: Name,
        /// Their words.
        reason: String,
    },
}

/// What can happen to a group run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum GroupEvent {
    /// All lie ready everywhere.
    Prepared,
    /// All have changed.
    Changed,
    /// It stands still, because something cannot be undone.
    Froze { cause: GroupCause, past: NoReturn },
    /// What it stood still for was dealt with.
    Thawed,
    /// Members are to go back.
    RollbackStarted { cause: GroupCause },
    /// A person wants it to end now.
    CancelRequested { by: Name },
    /// Every member succeeded.
    Succeeded,
    /// Every member is back.
    RolledBack,
    /// Its members ended neither all here nor all there.
    Failed { cause: GroupCause },
    /// It has ended for a person.
    Cancelled,
}

/// An event that cannot happen now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen while a group run is {state}")]
pub struct GroupIllegal {
    /// The event's word.
    pub event: &'static str,
    /// The status's word.
    pub state: &'static str,
}

impl GroupStatus {
    /// The status after `event`.
    pub(super) fn after(&self, event: &GroupEvent, now: Timestamp) -> Result<Self, GroupIllegal> {
        let (since, at) = (now, now);
        Ok(match (event, self) {
            (GroupEvent::Prepared, Self::Preparing { .. }) => Self::Activating { since },
            // Some may not have been ready when it froze.
            (GroupEvent::Thawed, Self::Frozen { .. }) => Self::Preparing { since },
            (GroupEvent::Changed, Self::Activating { .. }) => Self::Finishing { since },
            (
                GroupEvent::Froze { cause, past },
                Self::Preparing { .. } | Self::Activating { .. } | Self::RollingBack { .. },
            ) => Self::Frozen {
                cause: cause.clone(),
                past: past.clone(),
                since,
            },
            (
                GroupEvent::RollbackStarted { cause },
                Self::Preparing { .. } | Self::Activating { .. } | Self::Frozen { .. },
            ) => Self::RollingBack {
                cause: cause.clone(),
                since,
            },
            (
                GroupEvent::CancelRequested { by },
                Self::Preparing { .. }
                | Self::Activating { .. }
                | Self::Finishing { .. }
                | Self::Frozen { .. }
                | Self::RollingBack { .. },
            ) => Self::Cancelling {
                by: by.clone(),
                since,
            },
            (GroupEvent::Succeeded, Self::Finishing { .. }) => Self::Succeeded { at },
            (GroupEvent::RolledBack, Self::RollingBack { cause, .. }) => Self::RolledBack {
                cause: cause.clone(),
                at,
            },
            (
                GroupEvent::Failed { cause },
                Self::Finishing { .. } | Self::Frozen { .. } | Self::RollingBack { .. },
            ) => Self::Failed {
                cause: cause.clone(),
                at,
            },
            (GroupEvent::Cancelled, Self::Cancelling { by, .. }) => {
                Self::Cancelled { by: by.clone(), at }
            }
            _ => {
                return Err(GroupIllegal {
                    event: event.word(),
                    state: self.word(),
                });
            }
        })
    }

    /// What ends it for somebody at once, in this order; nothing, if it has ended.
    pub fn abandon(&self, by: &Name) -> Vec<GroupEvent> {
        if self.is_terminal() {
            return Vec::new();
        }
        let is_asked = matches!(self, Self::Cancelling { .. });
        let asked = (!is_asked).then(|| GroupEvent::CancelRequested { by: by.clone() });
        asked.into_iter().chain([GroupEvent::Cancelled]).collect()
    }

    /// Whether it has ended.
    pub const fn is_terminal(&self) -> bool {
        self.ended_at().is_some()
    }

    /// When it ended.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Succeeded { at }
            | Self::RolledBack { at, .. }
            | Self::Failed { at, .. }
            | Self::Cancelled { at, .. } => Some(*at),
            Self::Preparing { .. }
            | Self::Activating { .. }
            | Self::Finishing { .. }
            | Self::Frozen { .. }
            | Self::RollingBack { .. }
            | Self::Cancelling { .. } => None,
        }
    }

    /// Why it goes back, would, or ended badly.
    pub const fn cause(&self) -> Option<&GroupCause> {
        match self {
            Self::Frozen { cause, .. }
            | Self::RollingBack { cause, .. }
            | Self::RolledBack { cause, .. }
            | Self::Failed { cause, .. } => Some(cause),
            Self::Preparing { .. }
            | Self::Activating { .. }
            | Self::Finishing { .. }
            | Self::Cancelling { .. }
            | Self::Succeeded { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Preparing { .. } => "preparing",
            Self::Activating { .. } => "activating",
            Self::Finishing { .. } => "finishing",
            Self::Frozen { .. } => "frozen",
            Self::RollingBack { .. } => "rolling_back",
            Self::Cancelling { .. } => "cancelling",
            Self::Succeeded { .. } => "succeeded",
            Self::RolledBack { .. } => "rolled_back",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl GroupEvent {
    /// The stable word for the journal and for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Changed => "changed",
            Self::Froze { .. } => "froze",
            Self::Thawed => "thawed",
            Self::RollbackStarted { .. } => "rollback_started",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::Succeeded => "succeeded",
            Self::RolledBack => "rolled_back",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for GroupCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member { member, reason } => write!(f, "{member}: {reason}"),
            Self::Person { by, reason } if reason.is_empty() => write!(f, "{by} asked"),
            Self::Person { by, reason } => write!(f, "{by} asked: {reason}"),
        }
    }
}
