//! What an agent does about the difference between desired and observed: the agent's brain.
//!
//! Pure, like everything in this crate: it may not look at the target, only at what was collected from it. Start
//! at [`steps`]; [`offer`] decides whether an instruction is taken at all.
//!
//! The order of the steps carries the safety: a component is only touched by [`Step::Activate`], and that appears
//! only once the revision lies ready. Until then the old revision runs on. What is said of a component holds within
//! one slot: what runs in the other is not looked at.

use super::{ActiveComponent, DesiredState, PrepareState, Slot};
use crate::{
    digest::Digest,
    generation::Instruction,
    name::Name,
    revision::{Revision, RevisionId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// How many revisions stay on disk beside those that the desired state names: going back is a switch.
pub const REVISIONS_KEPT: usize = 3;

/// What was collected about one product on this target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// The revisions this target has heard of.
    pub revisions: BTreeMap<RevisionId, LocalRevision>,
    /// What was last activated, one entry per component and slot that should run here.
    pub active: BTreeMap<(Name, Slot), LocalComponent>,
}

/// One revision on this target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalRevision {
    /// What it says.
    pub revision: Revision,
    /// How far its preparation is; none before it began.
    pub state: Option<PrepareState>,
    /// The newest instruction that named it.
    pub named: Instruction,
}

/// What was last activated of one component in one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalComponent {
    /// Which revision `current` stands for.
    pub revision: RevisionId,
    /// What runs.
    pub workload: Digest,
    /// How many processes of it.
    pub instances: u32,
    /// The last named start that was carried out; 0 before there was one.
    pub start: u64,
}

/// One thing to do. Each is harmless when repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Download, verify and unpack.
    Prepare {
        /// What.
        revision: RevisionId,
    },
    /// Run this revision's part of the component in place of what runs.
    Activate {
        /// Which component.
        component: Name,
        /// Where.
        slot: Slot,
        /// Its revision, which lies ready.
        revision: RevisionId,
        /// How many processes of it.
        instances: u32,
        /// The named start that this carries out, too; none when it was carried out before.
        start: Option<u64>,
    },
    /// The same workload under a new revision: only the label changes.
    Relabel {
        /// Which component.
        component: Name,
        /// Where.
        slot: Slot,
        /// The new label.
        revision: RevisionId,
    },
    /// More or fewer processes of the same workload; those that stay are not touched.
    Scale {
        /// Which component.
        component: Name,
        /// Where.
        slot: Slot,
        /// How many there should be.
        instances: u32,
    },
    /// Start the same workload anew, because somebody named a start.
    Restart {
        /// Which component.
        component: Name,
        /// Where.
        slot: Slot,
        /// The name.
        start: u64,
    },
    /// Stop the component and let its keeper go.
    Stop {
        /// Which component.
        component: Name,
        /// Where.
        slot: Slot,
    },
    /// Remove it from the disk.
    Forget {
        /// What.
        revision: RevisionId,
    },
}

/// Why a component does not run yet what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// The revision itself has not arrived.
    Revision,
    /// The revision has no such component.
    NotInRevision,
    /// It is being downloaded and unpacked.
    Preparation,
    /// The server's signature ran out before it could be begun.
    Expired,
    /// It cannot be prepared.
    PreparationFailed {
        /// One sentence for people.
        reason: String,
    },
}

/// What to do, and what cannot be done yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Convergence {
    /// In this order.
    pub steps: Vec<Step>,
    /// One entry per component and slot that has to wait.
    pub waiting: BTreeMap<(Name, Slot), Waiting>,
}

/// What to make of an instruction that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Take it in place of the one held.
    Newer,
    /// It is the one held.
    Same,
    /// Refuse it.
    Older,
}

/// Compares an instruction that arrived with the one held.
pub fn offer(held: Option<Instruction>, offered: Instruction) -> Offer {
    match held.map(|held| offered.cmp(&held)) {
        None | Some(std::cmp::Ordering::Greater) => Offer::Newer,
        Some(std::cmp::Ordering::Equal) => Offer::Same,
        Some(std::cmp::Ordering::Less) => Offer::Older,
    }
}

/// What brings one product from what is to what should be.
pub fn steps(desired: &DesiredState, local: &Local) -> Convergence {
    let mut convergence = Convergence::default();
    convergence.steps.extend(preparations(desired, local));
    for active in &desired.active {
        match activation(local, active) {
            Ok(steps) => convergence.steps.extend(steps),
            Err(waiting) => {
                let place = (active.component.clone(), active.slot);
                convergence.waiting.insert(place, waiting);
            }
        }
    }
    convergence.steps.extend(stops(desired, local));
    convergence.steps.extend(forgets(desired, local));
    convergence
}

/// The same while the signature of the instruction has run out: nothing is begun and nothing is stopped.
pub fn held_back(desired: &DesiredState, local: &Local) -> Convergence {
    let Convergence { steps, mut waiting } = steps(desired, local);
    for step in steps {
        match step {
            Step::Activate {
                component, slot, ..
            }
            | Step::Relabel {
                component, slot, ..
            }
            | Step::Scale {
                component, slot, ..
            }
            | Step::Restart {
                component, slot, ..
            } => drop(waiting.insert((component, slot), Waiting::Expired)),
            Step::Prepare { .. } | Step::Stop { .. } | Step::Forget { .. } => {}
        }
    }
    for why in waiting
        .values_mut()
        .filter(|why| **why == Waiting::Preparation)
    {
        *why = Waiting::Expired;
    }
    Convergence {
        steps: Vec::new(),
        waiting,
    }
}

/// Every revision the desired state names: the active ones first, each once. That of a job is among those to prepare.
pub fn named(desired: &DesiredState) -> Vec<RevisionId> {
    let mut seen = BTreeSet::new();
    let active = desired.active.iter().map(|a| a.revision);
    active
        .chain(desired.prepare.iter().copied())
        .filter(|id| seen.insert(*id))
        .collect()
}

fn preparations(desired: &DesiredState, local: &Local) -> Vec<Step> {
    let unprepared = |id: &RevisionId| local.revisions.get(id).is_some_and(|r| r.state.is_none());
    named(desired)
        .into_iter()
        .filter(unprepared)
        .map(|revision| Step::Prepare { revision })
        .collect()
}

fn activation(local: &Local, active: &ActiveComponent) -> Result<Vec<Step>, Waiting> {
    let known = local.revisions.get(&active.revision);
    let known = known.ok_or(Waiting::Revision)?;
    let wanted = known.revision.component(&active.component);
    let wanted = wanted.ok_or(Waiting::NotInRevision)?.workload();
    let now = local.active.get(&(active.component.clone(), active.slot));
    if let Some(now) = now.filter(|now| now.workload == wanted) {
        return Ok(same_workload(active, now));
    }
    let carried_out = now.map_or(0, |now| now.start);
    match &known.state {
        Some(PrepareState::Ready) => Ok(vec![Step::Activate {
            component: active.component.clone(),
            slot: active.slot,
            revision: active.revision,
            instances: active.instances,
            start: newer_start(active, carried_out),
        }]),
        Some(PrepareState::Failed { reason }) => Err(Waiting::PreparationFailed {
            reason: reason.clone(),
        }),
        Some(PrepareState::Fetching { .. }) | None => Err(Waiting::Preparation),
    }
}

fn same_workload(active: &ActiveComponent, now: &LocalComponent) -> Vec<Step> {
    let (component, slot, revision) = (&active.component, active.slot, active.revision);
    let relabel = (now.revision != revision).then(|| Step::Relabel {
        component: component.clone(),
        slot,
        revision,
    });
    let scale = (now.instances != active.instances).then(|| Step::Scale {
        component: component.clone(),
        slot,
        instances: active.instances,
    });
    let restart = newer_start(active, now.start).map(|start| Step::Restart {
        component: component.clone(),
        slot,
        start,
    });
    relabel.into_iter().chain(scale).chain(restart).collect()
}

/// The start that is asked for, unless it was carried out before.
fn newer_start(active: &ActiveComponent, carried_out: u64) -> Option<u64> {
    (active.start > carried_out).then_some(active.start)
}

fn stops(desired: &DesiredState, local: &Local) -> Vec<Step> {
    let is_wanted = |(component, slot): &&(Name, Slot)| {
        let mut wanted = desired.active.iter();
        wanted.any(|a| (&a.component, a.slot) == (component, *slot))
    };
    let unwanted = local.active.keys().filter(|place| !is_wanted(place));
    unwanted
        .map(|(component, slot)| Step::Stop {
            component: component.clone(),
            slot: *slot,
        })
        .collect()
}

/// What is neither named nor running nor among the last [`REVISIONS_KEPT`].
fn forgets(desired: &DesiredState, local: &Local) -> Vec<Step> {
    let mut needed: BTreeSet<RevisionId> = named(desired).into_iter().collect();
    needed.extend(local.active.values().map(|c| c.revision));
    let mut rest: Vec<(Instruction, RevisionId)> = local
        .revisions
        .iter()
        .filter(|(id, _)| !needed.contains(id))
        .map(|(id, r)| (r.named, *id))
        .collect();
    rest.sort_unstable_by(|a, b| b.cmp(a));
    rest.into_iter()
        .skip(REVISIONS_KEPT)
        .map(|(_, revision)| Step::Forget { revision })
        .collect()
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revision => f.write_str("the server has not sent the revision"),
            Self::NotInRevision => f.write_str("the revision does not contain this component"),
            Self::Preparation => f.write_str("the new revision is being downloaded"),
            Self::Expired => f.write_str(
                "the server's signature on the instruction ran out before this could begin",
            ),
            Self::PreparationFailed { reason } => {
                write!(f, "the new revision cannot be prepared: {reason}")
            }
        }
    }
}

#[cfg(test)]
mod tests;
