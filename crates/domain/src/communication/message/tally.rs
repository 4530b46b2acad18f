//! What the deliveries of a message came to, counted.

use crate::communication::{DeliveryState, Word};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many deliveries came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// They wait for their turn, or are under way.
    pub pending: u64,
    /// They arrived, as far as anybody knows.
    pub delivered: u64,
    /// The other side will not have them.
    pub refused: u64,
    /// They were tried for long enough.
    pub gave_up: u64,
    /// Nobody knows whether they arrived.
    pub unknown: u64,
    /// A person stopped them.
    pub cancelled: u64,
}

impl Tally {
    /// The count of all these.
    pub fn of<'a>(states: impl IntoIterator<Item = &'a DeliveryState>) -> Self {
        let mut tally = Self::default();
        for state in states {
            *tally.place(state) += 1;
        }
        tally
    }

    /// Whether there is nothing left that happens by itself or waits for a person.
    pub const fn is_settled(&self) -> bool {
        self.pending == 0 && self.unknown == 0
    }

    /// How many did not arrive.
    pub const fn failed(&self) -> u64 {
        self.refused + self.gave_up + self.cancelled
    }

    fn place(&mut self, state: &DeliveryState) -> &mut u64 {
        match state {
            DeliveryState::Queued { .. } | DeliveryState::Attempting { .. } => &mut self.pending,
            DeliveryState::Delivered { .. }
            | DeliveryState::Settled {
                word: Word::Arrived,
                ..
            } => &mut self.delivered,
            DeliveryState::Refused { .. } => &mut self.refused,
            DeliveryState::GaveUp { .. }
            | DeliveryState::Settled {
                word: Word::Missing,
                ..
            } => &mut self.gave_up,
            DeliveryState::Unknown { .. } => &mut self.unknown,
            DeliveryState::Cancelled { .. } => &mut self.cancelled,
        }
    }
}

/// `3 delivered, 1 refused`; those that are none are left out.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.delivered, "delivered"),
            (self.pending, "under way"),
            (self.unknown, "unknown"),
            (self.refused, "refused"),
            (self.gave_up, "gave up"),
            (self.cancelled, "cancelled"),
        ];
        let told = counts.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        match told.is_empty() {
            true => f.write_str("there was nobody to send it to"),
            false => f.write_str(&told.join(", ")),
        }
    }
}
