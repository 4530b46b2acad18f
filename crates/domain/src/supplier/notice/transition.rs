//! The one transition function: (status, event) → status. Every pair that is not listed is [`NoticeIllegal`].

use super::{NoticeEvent, NoticeStatus};
use jiff::Timestamp;

/// An event that cannot happen to a notice now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a notice that is {state}")]
pub struct NoticeIllegal {
    /// The event's word.
    pub event: &'static str,
    /// The word of the status.
    pub state: &'static str,
}

impl NoticeStatus {
    /// The status after something that happened at `at`.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub fn after(&self, event: &NoticeEvent, at: Timestamp) -> Result<Self, NoticeIllegal> {
        use NoticeStatus::{
            Acknowledged, Announced, Cancelled, Closed, Happened, Overdue, Withdrawn,
        };
        match (self, event) {
            // Whoever saw another edition did not see this one; what was cancelled may be announced again (RFC 5546 §3.2.5), and
            // what happened in one place may be put off in another.
            (
                Announced { .. }
                | Acknowledged { .. }
                | Overdue { .. }
                | Happened { .. }
                | Cancelled { .. },
                NoticeEvent::Updated,
            ) => Ok(Announced { since: at }),
            (Announced { .. } | Overdue { .. }, NoticeEvent::Acknowledged { by }) => {
                Ok(Acknowledged { by: by.clone(), at })
            }
            (Announced { .. } | Acknowledged { .. }, NoticeEvent::Lapsed) => {
                Ok(Overdue { since: at })
            }
            (
                Announced { .. } | Acknowledged { .. } | Overdue { .. },
                NoticeEvent::Happened { witness },
            ) => Ok(Happened {
                witness: witness.clone(),
                at,
            }),
            (Overdue { .. } | Happened { .. }, NoticeEvent::Closed { by, note }) => Ok(Closed {
                by: by.clone(),
                at,
                note: note.clone(),
            }),
            (Announced { .. } | Acknowledged { .. } | Overdue { .. }, NoticeEvent::Cancelled) => {
                Ok(Cancelled { at })
            }
            (
                Announced { .. } | Acknowledged { .. } | Overdue { .. },
                NoticeEvent::Withdrawn { by, reason },
            ) => Ok(Withdrawn {
                by: by.clone(),
                at,
                reason: reason.clone(),
            }),
            (
                Announced { .. }
                | Acknowledged { .. }
                | Overdue { .. }
                | Happened { .. }
                | Closed { .. }
                | Cancelled { .. }
                | Withdrawn { .. },
                NoticeEvent::Updated
                | NoticeEvent::Acknowledged { .. }
                | NoticeEvent::Lapsed
                | NoticeEvent::Happened { .. }
                | NoticeEvent::Closed { .. }
                | NoticeEvent::Cancelled
                | NoticeEvent::Withdrawn { .. },
            ) => Err(NoticeIllegal {
                event: event.word(),
                state: self.word(),
            }),
        }
    }
}
