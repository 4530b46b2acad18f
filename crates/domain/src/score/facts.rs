//! What a score is made of.

use crate::name::Name;
use jiff::Zoned;

/// What is known of a deployment at a moment, before it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// When it would begin, in the local time of the environment.
    pub when: Zoned,
    /// How many commits it brings; none where no history is known.
    pub changes: Option<u64>,
    /// How many of them say that they break something.
    pub breaking: u64,
    /// The components that are other ones than those that run there.
    pub components: Vec<Touched>,
    /// How many contracts those provide or need.
    pub contracts: u64,
    /// Jobs that run once.
    pub migrations: u64,
    /// Those of them that cannot be undone.
    pub irreversible: u64,
    /// How many targets it reaches.
    pub targets: u64,
    /// How deployments of all products of the team went there.
    pub team: Track,
    /// Exceptions from controls that it rests on or may rest on.
    pub waivers: u64,
    /// Tasks of the release that should be done by then.
    pub overdue: u64,
    /// Issues of the release that are open and held to be high or critical.
    pub issues: u64,
    /// Changes of suppliers of what the product needs, within two days.
    pub suppliers: u64,
    /// Whether exactly this was rehearsed.
    pub rehearsed: bool,
    /// Whether going back was drilled with this release.
    pub drilled: bool,
    /// Whether it stands in the environment before; none where there is none.
    pub preceded: Option<bool>,
}

/// A component that is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Which.
    pub component: Name,
    /// Whether the product never ran it there.
    pub is_new: bool,
    /// How deployments that changed it went there.
    pub track: Track,
}

/// How deployments went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Track {
    /// How many ended well or badly.
    pub ended: u64,
    /// How many ended badly.
    pub failed: u64,
}

impl Track {
    /// The share that may be expected to fail, in points of `most`: one failure among four is believed before anything is seen
    /// (a Beta prior of 1 and 3, whose mean is 1/4).
    pub(super) fn expected(self, most: u64) -> i32 {
        let points = most * (self.failed + 1) / (self.ended + 4);
        i32::try_from(points).unwrap_or(i32::MAX)
    }

    /// `2 of 9 failed`.
    pub(super) fn told(self) -> String {
        match self.ended {
            0 => "none was seen yet".to_owned(),
            ended => format!("{} of {ended} failed", self.failed),
        }
    }
}
