//! Going back: every changed target returns to its previous revision. A deployment that takes back an earlier one does
//! nothing else, with all of its targets.
//!
//! Targets that failed go back first and all at once: they are down already, so nothing is lost. Healthy ones follow,
//! last changed first, as many at a time as may be down. If the previous revision fails too, nothing healthy is touched
//! any more and a person is called. Targets out of touch come last, so that they do not keep the others from going back;
//! they are not told at once either, because a broken line hides healthy targets.

use super::{
    Cause, Decision, Effect, Event, Position, Purpose, Stage, TargetFacts, TargetRun, WaitingOn,
    decide::View, jobs, steps, traffic, trials,
};
use crate::{converge::Health, revision::RevisionId, runbook::Gate};
use jiff::Timestamp;

pub(super) fn rolling_back(view: &View<'_>, cause: &Cause, began: Timestamp) -> Decision {
    let mut decision = Decision::default();
    jobs::stop(view, "its deployment went back", &mut decision);
    trials::stop(view, &mut decision);
    judge(view, began, &mut decision);
    if !decision.is_idle() {
        return decision;
    }
    if !has_begun(view) {
        decision.wait_for(view, steps::closed(view, Gate::Return));
        if !decision.waiting_on.is_empty() {
            return decision;
        }
    }
    match traffic::is_out_of_the_way(view, &mut decision) {
        Ok(true) if !old_revision_fails(view) => restore(view, &mut decision),
        Ok(true) => {}
        Ok(false) => return decision,
        Err(missing) => {
            // What is new goes on serving: stopping it would leave nobody to answer.
            decision.effects.extend(jobs::recall(view));
            decision.effects.extend(forget_prepared(view));
            decision.events.push(Event::Failed {
                cause: Cause::Rollback {
                    first: Box::new(cause.clone()),
                    stuck: missing,
                },
            });
            return decision;
        }
    }
    if decision.is_idle() {
        let under_way: Vec<_> = view
            .targets()
            .filter(|(_, run, _)| matches!(run.stage, Stage::Restoring { .. }))
            .map(|(_, run, facts)| (run, facts))
            .collect();
        if under_way.is_empty() {
            end(view, cause, &mut decision);
        } else {
            decision
                .waiting_on
                .extend(WaitingOn::restoring(view, &under_way));
        }
    }
    decision
}

/// What takes the new revision off the disk of targets that never ran it.
pub(super) fn forget_prepared<'a>(view: &View<'a>) -> impl Iterator<Item = Effect> + use<'a> {
    view.targets()
        .filter(|(_, run, _)| {
            matches!(
                run.stage,
                Stage::Preparing { .. }
                    | Stage::Prepared
                    | Stage::Failed {
                        activated: false,
                        ..
                    }
                    | Stage::Excluded {
                        activated: false,
                        ..
                    }
            )
        })
        .map(|(position, _, _)| Effect::Forget(position))
}

/// What was excluded after it had been told to change is told to go back like the others; nobody waits for it.
fn recall_excluded<'a>(view: &View<'a>) -> impl Iterator<Item = Effect> + use<'a> {
    let excluded = view.targets().filter(|(_, run, _)| {
        matches!(
            run.stage,
            Stage::Excluded {
                activated: true,
                ..
            }
        )
    });
    excluded.map(|(position, _, _)| Effect::Restore(position))
}

/// A target out of touch is given up when its deadline, counted from when going back `began`, is past: it has no further
/// one of its own after all the others.
fn judge(view: &View<'_>, began: Timestamp, decision: &mut Decision) {
    let deadline = view.deployment.plan.limits.progress_deadline;
    for (target, run, facts) in view.targets() {
        let Stage::Restoring { since, .. } = run.stage else {
            continue;
        };
        let since = if facts.connected { since } else { began };
        let home = view.deployment.home(run);
        let arrived = facts.told == home && facts.current;
        if arrived && is_back(home, facts) {
            decision.events.push(Event::TargetRestored { target });
        } else if arrived && facts.health == Some(Health::Failed) {
            let reason = format!("the previous revision fails too: {}", facts.detail);
            decision.events.push(Event::TargetStuck {
                target,
                reason,
                old_fails: true,
            });
        } else if view.is_past(since, deadline) {
            let (reason, old_fails) = stuck(facts, arrived, deadline);
            decision.events.push(Event::TargetStuck {
                target,
                reason,
                old_fails,
            });
        } else {
            decision.wake(since + deadline.as_signed());
        }
    }
}

/// Whether a target is on its way back, or there.
fn has_begun(view: &View<'_>) -> bool {
    let is_going = |stage: &Stage| {
        matches!(
            stage,
            Stage::Restoring { .. } | Stage::Restored { .. } | Stage::Stuck { .. }
        )
    };
    view.deployment.count(is_going) > 0
}

fn is_back(home: Option<RevisionId>, facts: &TargetFacts) -> bool {
    match home {
        Some(home) => facts.running == Some(home) && facts.health == Some(Health::Healthy),
        None => facts.health.is_none_or(|health| health == Health::Stopped),
    }
}

fn stuck(facts: &TargetFacts, arrived: bool, deadline: crate::duration::Millis) -> (String, bool) {
    if let Some(obstacle) = facts.obstacle.as_ref().filter(|_| !arrived) {
        let reason = format!("{obstacle}; it did not answer within {deadline}");
        (reason, false)
    } else if !facts.connected {
        (
            format!("its agent is not in touch and did not answer within {deadline}"),
            false,
        )
    } else if arrived {
        (
            format!(
                "the previous revision was not healthy within {deadline} ({})",
                facts.detail
            ),
            true,
        )
    } else {
        (
            format!("it did not accept the instruction within {deadline}"),
            false,
        )
    }
}

fn old_revision_fails(view: &View<'_>) -> bool {
    view.deployment.count(|stage| {
        matches!(
            stage,
            Stage::Stuck {
                old_fails: true,
                ..
            }
        )
    }) > 0
}

fn restore(view: &View<'_>, decision: &mut Decision) {
    let changed: Vec<_> = view
        .targets()
        .filter(|(_, run, _)| view.deployment.must_go_back(run))
        .collect();
    let broken: Vec<Position> = changed
        .iter()
        .filter(|(_, run, facts)| is_down(run, facts))
        .map(|t| t.0)
        .collect();
    if !broken.is_empty() {
        return order(&broken, true, decision);
    }
    let first_ones_out = view.targets().any(|(_, run, facts)| {
        facts.connected && matches!(run.stage, Stage::Restoring { failed: true, .. })
    });
    if first_ones_out {
        return;
    }
    let down = view
        .deployment
        .count(|stage| matches!(stage, Stage::Restoring { failed: false, .. }));
    let room = view
        .deployment
        .plan
        .limits
        .max_unavailable
        .saturating_sub(down)
        .max(u32::from(down == 0));
    let (in_touch, out_of_touch): (Vec<_>, Vec<_>) = changed
        .iter()
        .rev()
        .partition(|(_, _, facts)| facts.connected);
    let next: Vec<Position> = in_touch
        .iter()
        .chain(&out_of_touch)
        .take(room as usize)
        .map(|(position, _, _)| *position)
        .collect();
    order(&next, false, decision);
}

/// Whether a changed target serves nobody: it failed, broke after it had passed, or is on its way and not healthy yet.
fn is_down(run: &TargetRun, facts: &TargetFacts) -> bool {
    let failed = matches!(
        run.stage,
        Stage::Failed {
            activated: true,
            ..
        }
    );
    let on_its_way = matches!(run.stage, Stage::Activating { .. });
    let broken = matches!(facts.health, Some(Health::Unhealthy | Health::Failed));
    failed || broken || (on_its_way && facts.health != Some(Health::Healthy))
}

fn order(targets: &[Position], failed: bool, decision: &mut Decision) {
    for &target in targets {
        decision
            .events
            .push(Event::TargetRestoring { target, failed });
        decision.effects.push(Effect::Restore(target));
    }
}

fn end(view: &View<'_>, cause: &Cause, decision: &mut Decision) {
    decision.effects.extend(jobs::recall(view));
    decision.effects.extend(forget_prepared(view));
    decision.effects.extend(recall_excluded(view));
    traffic::even_out(view, decision);
    let stuck: Vec<_> = view
        .deployment
        .targets
        .iter()
        .filter(|run| matches!(run.stage, Stage::Stuck { .. }))
        .filter_map(|run| Some((run.target.clone(), run.stage.reason()?.to_owned())))
        .collect();
    let nothing_changed = view
        .deployment
        .count(|stage| matches!(stage, Stage::Restored { .. }))
        == 0;
    decision.events.push(match cause {
        _ if !stuck.is_empty() => Event::Failed {
            cause: Cause::Rollback {
                first: Box::new(cause.clone()),
                stuck,
            },
        },
        _ if matches!(view.deployment.purpose, Purpose::Rollback { .. }) => Event::Succeeded,
        Cause::Targets { .. } | Cause::Job { .. } if nothing_changed => Event::Failed {
            cause: cause.clone(),
        },
        Cause::Targets { .. }
        | Cause::Job { .. }
        | Cause::Check { .. }
        | Cause::Balancers { .. }
        | Cause::Group { .. }
        | Cause::Decision { .. }
        | Cause::Person { .. }
        | Cause::Rollback { .. } => Event::RolledBack,
    });
}

/// The latest moment at which going back is over, from what is known now; for people, not for decisions.
pub(super) fn deadline(view: &View<'_>, since: Timestamp) -> Timestamp {
    since + view.deployment.plan.limits.progress_deadline.as_signed()
}
