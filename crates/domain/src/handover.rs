//! Handovers: a release given into other hands, to Marketing for general availability or to Operations.
//!
//! A [`HandoverTemplate`], or what comes with the program, says what is handed over: [`Item`]s, each with whoever gives and takes it
//! and what it [`Wants`]. A [`Handover`] is that for one release, with a [`Sheet`]: what those who take over have to know.
//! [`Handover::apply`] is the only place where its [`Status`] changes. An offer and its acceptance are [`Bound`] to exactly what was
//! offered: [`Handover::standing`] says whether that is still so, [`Handover::due`] who has to do what about it. [`availability`] says when a release is generally available, which
//! is not when it is live.

mod availability;
mod bound;
mod decide;
mod due;
mod event;
mod item;
mod kind;
mod record;
mod sheet;
mod standing;
mod status;
mod template;
mod text;
mod transition;
mod wants;

pub use availability::{Availability, Known, availability};
pub use bound::{Bound, Seen};
pub use decide::{HandoverError, Taker};
pub use due::{Due, Stale};
pub use event::{HandoverEvent, ItemDeed};
pub use item::{Item, ItemState, ItemStatus};
pub use kind::{HandoverKind, KindError};
pub use record::Handover;
pub use sheet::{
    Announcement, Asset, Contact, Knowledge, KnownError, Lesson, Monitor, Sheet, SheetError,
};
pub use standing::Standing;
pub use status::{Acceptance, Offer, RejectedItem, Rejection, Status};
pub use template::{HandoverTemplate, TakenBy, TemplateError, TemplateItem};
pub use transition::Illegal;
pub use wants::{Fact, Wants, WantsError};

#[cfg(test)]
mod tests;
