//! Making the new revision lie ready: on every target before anything changes, and on those that are tried again.

use super::{
    Decision, Effect, Event, Hold, Ordered, Split, Stage, TargetFacts, TargetRun, WaitingOn,
    decide::View,
    facts::Readiness,
    failures,
    gates::{self, Beginning},
    jobs, steps, traffic,
    verdict::{Verdict, preparation},
};
use crate::plan::When;

/// Nothing changes before every target is ready, or has failed within what the plan bears.
pub(super) fn preparing(view: &View<'_>, hold: Option<&Hold>) -> Decision {
    let mut decision = Decision::default();
    jobs::watch(view, &mut decision);
    let outstanding = targets(view, hold, &mut decision);
    if !decision.is_idle()
        || failures::fail(view, hold, &mut decision)
        || steps::answer(view, hold, &mut decision)
        || gates::block(view, hold, &mut decision)
    {
        return decision;
    }
    match hold {
        Some(hold) => {
            jobs::are_through(view, When::Before, Some(hold), &mut decision);
            decision.wait_for_person(hold);
        }
        None if outstanding.is_empty() => begin(view, &mut decision),
        None => decision
            .waiting_on
            .extend(WaitingOn::preparing(view, &outstanding)),
    }
    decision
}

/// All lie ready: what is to be done before the change is done, then the first wave starts, unless something keeps it back.
fn begin(view: &View<'_>, decision: &mut Decision) {
    decision.wait_for(view, gates::closed(view, Beginning::Change));
    let is_left = |ordered: &Ordered| ordered.split == Split::Unsettled;
    if decision.waiting_on.is_empty() && view.deployment.traffic.as_ref().is_some_and(is_left) {
        return traffic::even_out(view, decision);
    }
    let through = jobs::are_through(view, When::Before, None, decision);
    if through && decision.waiting_on.is_empty() {
        decision.events.push(Event::WaveStarted { wave: 0 });
    }
}

/// Has waiting targets prepare, unless there is a hold, and judges those that do; answers those that are not ready.
pub(super) fn targets<'a>(
    view: &View<'a>,
    hold: Option<&Hold>,
    decision: &mut Decision,
) -> Vec<(&'a TargetRun, &'a TargetFacts)> {
    let mut outstanding = Vec::new();
    for (target, run, facts) in view.targets() {
        match &run.stage {
            Stage::Waiting if hold.is_none() => {
                decision.events.push(Event::TargetPreparing { target });
                decision.effects.push(Effect::Prepare(target));
            }
            Stage::Preparing { since } => match preparation(view, facts, *since) {
                Verdict::Pass => decision.events.push(Event::TargetPrepared { target }),
                Verdict::Fail(reason) => {
                    decision.events.push(Event::TargetFailed { target, reason });
                }
                Verdict::Wait(until) => {
                    outstanding.push((run, facts));
                    until.into_iter().for_each(|at| decision.wake(at));
                }
            },
            // What it lacked has come to it after all.
            Stage::Failed {
                activated: false, ..
            } if facts.prepared == Some(Readiness::Ready) => {
                decision.events.push(Event::TargetPrepared { target });
            }
            Stage::Waiting
            | Stage::Prepared
            | Stage::Activating { .. }
            | Stage::Passed { .. }
            | Stage::Failed { .. }
            | Stage::Excluded { .. }
            | Stage::Restoring { .. }
            | Stage::Restored { .. }
            | Stage::Stuck { .. } => {}
        }
    }
    outstanding
}
