//! Which versions an advisory is about, by the evaluation algorithm of the Open Source Vulnerability schema.

use super::{Score, Severity};
use crate::package::{Ecosystem, Order, Release};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A package, and the versions of it that are affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Where the package comes from.
    pub ecosystem: Ecosystem,
    /// The release of the distribution, if it is one.
    pub release: Option<Release>,
    /// Its name as written.
    pub name: String,
    /// Ranges of versions.
    pub ranges: Vec<Range>,
    /// Versions one by one.
    pub versions: Vec<String>,
    /// How bad it is in this package, where that differs.
    pub severity: Option<(Severity, Option<Score>)>,
}

/// What happened along a line of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Whether versions are semantic ones whatever the ecosystem says.
    pub semver: bool,
    /// In the order of the record.
    pub events: Vec<Event>,
}

/// An event at a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Affected from here on; `0` is before every version.
    Introduced(String),
    /// Not affected from here on.
    Fixed(String),
    /// Not affected behind this one.
    LastAffected(String),
    /// The range says nothing from here on; `*` is behind every version.
    Limit(String),
}

impl Affected {
    /// Whether `version` is affected.
    pub fn includes(&self, version: &str) -> bool {
        let order = self.ecosystem.order();
        let listed = |listed: &String| listed == version || order.compare(listed, version).is_eq();
        self.ranges
            .iter()
            .any(|range| range.includes(order, version))
            || self.versions.iter().any(listed)
    }

    /// The oldest version above `version` that fixes a range and is not affected by another.
    pub fn fixed_in(&self, version: &str) -> Option<&str> {
        let mut fix = self.next_fix(version)?;
        for _ in 0..FIXES_MAX {
            if !self.includes(fix) {
                return Some(fix);
            }
            fix = self.next_fix(fix)?;
        }
        None
    }

    fn next_fix(&self, version: &str) -> Option<&str> {
        let order = self.ecosystem.order();
        let fixes = self
            .ranges
            .iter()
            .flat_map(|range| range.fixes(order, version));
        fixes.reduce(|left, right| match order.compare(left, right) {
            Ordering::Greater => right,
            Ordering::Less | Ordering::Equal => left,
        })
    }
}

/// How many fixes are tried that other ranges affect again.
const FIXES_MAX: usize = 16;

impl Range {
    /// The schema sorts the events and lets each that applies decide anew. The last of them decides, which is the one at
    /// the greatest version; among events at one version it is the last of the record.
    fn includes(&self, order: Order, version: &str) -> bool {
        let order = self.order(order);
        let applying = self
            .events
            .iter()
            .filter(|event| event.applies(order, version));
        let last = applying.max_by(|left, right| left.compare(order, right));
        matches!(last, Some(Event::Introduced(_))) && self.is_before_limits(order, version)
    }

    fn is_before_limits(&self, order: Order, version: &str) -> bool {
        let mut limits = self.events.iter().filter_map(|event| match event {
            Event::Limit(limit) => Some(limit),
            Event::Introduced(_) | Event::Fixed(_) | Event::LastAffected(_) => None,
        });
        let within = |limit: &String| limit == "*" || order.compare(version, limit).is_lt();
        match limits.next() {
            None => true,
            Some(first) => within(first) || limits.any(within),
        }
    }

    fn fixes<'a>(&'a self, order: Order, version: &str) -> impl Iterator<Item = &'a str> {
        let order = self.order(order);
        self.events.iter().filter_map(move |event| match event {
            Event::Fixed(fixed) if order.compare(fixed, version).is_gt() => Some(fixed.as_str()),
            Event::Fixed(_) | Event::Introduced(_) | Event::LastAffected(_) | Event::Limit(_) => {
                None
            }
        })
    }

    fn order(&self, ecosystem: Order) -> Order {
        if self.semver {
            Order::Semver
        } else {
            ecosystem
        }
    }
}

impl Event {
    fn applies(&self, order: Order, version: &str) -> bool {
        match self {
            Self::Introduced(at) => at == "0" || order.compare(version, at).is_ge(),
            Self::Fixed(at) => order.compare(version, at).is_ge(),
            Self::LastAffected(at) => order.compare(version, at).is_gt(),
            Self::Limit(_) => false,
        }
    }

    fn compare(&self, order: Order, other: &Self) -> Ordering {
        match (self.version(), other.version()) {
            ("0", "0") => Ordering::Equal,
            ("0", _) => Ordering::Less,
            (_, "0") => Ordering::Greater,
            (left, right) => order.compare(left, right),
        }
    }

    fn version(&self) -> &str {
        match self {
            Self::Introduced(at) | Self::Fixed(at) | Self::LastAffected(at) | Self::Limit(at) => at,
        }
    }
}
