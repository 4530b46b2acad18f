//! A grant as it was handed out, and whether it still counts.

use super::Grant;
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A grant, who gave it, and whether somebody took it back. Its link is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handed {
    /// What was given.
    pub grant: Grant,
    /// Who of us gave it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// Who took it back, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<TakenBack>,
}

/// That a grant counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenBack {
    /// Who of us said so.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

impl Handed {
    /// Whether it lets somebody in at that moment.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.taken_back.is_none() && now < self.grant.until
    }

    /// The same after somebody took it back; who did so first stays known.
    #[must_use]
    pub fn taken_back(mut self, by: Name, at: Timestamp) -> Self {
        self.taken_back.get_or_insert(TakenBack { by, at });
        self
    }
}
