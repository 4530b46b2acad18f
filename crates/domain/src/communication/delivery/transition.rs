//! The one transition function: (state, event) → state. Every pair that is not listed is [`IllegalDelivery`]: what was
//! delivered, refused or lost is never attempted, unless a person has what was lost sent again.

use super::{Delivery, DeliveryEvent, DeliveryState};
use jiff::Timestamp;

/// An event that cannot happen to a delivery now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a delivery that is {state}")]
pub struct IllegalDelivery {
    /// The event's word.
    pub event: &'static str,
    /// The word of the state.
    pub state: &'static str,
}

impl Delivery {
    /// The state after something that happened at `at`.
    ///
    /// # Errors
    /// When that cannot happen in the state that it is in.
    pub fn after(
        &self,
        event: &DeliveryEvent,
        at: Timestamp,
    ) -> Result<DeliveryState, IllegalDelivery> {
        use DeliveryState::{
            Attempting, Cancelled, Delivered, GaveUp, Queued, Refused, Settled, Unknown,
        };
        match (&self.state, event) {
            (
                Queued {
                    attempts, since, ..
                },
                DeliveryEvent::Attempted,
            ) => Ok(Attempting {
                at,
                attempts: attempts + 1,
                since: since.unwrap_or(at),
            }),
            (Queued { .. }, DeliveryEvent::Cancelled { reason }) => Ok(Cancelled {
                at,
                reason: reason.clone(),
            }),
            // The record was put back from a backup: it may have been tried since.
            (Queued { .. }, DeliveryEvent::Lost { reply }) => Ok(Unknown {
                at,
                reply: reply.clone(),
            }),
            (Attempting { .. }, event) => self.ended(event, at),
            (Unknown { .. } | GaveUp { .. }, DeliveryEvent::Resent { .. }) => {
                Ok(DeliveryState::queued(at))
            }
            (Unknown { .. }, DeliveryEvent::Settled { by, word, note }) => Ok(Settled {
                by: by.clone(),
                at,
                word: *word,
                note: note.clone(),
            }),
            (
                Queued { .. }
                | Delivered { .. }
                | Refused { .. }
                | GaveUp { .. }
                | Unknown { .. }
                | Settled { .. }
                | Cancelled { .. },
                _,
            ) => Err(self.illegal(event)),
        }
    }

    /// The state after what an attempt came to.
    fn ended(
        &self,
        event: &DeliveryEvent,
        at: Timestamp,
    ) -> Result<DeliveryState, IllegalDelivery> {
        let DeliveryState::Attempting {
            attempts, since, ..
        } = self.state
        else {
            return Err(self.illegal(event));
        };
        match event {
            DeliveryEvent::Delivered { reply } => Ok(DeliveryState::Delivered {
                at,
                attempts,
                reply: reply.clone(),
            }),
            DeliveryEvent::Refused { blame, reply } => Ok(DeliveryState::Refused {
                at,
                blame: *blame,
                reply: reply.clone(),
            }),
            DeliveryEvent::Postponed { until, reply } => Ok(DeliveryState::Queued {
                at: *until,
                attempts,
                since: Some(since),
                last: Some(reply.clone()),
            }),
            DeliveryEvent::GaveUp { reply } => Ok(DeliveryState::GaveUp {
                at,
                attempts,
                reply: reply.clone(),
            }),
            DeliveryEvent::Lost { reply } => Ok(DeliveryState::Unknown {
                at,
                reply: reply.clone(),
            }),
            DeliveryEvent::Attempted
            | DeliveryEvent::Resent { .. }
            | DeliveryEvent::Settled { .. }
            | DeliveryEvent::Cancelled { .. } => Err(self.illegal(event)),
        }
    }

    fn illegal(&self, event: &DeliveryEvent) -> IllegalDelivery {
        IllegalDelivery {
            event: event.word(),
            state: self.state.word(),
        }
    }
}
