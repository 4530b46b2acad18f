//! When the jobs of a plan run, and what comes of them.
//!
//! One after the other, each on one target, the first in scope that is in touch. A try again stays where the last one was,
//! because that one may still run there; only a target that a person took out of the scope is left for another. None begins
//! while a target still says that it runs another.

use super::{
    Cause, Decision, Deployment, Effect, Event, Hold, JobOutcome, JobRun, JobStage, Position,
    Stage, Status, TargetFacts, TargetRun, WaitingOn, decide::View,
};
use crate::{
    converge::{JobKey, JobReport, JobState},
    name::{Name, listed},
    plan::{JobName, OnFailure, PlannedJob, When},
};
use jiff::Timestamp;

/// Notes how jobs ended that are under way, or whose outcome was unknown until now; whatever else goes on meanwhile.
pub(super) fn watch(view: &View<'_>, decision: &mut Decision) {
    for run in &view.deployment.jobs {
        let open = match &run.stage {
            JobStage::Running { since } => Some(Some(*since)),
            JobStage::Ended {
                outcome: JobOutcome::Unknown { .. },
                accepted: None,
                ..
            } => Some(None),
            JobStage::Ended { .. } | JobStage::Again { .. } => None,
        };
        let Some(since) = open else { continue };
        if let Some(outcome) = outcome(view, run, since) {
            // Whether it still runs is not known: whoever may have it keeps it until that is.
            let is_known = !matches!(outcome, JobOutcome::Unknown { .. });
            let job = run.job.clone();
            decision.events.push(Event::JobEnded { job, outcome });
            if is_known || is_excluded(view.deployment, run.target) {
                decision.effects.extend(told_last(view.deployment, run));
            }
        }
    }
}

/// How a job ended, if it has. `since` when it was begun; none when its outcome was unknown.
fn outcome(view: &View<'_>, run: &JobRun, since: Option<Timestamp>) -> Option<JobOutcome> {
    let facts = view.facts.targets.get(run.target.0 as usize);
    let key = view.deployment.job_key(&run.job);
    let said = facts.and_then(|facts| said((&key, run.fence), facts));
    match said.map(|report| &report.state) {
        Some(JobState::Done) => return Some(JobOutcome::Done),
        Some(JobState::Failed { reason }) => {
            let reason = reason.clone();
            return Some(JobOutcome::Failed { reason });
        }
        Some(JobState::Waiting { .. } | JobState::Running) | None => {}
    }
    let until = deadline(view, run, since?);
    if is_excluded(view.deployment, run.target) {
        let reason = "its target was excluded".to_owned();
        return Some(JobOutcome::Unknown { reason });
    }
    (view.now >= until).then(|| JobOutcome::Unknown {
        reason: format!("nothing was heard of its end by {until}"),
    })
}

/// When nothing is waited for any more: its own deadline, and as long as a target may take to answer.
fn deadline(view: &View<'_>, run: &JobRun, since: Timestamp) -> Timestamp {
    let limits = &view.deployment.plan.limits;
    let mut planned = view.deployment.plan.jobs.iter();
    let own = planned.find(|planned| planned.job == run.job);
    let own = own.map_or(limits.progress_deadline, |planned| planned.deadline);
    since + own.as_signed() + limits.progress_deadline.as_signed()
}

/// Whether all jobs of a time are through. If not, the decision says what happens or what is waited for. In a hold, and
/// where something else is waited for already, none begins; one that began is waited for.
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
                wait(view, (run, deadline(view, run, *since)), decision);
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
    let missing = match place(view, last) {
        Ok((target, effect)) => match unfinished(view) {
            None => {
                let job = planned.job.clone();
                decision.events.push(Event::JobStarted { job, target });
                decision.effects.push(effect);
                let taken = last.filter(|last| last.target != target);
                let taken = taken.and_then(|last| told_last(view.deployment, last));
                return decision.effects.extend(taken);
            }
            Some(missing) => missing,
        },
        Err(missing) => missing,
    };
    let limits = &view.deployment.plan.limits;
    let Some(since) = waits_since(view.deployment) else {
        return;
    };
    let patience = limits.prepare_deadline.as_signed() + limits.progress_deadline.as_signed();
    let until = since + patience;
    match missing {
        Missing::Target => {
            let reason = format!("job {} has no target that can run it now", planned.job);
            decision.events.push(Event::Held { reason, by: None });
        }
        Missing::Touch(targets) if view.now < until => {
            decision.wake(until);
            decision.waiting_on.push(WaitingOn::Agent {
                targets,
                obstacle: None,
                until,
            });
        }
        Missing::Touch(targets) => {
            let reason = format!(
                "job {} cannot begin: {} did not say that nothing else runs there",
                planned.job,
                listed(&targets)
            );
            decision.events.push(Event::Held { reason, by: None });
        }
    }
}

/// Since when a job could have begun, as far as nothing but targets kept it back.
fn waits_since(deployment: &Deployment) -> Option<Timestamp> {
    let (Status::Preparing { since, .. } | Status::Rolling { since, .. }) = deployment.status
    else {
        return None;
    };
    let opened = deployment.membership.as_ref().map(|it| it.opened_at);
    let jobs = deployment.jobs.iter().map(|run| match &run.stage {
        JobStage::Running { since } | JobStage::Again { since, .. } => *since,
        JobStage::Ended { at, .. } => *at,
    });
    jobs.chain(opened).chain([since]).max()
}

/// Why a job cannot begin yet.
enum Missing {
    /// No target is able to run it.
    Target,
    /// Targets that have to be heard of first.
    Touch(Vec<Name>),
}

/// Where a job runs, and what that target is told: what it was told last, with the job.
fn place(view: &View<'_>, last: Option<&JobRun>) -> Result<(Position, Effect), Missing> {
    let stays = last.map(|last| last.target);
    let stays = stays.filter(|at| !is_excluded(view.deployment, *at));
    let able = view.targets().filter(|(position, run, _)| {
        let suits = matches!(run.stage, Stage::Prepared | Stage::Passed { .. });
        suits && stays.is_none_or(|at| at == *position)
    });
    let able: Vec<_> = able.collect();
    let first = able.first().ok_or(Missing::Target)?;
    let in_touch = able.iter().find(|(_, _, facts)| facts.connected);
    let (position, run, facts) = in_touch.unwrap_or(first);
    if !facts.connected || !facts.current {
        return Err(Missing::Touch(vec![run.target.clone()]));
    }
    let effect = as_told(run, *position).ok_or(Missing::Target)?;
    Ok((*position, effect))
}

/// Targets in scope that still say that they run a job: of another deployment, or one that is not to run now.
fn unfinished(view: &View<'_>) -> Option<Missing> {
    let busy = view.targets().filter(|(position, _, facts)| {
        let open = facts.jobs.iter().any(|report| !report.state.has_ended());
        open && !is_excluded(view.deployment, *position)
    });
    let busy: Vec<_> = busy.map(|(_, run, _)| run.target.clone()).collect();
    (!busy.is_empty()).then_some(Missing::Touch(busy))
}

/// What a target is told that was told to do its part: nothing, where it is on its way back.
pub(super) fn as_told(run: &TargetRun, target: Position) -> Option<Effect> {
    match run.stage {
        Stage::Preparing { .. }
        | Stage::Prepared
        | Stage::Failed {
            activated: false, ..
        } => Some(Effect::Prepare(target)),
        Stage::Activating { .. }
        | Stage::Passed { .. }
        | Stage::Failed {
            activated: true, ..
        }
        | Stage::Excluded {
            activated: true, ..
        } => Some(Effect::Activate(target)),
        Stage::Excluded {
            activated: false, ..
        } => Some(Effect::Forget(target)),
        Stage::Waiting | Stage::Restoring { .. } | Stage::Restored { .. } | Stage::Stuck { .. } => {
            None
        }
    }
}

/// What the target of a job was told last, so that what it has to do once follows the record.
fn told_last(deployment: &Deployment, run: &JobRun) -> Option<Effect> {
    let on = deployment.targets.get(run.target.0 as usize)?;
    as_told(on, run.target)
}

fn is_excluded(deployment: &Deployment, target: Position) -> bool {
    let run = deployment.targets.get(target.0 as usize);
    run.is_none_or(|run| matches!(run.stage, Stage::Excluded { .. }))
}

fn wait(view: &View<'_>, (run, until): (&JobRun, Timestamp), decision: &mut Decision) {
    decision.wake(until);
    let Some((_, on, facts)) = view.targets().nth(run.target.0 as usize) else {
        return;
    };
    let key = view.deployment.job_key(&run.job);
    let said = said((&key, run.fence), facts).map(|report| &report.state);
    let detail = match (said, &facts.obstacle) {
        (_, Some(obstacle)) => obstacle,
        (_, None) if !facts.connected => "its agent is not in touch",
        (Some(JobState::Waiting { why }), None) => why,
        (None, None) if !facts.current => "it has not taken the instruction",
        (Some(_) | None, None) => "",
    };
    decision.waiting_on.push(WaitingOn::Job {
        job: run.job.clone(),
        target: on.target.clone(),
        detail: detail.to_owned(),
        until,
    });
}

/// Off the way forward, jobs that are under way end: their targets are told to stop them, and nobody waits for the outcome.
pub(super) fn stop(view: &View<'_>, why: &str, decision: &mut Decision) {
    for run in &view.deployment.jobs {
        if matches!(run.stage, JobStage::Running { .. }) {
            let (job, reason) = (run.job.clone(), why.to_owned());
            let outcome = JobOutcome::Unknown { reason };
            decision.events.push(Event::JobEnded { job, outcome });
            decision.effects.extend(told_last(view.deployment, run));
        }
    }
}

/// The targets that have not taken yet that a job of theirs is to stop.
pub(super) fn stopping<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TargetRun> + use<'a> {
    let deployment = view.deployment;
    let unheard = view.targets().filter(|(_, _, facts)| !facts.current);
    let ran = move |position: Position| {
        let mut runs = deployment.jobs.iter();
        runs.any(|run| {
            let unknown = matches!(
                run.stage,
                JobStage::Ended {
                    outcome: JobOutcome::Unknown { .. },
                    ..
                }
            );
            unknown && run.target == position
        })
    };
    unheard
        .filter(move |(position, ..)| ran(*position))
        .map(|(_, run, _)| run)
}

/// Takes jobs whose outcome nobody knows from the targets that may have them, at the end of a deployment.
pub(super) fn recall<'a>(view: &View<'a>) -> impl Iterator<Item = Effect> + use<'a> {
    let deployment = view.deployment;
    let unknown = |run: &&JobRun| {
        !matches!(
            run.stage,
            JobStage::Ended {
                outcome: JobOutcome::Done | JobOutcome::Failed { .. },
                ..
            }
        )
    };
    let runs = deployment.jobs.iter().filter(unknown);
    runs.filter_map(|run| told_last(deployment, run))
}

/// What the target says of this try; what it says of an earlier one does not count.
pub(super) fn said<'a>(
    (key, fence): (&JobKey, u64),
    facts: &'a TargetFacts,
) -> Option<&'a JobReport> {
    let mut reports = facts.jobs.iter();
    reports.find(|report| report.key == *key && report.fence == fence)
}

/// What a job that did not succeed leads to: of one that cannot be undone, what `no_return` makes of going back.
fn consequence(
    view: &View<'_>,
    (planned, outcome): (&PlannedJob, &JobOutcome),
    hold: Option<&Hold>,
) -> Option<Event> {
    let goes_back = view.deployment.plan.limits.on_failure == OnFailure::RollBack;
    if goes_back {
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
