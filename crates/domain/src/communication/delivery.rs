//! One message to one recipient: tried until it arrived, was refused, or nobody knows.
//!
//! [`DeliveryState`] is its life, [`Delivery::after`] the only place where that changes. [`Outcome`] says what one attempt came
//! to, read from mail servers by [`smtp`] and from web servers by [`http`]; [`Delivery::answered`] decides what follows. An
//! attempt is recorded before it is made: one that is found begun after a restart is unknown, and no program tries it again.

mod decide;
mod event;
pub mod http;
mod key;
mod outcome;
mod patience;
pub mod smtp;
mod state;
mod transition;

pub use decide::Step;
pub use event::{DeliveryEvent, Word};
pub use key::DeliveryKey;
pub use outcome::{Blame, Outcome, Repeats};
pub use patience::{Patience, Retry};
pub use state::{DeliveryState, codes};
pub use transition::IllegalDelivery;

use super::{Addressed, Recipient};
use crate::{
    digest::Digest,
    id::{DeliveryId, MessageId},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its number.
    pub id: DeliveryId,
    /// Which message.
    pub message: MessageId,
    /// By which channel.
    pub channel: Name,
    /// What it tells.
    #[serde(default, skip_serializing_if = "Tells::is_message")]
    pub tells: Tells,
    /// The audience for whose sake, whose quiet hours and time zone count; of news, the person for whom they are.
    pub audience: Name,
    /// To whom.
    pub recipient: Recipient,
    /// What it is known by to the other side, however often it is tried.
    pub key: DeliveryKey,
    /// How far it is.
    pub state: DeliveryState,
}

/// What a delivery tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells {
    /// Its message; or where that has no number, that somebody is asked whether they want to be told.
    #[default]
    Message,
    /// What is new for a person.
    News,
}

impl Tells {
    const fn is_message(&self) -> bool {
        matches!(self, Self::Message)
    }
}

impl Delivery {
    /// One that begins at `now`, of a message as it was sanctioned.
    pub fn begin(
        id: DeliveryId,
        (message, sanctioned): (MessageId, &Digest),
        to: Addressed,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            message,
            tells: Tells::Message,
            key: DeliveryKey::of(sanctioned, &to.recipient),
            channel: to.channel,
            audience: to.audience,
            recipient: to.recipient,
            state: DeliveryState::queued(now),
        }
    }
}

#[cfg(test)]
mod tests;
