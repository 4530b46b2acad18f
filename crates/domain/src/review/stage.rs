//! How far a review is: the only place where that changes.

use super::ReviewEvent;
use crate::{digest::Digest, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a review is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Stage {
    /// Everybody writes their notes, and sees nobody else's.
    Writing,
    /// All see all notes, and put together what belongs together.
    Grouping,
    /// Everybody shares out their votes, and sees nobody else's.
    Voting,
    /// What matters most comes first; actions are agreed on.
    Discussing,
    /// It is over, and its report is kept as it was.
    Closed {
        /// Who closed it.
        by: Name,
        /// When.
        at: Timestamp,
        /// The hash of the report (canonical JSON) that was in front of them.
        report: Digest,
    },
}

/// Something that cannot happen in this stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the review is {stage}: it cannot be {event} now; {hint}")]
pub struct StageIllegal {
    /// What was to happen.
    pub event: &'static str,
    /// The stage's word.
    pub stage: &'static str,
    /// What can be done.
    pub hint: &'static str,
}

impl Stage {
    /// The stage after `event`.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub fn after(&self, event: &ReviewEvent, at: Timestamp) -> Result<Self, StageIllegal> {
        match (self, event) {
            (Self::Writing, ReviewEvent::Revealed) => Ok(Self::Grouping),
            (Self::Grouping, ReviewEvent::VotingOpened) => Ok(Self::Voting),
            (Self::Voting, ReviewEvent::Discussed)
            // Who has little to say needs no votes.
            | (Self::Grouping, ReviewEvent::Discussed)
            | (Self::Closed { .. }, ReviewEvent::Reopened { .. }) => Ok(Self::Discussing),
            (Self::Discussing, ReviewEvent::Closed { by, report }) => Ok(Self::Closed {
                by: by.clone(),
                at,
                report: *report,
            }),
            (
                Self::Writing,
                ReviewEvent::VotingOpened
                | ReviewEvent::Discussed
                | ReviewEvent::Closed { .. }
                | ReviewEvent::Reopened { .. },
            )
            | (
                Self::Grouping,
                ReviewEvent::Revealed | ReviewEvent::Closed { .. } | ReviewEvent::Reopened { .. },
            )
            | (
                Self::Voting,
                ReviewEvent::Revealed
                | ReviewEvent::VotingOpened
                | ReviewEvent::Closed { .. }
                | ReviewEvent::Reopened { .. },
            )
            | (
                Self::Discussing,
                ReviewEvent::Revealed
                | ReviewEvent::VotingOpened
                | ReviewEvent::Discussed
                | ReviewEvent::Reopened { .. },
            )
            | (
                Self::Closed { .. },
                ReviewEvent::Revealed
                | ReviewEvent::VotingOpened
                | ReviewEvent::Discussed
                | ReviewEvent::Closed { .. },
            ) => Err(self.refuse(event)),
        }
    }

    fn refuse(&self, event: &ReviewEvent) -> StageIllegal {
        StageIllegal {
            event: event.word(),
            stage: self.word(),
            hint: self.hint(),
        }
    }

    /// What comes next, for people.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Writing => "reveal the notes once everybody has written theirs",
            Self::Grouping => "put together what belongs together, then open the vote or discuss",
            Self::Voting => "end the vote to discuss",
            Self::Discussing => "agree on actions, then close the review",
            Self::Closed { .. } => "reopen it, with a reason, to change it",
        }
    }

    /// The stable word for programs and the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Writing => "writing",
            Self::Grouping => "grouping",
            Self::Voting => "voting",
            Self::Discussing => "discussing",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether it is over.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }
}
