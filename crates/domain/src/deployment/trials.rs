//! Checks that run a job: on a target that has passed, one run after the other. Each run, a trial, is one measurement.
//!
//! A trial that is not wanted any more is stopped, and nobody waits for what comes of it.

use super::{
    CheckRun, Decision, Deployment, Effect, Event, Illegal, JobOutcome, Measurement, Position,
    Reading, Stage, TargetFacts, TargetRun,
    decide::View,
    jobs::{as_told, said},
    transition::illegal,
};
use crate::{
    converge::{Job, JobState},
    duration::Millis,
    name::Name,
    plan::{ExecQuestion, JobName},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The last run of a job for a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Which job.
    pub job: JobName,
    /// Which run of it, counted from 1 over the whole deployment.
    pub fence: u64,
    /// Where.
    pub target: Position,
    /// After which wave, counted from 0.
    pub wave: u32,
    /// For which check.
    pub check: Name,
    /// For which of its measurements.
    pub number: u32,
    /// How far it is.
    pub stage: TrialStage,
}

/// How far a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum TrialStage {
    /// Its target was told to run it.
    Running {
        /// When.
        since: Timestamp,
    },
    /// Its target said how it ended.
    Ended,
    /// It was stopped, or not heard of in time. Whether its target has taken that is not known.
    Abandoned,
}

impl Deployment {
    /// The trial that is under way; there is one at most.
    pub(super) fn running_trial(&self) -> Option<(&Trial, Timestamp)> {
        self.trials.iter().find_map(|trial| match trial.stage {
            TrialStage::Running { since } => Some((trial, since)),
            TrialStage::Ended | TrialStage::Abandoned => None,
        })
    }

    /// What a target is to run for a check.
    pub(super) fn trial_on(&self, target: Position) -> Option<Job> {
        let (trial, _) = self.running_trial().filter(|(trial, _)| {
            let forward = self.status.goes_forward();
            forward && trial.target == target
        })?;
        Some(Job {
            key: self.job_key(&trial.job),
            revision: self.targets.get(target.0 as usize)?.after,
            fence: trial.fence,
            deadline: self.plan.check(&trial.check)?.timeout,
        })
    }

    /// Whether the check of a trial still waits for it.
    fn awaits(&self, trial: &Trial) -> bool {
        let here = self.status.wave() == Some(trial.wave);
        let run = self.check_run(trial.wave, &trial.check);
        let open = |run: &CheckRun| run.ended.is_none() && run.accepted.is_none();
        let on = self.targets.get(trial.target.0 as usize);
        let stays = |run: &TargetRun| matches!(run.stage, Stage::Passed { .. });
        here && run.is_some_and(open) && on.is_some_and(stays)
    }

    pub(super) fn begin_trial(
        &mut self,
        (check, number): (&Name, u32),
        (job, target): (&JobName, Position),
        since: Timestamp,
    ) -> Result<(), Illegal> {
        let illegal = illegal("trial_started");
        let wave = self.status.wave().ok_or(illegal(self.status.word()))?;
        if self.running_trial().is_some() {
            return Err(illegal("another is under way"));
        }
        let last = self.trials.iter().find(|trial| trial.job == *job);
        let trial = Trial {
            job: job.clone(),
            fence: last.map_or(0, |last| last.fence) + 1,
            target,
            wave,
            check: check.clone(),
            number,
            stage: TrialStage::Running { since },
        };
        if !self.awaits(&trial) {
            return Err(illegal("nobody waits for it"));
        }
        self.trials.retain(|trial| trial.job != *job);
        self.trials.push(trial);
        Ok(())
    }

    pub(super) fn end_trial(&mut self, job: &JobName, outcome: &JobOutcome) -> Result<(), Illegal> {
        let illegal = illegal("trial_ended");
        let is_it =
            |it: &&mut Trial| it.job == *job && matches!(it.stage, TrialStage::Running { .. });
        let trial = self.trials.iter_mut().find(is_it);
        let trial = trial.ok_or(illegal("it is not under way"))?;
        trial.stage = match outcome {
            JobOutcome::Done | JobOutcome::Failed { .. } => TrialStage::Ended,
            JobOutcome::Unknown { .. } => TrialStage::Abandoned,
        };
        Ok(())
    }
}

const STOPPED: &str = "it was stopped, because nobody waits for it any more";

/// Ends the trial that is under way once its target has said how it ended, its time is over, or nobody waits for it.
pub(super) fn watch(view: &View<'_>, decision: &mut Decision) {
    let deployment = view.deployment;
    let Some((trial, since)) = deployment.running_trial() else {
        return;
    };
    if !deployment.awaits(trial) {
        return end(view, trial, unknown(STOPPED), decision);
    }
    let facts = view.facts.targets.get(trial.target.0 as usize);
    let key = deployment.job_key(&trial.job);
    let report = facts.and_then(|facts| said((&key, trial.fence), facts));
    let outcome = match report.map(|report| &report.state) {
        Some(JobState::Done) => JobOutcome::Done,
        Some(JobState::Failed { reason }) => JobOutcome::Failed {
            reason: reason.clone(),
        },
        Some(JobState::Waiting { .. } | JobState::Running) | None => {
            let until = since + patience(deployment, trial).as_signed();
            if view.now < until {
                return decision.wake(until);
            }
            unknown("nothing was heard of its end in time")
        }
    };
    let number = trial.number;
    let measurement = Measurement {
        check: trial.check.clone(),
        number,
        at: view.now,
        reading: reading(trial, &outcome, deployment),
    };
    decision.measured.push((trial.wave, measurement));
    end(view, trial, outcome, decision);
}

/// As long as the job may take, and as long as a target may take to answer.
fn patience(deployment: &Deployment, trial: &Trial) -> Millis {
    let own = deployment.plan.check(&trial.check);
    let own = own.map_or(0, |check| check.timeout.0);
    let answers = deployment.plan.limits.progress_deadline.0;
    Millis(own.saturating_add(answers))
}

fn unknown(why: &str) -> JobOutcome {
    JobOutcome::Unknown {
        reason: why.to_owned(),
    }
}

fn reading(trial: &Trial, outcome: &JobOutcome, deployment: &Deployment) -> Reading {
    let on = deployment.targets.get(trial.target.0 as usize);
    let on = on.map_or("?", |run| run.target.as_str());
    let detail = format!("{} on {on} {outcome}", trial.job);
    match outcome {
        JobOutcome::Done => Reading::Answer { good: true, detail },
        JobOutcome::Failed { .. } => Reading::Answer {
            good: false,
            detail,
        },
        JobOutcome::Unknown { .. } => Reading::NoData { why: detail },
    }
}

fn end(view: &View<'_>, trial: &Trial, outcome: JobOutcome, decision: &mut Decision) {
    let job = trial.job.clone();
    decision.events.push(Event::TrialEnded { job, outcome });
    let on = view.deployment.targets.get(trial.target.0 as usize);
    let told = on.and_then(|run| as_told(run, trial.target));
    decision.effects.extend(told);
}

/// Off the way forward nobody waits for a trial.
pub(super) fn stop(view: &View<'_>, decision: &mut Decision) {
    if let Some((trial, _)) = view.deployment.running_trial() {
        end(view, trial, unknown(STOPPED), decision);
    }
}

/// Begins the next, on a target of the wave; on one of an earlier wave only while none of its own is in touch.
pub(super) fn begin(
    view: &View<'_>,
    (run, number): (&CheckRun, u32),
    exec: &ExecQuestion,
    decision: &mut Decision,
) {
    let begins = |event: &Event| matches!(event, Event::TrialStarted { .. });
    if view.deployment.running_trial().is_some() || decision.events.iter().any(begins) {
        return;
    }
    let in_touch = |(_, on, facts): &(Position, &TargetRun, &TargetFacts)| {
        facts.connected && matches!(on.stage, Stage::Passed { .. })
    };
    let (own, others): (Vec<_>, Vec<_>) = view
        .targets()
        .filter(in_touch)
        .partition(|(_, on, _)| on.last_wave() == run.wave);
    let among = if own.is_empty() { others } else { own };
    let is_idle = |facts: &TargetFacts| {
        let mut jobs = facts.jobs.iter();
        facts.current && jobs.all(|report| report.state.has_ended())
    };
    let Some((target, ..)) = among.into_iter().find(|(_, _, facts)| is_idle(facts)) else {
        return;
    };
    decision.events.push(Event::TrialStarted {
        check: run.check.clone(),
        number,
        job: exec.job.clone(),
        target,
    });
    decision.effects.push(Effect::Activate(target));
}

/// The targets that have not taken yet that a trial of theirs is to stop.
pub(super) fn stopping<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TargetRun> + use<'a> {
    let deployment = view.deployment;
    let unheard = view.targets().filter(|(_, _, facts)| !facts.current);
    let ran = move |position: Position| {
        let mut trials = deployment.trials.iter();
        trials.any(|trial| trial.target == position && trial.stage == TrialStage::Abandoned)
    };
    unheard
        .filter(move |(position, ..)| ran(*position))
        .map(|(_, run, _)| run)
}
