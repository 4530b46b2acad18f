//! What is known of an environment: what runs there, and what was deployed there before.

use super::Parts;
use crate::{
    digest::Digest,
    id::{DeploymentId, SnapshotNumber},
    name::Name,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is known of the environments that a train goes to, by their names. One that is left out is not known.
pub type Places = BTreeMap<Name, Place>;

/// What is known of one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// What each product runs there, members or not. One that is left out is not there.
    pub runs: BTreeMap<Name, Runs>,
    /// The deployments of members there, in any order.
    pub past: Vec<Past>,
}

/// What a product runs in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// This, on all of its targets.
    Known(Parts),
    /// Nobody can say, and why: its targets differ, or one of them does not answer.
    Unknown(String),
}

/// A deployment of the past, or one that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Of which product.
    pub product: Name,
    /// Its number.
    pub deployment: DeploymentId,
    /// From when on it may have changed something.
    pub began: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What it brought of each component.
    pub digests: BTreeMap<Name, Digest>,
    /// The configuration that it brought it with.
    pub snapshot: SnapshotNumber,
}

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Not yet.
    UnderWay,
    /// Every target runs it, since then.
    Succeeded(Timestamp),
    /// In any other way: nothing is proved by it.
    Otherwise,
}
