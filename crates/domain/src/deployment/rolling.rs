//! Going forward: preparing every target, then activating wave by wave.
//!
//! A wave is activated as far as `max_unavailable` leaves room, and it is over when enough of its targets have passed, or
//! each has passed or failed within the threshold, its bake time is past, and whoever has to sign it off has done so.
//! Targets of earlier waves are finished meanwhile and stay watched. A hold stops what would be begun, never the watching.

use super::{
    Cause, Decision, Effect, Event, Hold, Position, Stage, TargetFacts, TargetRun, WaitingOn,
    decide::View,
    facts::{Proof, Readiness},
};
use crate::{
    converge::Health,
    name::Name,
    plan::{OnFailure, Wave},
};
use jiff::Timestamp;

pub(super) fn preparing(view: &View<'_>, hold: Option<&Hold>) -> Decision {
    let mut decision = Decision::default();
    let limits = &view.deployment.plan.limits;
    let mut outstanding = Vec::new();
    for (position, run, facts) in view.targets() {
        match &run.stage {
            Stage::Waiting if hold.is_none() => {
                decision
                    .events
                    .push(Event::TargetPreparing { target: position });
                decision.effects.push(Effect::Prepare(position));
            }
            Stage::Preparing { since } => {
                match preparation(view, facts, *since) {
                    Verdict::Pass => decision
                        .events
                        .push(Event::TargetPrepared { target: position }),
                    Verdict::Fail(reason) => decision.events.push(Event::TargetFailed {
                        target: position,
                        reason,
                    }),
                    Verdict::Wait(_) => outstanding.push((run, facts)),
                }
                decision.wake(*since + limits.prepare_deadline.as_signed());
            }
            Stage::Failed {
                activated: false, ..
            } if facts.prepared == Some(Readiness::Ready) => {
                decision
                    .events
                    .push(Event::TargetPrepared { target: position });
            }
            Stage::Waiting
            | Stage::Prepared
            | Stage::Activating { .. }
            | Stage::Passed { .. }
            | Stage::Failed { .. }
            | Stage::Restoring { .. }
            | Stage::Restored { .. }
            | Stage::Stuck { .. } => {}
        }
    }
    if !decision.is_idle() || fail(view, hold, &mut decision) {
        return decision;
    }
    match hold {
        Some(hold) => decision
            .waiting_on
            .push(WaitingOn::Person { hold: hold.clone() }),
        None if outstanding.is_empty() => decision.events.push(Event::WaveStarted { wave: 0 }),
        None => decision
            .waiting_on
            .extend(WaitingOn::preparing(view, &outstanding)),
    }
    decision
}

pub(super) fn rolling(view: &View<'_>, wave: u32, hold: Option<&Hold>) -> Decision {
    let mut decision = Decision::default();
    judge(view, &mut decision);
    if !decision.is_idle() || fail(view, hold, &mut decision) {
        return decision;
    }
    if let Some(hold) = hold {
        decision
            .waiting_on
            .push(WaitingOn::Person { hold: hold.clone() });
        return decision;
    }
    let ready = activate(view, wave, &mut decision);
    if !decision.is_idle() {
        return decision;
    }
    let under_way: Vec<_> = view
        .targets()
        .filter(|(_, run, _)| matches!(run.stage, Stage::Activating { .. }))
        .map(|(_, run, facts)| (run, facts))
        .collect();
    let is_last = wave as usize + 1 >= view.deployment.plan.waves.len();
    let all_judged = under_way.is_empty() && !ready;
    if view.deployment.wave_is_over(wave) && (all_judged || !is_last) {
        finish_wave(view, wave, &mut decision);
    } else if under_way.is_empty() {
        let reason = "failed targets use up all that may be down at once".to_owned();
        decision.events.push(Event::Held { reason, by: None });
    } else {
        let waits = WaitingOn::activating(view, &under_way);
        decision.waiting_on.extend(waits);
    }
    decision
}

/// What the facts say of a target that is under way.
enum Verdict {
    Pass,
    Fail(String),
    /// Until something is heard, or this time comes.
    Wait(Option<Timestamp>),
}

/// Every target that was told to run the new revision is judged, whichever wave it belongs to.
fn judge(view: &View<'_>, decision: &mut Decision) {
    for (position, run, facts) in view.targets() {
        let target = position;
        match (&run.stage, activation(view, run, facts)) {
            (Stage::Activating { .. }, Verdict::Pass) => {
                decision.events.push(Event::TargetPassed { target });
            }
            (Stage::Activating { .. } | Stage::Passed { .. }, Verdict::Fail(reason)) => {
                decision.events.push(Event::TargetFailed { target, reason });
            }
            // It healed by itself before anybody acted.
            (
                Stage::Failed {
                    activated: true, ..
                },
                Verdict::Pass,
            ) => {
                decision.events.push(Event::TargetPassed { target });
            }
            (
                Stage::Activating { .. }
                | Stage::Failed {
                    activated: true, ..
                },
                Verdict::Wait(Some(at)),
            ) => {
                decision.wake(at);
            }
            _ => {}
        }
    }
}

fn preparation(view: &View<'_>, facts: &TargetFacts, since: Timestamp) -> Verdict {
    let deadline = view.deployment.plan.limits.prepare_deadline;
    match &facts.prepared {
        Some(Readiness::Ready) => Verdict::Pass,
        Some(Readiness::Failed(reason)) if facts.current => Verdict::Fail(reason.clone()),
        _ if view.is_past(since, deadline) => {
            Verdict::Fail(late(facts, "did not lie ready", deadline))
        }
        _ => Verdict::Wait(None),
    }
}

fn activation(view: &View<'_>, run: &TargetRun, facts: &TargetFacts) -> Verdict {
    let limits = &view.deployment.plan.limits;
    let arrived = facts.told == Some(run.after) && facts.current;
    let serves = arrived && facts.running == Some(run.after);
    let since = run.stage.under_way_since();
    match facts.health {
        Some(Health::Failed) if arrived => Verdict::Fail(facts.detail.clone()),
        // Before the first success an unhealthy component may still be starting; the deadline bounds that.
        Some(Health::Unhealthy) if serves && (facts.proof != Proof::None || since.is_none()) => {
            Verdict::Fail(facts.detail.clone())
        }
        // A target out of touch says nothing: what it last said is no proof that it still serves.
        Some(Health::Healthy) if serves && facts.connected && facts.proof == Proof::Proved => {
            Verdict::Pass
        }
        _ => match since {
            Some(since) if view.is_past(since, limits.progress_deadline) => {
                Verdict::Fail(late(facts, "was not healthy", limits.progress_deadline))
            }
            since => Verdict::Wait(since.map(|at| at + limits.progress_deadline.as_signed())),
        },
    }
}

fn late(facts: &TargetFacts, what: &str, deadline: crate::duration::Millis) -> String {
    if !facts.connected {
        return format!("its agent is not in touch and {what} within {deadline}");
    }
    let detail = if facts.detail.is_empty() {
        String::new()
    } else {
        format!(" ({})", facts.detail)
    };
    format!("{what} within {deadline}{detail}")
}

/// Too many failures lead to going back, or to a stop where the plan says so.
fn fail(view: &View<'_>, hold: Option<&Hold>, decision: &mut Decision) -> bool {
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

/// The failed targets with their reasons, if those of a wave are more than it bears, or those of all other waves
/// together more than the plan bears.
fn too_many_failed(view: &View<'_>) -> Option<Vec<(Name, String)>> {
    let plan = &view.deployment.plan;
    let runs = &view.deployment.targets;
    let has_failed = |run: &&TargetRun| matches!(run.stage, Stage::Failed { .. });
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

/// Activates as many targets of the waves so far as may be down at once; answers whether any still lies ready.
fn activate(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let disturbed = view.deployment.count(Stage::is_disturbed);
    let room = view.deployment.plan.limits.max_unavailable;
    let room = room.saturating_sub(disturbed) as usize;
    let ready = view.deployment.positioned();
    let ready = ready.filter(|(_, run)| run.wave <= wave && run.stage == Stage::Prepared);
    let ready: Vec<Position> = ready.map(|(position, _)| position).collect();
    for &target in ready.iter().take(room) {
        decision.events.push(Event::TargetActivated { target });
        decision.effects.push(Effect::Activate(target));
    }
    ready.len() > room
}

/// Once its bake time is past, and it is signed off if it has to be, the next begins, or this is the end.
fn finish_wave(view: &View<'_>, wave: u32, decision: &mut Decision) {
    let plan = &view.deployment.plan;
    let bake = plan
        .waves
        .get(wave as usize)
        .map(|w| w.bake)
        .unwrap_or_default();
    let last = view
        .deployment
        .wave(wave)
        .filter_map(|(_, run)| run.stage.judged_at());
    let until = last.max().map(|at| at + bake.as_signed());
    if let Some(until) = until.filter(|until| *until > view.now) {
        decision.waiting_on.push(WaitingOn::Bake { wave, until });
        decision.wake(until);
        return;
    }
    if ((wave + 1) as usize) < plan.waves.len() {
        if view.deployment.lacks_sign_off(wave) {
            decision.waiting_on.push(WaitingOn::SignOff { wave });
        } else {
            decision.events.push(Event::WaveStarted { wave: wave + 1 });
        }
        return;
    }
    let passed = view
        .deployment
        .count(|stage| matches!(stage, Stage::Passed { .. }));
    if passed as usize == view.deployment.targets.len() {
        decision.events.push(Event::Succeeded);
    } else {
        let failed = view.deployment.targets.len() - passed as usize;
        let reason =
            format!("{failed} failed targets are left; mend them and resume, roll back, or cancel");
        decision.events.push(Event::Held { reason, by: None });
    }
}
