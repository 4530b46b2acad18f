//! What can happen to a message.

use super::{Sanction, Tally, Voided, Writer};
use crate::{
    communication::{Filled, Writing},
    name::Name,
};
use serde::{Deserialize, Serialize};

/// What can happen to a message. What is much larger than the rest is boxed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// Somebody wrote it otherwise; what was sanctioned before is so no longer.
    Edited {
        /// Who.
        by: Writer,
        /// What it says now.
        writing: Box<Writing>,
    },
    /// Somebody asks others to read it.
    Submitted {
        /// Who.
        by: Name,
    },
    /// Somebody read it and wants something changed.
    SentBack {
        /// Who.
        by: Name,
        /// What.
        note: String,
    },
    /// Somebody says that exactly this may go out.
    Sanctioned {
        /// Their word.
        sanction: Box<Sanction>,
    },
    /// What was sanctioned is not what it is now.
    Voided {
        /// What is not.
        voided: Voided,
    },
    /// What it waited for has come.
    CameDue,
    /// A person sends it, where it waits for one.
    Released {
        /// Who.
        by: Name,
    },
    /// Its deliveries are recorded, and begin.
    SendingBegan {
        /// What its open places stand for from now on.
        filled: Box<Filled>,
    },
    /// No delivery is left that anything happens to by itself.
    Settled {
        /// What they came to.
        tally: Tally,
    },
    /// A person wants to try deliveries again.
    Resumed {
        /// Who.
        by: Name,
    },
    /// A person stops it.
    Cancelled {
        /// Who.
        by: Name,
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The word for the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Edited { .. } => "message.edited",
            Self::Submitted { .. } => "message.submitted",
            Self::SentBack { .. } => "message.sent-back",
            Self::Sanctioned { .. } => "message.sanctioned",
            Self::Voided { .. } => "message.voided",
            Self::CameDue => "message.came-due",
            Self::Released { .. } => "message.released",
            Self::SendingBegan { .. } => "message.sending-began",
            Self::Settled { .. } => "message.settled",
            Self::Resumed { .. } => "message.resumed",
            Self::Cancelled { .. } => "message.cancelled",
        }
    }
}
