//! How far a message is.

use super::{Sanction, Tally};
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a message is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Status {
    /// It is being written.
    Draft {
        /// What whoever read it wants changed.
        note: Option<String>,
    },
    /// Others are asked to read it.
    InReview {
        /// Since when.
        at: Timestamp,
        /// What took an earlier sanction away.
        voided: Option<Voided>,
    },
    /// It may go out, and waits for its time.
    Sanctioned {
        /// By whose word.
        sanction: Sanction,
    },
    /// Its time has come.
    Due {
        /// By whose word.
        sanction: Sanction,
        /// Since when.
        at: Timestamp,
    },
    /// It goes out.
    Sending {
        /// By whose word.
        sanction: Sanction,
        /// Since when.
        at: Timestamp,
    },
    /// Everybody got it.
    Sent {
        /// By whose word.
        sanction: Sanction,
        /// When the last of them did.
        at: Timestamp,
        /// How many.
        tally: Tally,
    },
    /// Some got it and some did not.
    PartlyFailed {
        /// By whose word.
        sanction: Sanction,
        /// When that was clear.
        at: Timestamp,
        /// How many.
        tally: Tally,
    },
    /// Nobody got it.
    Failed {
        /// By whose word.
        sanction: Sanction,
        /// When that was clear.
        at: Timestamp,
        /// How many.
        tally: Tally,
    },
    /// A person stopped it.
    Cancelled {
        /// Who.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// What took a sanction away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voided {
    /// Whose sanction it was.
    pub by: Name,
    /// What is not as it was, in words.
    pub changes: Vec<String>,
}

impl Status {
    /// Whether nothing happens to it any more by itself.
    pub const fn is_terminal(&self) -> bool {
        match self {
            Self::Draft { .. }
            | Self::InReview { .. }
            | Self::Sanctioned { .. }
            | Self::Due { .. }
            | Self::Sending { .. } => false,
            Self::Sent { .. }
            | Self::PartlyFailed { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => true,
        }
    }

    /// By whose word it goes out, if it was given and holds.
    pub const fn sanction(&self) -> Option<&Sanction> {
        match self {
            Self::Sanctioned { sanction }
            | Self::Due { sanction, .. }
            | Self::Sending { sanction, .. }
            | Self::Sent { sanction, .. }
            | Self::PartlyFailed { sanction, .. }
            | Self::Failed { sanction, .. } => Some(sanction),
            Self::Draft { .. } | Self::InReview { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::InReview { .. } => "in review",
            Self::Sanctioned { .. } => "sanctioned",
            Self::Due { .. } => "due",
            Self::Sending { .. } => "sending",
            Self::Sent { .. } => "sent",
            Self::PartlyFailed { .. } => "partly failed",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// What happened to it, in words.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft { note: None } => f.write_str("a draft"),
            Self::Draft { note: Some(note) } => write!(f, "a draft, sent back: {note}"),
            Self::InReview { at, voided } => {
                write!(f, "in review since {at}")?;
                voided
                    .as_ref()
                    .map_or(Ok(()), |voided| write!(f, "; {voided}"))
            }
            Self::Sanctioned { sanction } => write!(f, "sanctioned by {}", sanction.by),
            Self::Due { sanction, at } => {
                write!(f, "due since {at}, sanctioned by {}", sanction.by)
            }
            Self::Sending { sanction, at } => {
                write!(f, "going out since {at}, sanctioned by {}", sanction.by)
            }
            Self::Sent { at, tally, .. } => write!(f, "sent at {at}: {tally}"),
            Self::PartlyFailed { at, tally, .. } => {
                write!(f, "sent at {at}, and not to everybody: {tally}")
            }
            Self::Failed { at, tally, .. } => write!(f, "failed at {at}: {tally}"),
            Self::Cancelled { by, at, reason } => {
                write!(f, "cancelled by {by} at {at}: {reason}")
            }
        }
    }
}

impl fmt::Display for Voided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.changes.join(", ");
        write!(
            f,
            "what {} sanctioned is not what it is now: {changes}",
            self.by
        )
    }
}
