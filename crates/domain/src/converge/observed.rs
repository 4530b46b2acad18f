//! What a target says of itself.

use super::{
    DesiredState, JobReport, RouteReport,
    slot::{Slot, is_default},
};
use crate::{
    digest::Digest,
    generation::{Incarnation, Instruction},
    name::Name,
    revision::{RevisionId, is_one, one},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an agent of this build knows of the contract.
pub const CONTRACT: u32 = 3;

/// Since when agents know slots and named starts.
const SLOTS_SINCE: u32 = 1;

/// Since when agents know jobs.
const JOBS_SINCE: u32 = 2;

/// Since when agents know instances.
const INSTANCES_SINCE: u32 = 3;

/// What one product runs on one target, as the agent itself attests it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedState {
    /// The product.
    pub product: Name,
    /// The newest instruction the agent has accepted; what follows may still be on its way there.
    pub instruction: Instruction,
    /// One entry per component and slot that runs or should run.
    pub active: Vec<Attestation>,
    /// What lies ready, or why it does not.
    pub prepared: Vec<Prepared>,
    /// One entry per route of the instruction that was tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traffic: Vec<RouteReport>,
    /// One entry per job that was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobReport>,
    /// Why the agent does not follow what it is told, one sentence for people. What runs goes on all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The [`CONTRACT`] of the agent; 0 before it was told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: u32,
    /// The newest history of the server that the agent was told of, if it is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Incarnation>,
}

/// What the agent attests of one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The component.
    pub component: Name,
    /// Where it runs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub slot: Slot,
    /// The revision that `current` points to; none before the first activation.
    pub revision: Option<RevisionId>,
    /// The manifest digest the agent verified before it unpacked what runs.
    pub artifact: Option<Digest>,
    /// How many processes should run, as far as the agent has taken that up.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub instances: u32,
    /// How it does; the worst of its instances.
    pub health: Health,
    /// Whether it has been healthy without a break as long as the desired state asks for. Only the agent can know:
    /// a host that died a moment ago still looks healthy from afar.
    #[serde(default)]
    pub proved: bool,
    /// One sentence for people: the last probe, the exit status, the error.
    pub detail: String,
    /// Starts since this revision was activated, of all its instances; above their number it has been restarted.
    pub starts: u32,
}

/// How a component does, from the best to the worst: of several together, the worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Not running, and should not be.
    Stopped,
    /// Judged well.
    Healthy,
    /// Running, not yet judged.
    Starting,
    /// Judged unwell; may recover.
    Unhealthy,
    /// It could not be started, or missed its deadline; it will not recover by waiting.
    Failed,
}

/// How far the preparation of one revision is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// The revision.
    pub revision: RevisionId,
    /// How far.
    pub state: PrepareState,
}

/// How far a preparation is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum PrepareState {
    /// Under way.
    Fetching {
        /// Bytes already here.
        bytes_done: u64,
        /// Bytes in all, as the manifest says.
        bytes_total: u64,
    },
    /// Downloaded, verified and unpacked.
    Ready,
    /// It cannot be prepared; the old revision is untouched.
    Failed {
        /// One sentence for people.
        reason: String,
    },
}

impl ObservedState {
    /// Whether the target runs what `desired` says, so that saying it again, under whatever number, changes nothing: starts
    /// nothing anew, and does nothing once more that was to be done once.
    pub fn follows(&self, desired: &DesiredState) -> bool {
        let is_last = self.instruction == desired.instruction;
        let told = desired.active.iter();
        let told: BTreeSet<_> = told
            .map(|it| (&it.component, it.slot, it.revision, it.instances))
            .collect();
        let runs = self.active.iter();
        let runs: BTreeSet<_> = runs
            .filter_map(|it| Some((&it.component, it.slot, it.revision?, it.instances)))
            .collect();
        let is_named = desired.active.iter().any(|it| it.start > 0);
        let is_more = !desired.traffic.is_empty() || is_named;
        desired.jobs.is_empty() && (is_last || (!is_more && told == runs))
    }

    /// Whether anything of the product runs there, or is to.
    pub fn runs_something(&self) -> bool {
        self.active.iter().any(|it| it.revision.is_some())
    }

    /// Whether the agent knows slots and named starts. One that does not takes two entries of a component for
    /// orders about one process, and runs now this and now that.
    pub const fn knows_slots(&self) -> bool {
        self.contract >= SLOTS_SINCE
    }

    /// Whether the agent knows jobs. One that does not cannot read a revision that has any.
    pub const fn knows_jobs(&self) -> bool {
        self.contract >= JOBS_SINCE
    }

    /// Whether the agent knows instances. One that does not runs one process, whatever it is told.
    pub const fn knows_instances(&self) -> bool {
        self.contract >= INSTANCES_SINCE
    }

    /// Whether `revision` lies ready.
    pub fn is_prepared(&self, revision: RevisionId) -> bool {
        self.prepared
            .iter()
            .any(|p| p.revision == revision && p.state == PrepareState::Ready)
    }
}
