//! Whether too many targets have failed, and what that leads to.

use super::{Cause, Decision, Event, Hold, TargetRun, decide::View};
use crate::{
    name::Name,
    plan::{OnFailure, Wave},
};

/// Too many failures lead to going back, or to a stop where the plan says so.
pub(super) fn fail(view: &View<'_>, hold: Option<&Hold>, decision: &mut Decision) -> bool {
    let Some(failed) = too_many_failed(view) else {
        return false;
    };
    let cause = Cause::Targets { failed };
    match view.deployment.plan.limits.on_failure {
        OnFailure::RollBack => decision.events.push(Event::RollbackStarted { cause }),
        OnFailure::Hold if hold.is_none() => {
            let reason = format!("too many targets failed: {cause}");
            decision.events.push(Event::Held { reason, by: None });
        }
        OnFailure::Hold => return false,
    }
    true
}

/// The failed targets that count, with their reasons, if those of a wave are more than it bears, or those of all other waves
/// together more than the plan bears.
fn too_many_failed(view: &View<'_>) -> Option<Vec<(Name, String)>> {
    let plan = &view.deployment.plan;
    let runs = &view.deployment.targets;
    let has_failed = |run: &&TargetRun| run.stage.counts_as_failed();
    let mut in_wave = vec![0u32; plan.waves.len()];
    for run in runs.iter().filter(has_failed) {
        if let Some(count) = in_wave.get_mut(run.wave as usize) {
            *count += 1;
        }
    }
    let waves = || plan.waves.iter().zip(&in_wave);
    let of_its_own =
        |(wave, count): (&Wave, &u32)| wave.failures_max.is_some_and(|max| *count > max);
    let without = waves().filter(|(wave, _)| wave.failures_max.is_none());
    let together: u32 = without.map(|(_, count)| count).sum();
    if together <= plan.limits.failures_max && !waves().any(of_its_own) {
        return None;
    }
    let told = |run: &TargetRun| Some((run.target.clone(), run.stage.reason()?.to_owned()));
    Some(runs.iter().filter(has_failed).filter_map(told).collect())
}
