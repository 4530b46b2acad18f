//! The one transition function: (message, event) → status. Every pair that is not listed is [`Illegal`].

use super::{Event, Message, Out, Sanction, Status, Tally};
use jiff::Timestamp;

/// An event that cannot happen to a message now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a message that is {state}")]
pub struct Illegal {
    /// The event's word.
    pub event: &'static str,
    /// The word of the status.
    pub state: &'static str,
}

impl Message {
    /// What becomes of it after something that happened at `at`.
    ///
    /// # Errors
    /// When that cannot happen in the status that it has.
    pub fn apply(&mut self, event: &Event, at: Timestamp) -> Result<(), Illegal> {
        self.status = self.next(event, at)?;
        if let Event::SendingBegan { filled } = event {
            let filled = (**filled).clone();
            self.out = Some(Out { at, filled });
        }
        if let Event::Edited { by, writing } = event {
            self.writing.clone_from(writing);
            if self.writers.iter().all(|it| it.human != by.human) {
                self.writers.push(by.clone());
            }
        }
        Ok(())
    }

    fn next(&self, event: &Event, at: Timestamp) -> Result<Status, Illegal> {
        use Status::{
            Cancelled, Draft, Due, Failed, InReview, PartlyFailed, Sanctioned, Sending, Sent,
        };
        let by_hand = self.writing.on.is_by_hand();
        match (&self.status, event) {
            (
                Draft { .. } | InReview { .. } | Sanctioned { .. } | Due { .. },
                Event::Edited { .. },
            ) => Ok(Draft { note: None }),
            (Draft { .. }, Event::Submitted { .. }) => Ok(InReview { at, voided: None }),
            (InReview { .. }, Event::SentBack { note, .. }) => Ok(Draft {
                note: Some(note.clone()),
            }),
            (InReview { .. }, Event::Sanctioned { sanction }) => Ok(Sanctioned {
                sanction: (**sanction).clone(),
            }),
            (Sanctioned { .. } | Due { .. }, Event::Voided { voided }) => Ok(InReview {
                at,
                voided: Some(voided.clone()),
            }),
            (Sanctioned { sanction }, Event::CameDue) if !by_hand => Ok(Due {
                sanction: sanction.clone(),
                at,
            }),
            (Sanctioned { sanction }, Event::Released { .. }) if by_hand => Ok(Due {
                sanction: sanction.clone(),
                at,
            }),
            (Due { sanction, .. }, Event::SendingBegan { .. })
            | (PartlyFailed { sanction, .. } | Failed { sanction, .. }, Event::Resumed { .. }) => {
                Ok(Sending {
                    sanction: sanction.clone(),
                    at,
                })
            }
            (Sending { sanction, .. }, Event::Settled { tally }) if tally.is_settled() => {
                let sanction = sanction.clone();
                Ok(settled(sanction, *tally, at))
            }
            (
                Draft { .. } | InReview { .. } | Sanctioned { .. } | Due { .. } | Sending { .. },
                Event::Cancelled { by, reason },
            ) => Ok(Cancelled {
                by: by.clone(),
                at,
                reason: reason.clone(),
            }),
            (
                Draft { .. }
                | InReview { .. }
                | Sanctioned { .. }
                | Due { .. }
                | Sending { .. }
                | Sent { .. }
                | PartlyFailed { .. }
                | Failed { .. }
                | Cancelled { .. },
                _,
            ) => Err(Illegal {
                event: event.word(),
                state: self.status.word(),
            }),
        }
    }
}

fn settled(sanction: Sanction, tally: Tally, at: Timestamp) -> Status {
    match (tally.delivered, tally.failed()) {
        (0, _) => Status::Failed {
            sanction,
            at,
            tally,
        },
        (_, 0) => Status::Sent {
            sanction,
            at,
            tally,
        },
        _ => Status::PartlyFailed {
            sanction,
            at,
            tally,
        },
    }
}
