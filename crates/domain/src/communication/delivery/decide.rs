//! What is next for a delivery: the decisions on what an attempt came to, and on when there is one.

use super::{Delivery, DeliveryEvent, DeliveryState, Outcome, Patience, Retry};
use crate::communication::{Opens, message::Status};
use jiff::Timestamp;

/// The longest reply that is kept, in characters: the other side may send what it likes.
const REPLY_MAX: usize = 300;

/// What is next for a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is tried, once that is recorded.
    Attempt,
    /// It is cancelled.
    Cancel,
    /// Nothing before this moment: its turn, or the end of the quiet hours.
    Wait(Timestamp),
    /// Nothing by itself.
    Rest,
}

impl DeliveryState {
    /// What a delivery begins with.
    pub const fn queued(at: Timestamp) -> Self {
        Self::Queued {
            at,
            attempts: 0,
            since: None,
            last: None,
        }
    }
}

impl Delivery {
    /// What is next at `now`, where its message is in a status and the quiet hours of its audience say when it may go out.
    pub fn step(&self, message: &Status, opens: Opens, now: Timestamp) -> Step {
        let DeliveryState::Queued { at, .. } = self.state else {
            return Step::Rest;
        };
        match (message, opens) {
            (Status::Cancelled { .. }, _) => Step::Cancel,
            (Status::Sending { .. }, Opens::At(open)) if open > now => Step::Wait(open.max(at)),
            (Status::Sending { .. }, Opens::Now | Opens::At(_)) if at > now => Step::Wait(at),
            (Status::Sending { .. }, Opens::Now | Opens::At(_)) => Step::Attempt,
            (
                Status::Draft { .. }
                | Status::InReview { .. }
                | Status::Sanctioned { .. }
                | Status::Due { .. }
                | Status::Sent { .. }
                | Status::PartlyFailed { .. }
                | Status::Failed { .. },
                Opens::Now | Opens::At(_),
            ) => Step::Rest,
        }
    }

    /// What follows from what an attempt came to. `jitter` is any number, drawn elsewhere.
    pub fn answered(
        &self,
        outcome: &Outcome,
        patience: Patience,
        jitter: u64,
        now: Timestamp,
    ) -> DeliveryEvent {
        let kept = |reply: &str| reply.chars().take(REPLY_MAX).collect();
        match outcome {
            Outcome::Accepted { reply } => DeliveryEvent::Delivered { reply: kept(reply) },
            Outcome::Refused { blame, reply } => DeliveryEvent::Refused {
                blame: *blame,
                reply: kept(reply),
            },
            Outcome::Lost { reply } => DeliveryEvent::Lost { reply: kept(reply) },
            Outcome::Later { after, reply } => {
                let retry = patience.retry(self.attempts(now), *after, jitter, now);
                let reply = kept(reply);
                match retry {
                    Retry::At(until) => DeliveryEvent::Postponed { until, reply },
                    Retry::GiveUp => DeliveryEvent::GaveUp { reply },
                }
            }
        }
    }

    /// How often it was tried, and since when.
    fn attempts(&self, now: Timestamp) -> (u32, Timestamp) {
        match &self.state {
            DeliveryState::Attempting {
                attempts, since, ..
            } => (*attempts, *since),
            DeliveryState::Queued {
                attempts, since, ..
            } => (*attempts, since.unwrap_or(now)),
            DeliveryState::Delivered { .. }
            | DeliveryState::Refused { .. }
            | DeliveryState::GaveUp { .. }
            | DeliveryState::Unknown { .. }
            | DeliveryState::Settled { .. }
            | DeliveryState::Cancelled { .. } => (0, now),
        }
    }
}
