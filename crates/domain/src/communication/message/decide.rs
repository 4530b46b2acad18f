//! What is next for a message, and what an idle one waits for.

use super::{Bound, Event, Message, Sanction, Status, Tally, Unbound, Voided};
use crate::communication::{Awaited, Filled, Occasions, Placeholder, Schedule};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known at the moment of a decision.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What a sanction would be bound to now.
    pub bound: Result<&'a Bound, &'a Unbound>,
    /// What is known of what it waits for.
    pub occasions: &'a Occasions,
    /// What its deliveries came to so far.
    pub tally: Tally,
    /// Until when customers are told nothing of what it is about, if it goes to some.
    pub embargo: Option<Timestamp>,
}

/// What is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happens now, if anything does.
    pub event: Option<Event>,
    /// What it waits for otherwise; nothing when it is over.
    pub waiting_on: Option<WaitingOn>,
    /// When to ask again without being told.
    pub wake_at: Option<Timestamp>,
}

/// What an idle message waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "waiting_on")]
pub enum WaitingOn {
    /// Somebody who submits it for review.
    Writer,
    /// Somebody else who sanctions it.
    Sanction,
    /// Somebody who sends it.
    Person,
    /// A milestone, a deployment or a time of which nobody knows when it comes.
    Occasion {
        /// Which.
        on: Schedule,
    },
    /// A moment.
    Time {
        /// Which.
        at: Timestamp,
        /// As it is written.
        on: Schedule,
    },
    /// The end of an embargo: customers are told nothing before.
    Embargo {
        /// When that is.
        until: Timestamp,
    },
    /// What it leaves open and nobody knows yet.
    Open {
        /// Which.
        open: Vec<Placeholder>,
    },
    /// Deliveries.
    Deliveries {
        /// How many.
        pending: u64,
    },
    /// Somebody who says what became of deliveries of which nobody knows.
    Unknown {
        /// How many.
        unknown: u64,
    },
}

impl Decision {
    fn event(event: Event) -> Self {
        Self {
            event: Some(event),
            waiting_on: None,
            wake_at: None,
        }
    }

    fn wait(waiting_on: WaitingOn) -> Self {
        let wake_at = match &waiting_on {
            WaitingOn::Time { at, .. } | WaitingOn::Embargo { until: at } => Some(*at),
            WaitingOn::Writer
            | WaitingOn::Sanction
            | WaitingOn::Person
            | WaitingOn::Occasion { .. }
            | WaitingOn::Open { .. }
            | WaitingOn::Deliveries { .. }
            | WaitingOn::Unknown { .. } => None,
        };
        Self {
            event: None,
            waiting_on: Some(waiting_on),
            wake_at,
        }
    }
}

impl Message {
    /// What is next at `now`. It is asked again after every event, and when what it waits for may have changed.
    pub fn decide(&self, facts: Facts<'_>, now: Timestamp) -> Decision {
        match &self.status {
            Status::Draft { .. } => Decision::wait(WaitingOn::Writer),
            Status::InReview { .. } => Decision::wait(WaitingOn::Sanction),
            Status::Sanctioned { sanction } => match voided(sanction, facts.bound) {
                Some(voided) => Decision::event(Event::Voided { voided }),
                None => self.await_occasion(facts.occasions, now),
            },
            Status::Due { sanction, .. } => match voided(sanction, facts.bound) {
                Some(voided) => Decision::event(Event::Voided { voided }),
                None => match facts.embargo.filter(|until| *until > now) {
                    Some(until) => Decision::wait(WaitingOn::Embargo { until }),
                    None => self.begin(sanction, facts.occasions),
                },
            },
            Status::Sending { .. } => match facts.tally {
                tally if tally.is_settled() => Decision::event(Event::Settled { tally }),
                Tally {
                    pending: 0,
                    unknown,
                    ..
                } => Decision::wait(WaitingOn::Unknown { unknown }),
                Tally { pending, .. } => Decision::wait(WaitingOn::Deliveries { pending }),
            },
            Status::Sent { .. }
            | Status::PartlyFailed { .. }
            | Status::Failed { .. }
            | Status::Cancelled { .. } => Decision {
                event: None,
                waiting_on: None,
                wake_at: None,
            },
        }
    }

    fn await_occasion(&self, known: &Occasions, now: Timestamp) -> Decision {
        let on = self.writing.on.clone();
        if on.is_by_hand() {
            return Decision::wait(WaitingOn::Person);
        }
        match on.awaited(known, now) {
            Awaited::Came(_) => Decision::event(Event::CameDue),
            Awaited::Comes(at) => Decision::wait(WaitingOn::Time { at, on }),
            Awaited::Unknown => Decision::wait(WaitingOn::Occasion { on }),
        }
    }

    fn begin(&self, sanction: &Sanction, known: &Occasions) -> Decision {
        let filled = Box::new(Filled::of(&self.writing.on, known));
        let open = filled.missing(&sanction.bound.open);
        match open.is_empty() {
            true => Decision::event(Event::SendingBegan { filled }),
            false => Decision::wait(WaitingOn::Open { open }),
        }
    }
}

fn voided(sanction: &Sanction, bound: Result<&Bound, &Unbound>) -> Option<Voided> {
    let changes = match bound {
        Ok(bound) => sanction.bound.changes(bound),
        Err(why) => vec![why.to_string()],
    };
    (!changes.is_empty()).then(|| Voided {
        by: sanction.by.clone(),
        changes,
    })
}

/// In words.
impl fmt::Display for WaitingOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Writer => f.write_str("waits for somebody to submit it for review"),
            Self::Sanction => f.write_str("waits for somebody to sanction it who did not write it"),
            Self::Person => f.write_str("waits for somebody to send it"),
            Self::Occasion {
                on: on @ Schedule::At(_),
            } => write!(f, "waits for a target to count from ({on})"),
            Self::Occasion { on } => write!(f, "waits for {on}"),
            Self::Time { at, on } => write!(f, "waits until {at} ({on})"),
            Self::Embargo { until } => write!(
                f,
                "waits for the embargo to end at {until}: customers are told nothing before"
            ),
            Self::Open { open } => {
                let docs: Vec<&str> = open.iter().map(|it| it.doc()).collect();
                write!(f, "waits until it is known {}", docs.join(", and "))
            }
            Self::Deliveries { pending: 1 } => f.write_str("waits for 1 delivery"),
            Self::Deliveries { pending } => write!(f, "waits for {pending} deliveries"),
            Self::Unknown { unknown: 1 } => {
                f.write_str("waits for somebody to say whether 1 delivery arrived")
            }
            Self::Unknown { unknown } => {
                write!(
                    f,
                    "waits for somebody to say whether {unknown} deliveries arrived"
                )
            }
        }
    }
}
