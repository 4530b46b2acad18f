//! The jobs of a deployment in its record: how far each is, and what happens to it.

use super::{
    Deployment, Position, Status, Word,
    transition::{Illegal, illegal, without_own_hold},
};
use crate::{
    name::Name,
    plan::{JobName, PlannedJob, When},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A job of a deployment that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobRun {
    /// Which.
    pub job: JobName,
    /// Which try, counted from 1. Two are never under way at once.
    pub fence: u64,
    /// Where.
    pub target: Position,
    /// How far it is.
    pub stage: JobStage,
    /// When its first try ended: from then on what it can be undone until counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_ended: Option<Timestamp>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum JobStage {
    /// A target was told to run it.
    Running {
        /// When.
        since: Timestamp,
    },
    /// It is over.
    Ended {
        /// When.
        at: Timestamp,
        /// What came of it.
        outcome: JobOutcome,
        /// Whoever goes on although it did not succeed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accepted: Option<Word>,
    },
    /// A person wants it run again.
    Again {
        /// Who.
        by: Name,
        /// Since when.
        #[serde(default)]
        since: Timestamp,
    },
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum JobOutcome {
    /// Its process ended with status 0.
    Done,
    /// It did not.
    Failed {
        /// One sentence for people.
        reason: String,
    },
    /// Its target did not say in time; it may still run.
    Unknown {
        /// One sentence for people.
        reason: String,
    },
}

impl JobOutcome {
    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Why it did not succeed.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::Failed { reason } | Self::Unknown { reason } => Some(reason),
        }
    }
}

impl fmt::Display for JobOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("is done"),
            Self::Failed { reason } => write!(f, "failed: {reason}"),
            Self::Unknown { reason } => write!(f, "has an unknown outcome: {reason}"),
        }
    }
}

impl JobStage {
    /// Whether what waits for it may go on.
    pub const fn is_through(&self) -> bool {
        match self {
            Self::Ended {
                outcome, accepted, ..
            } => matches!(outcome, JobOutcome::Done) || accepted.is_some(),
            Self::Running { .. } | Self::Again { .. } => false,
        }
    }

    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Running { .. } => "running",
            Self::Ended {
                accepted: Some(_), ..
            } => "accepted",
            Self::Ended { outcome, .. } => outcome.word(),
            Self::Again { .. } => "again",
        }
    }
}

impl Deployment {
    /// How far a job is; none before it began.
    pub fn job_run(&self, job: &JobName) -> Option<&JobRun> {
        self.jobs.iter().find(|run| run.job == *job)
    }

    /// The jobs of its plan that run at some time.
    pub fn jobs_of(&self, when: When) -> impl Iterator<Item = &PlannedJob> {
        self.plan.jobs.iter().filter(move |job| job.when == when)
    }

    pub(super) fn begin_job(
        &mut self,
        (job, target): (&JobName, Position),
        since: Timestamp,
    ) -> Result<(), Illegal> {
        let illegal = illegal("job_started");
        let planned = self.plan.jobs.iter().find(|planned| planned.job == *job);
        let when = planned.map(|planned| planned.when);
        let suits = match (&self.status, when) {
            (_, None) => return Err(illegal("there is no such job")),
            (Status::Preparing { hold: None, .. }, Some(When::Before))
            | (Status::Rolling { hold: None, .. }, Some(When::After)) => true,
            _ => false,
        };
        if !suits || self.targets.len() <= target.0 as usize {
            return Err(illegal(self.status.word()));
        }
        let others = self.jobs.iter().filter(|run| run.job != *job);
        if others.into_iter().any(|run| !run.stage.is_through()) {
            return Err(illegal("another job is under way"));
        }
        let stage = JobStage::Running { since };
        match self.jobs.iter_mut().find(|run| run.job == *job) {
            None => self.jobs.push(JobRun {
                job: job.clone(),
                fence: 1,
                target,
                stage,
                first_ended: None,
            }),
            Some(run) if matches!(run.stage, JobStage::Again { .. }) => {
                (run.fence, run.target, run.stage) = (run.fence + 1, target, stage);
            }
            Some(_) => return Err(illegal("it began already")),
        }
        Ok(())
    }

    pub(super) fn end_job(
        &mut self,
        (job, outcome): (&JobName, &JobOutcome),
        at: Timestamp,
    ) -> Result<(), Illegal> {
        let illegal = illegal("job_ended");
        if matches!(self.status, Status::Requested) || self.status.is_terminal() {
            return Err(illegal(self.status.word()));
        }
        let run = self.jobs.iter_mut().find(|run| run.job == *job);
        let run = run.ok_or(illegal("it has not begun"))?;
        let unknown = matches!(
            run.stage,
            JobStage::Ended {
                outcome: JobOutcome::Unknown { .. },
                accepted: None,
                ..
            }
        );
        if !unknown && !matches!(run.stage, JobStage::Running { .. }) {
            return Err(illegal("it does not run"));
        }
        // It was under way when its deployment began to go back, whatever another server's clock says.
        let at = if let Status::RollingBack { since, .. } = self.status {
            at.max(since)
        } else {
            at
        };
        run.first_ended = run.first_ended.or(Some(at));
        run.stage = JobStage::Ended {
            at,
            outcome: outcome.clone(),
            accepted: None,
        };
        if unknown {
            // What it stopped for has come clear.
            self.go_on();
        }
        Ok(())
    }

    pub(super) fn retry_job(
        &mut self,
        (job, by): (&JobName, &Name),
        since: Timestamp,
    ) -> Result<(), Illegal> {
        let illegal = illegal("job_retried");
        let run = self.begun_job(job).map_err(&illegal)?;
        match &run.stage {
            JobStage::Ended { .. } if run.stage.is_through() => Err(illegal("it is through")),
            JobStage::Ended { .. } => {
                let by = by.clone();
                run.stage = JobStage::Again { by, since };
                self.go_on();
                Ok(())
            }
            JobStage::Running { .. } | JobStage::Again { .. } => Err(illegal("it is under way")),
        }
    }

    pub(super) fn accept_job(&mut self, job: &JobName, word: &Word) -> Result<(), Illegal> {
        let illegal = illegal("job_accepted");
        let run = self.begun_job(job).map_err(&illegal)?;
        match &mut run.stage {
            JobStage::Ended {
                outcome: JobOutcome::Failed { .. } | JobOutcome::Unknown { .. },
                accepted: accepted @ None,
                ..
            } => *accepted = Some(word.clone()),
            JobStage::Ended { .. } => return Err(illegal("it is through")),
            JobStage::Running { .. } | JobStage::Again { .. } => {
                return Err(illegal("it is under way"));
            }
        }
        self.go_on();
        Ok(())
    }

    /// What the engine stopped for a job or a check goes on when a person has dealt with it.
    pub(super) fn go_on(&mut self) {
        if let Some(status) = without_own_hold(&self.status) {
            self.status = status;
            self.forget_return();
        }
    }

    fn begun_job(&mut self, job: &JobName) -> Result<&mut JobRun, &'static str> {
        if !matches!(
            self.status,
            Status::Preparing { .. } | Status::Rolling { .. }
        ) {
            return Err(self.status.word());
        }
        let run = self.jobs.iter_mut().find(|run| run.job == *job);
        run.ok_or("it has not begun")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Cause, Event, check,
        sample::{plan, requested},
    };
    use super::*;
    use crate::{
        duration::Millis,
        plan::{Plan, Reversible},
    };

    /// Two servers, and the clock of the second is behind.
    #[test]
    fn a_job_that_ends_with_going_back_did_not_end_before_it() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let job: JobName = "web/migrate".parse().unwrap();
        let planned = PlannedJob {
            job: job.clone(),
            when: When::Before,
            reversible: Reversible::Until(Millis::from_secs(3)),
            deadline: Millis::from_secs(60),
        };
        let mut deployment = requested(Plan {
            jobs: vec![planned],
            ..plan(1, 1, &[])
        });
        let cause = Cause::Person {
            by: "ada".parse().unwrap(),
            reason: String::new(),
        };
        let (target, reason) = (Position(0), "its deployment went back".to_owned());
        let outcome = JobOutcome::Unknown { reason };
        let events = [
            (Event::Started, 0),
            (
                Event::JobStarted {
                    job: job.clone(),
                    target,
                },
                1,
            ),
            (Event::RollbackStarted { cause }, 20),
            (Event::JobEnded { job, outcome }, 12),
        ];
        for (event, seconds) in events {
            deployment.apply(&event, at(seconds)).unwrap();
        }
        assert_eq!(deployment.jobs[0].first_ended, Some(at(20)));
        assert_eq!(check::check(&deployment), Vec::<String>::new());
    }
}
