//! A deployment plan: a strategy compiled to waves.
//!
//! Every strategy compiles to the same thing, a list of [`Wave`]s under [`Limits`]; one executor
//! ([`crate::deployment::decide`]) walks them all. The compiled plan is canonical JSON: the same inputs give the
//! same hash. Start at [`compile`].

mod check;
mod compile;
mod job;
mod limits;
mod parts;
mod share;
mod strategy;

pub use check::{
    Baseline, Bounds, Check, ExecQuestion, HttpQuestion, JudgeQuestion, MetricQuestion, Question,
    Scene, fill,
};
pub use compile::{CompileError, Fleet, compile};
pub use job::{JobName, JobNameError, PlannedJob, Reversible, ReversibleError, When};
pub use limits::{Limits, OnFailure, OnNoData};
pub use parts::PartHashes;
pub use share::{Percent, PercentError, Share, ShareError, Threshold, ThresholdError};
pub use strategy::{
    BlueGreen, Canary, Phase, Phased, Pilot, Rolling, Step, Strategy, Then, WorkerCanary,
    WorkerStep,
};

use crate::{canonical, digest::Digest, duration::Millis, name::Name};
use serde::{Deserialize, Serialize};

/// The targets of a deployment in the order they are changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it was compiled from.
    pub strategy: Strategy,
    /// What bounds every wave.
    pub limits: Limits,
    /// In order; never empty. A wave without targets shifts traffic, or instances of the targets before it.
    pub waves: Vec<Wave>,
    /// Whether the new revision runs in the other slot, beside the old one, until the end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub side_by_side: bool,
    /// What may be asked after a wave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// What runs once on the way, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<PlannedJob>,
}

/// The targets changed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// For people: `wave 1`, or the name of a ring.
    pub title: String,
    /// In order.
    pub targets: Vec<Name>,
    /// Watched this long after its last target passed, before the next wave may start.
    pub bake: Millis,
    /// When so many of its targets have passed, the next wave may start; the others follow. All, when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passes_min: Option<u32>,
    /// More of its targets than this may not fail. The limit of the whole plan, when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures_max: Option<u32>,
    /// How the wave after it begins.
    #[serde(default, skip_serializing_if = "Then::is_cascade")]
    pub then: Then,
    /// Which checks are asked after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Name>,
    /// The part of all requests that the changed targets receive together once it passed; as before, when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Percent>,
    /// The share of each component's instances that run the new revision on every target after it, beside the old one;
    /// all of them, when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<Percent>,
}

const fn is_false(it: &bool) -> bool {
    !*it
}

impl Plan {
    /// Whether it says who receives requests.
    pub fn shares_traffic(&self) -> bool {
        self.waves.iter().any(|wave| wave.traffic.is_some())
    }

    /// Whether its targets change in steps, some of their instances with each wave but the last.
    pub fn shares_instances(&self) -> bool {
        let first = self.waves.first();
        first.is_some_and(|wave| wave.instances.is_some())
    }

    /// A check by its name.
    pub fn check(&self, name: &Name) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == *name)
    }

    /// The hash of the whole compiled plan.
    pub fn hash(&self) -> Digest {
        canonical::hash(self)
    }
}
