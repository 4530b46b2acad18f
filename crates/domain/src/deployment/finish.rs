//! The end of a wave: what it still waits for, and what comes after it.

use super::{
    Barrier, Decision, Effect, Event, JobRun, Stage, WaitingOn, baseline, checks,
    decide::View,
    gates::{self, Beginning},
    jobs, membership, steps, traffic,
};
use crate::{plan::When, runbook::Gate};

/// Once its bake time is past, its checks are through, and it is signed off if it has to be, the next begins, or this is
/// the end.
pub(super) fn wave(view: &View<'_>, wave: u32, decision: &mut Decision) {
    if !baseline::is_chosen(view, wave, decision)
        || !traffic::is_settled(view, wave, decision)
        || !baseline::stands(view, wave, decision)
    {
        return;
    }
    decision.wait_for(view, bake(view, wave));
    let through = checks::are_through(view, wave, None, decision);
    if !decision.is_idle() || !through || !decision.waiting_on.is_empty() {
        return;
    }
    if (wave + 1) as usize == view.deployment.plan.waves.len() {
        return end(view, decision);
    }
    if view.deployment.lacks_sign_off(wave) {
        decision.waiting_on.push(WaitingOn::SignOff { wave });
    }
    decision.wait_for(view, gates::closed(view, Beginning::Wave(wave + 1)));
    if decision.waiting_on.is_empty() {
        decision.events.push(Event::WaveStarted { wave: wave + 1 });
    }
}

/// The rest of the time that a wave is watched after it passed.
fn bake(view: &View<'_>, wave: u32) -> Option<WaitingOn> {
    let bake = view.deployment.plan.waves.get(wave as usize)?.bake;
    let judged = view
        .deployment
        .wave(wave)
        .filter_map(|(_, run)| run.stage.judged_at());
    let shifted = view
        .deployment
        .traffic
        .as_ref()
        .map(|ordered| ordered.since);
    let compared = view
        .deployment
        .targets
        .iter()
        .filter_map(|run| run.is_fresh_for(wave));
    let last = judged.chain(shifted).chain(compared).max();
    let until = last? + bake.as_signed();
    (until > view.now).then_some(WaitingOn::Bake { wave, until })
}

/// Whether the jobs after the last wave are through. To the calendar they are a wave of their own.
fn jobs_after(view: &View<'_>, decision: &mut Decision) -> bool {
    let mut planned = view.deployment.jobs_of(When::After);
    let is_through = |run: &JobRun| run.stage.is_through();
    let left = planned.any(|job| !view.deployment.job_run(&job.job).is_some_and(is_through));
    if left {
        decision.wait_for(view, gates::closed(view, Beginning::Jobs));
    }
    jobs::are_through(view, When::After, None, decision)
}

/// After the last wave.
fn end(view: &View<'_>, decision: &mut Decision) {
    let count = |what: fn(&Stage) -> bool| view.deployment.count(what) as usize;
    let passed = count(|stage| matches!(stage, Stage::Passed { .. }));
    let excluded = view.deployment.excluded() as usize;
    let left = view.deployment.targets.len() - passed - excluded;
    if left == 0 && passed > 0 {
        let closed = steps::closed(view, Gate::Finish);
        let closed = closed.or_else(|| membership::group(view, Barrier::Succeed));
        decision.wait_for(view, closed);
        if !decision.waiting_on.is_empty() || !jobs_after(view, decision) {
            return;
        }
    }
    if left == 0 && passed > 0 {
        decision.effects.extend(jobs::recall(view));
    }
    if left == 0 && passed > 0 && view.deployment.plan.side_by_side {
        // The old revision served until here, so that going back was a switch.
        let targets = view.deployment.positioned();
        let new = targets.filter(|(_, run)| matches!(run.stage, Stage::Passed { .. }));
        decision
            .effects
            .extend(new.map(|(target, _)| Effect::Retire(target)));
    }
    decision.events.push(match (left, passed) {
        (0, 1..) => Event::Succeeded,
        (0, 0) => Event::Held {
            reason: "every target is excluded, so there is nothing to succeed on; cancel it"
                .to_owned(),
            by: None,
        },
        (1.., _) => Event::Held {
            reason: match left {
                1 => "a failed target is left; retry or exclude it, or roll back".to_owned(),
                _ => format!("{left} failed targets are left; retry or exclude them, or roll back"),
            },
            by: None,
        },
    });
}
