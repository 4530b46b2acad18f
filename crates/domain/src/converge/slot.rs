//! The two places that one component has on one target.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One of two places for a component on a target. What runs in one knows nothing of the other.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// The only one that most components ever use.
    #[default]
    Blue,
    /// The one beside it.
    Green,
}

impl Slot {
    /// Both, blue first.
    pub const ALL: [Self; 2] = [Self::Blue, Self::Green];

    /// The one beside this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Blue => Self::Green,
            Self::Green => Self::Blue,
        }
    }

    /// The word in files and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }
}

/// The text is no slot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a slot is `blue` or `green`")]
pub struct SlotError;

impl FromStr for Slot {
    type Err = SlotError;

    fn from_str(text: &str) -> Result<Self, SlotError> {
        let mut all = Self::ALL.into_iter();
        all.find(|slot| slot.as_str() == text).ok_or(SlotError)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// For what is left out of records, so that whoever does not use it reads and writes what was always written.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_the_same_everywhere() {
        for slot in Slot::ALL {
            let text = format!("\"{slot}\"");
            assert_eq!(serde_json::to_string(&slot).unwrap(), text);
            assert_eq!(slot.as_str().parse(), Ok(slot));
            assert_eq!(serde_json::from_str::<Slot>(&text).unwrap(), slot);
            assert_eq!(slot.other().other(), slot);
            assert_ne!(slot.other(), slot);
        }
    }
}
