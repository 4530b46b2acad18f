//! A grant as it was handed out, and whether it still counts.

use super::{Grant, Refusal};
use crate::name::Name;
use jiff::{SignedDuration, Timestamp};
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
    /// How often something was announced by it of late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
}

/// How often something was announced within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// When that day began: with the first time.
    pub since: Timestamp,
    /// So often.
    pub times: u32,
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
    /// So often something may be announced by one link within a day.
    pub const ANNOUNCED_MAX: u32 = 20;
    const DAY: SignedDuration = SignedDuration::from_hours(24);

    /// The same after something was announced by it.
    ///
    /// # Errors
    /// When that was often enough for a day.
    pub fn announces(mut self, now: Timestamp) -> Result<Self, Refusal> {
        let fresh = Announced {
            since: now,
            times: 0,
        };
        let lately = self.announced.unwrap_or(fresh);
        let ends = lately.since.saturating_add(Self::DAY);
        let ends = ends.unwrap_or(Timestamp::MAX);
        let lately = if now < ends { lately } else { fresh };
        if lately.times >= Self::ANNOUNCED_MAX {
            return Err(Refusal::TooOften(ends));
        }
        self.announced = Some(Announced {
            times: lately.times + 1,
            ..lately
        });
        Ok(self)
    }

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
