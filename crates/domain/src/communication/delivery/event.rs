//! What can happen to a delivery.

use super::Blame;
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What can happen to a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum DeliveryEvent {
    /// It is tried. This is recorded before it is.
    Attempted,
    /// The other side took it.
    Delivered {
        /// In its words.
        reply: String,
    },
    /// The other side will not have it.
    Refused {
        /// What it blames.
        blame: Blame,
        /// In its words.
        reply: String,
    },
    /// It is tried again later.
    Postponed {
        /// When.
        until: Timestamp,
        /// Why.
        reply: String,
    },
    /// It is not tried again.
    GaveUp {
        /// Why the last attempt came to nothing.
        reply: String,
    },
    /// Nobody knows whether it arrived.
    Lost {
        /// What happened.
        reply: String,
    },
    /// A person has it sent again.
    Resent {
        /// Who.
        by: Name,
    },
    /// A person says what became of it.
    Settled {
        /// Who.
        by: Name,
        /// Whether it arrived.
        word: Word,
        /// How they know.
        note: String,
    },
    /// It is not sent.
    Cancelled {
        /// Why, unless because the message was cancelled.
        reason: Option<String>,
    },
}

/// A person's word on what nobody knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It arrived.
    Arrived,
    /// It did not.
    Missing,
}

impl DeliveryEvent {
    /// The word for the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Attempted => "delivery.attempted",
            Self::Delivered { .. } => "delivery.delivered",
            Self::Refused { .. } => "delivery.refused",
            Self::Postponed { .. } => "delivery.postponed",
            Self::GaveUp { .. } => "delivery.gave-up",
            Self::Lost { .. } => "delivery.lost",
            Self::Resent { .. } => "delivery.resent",
            Self::Settled { .. } => "delivery.settled",
            Self::Cancelled { .. } => "delivery.cancelled",
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arrived => "arrived",
            Self::Missing => "did not arrive",
        })
    }
}
