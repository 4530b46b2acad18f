//! What can happen to a notice.

use crate::{id::ObservationId, name::Name};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What can happen to a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum NoticeEvent {
    /// The supplier sent another edition of it.
    Updated,
    /// One of us saw it.
    Acknowledged {
        /// Who.
        by: Name,
    },
    /// Its time is over, and nothing was observed.
    Lapsed,
    /// It happened.
    Happened {
        /// How that is known.
        witness: Witness,
    },
    /// Nothing is left to do about it.
    Closed {
        /// Who said so.
        by: Name,
        /// What came of it.
        note: String,
    },
    /// The supplier took it back.
    Cancelled,
    /// One of us took it away.
    Withdrawn {
        /// Who.
        by: Name,
        /// Why.
        reason: String,
    },
}

/// How it is known that something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// It was observed.
    Observation(ObservationId),
    /// One of us said so.
    Person(Name),
}

impl NoticeEvent {
    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Lapsed => "lapsed",
            Self::Happened { .. } => "happened",
            Self::Closed { .. } => "closed",
            Self::Cancelled => "cancelled",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Observation(id) => write!(f, "as observation {id} shows"),
            Self::Person(name) => write!(f, "as {name} says"),
        }
    }
}
