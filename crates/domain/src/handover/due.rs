//! What is to be done about a handover, and by whom.

use super::{Handover, Item, ItemStatus, Seen, Standing};
use crate::{
    name::{Name, listed},
    planning::Party,
};

/// Something that a handover waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due<'a> {
    /// An item is to be seen to.
    Item(&'a Item),
    /// It can be offered for the first time, or after a rejection.
    Offer,
    /// It was offered, and is to be accepted or rejected.
    Answer,
    /// It is stale: whoever gives it has to offer it again.
    OfferAgain(Stale),
    /// It is stale: whoever takes it has to accept it again, once that is offered.
    AcceptAgain(Stale),
}

/// Why a handover is stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Whether it was accepted.
    pub was_accepted: bool,
    /// What is not as it was, in words.
    pub changes: Vec<String>,
    /// The items that it is not offered without.
    pub lacks: Vec<Name>,
}

impl Handover {
    /// All that it waits for now. A stale one waits for both sides: one has to offer what the other has to accept.
    pub fn due<'a>(&'a self, seen: &Seen) -> Vec<Due<'a>> {
        let standing = self.standing(seen);
        let offer = standing.may_be_offered().then_some(Due::Offer);
        match standing {
            Standing::Open { .. } | Standing::Rejected { .. } => {
                self.open_items(seen).chain(offer).collect()
            }
            Standing::Offered => vec![Due::Answer],
            Standing::Stale {
                was_accepted,
                changes,
                lacks,
            } => {
                let stale = Stale {
                    was_accepted,
                    changes,
                    lacks,
                };
                let again = [Due::OfferAgain(stale.clone()), Due::AcceptAgain(stale)];
                self.open_items(seen).chain(again).collect()
            }
            Standing::Accepted | Standing::Withdrawn => Vec::new(),
        }
    }

    fn open_items<'a>(&'a self, seen: &Seen) -> impl Iterator<Item = Due<'a>> {
        let items = self.items.iter();
        let open = items.filter(|it| it.status((&self.sheet, seen)) == ItemStatus::Open);
        open.map(Due::Item)
    }
}

impl Due<'_> {
    /// Whom of the parties of its handover it falls to.
    pub const fn party<'a>(&'a self, of: &'a Handover) -> &'a Party {
        match self {
            Self::Item(item) => &item.gives,
            Self::Offer | Self::OfferAgain(_) => &of.gives,
            Self::Answer | Self::AcceptAgain(_) => &of.takes,
        }
    }

    /// What is to be done, in a sentence.
    pub fn title(&self, of: &Handover) -> String {
        let kind = of.kind.title();
        match self {
            Self::Item(item) => item.title.clone(),
            Self::Offer => format!("Offer it: {kind}"),
            Self::Answer => format!("Accept or reject it: {kind}"),
            Self::OfferAgain(stale) if stale.lacks.is_empty() => format!("Offer it again: {kind}"),
            Self::OfferAgain(stale) => {
                format!("Offer it again, with {}: {kind}", listed(&stale.lacks))
            }
            Self::AcceptAgain(_) => {
                format!("Accept it again, once {} offers it again: {kind}", of.gives)
            }
        }
    }

    /// Why it is stale, if it is.
    pub const fn stale(&self) -> Option<&Stale> {
        match self {
            Self::OfferAgain(stale) | Self::AcceptAgain(stale) => Some(stale),
            Self::Item(_) | Self::Offer | Self::Answer => None,
        }
    }
}

impl Stale {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        let was = if self.was_accepted {
            "accepted"
        } else {
            "offered"
        };
        format!("Changed since it was {was}: {}.", self.changes.join(", "))
    }
}
