//! The end of a wave: what it still waits for, and what comes after it.

use super::{
    Decision, Event, Stage, WaitingOn,
    decide::View,
    gates::{self, Beginning},
};

/// Once its bake time is past, and it is signed off if it has to be, the next begins, or this is the end.
pub(super) fn wave(view: &View<'_>, wave: u32, decision: &mut Decision) {
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
    if (wave + 1) as usize == plan.waves.len() {
        return end(view, decision);
    }
    if view.deployment.lacks_sign_off(wave) {
        decision.waiting_on.push(WaitingOn::SignOff { wave });
    }
    decision.wait_for(view, gates::calendar(view, Beginning::Wave));
    if decision.waiting_on.is_empty() {
        decision.events.push(Event::WaveStarted { wave: wave + 1 });
    }
}

/// After the last wave.
fn end(view: &View<'_>, decision: &mut Decision) {
    let count = |what: fn(&Stage) -> bool| view.deployment.count(what) as usize;
    let passed = count(|stage| matches!(stage, Stage::Passed { .. }));
    let excluded = view.deployment.excluded() as usize;
    let left = view.deployment.targets.len() - passed - excluded;
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
