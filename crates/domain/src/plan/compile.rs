//! The compiler: strategy and targets in, waves out.

mod asked;

use super::{
    BlueGreen, Canary, Check, Limits, Percent, Phase, Phased, Pilot, Plan, Share, Step, Strategy,
    Then, Threshold, Wave, WorkerCanary,
};
use crate::{duration::Millis, name::Name};
use std::collections::{BTreeMap, BTreeSet};

/// What a plan is compiled for: the targets of an environment in the order they are taken, and its rings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    /// In order; no name twice.
    pub targets: Vec<Name>,
    /// The targets of each ring.
    pub rings: BTreeMap<Name, BTreeSet<Name>>,
}

/// Why a strategy gives no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// Nothing to deploy to.
    #[error("the environment has no targets")]
    NoTargets,
    /// The limit forbids every wave.
    #[error("max unavailable is 0, so no target may ever change")]
    NothingMayChange,
    /// No target could ever pass.
    #[error(
        "a target has to be healthy for {minimum_healthy} within its progress deadline of {progress_deadline}"
    )]
    NeverPasses {
        /// How long it must be healthy.
        minimum_healthy: Millis,
        /// How long it may take.
        progress_deadline: Millis,
    },
    /// A strategy without anything in it.
    #[error("the strategy names no {0}")]
    Nothing(&'static str),
    /// A ring that the environment does not have.
    #[error("the environment has no ring `{0}`")]
    UnknownRing(Name),
    /// A ring without a target that is not in an earlier one.
    #[error("ring `{0}` has no target of its own here")]
    EmptyRing(Name),
    /// A check that cannot be asked.
    #[error("check `{check}`: {why}")]
    Check {
        /// Its name.
        check: Name,
        /// What makes no sense.
        why: String,
    },
    /// A step that changes nothing, takes traffic away, or gives it to nobody.
    #[error(
        "step {step} neither changes more targets nor gives those that changed more traffic; the first has targets"
    )]
    NoStep {
        /// Counted from 1.
        step: usize,
    },
    /// A share of instances that does not grow, or is none or all of them.
    #[error(
        "step {step} is {instances} of instances; it has to be more than the {before} before it, and less than 100%"
    )]
    NoShare {
        /// Counted from 1.
        step: usize,
        /// As written.
        instances: Percent,
        /// How many run the new revision before it.
        before: Percent,
    },
    /// Steps that do not grow.
    #[error("step {step} is {targets}, which is not more than the {before} targets before it")]
    NotIncreasing {
        /// Counted from 1.
        step: usize,
        /// As written.
        targets: Share,
        /// How many targets run the new revision before it.
        before: u32,
    },
}

/// Compiles `strategy` with `checks` over a fleet.
///
/// Without a limit of its own (`max_unavailable` none), as many targets may be down as the largest wave has. Every wave
/// asks all of the checks, unless the strategy says which.
///
/// # Errors
/// When there is no target, the limits forbid every change or every success, the strategy does not suit the fleet, or a
/// check cannot be asked.
pub fn compile(
    (strategy, checks): (Strategy, Vec<Check>),
    fleet: &Fleet,
    limits: &Limits,
    max_unavailable: Option<u32>,
) -> Result<Plan, CompileError> {
    if fleet.targets.is_empty() {
        return Err(CompileError::NoTargets);
    }
    if max_unavailable == Some(0) {
        return Err(CompileError::NothingMayChange);
    }
    if limits.minimum_healthy >= limits.progress_deadline {
        return Err(CompileError::NeverPasses {
            minimum_healthy: limits.minimum_healthy,
            progress_deadline: limits.progress_deadline,
        });
    }
    asked::examine(&checks)?;
    let mut waves = waves(&strategy, fleet)?;
    asked::assign(&mut waves, &strategy, &checks)?;
    let largest = waves.iter().map(|wave| count(&wave.targets)).max();
    Ok(Plan {
        limits: Limits {
            max_unavailable: max_unavailable.or(largest).unwrap_or(1),
            ..limits.clone()
        },
        side_by_side: matches!(strategy, Strategy::BlueGreen(_) | Strategy::WorkerCanary(_)),
        strategy,
        waves,
        checks,
        jobs: Vec::new(),
    })
}

fn waves(strategy: &Strategy, fleet: &Fleet) -> Result<Vec<Wave>, CompileError> {
    let all = &fleet.targets;
    match strategy {
        Strategy::AllAtOnce => Ok(batches(all, Share::Percent(100), Millis(0), 0)),
        Strategy::Rolling(rolling) => Ok(batches(all, rolling.batch, rolling.bake, 0)),
        Strategy::Phased(phased) => phases(phased, fleet),
        Strategy::Canary(canary) => steps(canary, all),
        Strategy::Pilot(pilot) => cohort(pilot, fleet),
        Strategy::BlueGreen(blue_green) => Ok(beside_and_switch(blue_green, all)),
        Strategy::WorkerCanary(canary) => shares(canary, all),
    }
}

/// Waves of one size, called by their number after the first `named`.
fn batches(targets: &[Name], batch: Share, bake: Millis, named: usize) -> Vec<Wave> {
    let size = batch.of(count(targets)) as usize;
    let waves = targets.chunks(size.max(1)).enumerate();
    waves
        .map(|(i, targets)| wave(format!("wave {}", named + i + 1), targets, bake))
        .collect()
}

fn wave(title: String, targets: &[Name], bake: Millis) -> Wave {
    Wave {
        title,
        targets: targets.to_vec(),
        bake,
        passes_min: None,
        failures_max: None,
        then: Then::Cascade,
        checks: Vec::new(),
        traffic: None,
        instances: None,
    }
}

fn phases(phased: &Phased, fleet: &Fleet) -> Result<Vec<Wave>, CompileError> {
    if phased.rings.is_empty() {
        return Err(CompileError::Nothing("ring"));
    }
    let mut left = fleet.targets.clone();
    let mut waves = Vec::new();
    for phase in &phased.rings {
        let targets = take_ring(fleet, &phase.ring, &mut left)?;
        waves.push(phase_wave(phase, &targets));
    }
    if !left.is_empty() {
        waves.push(wave("the rest".to_owned(), &left, Millis(0)));
    }
    Ok(waves)
}

fn phase_wave(phase: &Phase, targets: &[Name]) -> Wave {
    let total = count(targets);
    let within = |bound: Threshold| bound.at_most(total);
    Wave {
        passes_min: phase.success.map(|bound| bound.at_least(total)),
        failures_max: phase.failures.map(within),
        then: phase.then,
        ..wave(format!("ring {}", phase.ring), targets, phase.bake)
    }
}

/// The targets of a ring that are still left, in the fleet's order; they are left no longer.
fn take_ring(fleet: &Fleet, ring: &Name, left: &mut Vec<Name>) -> Result<Vec<Name>, CompileError> {
    let members = fleet.rings.get(ring);
    let members = members.ok_or_else(|| CompileError::UnknownRing(ring.clone()))?;
    let (taken, others) = left.drain(..).partition(|name| members.contains(name));
    *left = others;
    let taken: Vec<Name> = taken;
    if taken.is_empty() {
        return Err(CompileError::EmptyRing(ring.clone()));
    }
    Ok(taken)
}

fn steps(canary: &Canary, targets: &[Name]) -> Result<Vec<Wave>, CompileError> {
    if canary.steps.is_empty() {
        return Err(CompileError::Nothing("step"));
    }
    let mut waves = Vec::new();
    let mut done = Done::default();
    for (i, step) in canary.steps.iter().enumerate() {
        let before = done.targets;
        done = done.after(step, i + 1, count(targets))?;
        let new = &targets[before as usize..done.targets as usize];
        waves.push(Wave {
            then: step.then,
            traffic: step.traffic,
            ..wave(format!("canary {step}"), new, step.bake)
        });
    }
    let rest = &targets[done.targets as usize..];
    let is_open = done.traffic.is_some_and(|traffic| traffic < Percent::ALL);
    if !rest.is_empty() || is_open {
        waves.push(Wave {
            traffic: done.traffic.map(|_| Percent::ALL),
            ..wave("the rest".to_owned(), rest, Millis(0))
        });
    }
    Ok(waves)
}

/// How far the steps of a canary are.
#[derive(Clone, Copy, Default)]
struct Done {
    targets: u32,
    traffic: Option<Percent>,
}

impl Done {
    /// After one more step, which grows in targets, in traffic, or in both.
    fn after(self, step: &Step, number: usize, total: u32) -> Result<Self, CompileError> {
        let targets = step.targets.map_or(self.targets, |share| share.of(total));
        let grows = targets > self.targets;
        if let Some(share) = step.targets.filter(|_| !grows) {
            return Err(CompileError::NotIncreasing {
                step: number,
                targets: share,
                before: self.targets,
            });
        }
        let shifts = step.traffic > self.traffic;
        if step.traffic.is_some() && !shifts || targets == 0 || !(grows || shifts) {
            return Err(CompileError::NoStep { step: number });
        }
        Ok(Self {
            targets,
            traffic: step.traffic.or(self.traffic),
        })
    }
}

fn beside_and_switch(blue_green: &BlueGreen, targets: &[Name]) -> Vec<Wave> {
    let beside = Wave {
        then: blue_green.then,
        traffic: Some(Percent::default()),
        ..wave("beside the old one".to_owned(), targets, blue_green.preview)
    };
    let switch = Wave {
        traffic: Some(Percent::ALL),
        ..wave("the switch".to_owned(), &[], blue_green.retire)
    };
    vec![beside, switch]
}

/// Every target changes with every wave, some of its instances each time.
fn shares(canary: &WorkerCanary, targets: &[Name]) -> Result<Vec<Wave>, CompileError> {
    if canary.steps.is_empty() {
        return Err(CompileError::Nothing("step"));
    }
    let mut waves = Vec::new();
    let mut before = Percent::default();
    for (i, step) in canary.steps.iter().enumerate() {
        if step.instances <= before || step.instances >= Percent::ALL {
            return Err(CompileError::NoShare {
                step: i + 1,
                instances: step.instances,
                before,
            });
        }
        before = step.instances;
        let new = if i == 0 { targets } else { &[] };
        waves.push(Wave {
            then: step.then,
            instances: Some(step.instances),
            ..wave(format!("{} of instances", step.instances), new, step.bake)
        });
    }
    waves.push(wave("all instances".to_owned(), &[], Millis(0)));
    Ok(waves)
}

fn cohort(pilot: &Pilot, fleet: &Fleet) -> Result<Vec<Wave>, CompileError> {
    let mut left = fleet.targets.clone();
    let targets = take_ring(fleet, &pilot.ring, &mut left)?;
    let first = Wave {
        then: Then::SignOff,
        ..wave(format!("pilot {}", pilot.ring), &targets, pilot.bake)
    };
    let mut waves = vec![first];
    waves.extend(batches(&left, pilot.batch, Millis(0), 1));
    Ok(waves)
}

fn count(targets: &[Name]) -> u32 {
    u32::try_from(targets.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
