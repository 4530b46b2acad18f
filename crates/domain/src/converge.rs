//! The contract with a target: what it should run, and what it says it runs.
//!
//! A [`DesiredState`] is a full set per target and product, so lost, repeated or reordered messages are harmless.
//! The agent answers with an [`ObservedState`] in the same shape. What the agent does about the difference is
//! decided in [`steps`], a pure function, and for what is done once in [`job_steps`]; how well a component does is
//! decided in [`judge`]. What a load balancer is told is in [`traffic`]. Whether the agent believes it at all is decided
//! in [`signed`].

mod job;
pub mod judge;
mod observed;
mod portion;
mod present;
pub mod signed;
mod slot;
pub mod steps;
pub mod traffic;

pub use job::{Job, JobKey, JobReport, JobState, JobStep, LocalJob, job_steps};
pub use observed::{Attestation, CONTRACT, Health, ObservedState, PrepareState, Prepared};
pub use portion::Portion;
pub use present::Present;
pub use slot::{Slot, SlotError};
pub use traffic::{Balancer, Route, RouteReport, RouteState, Server};

use crate::{
    duration::Millis,
    generation::{Generation, Incarnation, Instruction},
    name::Name,
    revision::{Revision, RevisionId},
};
use serde::{Deserialize, Serialize};

/// What one product should run on one target. Full: whatever is not named should not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredState {
    /// The product.
    pub product: Name,
    /// Orders instructions; an agent refuses an older pair.
    pub instruction: Instruction,
    /// What should run, one entry per component and slot.
    pub active: Vec<ActiveComponent>,
    /// What should lie ready: downloaded, verified, unpacked, not running.
    pub prepare: Vec<RevisionId>,
    /// What is healthy without a break for this long, by the agent's own clock, is [proved](Attestation::proved).
    #[serde(default)]
    pub minimum_healthy: Millis,
    /// How the load balancers beside this agent share out requests; a balancer that is not named stays as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traffic: Vec<Route>,
    /// What should be done once. Only an agent that [knows jobs](ObservedState::knows_jobs) may be told of any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
}

/// One component that should run. It may run in both slots at once, with different revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveComponent {
    /// The component.
    pub component: Name,
    /// The revision whose part of this component should run.
    pub revision: RevisionId,
    /// How many processes. Only an agent that [knows instances](ObservedState::knows_instances) may be told of more
    /// than one.
    pub instances: u32,
    /// Where it runs. Only an agent that [knows slots](ObservedState::knows_slots) may be told of any but blue.
    #[serde(default, skip_serializing_if = "slot::is_default")]
    pub slot: Slot,
    /// Names a start: where it is greater than the last one the agent carried out, the process is started anew even
    /// though nothing else changed. 0 unless somebody asks.
    #[serde(default, skip_serializing_if = "slot::is_default")]
    pub start: u64,
}

impl DesiredState {
    /// Nothing to run. The store numbers the instruction when it is recorded.
    pub const fn nothing(product: Name, minimum_healthy: Millis) -> Self {
        Self {
            product,
            instruction: Instruction {
                incarnation: Incarnation(0),
                generation: Generation(0),
            },
            active: Vec::new(),
            prepare: Vec::new(),
            minimum_healthy,
            traffic: Vec::new(),
            jobs: Vec::new(),
        }
    }
}

impl ActiveComponent {
    /// A portion of every component of a revision, in one slot.
    pub fn of(
        revision: &Revision,
        slot: Slot,
        portion: Portion,
    ) -> impl Iterator<Item = Self> + use<'_> {
        let id = revision.id();
        let running = revision.components.iter().map(move |part| Self {
            component: part.component.clone(),
            revision: id,
            instances: portion.of(part.instances),
            slot,
            start: 0,
        });
        running.filter(|active| active.instances > 0)
    }
}
