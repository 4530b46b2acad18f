//! Preflight: whether every target, and everybody whom a plan counts on, is fit for a deployment before it begins.
//!
//! A server asks each agent a [`HostQuestion`] and gets [`HostFacts`]; with what the record knows of the target that is an
//! [`Inspected`]. [`judge`] makes [`Finding`]s of all of them and of who is on duty ([`Call`], [`Duty`]). What was not found out
//! is never taken for good. Nothing here asks anybody, and nothing is changed by asking.

mod aspect;
mod duty;
mod finding;
mod host;
mod inspected;
mod judge;
mod opinion;
mod space;

pub use aspect::Aspect;
pub use duty::{Call, Duty, calls};
pub use finding::{Finding, Verdict};
pub use host::{BalancerAnswer, HOST_PORTS_MAX, Holder, HostFacts, HostQuestion, PortAnswer};
pub use inspected::{Answer, Drift, Inspected, Role, Runs, WayBack, Workload};
pub use judge::{Fleet, judge};
pub use space::Space;

use crate::{
    digest::Digest,
    id::{PreflightId, SnapshotNumber},
    name::Name,
    version::Version,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The record of a preflight: what was found before one plan. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preflight {
    /// Its number.
    pub id: PreflightId,
    /// Of which product.
    pub product: Name,
    /// Of which release.
    pub release: Version,
    /// With which configuration.
    pub snapshot: SnapshotNumber,
    /// Where to.
    pub environment: Name,
    /// The hash of the compiled plan that it was made for.
    pub plan: Digest,
    /// How many targets were looked at, load balancers among them.
    pub targets: u32,
    /// Who asked for it.
    pub requested_by: Name,
    /// When.
    pub requested_at: Timestamp,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Preflight {
    /// The worst of what was found.
    pub fn verdict(&self) -> Verdict {
        let worst = self.findings.iter().map(|finding| finding.verdict).max();
        worst.unwrap_or(Verdict::Unknown)
    }

    /// Whether nothing stands in the way. What was not found out does.
    pub fn passed(&self) -> bool {
        self.verdict() <= Verdict::Warned
    }

    /// What a person would say of it.
    pub fn sentence(&self) -> String {
        let count = |verdict| {
            let all = self.findings.iter();
            all.filter(|finding| finding.verdict == verdict).count()
        };
        let said = [
            (count(Verdict::Failed), "in the way"),
            (count(Verdict::Unknown), "not found out"),
            (count(Verdict::Warned), "to be looked at"),
        ];
        let said: Vec<String> = said
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let (product, release, environment) = (&self.product, &self.release, &self.environment);
        let found = match (said.is_empty(), self.passed()) {
            (true, true) => "all is fit".to_owned(),
            (true, false) => "nothing was looked at".to_owned(),
            (false, _) => said.join(", "),
        };
        format!("{product} {release} to {environment}: {found}")
    }
}

/// How many minutes ago a preflight passed that a deployment can rest on; none, where there is none. `made` says of each when it was
/// made and whether it passed, the newest first.
///
/// Before a deployment has begun the newest counts alone. One that has begun is not held up because it takes long, nor by a look at
/// targets that are just being changed: then any that passed counts, by how old it was when the deployment was asked for.
pub fn age(made: &[(Timestamp, bool)], begun: Option<Timestamp>, now: Timestamp) -> Option<u32> {
    let (until, counts) = match begun {
        Some(asked) => (asked, made.len()),
        None => (now, 1),
    };
    let passed = made.iter().take(counts).find(|(_, passed)| *passed);
    passed.map(|(at, _)| {
        let age = until.duration_since(*at).as_mins().max(0);
        u32::try_from(age).unwrap_or(u32::MAX)
    })
}

/// How long after a preflight another is made without being asked for.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// Whether one is made without being asked for, where nothing else is waited for. `newest` is when the last of that plan was made:
/// what was not fit is looked at again after a while, and not before.
pub fn is_due(newest: Option<Timestamp>, now: Timestamp) -> bool {
    newest.is_none_or(|at| now.duration_since(at) >= AGAIN)
}

#[cfg(test)]
mod tests;
