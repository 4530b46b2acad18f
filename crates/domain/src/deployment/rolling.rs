//! Going forward: activating wave by wave.
//!
//! A wave is activated as far as `max_unavailable` leaves room, and it is over when enough of its targets have passed, or
//! each is judged and no more have failed than the plan bears. Targets of earlier waves are finished meanwhile and stay
//! watched; those that are tried again prepare first. A hold stops what would be begun, never the watching.

use super::{
    Decision, Effect, Event, Hold, Position, Stage, TargetRun, WaitingOn, baseline, checks,
    decide::View,
    failures, finish,
    gates::{self, Beginning},
    jobs, preparing, steps, traffic, trials,
    verdict::{Verdict, activation},
};
use crate::plan::When;

pub(super) fn rolling(view: &View<'_>, wave: u32, hold: Option<&Hold>) -> Decision {
    let mut decision = Decision::default();
    judge(view, &mut decision);
    baseline::watch(view, &mut decision);
    jobs::watch(view, &mut decision);
    trials::watch(view, &mut decision);
    let preparing = preparing::targets(view, hold, &mut decision);
    if !decision.is_idle()
        || failures::fail(view, hold, &mut decision)
        || steps::answer(view, hold, &mut decision)
        || gates::block(view, hold, &mut decision)
    {
        return decision;
    }
    if let Some(hold) = hold {
        checks::are_through(view, wave, Some(hold), &mut decision);
        jobs::are_through(view, When::After, Some(hold), &mut decision);
        decision.wait_for_person(hold);
        return decision;
    }
    let closed = gates::closed(view, Beginning::Target);
    // What may not change yet goes on receiving requests.
    let drained = closed.is_some() || traffic::is_drained(view, wave, &mut decision);
    if !decision.is_idle() {
        return decision;
    }
    let ready = match &closed {
        None if drained => activate(view, wave, &mut decision),
        _ => ready(view, wave).next().is_some(),
    };
    if !decision.is_idle() {
        return decision;
    }
    let activating: Vec<_> = view
        .targets()
        .filter(|(_, run, _)| matches!(run.stage, Stage::Activating { .. }))
        .map(|(_, run, facts)| (run, facts))
        .collect();
    let nothing_under_way = activating.is_empty() && preparing.is_empty();
    let is_last = wave as usize + 1 >= view.deployment.plan.waves.len();
    if view.deployment.wave_is_over(wave) && ((nothing_under_way && !ready) || !is_last) {
        finish::wave(view, wave, &mut decision);
    } else if nothing_under_way && closed.is_none() && drained {
        let reason = "targets that failed or did not come back use up all that may be down at once"
            .to_owned();
        decision.events.push(Event::Held { reason, by: None });
    } else {
        let waits = WaitingOn::activating(view, &activating).into_iter();
        let waits = waits.chain(WaitingOn::preparing(view, &preparing));
        decision.waiting_on.extend(waits);
        decision.wait_for(view, closed);
    }
    decision
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

/// Activates as many targets as may be down at once; answers whether any still lies ready.
fn activate(view: &View<'_>, wave: u32, decision: &mut Decision) -> bool {
    let room = view.deployment.room();
    // What is down already takes no more room.
    let is_down = |at: &Position| {
        let run = view.deployment.targets.get(at.0 as usize);
        run.is_some_and(TargetRun::is_refreshing)
    };
    let (down, up): (Vec<_>, Vec<_>) = ready(view, wave).partition(is_down);
    let mut ready = up.into_iter();
    for target in down.into_iter().chain(ready.by_ref().take(room)) {
        decision.events.push(Event::TargetActivated { target });
        decision.effects.push(Effect::Activate(target));
    }
    ready.next().is_some()
}

/// The targets of the waves so far on which the new revision lies ready, or more instances of it may start.
fn ready<'a>(view: &View<'a>, wave: u32) -> impl Iterator<Item = Position> + use<'a> {
    let deployment = view.deployment;
    let lies_ready = move |run: &TargetRun| run.wave <= wave && run.stage == Stage::Prepared;
    let ready = deployment.positioned();
    let ready = ready.filter(move |(_, run)| lies_ready(run) || deployment.lags(run, wave));
    ready.map(|(position, _)| position)
}
