//! The one transition function: (status, event) → status. Every pair that is not listed is [`Illegal`].

use super::{Handover, HandoverEvent, ItemDeed, ItemState, Rejection, Seen, Status};
use crate::{digest::Digest, id::Edition, name::Name};
use jiff::Timestamp;

/// An event that cannot happen to a handover now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a handover that is {state}")]
pub struct Illegal {
    /// The event's word.
    pub event: &'static str,
    /// The word of the status.
    pub state: &'static str,
}

impl Handover {
    /// What becomes of it after something that `by` did at `at`: its next edition.
    ///
    /// # Errors
    /// When that cannot happen in the status that it has.
    pub fn apply(
        &self,
        event: &HandoverEvent,
        seen: &Seen,
        (by, at): (&Name, Timestamp),
    ) -> Result<Self, Illegal> {
        let mut next = self.clone();
        next.status = self.next(event, self.is_stale(seen), (by, at))?;
        match event {
            HandoverEvent::Saved(sheet) => next.sheet = (**sheet).clone(),
            HandoverEvent::Item(name, deed) => next.say(name, state(deed, (by, at))),
            HandoverEvent::Rejected(rejection) => next.put_back(rejection, seen),
            HandoverEvent::Offered(_)
            | HandoverEvent::Accepted(_)
            | HandoverEvent::Withdrawn(_)
            | HandoverEvent::Reopened => {}
        }
        next.edition = Edition(self.edition.0 + 1);
        (next.by, next.at) = (by.clone(), at);
        Ok(next)
    }

    fn next(
        &self,
        event: &HandoverEvent,
        is_stale: bool,
        (by, at): (&Name, Timestamp),
    ) -> Result<Status, Illegal> {
        use Status::{Accepted, Offered, Open, Rejected, Withdrawn};
        match (&self.status, event) {
            (
                status @ (Open | Offered { .. } | Accepted { .. } | Rejected { .. }),
                HandoverEvent::Saved(_) | HandoverEvent::Item(..),
            ) => Ok(status.clone()),
            (Open | Rejected { .. }, HandoverEvent::Offered(offer)) => {
                let offer = (**offer).clone();
                Ok(Offered { offer })
            }
            (Offered { .. } | Accepted { .. }, HandoverEvent::Offered(offer)) if is_stale => {
                let offer = (**offer).clone();
                Ok(Offered { offer })
            }
            (Offered { offer }, HandoverEvent::Accepted(acceptance)) if !is_stale => Ok(Accepted {
                offer: offer.clone(),
                acceptance: acceptance.clone(),
            }),
            (Offered { .. }, HandoverEvent::Rejected(rejection)) => Ok(Rejected {
                rejection: rejection.clone(),
            }),
            (
                Open | Offered { .. } | Accepted { .. } | Rejected { .. },
                HandoverEvent::Withdrawn(reason),
            ) => Ok(Withdrawn {
                by: by.clone(),
                at,
                reason: reason.clone(),
            }),
            (Withdrawn { .. }, HandoverEvent::Reopened) => Ok(Open),
            (Open | Offered { .. } | Accepted { .. } | Rejected { .. } | Withdrawn { .. }, _) => {
                Err(Illegal {
                    event: event.word(),
                    state: self.status.word(),
                })
            }
        }
    }

    fn say(&mut self, name: &Name, state: ItemState) {
        if let Some(item) = self.items.iter_mut().find(|it| it.name == *name) {
            item.state = state;
        }
    }

    /// What was rejected is open again, with the reason.
    fn put_back(&mut self, rejection: &Rejection, seen: &Seen) {
        for rejected in &rejection.items {
            let there: Option<Digest> = self
                .item(&rejected.name)
                .and_then(|it| it.seen((&self.sheet, seen)));
            let state = ItemState::Rejected {
                by: rejection.by.clone(),
                at: rejection.at,
                reason: rejected.reason.clone(),
                seen: there,
            };
            self.say(&rejected.name, state);
        }
    }
}

fn state(deed: &ItemDeed, (by, at): (&Name, Timestamp)) -> ItemState {
    let by = by.clone();
    match deed {
        ItemDeed::Done(note, link) => ItemState::Done {
            by,
            at,
            note: note.clone(),
            link: link.clone(),
        },
        ItemDeed::Skipped(reason) => ItemState::NotApplicable {
            by,
            at,
            reason: reason.clone(),
        },
        ItemDeed::Reopened => ItemState::Open,
    }
}
