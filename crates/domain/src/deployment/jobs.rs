//! When the jobs of a plan run, and what comes of them.
//!
//! One after the other, each on one target, the first that is in scope. A try again stays where the last one was, because
//! that one may still run there; only a target that a person took out of the scope is left for another.

use super::{
    Cause, Decision, Deployment, Effect, Event, Hold, JobOutcome, JobRun, JobStage, Position,
    Stage, TargetFacts, WaitingOn, decide::View,
};
use crate::{
    converge::{JobKey, JobReport, JobState},
    plan::{JobName, OnFailure, PlannedJob, Reversible, When},
};
use jiff::Timestamp;

/// Whether all jobs of a time are through. If not, the decision says what happens or what is waited for. In a hold, and
/// where something else is waited for already, none begins; one that began is watched on.
pub(super) fn are_through(
    view: &View<'_>,
    when: When,
    hold: Option<&Hold>,
    decision: &mut Decision,
) -> bool {
    let kept_back = hold.is_some() || !decision.waiting_on.is_empty();
    for planned in view.deployment.jobs_of(when) {
        let run = view.deployment.job_run(&planned.job);
        match run.map(|run| (run, &run.stage)) {
            Some((_, stage)) if stage.is_through() => continue,
            None | Some((_, JobStage::Again { .. })) if kept_back => {}
            None => begin(view, (planned, None), decision),
            Some((run, JobStage::Again { .. })) => begin(view, (planned, Some(run)), decision),
            Some((run, JobStage::Running { since })) => {
                watch(view, (planned, run), *since, decision);
            }
            Some((_, JobStage::Ended { outcome, .. })) => {
                decision
                    .events
                    .extend(consequence(view, (planned, outcome), hold));
            }
        }
        return false;
    }
    true
}

fn begin(
    view: &View<'_>,
    (planned, last): (&PlannedJob, Option<&JobRun>),
    decision: &mut Decision,
) {
    let Some((target, effect)) = place(view.deployment, last) else {
        let reason = format!("job {} has no target that can run it now", planned.job);
        return decision.events.push(Event::Held { reason, by: None });
    };
    let job = planned.job.clone();
    decision.events.push(Event::JobStarted { job, target });
    decision.effects.push(effect);
    decision
        .effects
        .extend(last.and_then(|last| taken_from(view.deployment, last)));
}

/// Where a job runs, and what that target is told: what it was told last, with the job.
fn place(deployment: &Deployment, last: Option<&JobRun>) -> Option<(Position, Effect)> {
    let mut able = deployment.positioned().filter_map(|(target, run)| {
        let told = match run.stage {
            Stage::Prepared => Effect::Prepare(target),
            Stage::Passed { .. } => Effect::Activate(target),
            Stage::Waiting
            | Stage::Preparing { .. }
            | Stage::Activating { .. }
            | Stage::Failed { .. }
            | Stage::Excluded { .. }
            | Stage::Restoring { .. }
            | Stage::Restored { .. }
            | Stage::Stuck { .. } => return None,
        };
        Some((target, told))
    });
    let in_scope = |target: Position| {
        let run = deployment.targets.get(target.0 as usize);
        run.is_some_and(|run| !matches!(run.stage, Stage::Excluded { .. }))
    };
    match last.map(|last| last.target).filter(|at| in_scope(*at)) {
        Some(same) => able.find(|(target, _)| *target == same),
        None => able.next(),
    }
}

/// A job that was begun: it ends now, or is waited for.
fn watch(
    view: &View<'_>,
    (planned, run): (&PlannedJob, &JobRun),
    since: Timestamp,
    decision: &mut Decision,
) {
    let limits = &view.deployment.plan.limits;
    let until = since + planned.deadline.as_signed() + limits.progress_deadline.as_signed();
    let target = view.targets().nth(run.target.0 as usize);
    let said = target
        .as_ref()
        .and_then(|(_, _, facts)| said(view.deployment, run, facts));
    let excluded = target
        .as_ref()
        .is_none_or(|(_, run, _)| matches!(run.stage, Stage::Excluded { .. }));
    let outcome = match said.map(|report| &report.state) {
        Some(JobState::Done) => Some(JobOutcome::Done),
        Some(JobState::Failed { reason }) => Some(JobOutcome::Failed {
            reason: reason.clone(),
        }),
        _ if excluded => Some(JobOutcome::Unknown {
            reason: "its target was excluded".to_owned(),
        }),
        _ if view.now >= until => Some(JobOutcome::Unknown {
            reason: format!("nothing was heard of its end by {until}"),
        }),
        Some(JobState::Waiting { .. } | JobState::Running) | None => None,
    };
    if let Some(outcome) = outcome {
        let job = planned.job.clone();
        decision.events.push(Event::JobEnded { job, outcome });
        decision.effects.extend(taken_from(view.deployment, run));
        return;
    }
    decision.wake(until);
    decision
        .waiting_on
        .extend(target.map(|(_, on, _)| WaitingOn::Job {
            job: planned.job.clone(),
            target: on.target.clone(),
            detail: match said.map(|report| &report.state) {
                Some(JobState::Waiting { why }) => why.clone(),
                _ => String::new(),
            },
            until,
        }));
}

/// Takes jobs from targets to which nothing else is told at the end of a deployment.
pub(super) fn recall<'a>(view: &View<'a>) -> impl Iterator<Item = Effect> + use<'a> {
    let deployment = view.deployment;
    let running = deployment.jobs.iter();
    let running = running.filter(|run| matches!(run.stage, JobStage::Running { .. }));
    let passed = running.filter(|run| {
        let on = deployment.targets.get(run.target.0 as usize);
        on.is_some_and(|on| matches!(on.stage, Stage::Passed { .. }))
    });
    let passed = passed.map(|run| Effect::Activate(run.target));
    let left = deployment.jobs.iter();
    passed.chain(left.filter_map(|run| taken_from(deployment, run)))
}

/// What tells a target that was taken out of the scope to leave a job alone, should it ever come back.
fn taken_from(deployment: &Deployment, run: &JobRun) -> Option<Effect> {
    let on = deployment.targets.get(run.target.0 as usize)?;
    let Stage::Excluded { activated, .. } = on.stage else {
        return None;
    };
    Some(match activated {
        true => Effect::Activate(run.target),
        false => Effect::Forget(run.target),
    })
}

/// What the target says of this try; what it says of an earlier one does not count.
fn said<'a>(
    deployment: &Deployment,
    run: &JobRun,
    facts: &'a TargetFacts,
) -> Option<&'a JobReport> {
    let key = deployment.job_key(&run.job);
    let mut reports = facts.jobs.iter();
    reports.find(|report| report.key == key && report.fence == run.fence)
}

/// What a job that did not succeed leads to. One that cannot be undone never leads to going back.
fn consequence(
    view: &View<'_>,
    (planned, outcome): (&PlannedJob, &JobOutcome),
    hold: Option<&Hold>,
) -> Option<Event> {
    let goes_back = view.deployment.plan.limits.on_failure == OnFailure::RollBack;
    if goes_back && planned.reversible != Reversible::No {
        let cause = Cause::Job {
            job: planned.job.clone(),
            outcome: outcome.clone(),
        };
        return Some(Event::RollbackStarted { cause });
    }
    let reason = format!("job {} {outcome}", planned.job);
    let held = Event::Held { reason, by: None };
    hold.is_none().then_some(held)
}

impl Deployment {
    /// The key by which targets know one of its jobs.
    pub fn job_key(&self, job: &JobName) -> JobKey {
        JobKey {
            deployment: self.id,
            job: job.clone(),
        }
    }
}
