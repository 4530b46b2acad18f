//! How a release is in one environment: there, on its way, failed, or taken back.

use crate::{
    deployment::{Deployment, Purpose, Status, Went, went},
    id::DeploymentId,
    name::Name,
    version::Version,
};
use jiff::Timestamp;

/// How a release is in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The environment.
    pub environment: Name,
    /// The deployment that shows it.
    pub deployment: Option<DeploymentId>,
    /// How it is.
    pub state: PlaceState,
}

/// How a release is in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceState {
    /// It was never sent there.
    NotYet,
    /// A deployment brings it there.
    UnderWay {
        /// Since when.
        since: Timestamp,
    },
    /// It went there, and nobody took it back.
    Holds {
        /// Since when.
        since: Timestamp,
        /// When another release took its place, if one did.
        replaced: Option<Timestamp>,
    },
    /// Its deployment ended badly.
    Failed {
        /// When.
        at: Timestamp,
    },
    /// It went there, and was taken back later.
    TakenBack {
        /// When.
        at: Timestamp,
    },
    /// Its deployment was cancelled or superseded.
    BrokenOff {
        /// When.
        at: Timestamp,
    },
}

/// How a release is in an environment, by all deployments of its product there in the order of their numbers.
pub fn place(version: &Version, environment: &Name, all: &[Deployment]) -> Place {
    let rides = went(all);
    let own = |it: &&Deployment| it.purpose == Purpose::Promotion && it.release == *version;
    let last = all.iter().rfind(own);
    let (deployment, state) = match (holds(version, &rides), last) {
        (Some(found), _) => found,
        (None, None) => return Place::not_yet(environment),
        (None, Some(last)) => (last.id, ended(last, &rides)),
    };
    Place {
        environment: environment.clone(),
        deployment: Some(deployment),
        state,
    }
}

impl Place {
    fn not_yet(environment: &Name) -> Self {
        Self {
            environment: environment.clone(),
            deployment: None,
            state: PlaceState::NotYet,
        }
    }
}

/// Since when it stands there, or until when it stood. It may have gone there several times in a row.
fn holds(version: &Version, rides: &[Went]) -> Option<(DeploymentId, PlaceState)> {
    let standing: Vec<&Went> = rides.iter().filter(|it| it.failed.is_none()).collect();
    let newest = standing.iter().rposition(|it| it.release == *version)?;
    let before = standing[..=newest].iter().rev();
    let row = before.take_while(|it| it.release == *version);
    let first = row.last()?;
    let since = first.ended;
    let replaced = standing.get(newest + 1).map(|it| it.ended);
    Some((first.id, PlaceState::Holds { since, replaced }))
}

fn ended(last: &Deployment, rides: &[Went]) -> PlaceState {
    match &last.status {
        Status::Succeeded { at } => {
            let ride = rides.iter().find(|it| it.id == last.id);
            let at = ride.and_then(|it| it.failed).unwrap_or(*at);
            PlaceState::TakenBack { at }
        }
        Status::RolledBack { at, .. } | Status::Failed { at, .. } => PlaceState::Failed { at: *at },
        Status::Cancelled { at, .. } | Status::Superseded { at, .. } => {
            PlaceState::BrokenOff { at: *at }
        }
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. } => PlaceState::UnderWay {
            since: last.requested_at,
        },
    }
}
