//! The one transition function: (status, event) → status. Every pair that is not listed is [`ResponseIllegal`].

use super::{ResponseEvent, ResponseStatus};
use jiff::Timestamp;

/// An event that cannot happen to a response now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a response that is {state}")]
pub struct ResponseIllegal {
    /// The event's word.
    pub event: &'static str,
    /// The word of the status.
    pub state: &'static str,
}

impl ResponseStatus {
    /// The status after something that happened at `at`.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub fn after(&self, event: &ResponseEvent, at: Timestamp) -> Result<Self, ResponseIllegal> {
        match (self, event) {
            (Self::Open, ResponseEvent::Done { by, note }) => Ok(Self::Done {
                by: by.clone(),
                at,
                note: note.clone(),
            }),
            (Self::Open, ResponseEvent::Dropped { by, reason }) => Ok(Self::Dropped {
                by: by.clone(),
                at,
                reason: reason.clone(),
            }),
            (Self::Done { .. } | Self::Dropped { .. }, ResponseEvent::Reopened { .. }) => {
                Ok(Self::Open)
            }
            (Self::Open, ResponseEvent::Reopened { .. })
            | (
                Self::Done { .. } | Self::Dropped { .. },
                ResponseEvent::Done { .. } | ResponseEvent::Dropped { .. },
            ) => Err(ResponseIllegal {
                event: event.word(),
                state: self.word(),
            }),
        }
    }
}
