//! What moves a review on.

use crate::{digest::Digest, name::Name};

/// What moves a review on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewEvent {
    /// All notes are shown to all.
    Revealed,
    /// Everybody may share out votes.
    VotingOpened,
    /// Votes are counted, if there were any, and what matters most comes first.
    Discussed,
    /// It is over.
    Closed {
        /// Who closes it.
        by: Name,
        /// The hash of the report that was in front of them.
        report: Digest,
    },
    /// It is taken up again.
    Reopened {
        /// Who does.
        by: Name,
        /// Why.
        reason: String,
    },
}

impl ReviewEvent {
    /// The stable word for programs and the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Revealed => "revealed",
            Self::VotingOpened => "opened_for_votes",
            Self::Discussed => "discussed",
            Self::Closed { .. } => "closed",
            Self::Reopened { .. } => "reopened",
        }
    }
}
