//! What became of a response, and what can happen to it.

use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What became of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ResponseStatus {
    /// It is to be done.
    Open,
    /// It is done.
    Done {
        /// By whom.
        by: Name,
        /// When.
        at: Timestamp,
        /// What came of it.
        note: String,
    },
    /// It is not to be done any more.
    Dropped {
        /// Who said so.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// What can happen to a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum ResponseEvent {
    /// It was done.
    Done {
        /// By whom.
        by: Name,
        /// What came of it.
        note: String,
    },
    /// It is not to be done any more.
    Dropped {
        /// Who said so.
        by: Name,
        /// Why.
        reason: String,
    },
    /// It is to be done after all, or again.
    Reopened {
        /// Who said so.
        by: Name,
    },
}

impl ResponseStatus {
    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done { .. } => "done",
            Self::Dropped { .. } => "dropped",
        }
    }
}

impl ResponseEvent {
    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Dropped { .. } => "dropped",
            Self::Reopened { .. } => "reopened",
        }
    }
}
