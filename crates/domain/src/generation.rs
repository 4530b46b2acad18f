//! The numbers that order instructions to a target.

use crate::{digest::Digest, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of the server's history. A restore from backup starts a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Incarnation(pub u32);

/// The number of an instruction for one target and product; it only grows within an incarnation.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Generation(pub u64);

/// What an agent compares: an older pair than the one it holds is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instruction {
    /// Compared first.
    pub incarnation: Incarnation,
    /// Compared within one incarnation.
    pub generation: Generation,
}

/// How a history began that is not the first, as a person wanted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// The history.
    pub incarnation: Incarnation,
    /// The highest one that anybody knew of before.
    pub before: Incarnation,
    /// Who wanted it.
    pub by: Name,
    /// Why, in their words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// What it goes on from, if the record was put back; otherwise it goes on from where the one before it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<BackupMark>,
}

/// Which backup a record was put back from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupMark {
    /// When it was made.
    pub made_at: Timestamp,
    /// How many entries its journal has.
    pub entries: u64,
    /// The root of their tree.
    pub root: Digest,
}

impl Default for Incarnation {
    /// The first one.
    fn default() -> Self {
        Self(1)
    }
}

impl Incarnation {
    /// The one after this, if numbers reach so far.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl Generation {
    /// The generation after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
