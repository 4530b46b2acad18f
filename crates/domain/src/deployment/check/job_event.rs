//! What the invariants ask of jobs at the moment of an event.

use super::event::calendar;
use crate::{
    calendar::InFlight,
    converge::JobState,
    deployment::{Deployment, Event, Facts, JobOutcome, Position, Stage, Status},
    plan::JobName,
};

/// What is wrong with `event`, as far as it is about jobs.
pub(super) fn event(before: &Deployment, event: &Event, facts: &Facts, faults: &mut Vec<String>) {
    if let Event::JobStarted { job, target } = event {
        let changes = matches!(before.status, Status::Preparing { .. });
        calendar(before, changes, InFlight::Finish, facts, faults);
        if before.status.hold().is_some() || facts.blocked.is_some() {
            faults.push(format!("job {job} began during a stop"));
        }
        alone(before, (job, *target), faults);
    }
    if let Event::JobEnded { job, outcome } = event {
        let run = before.jobs.iter().find(|run| run.job == *job);
        let tried = run.map(|run| (run.fence, run.target));
        said(before, (job, outcome), tried, facts, faults);
    }
    if let Event::TrialStarted { target, job, .. } = event {
        let on = &before.targets[target.0 as usize];
        if !matches!(on.stage, Stage::Passed { .. }) {
            faults.push(format!("{} does not run what job {job} tries", on.target));
        }
    }
    if let Event::TrialEnded { job, outcome } = event {
        let trial = before.trials.iter().find(|trial| trial.job == *job);
        let tried = trial.map(|trial| (trial.fence, trial.target));
        said(before, (job, outcome), tried, facts, faults);
    }
}

/// A try of a job may still run where the last one did: another target takes it only from one that is out of the scope.
fn alone(before: &Deployment, (job, target): (&JobName, Position), faults: &mut Vec<String>) {
    let last = before.jobs.iter().find(|run| run.job == *job);
    let Some(last) = last.filter(|last| last.target != target) else {
        return;
    };
    let left = before.targets.get(last.target.0 as usize);
    if !left.is_some_and(|run| matches!(run.stage, Stage::Excluded { .. })) {
        faults.push(format!("job {job} may run on two targets at once"));
    }
}

/// Invariant 7, of jobs: only the target itself says that one is done, and of this try.
fn said(
    before: &Deployment,
    (job, outcome): (&JobName, &JobOutcome),
    tried: Option<(u64, Position)>,
    facts: &Facts,
    faults: &mut Vec<String>,
) {
    if *outcome != JobOutcome::Done {
        return;
    }
    let known = tried.and_then(|(fence, at)| Some((fence, facts.targets.get(at.0 as usize)?)));
    let done = known.is_some_and(|(fence, known)| {
        known.jobs.iter().any(|report| {
            let same = report.key.job == *job && report.key.deployment == before.id;
            same && report.fence == fence && report.state == JobState::Done
        })
    });
    if !done {
        faults.push(format!("job {job} is done by nobody's word"));
    }
}
