//! What can happen to a handover.

use super::{Acceptance, Offer, Rejection, Sheet};
use crate::{communication::WebAddress, name::Name};

/// Something that happens to a handover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandoverEvent {
    /// Its sheet is written otherwise.
    Saved(Box<Sheet>),
    /// Somebody says something of an item.
    Item(Name, ItemDeed),
    /// Those who take it are asked to accept it.
    Offered(Box<Offer>),
    /// They have it.
    Accepted(Acceptance),
    /// They do not take it as it is.
    Rejected(Rejection),
    /// It is called off, and why.
    Withdrawn(String),
    /// It is taken up again.
    Reopened,
}

/// What somebody says of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemDeed {
    /// It is done: in their words, and where it is.
    Done(String, Option<WebAddress>),
    /// It does not apply to this release, and why.
    Skipped(String),
    /// It is to be done again.
    Reopened,
}

impl HandoverEvent {
    /// The word for the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Saved(_) => "release.handover_saved",
            Self::Item(_, ItemDeed::Done(..)) => "release.handover_item_done",
            Self::Item(_, ItemDeed::Skipped(_)) => "release.handover_item_skipped",
            Self::Item(_, ItemDeed::Reopened) => "release.handover_item_reopened",
            Self::Offered(_) => "release.handover_offered",
            Self::Accepted(_) => "release.handover_accepted",
            Self::Rejected(_) => "release.handover_rejected",
            Self::Withdrawn(_) => "release.handover_withdrawn",
            Self::Reopened => "release.handover_reopened",
        }
    }
}
