//! What can happen to a train.

use crate::{group::GroupCause, id::GroupRunId, name::Name};
use serde::{Deserialize, Serialize};

/// What can happen to a train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum TrainEvent {
    /// Boarding is closed.
    Closed,
    /// What its members bring was changed after that; it begins again at its first departure.
    Amended,
    /// It left for an environment, carried by a group run.
    Left { environment: Name, run: GroupRunId },
    /// All members are where they went, and there is a further departure.
    Reached,
    /// All members are in the last environment.
    Arrived,
    /// All members are back.
    RolledBack { cause: GroupCause },
    /// Its members are neither here nor there.
    Failed { cause: GroupCause },
    /// It is to stand still.
    Held { reason: String, by: Option<Name> },
    /// It goes on.
    Resumed { by: Name },
    /// A person ended it.
    Cancelled { by: Name, reason: String },
}

/// An event that cannot happen now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a train that is {} cannot be {}", .state.replace('_', " "), .event.replace('_', " "))]
pub struct TrainIllegal {
    /// The event's word.
    pub event: &'static str,
    /// The status's word.
    pub state: &'static str,
}

impl TrainEvent {
    /// The stable word for programs and the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Amended => "amended",
            Self::Left { .. } => "left",
            Self::Reached => "reached",
            Self::Arrived => "arrived",
            Self::RolledBack { .. } => "rolled_back",
            Self::Failed { .. } => "failed",
            Self::Held { .. } => "held",
            Self::Resumed { .. } => "resumed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
