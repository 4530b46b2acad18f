//! Rehearsal: what a deployment would come to, found out before it begins.
//!
//! The very same [`decide`](fn@crate::deployment::decide) walks the very same plan on a simulated copy of the fleet, in
//! virtual time: only moments at which something changes are visited. How long targets take comes from a [`Profile`] of
//! earlier deployments, when it may go on from the calendar, and what goes wrong from [`Fault`]s. Nobody outside is asked: a
//! person signs off at once, and every check finds all well unless a fault says otherwise; the [`Forecast`] says so too.
//!
//! Start at [`rehearse`]. `run` is one run of one scenario, `host` a simulated target, `queue` the virtual time, `hours`
//! the calendar in it, `harm` what a fault does.

mod fault;
mod forecast;
mod harm;
mod host;
mod hours;
mod observed;
mod people;
mod profile;
mod queue;
mod run;
mod sum;

pub use fault::{Fault, FaultError};
pub use forecast::{Exposure, Forecast, Forecasted, Spread};
pub use observed::{Observation, Part, observations};
pub use profile::{Draws, Own, Profile};
pub use sum::{Setting, Wish, rehearse};

use crate::{
    digest::Digest,
    id::{RehearsalId, SnapshotNumber},
    name::Name,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// The record of a rehearsal: evidence about one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearsal {
    /// Its number.
    pub id: RehearsalId,
    /// Of which product.
    pub product: Name,
    /// Of which release.
    pub release: Version,
    /// With which configuration.
    pub snapshot: SnapshotNumber,
    /// Where to.
    pub environment: Name,
    /// The hash of the compiled plan that was rehearsed.
    pub plan: Digest,
    /// The plan's strategy, in words.
    pub strategy: String,
    /// Who asked for it.
    pub requested_by: Name,
    /// When.
    pub requested_at: jiff::Timestamp,
    /// What came of it.
    pub forecast: Forecast,
}

impl Rehearsal {
    /// What a person would say of it.
    pub fn sentence(&self) -> String {
        let (product, release, environment) = (&self.product, &self.release, &self.environment);
        let what = format!("{product} {release} to {environment}");
        self.forecast.sentence(&what)
    }
}

#[cfg(test)]
mod tests;
