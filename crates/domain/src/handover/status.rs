//! How far a handover is.

use super::Bound;
use crate::{digest::Digest, id::PersonId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a handover is, as people left it. Whether an offer or an acceptance is still about what is there says
/// [`standing`](super::Handover::standing).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Status {
    /// Its items are being seen to.
    Open,
    /// Those who take it were asked to accept it.
    Offered {
        /// What was offered.
        offer: Offer,
    },
    /// They have it.
    Accepted {
        /// What was offered.
        offer: Offer,
        /// Their word.
        acceptance: Acceptance,
    },
    /// They did not take it as it was.
    Rejected {
        /// Their word.
        rejection: Rejection,
    },
    /// It was called off.
    Withdrawn {
        /// By whom.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// That somebody asked those who take it to accept exactly this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Exactly what.
    pub bound: Bound,
    /// Who.
    pub by: Name,
    /// The human being behind that account.
    pub human: PersonId,
    /// When.
    pub at: Timestamp,
    /// In their words.
    pub note: String,
}

/// Somebody's word that they have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The hash of what was offered.
    pub hash: Digest,
    /// Who.
    pub by: Name,
    /// The human being behind that account.
    pub human: PersonId,
    /// When.
    pub at: Timestamp,
    /// In their words.
    pub note: String,
}

/// Somebody's word that they do not take it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// Who.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Because of which items.
    pub items: Vec<RejectedItem>,
}

/// An item that was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectedItem {
    /// Which.
    pub name: Name,
    /// Why.
    pub reason: String,
}

impl Status {
    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Offered { .. } => "offered",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// What was offered, while that waits or is accepted.
    pub const fn offer(&self) -> Option<&Offer> {
        match self {
            Self::Offered { offer } | Self::Accepted { offer, .. } => Some(offer),
            Self::Open | Self::Rejected { .. } | Self::Withdrawn { .. } => None,
        }
    }

    /// Whether anything is still to be done about it.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Open | Self::Offered { .. } | Self::Rejected { .. } => true,
            Self::Accepted { .. } | Self::Withdrawn { .. } => false,
        }
    }
}
