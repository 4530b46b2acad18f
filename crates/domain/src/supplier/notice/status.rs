//! What became of a notice.

use super::Witness;
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What became of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum NoticeStatus {
    /// It is known, and nobody of us said that they saw it.
    Announced {
        /// Since when.
        since: Timestamp,
    },
    /// One of us saw it.
    Acknowledged {
        /// Who.
        by: Name,
        /// When.
        at: Timestamp,
    },
    /// It should have happened, and nobody saw that.
    Overdue {
        /// Since when.
        since: Timestamp,
    },
    /// It happened.
    Happened {
        /// How that is known.
        witness: Witness,
        /// When.
        at: Timestamp,
    },
    /// Nothing is left to do about it.
    Closed {
        /// Who said so.
        by: Name,
        /// When.
        at: Timestamp,
        /// What came of it.
        note: String,
    },
    /// The supplier took it back.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// One of us took it away, for it was no notice.
    Withdrawn {
        /// Who.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl NoticeStatus {
    /// Whether it may still happen.
    pub const fn is_awaited(&self) -> bool {
        match self {
            Self::Announced { .. } | Self::Acknowledged { .. } | Self::Overdue { .. } => true,
            Self::Happened { .. }
            | Self::Closed { .. }
            | Self::Cancelled { .. }
            | Self::Withdrawn { .. } => false,
        }
    }

    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Announced { .. } => "announced",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Overdue { .. } => "overdue",
            Self::Happened { .. } => "happened",
            Self::Closed { .. } => "closed",
            Self::Cancelled { .. } => "cancelled",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl fmt::Display for NoticeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Announced { since } => write!(f, "announced since {since}"),
            Self::Acknowledged { by, at } => write!(f, "acknowledged by {by} at {at}"),
            Self::Overdue { since } => {
                write!(
                    f,
                    "overdue since {since}: it was announced and not seen in time"
                )
            }
            Self::Happened { witness, at } => write!(f, "happened, {witness}, at {at}"),
            Self::Closed { by, at, note } => write!(f, "closed by {by} at {at}: {note}"),
            Self::Cancelled { at } => write!(f, "cancelled by the supplier at {at}"),
            Self::Withdrawn { by, at, reason } => {
                write!(f, "withdrawn by {by} at {at}: {reason}")
            }
        }
    }
}
