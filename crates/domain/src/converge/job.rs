//! Jobs on a target: what it is told to do once, and what it says of that.
//!
//! A job is known by its [`JobKey`], which no other deployment shares. A **fence** orders the tries of one job: an
//! agent carries out each fence once, and none that is lower than one it has seen. A job must bear being run again all
//! the same: a host may die in the middle of it.

use super::DesiredState;
use crate::{duration::Millis, id::DeploymentId, plan::JobName, revision::RevisionId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a target is told to do once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Which.
    pub key: JobKey,
    /// The revision that says how; it lies ready.
    pub revision: RevisionId,
    /// Which try: a higher one ends a lower one first.
    pub fence: u64,
    /// It is stopped after this, by the agent's own clock, and has failed.
    pub deadline: Millis,
}

/// A job of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobKey {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The job.
    pub job: JobName,
}

/// What a target says of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobReport {
    /// Which.
    pub key: JobKey,
    /// Which try.
    pub fence: u64,
    /// How far it is.
    pub state: JobState,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum JobState {
    /// It has not begun.
    Waiting {
        /// For what, one sentence for people.
        why: String,
    },
    /// Its process runs.
    Running,
    /// Its process ended with status 0.
    Done,
    /// It did not.
    Failed {
        /// One sentence for people.
        reason: String,
    },
}

/// What a target knows of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalJob {
    /// The highest fence it has taken.
    pub fence: u64,
    /// Whether that one is over.
    pub ended: bool,
}

/// One thing to do about a job. Each is harmless when repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobStep {
    /// Take it, and see to it that it runs to its end; what runs of a lower fence ends first.
    Run(Job),
    /// Nobody wants it any more: end it if it runs, and forget it.
    Forget(JobKey),
}

impl JobState {
    /// Whether it is over.
    pub const fn has_ended(&self) -> bool {
        match self {
            Self::Waiting { .. } | Self::Running => false,
            Self::Done | Self::Failed { .. } => true,
        }
    }
}

/// What brings the jobs of one product from what is to what should be.
pub fn job_steps(desired: &DesiredState, local: &BTreeMap<JobKey, LocalJob>) -> Vec<JobStep> {
    let is_new = |job: &&Job| {
        let known = local.get(&job.key);
        known.is_none_or(|known| known.fence < job.fence)
    };
    let unwanted = |key: &&JobKey| !desired.jobs.iter().any(|job| job.key == **key);
    let forgets = local.keys().filter(unwanted).cloned().map(JobStep::Forget);
    let runs = desired.jobs.iter().filter(is_new).cloned();
    forgets.chain(runs.map(JobStep::Run)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    fn key(deployment: u64) -> JobKey {
        JobKey {
            deployment: DeploymentId(deployment),
            job: "web/migrate".parse().unwrap(),
        }
    }

    fn job(deployment: u64, fence: u64) -> Job {
        Job {
            key: key(deployment),
            revision: RevisionId(Digest::of(b"new")),
            fence,
            deadline: Millis::from_secs(60),
        }
    }

    fn told(jobs: &[Job]) -> DesiredState {
        DesiredState {
            jobs: jobs.to_vec(),
            ..DesiredState::nothing("shop".parse().unwrap(), Millis(0))
        }
    }

    fn known(fence: u64, ended: bool) -> BTreeMap<JobKey, LocalJob> {
        BTreeMap::from([(key(7), LocalJob { fence, ended })])
    }

    #[test]
    fn each_fence_is_carried_out_once_and_none_that_is_lower() {
        let asked = told(&[job(7, 2)]);
        let run = vec![JobStep::Run(job(7, 2))];
        assert_eq!(job_steps(&asked, &BTreeMap::new()), run);
        for ended in [false, true] {
            assert_eq!(job_steps(&asked, &known(1, ended)), run);
            assert_eq!(job_steps(&asked, &known(2, ended)), []);
            assert_eq!(job_steps(&asked, &known(3, ended)), []);
        }
    }

    #[test]
    fn what_nobody_wants_any_more_goes_before_anything_else_comes() {
        let steps = job_steps(&told(&[job(8, 1)]), &known(1, false));
        assert_eq!(steps, [JobStep::Forget(key(7)), JobStep::Run(job(8, 1))]);
        assert_eq!(
            job_steps(&told(&[]), &known(1, true)),
            [JobStep::Forget(key(7))]
        );
    }
}
