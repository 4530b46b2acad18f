//! The one calendar of everything: what goes out when, who books what, what suppliers change, and which of these are in each
//! other's way.
//!
//! An [`Entry`] is one of them, in its [`Lane`]; an [`Agenda`] is all of a stretch of time, with the [`Hours`] of windows and
//! freezes. Start at [`Clashes::of`], which finds every [`Conflict`] and names its [`Rule`]. [`Difference`] is what moving
//! something would change. Nothing here decides whether a deployment may begin: that is [`crate::calendar`].

mod clashes;
mod conflict;
mod entry;
mod found;
mod hours;
mod lane;
mod openings;
mod order;
mod reliance;
mod rule;
mod subject;
mod sweep;
#[cfg(test)]
mod tests;
mod what_if;

pub use clashes::Clashes;
pub use conflict::{Common, Conflict, Remedy};
pub use entry::{Agenda, Entry, Progress};
pub use hours::Hours;
pub use lane::{Lane, LaneError};
pub use reliance::Reliance;
pub use rule::Rule;
pub use subject::{Carried, Subject};
pub use what_if::{Difference, LateTasks, late_tasks};
