//! A message: what somebody is to be told about a release, train or product, from its first draft until it went out.
//!
//! [`Status`] says how far it is, [`Event`] what can happen to it, and [`Message::apply`] is the only place where it changes.
//! [`Sanction`] is another person's word that exactly this may go out; [`Message::decide`] says what is next, and what it waits
//! for.

mod decide;
mod event;
mod sanction;
mod status;
mod tally;
mod transition;

pub use decide::{Decision, Facts, WaitingOn};
pub use event::Event;
pub use sanction::{Bound, Declared, Sanction, SanctionError, Unbound};
pub use status::{Status, Voided};
pub use tally::Tally;
pub use transition::Illegal;

use super::{Begun, Filled, Writing};
use crate::{
    id::{MessageId, PersonId},
    name::Name,
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What somebody is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// What it is about.
    pub about: About,
    /// What it says, to whom and when.
    pub writing: Writing,
    /// The template that it began from.
    pub begun: Option<Begun>,
    /// Everybody who wrote any of it, in the order of their first words.
    pub writers: Vec<Writer>,
    /// When it was begun.
    pub at: Timestamp,
    /// How far it is.
    pub status: Status,
    /// Since when it goes out, and what its open places stand for since; none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out: Option<Out>,
}

/// That a message goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Out {
    /// Since when.
    pub at: Timestamp,
    /// What its open places stand for, however long it takes.
    pub filled: Filled,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A release of a product.
    Release(Name, Version),
    /// A train.
    Train(Name),
    /// A product.
    Product(Name),
}

/// Somebody who wrote some of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    /// Their account's name.
    pub name: Name,
    /// The human being behind it.
    pub human: PersonId,
}

impl About {
    /// The product, unless it is a train.
    pub const fn product(&self) -> Option<&Name> {
        match self {
            Self::Release(product, _) | Self::Product(product) => Some(product),
            Self::Train(_) => None,
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(product, version) => write!(f, "{product} {version}"),
            Self::Train(train) => write!(f, "train {train}"),
            Self::Product(product) => product.fmt(f),
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
