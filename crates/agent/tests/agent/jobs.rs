//! What a target is told to do once.

use crate::{
    artifact::{Artifact, pack},
    stage::{Stage, eventually, lives, name},
    survival::{keepers, kill},
    wares::revision,
};
use std::{fs, path::PathBuf};
use tidegate_domain::{
    converge::{Job, JobKey, JobReport, JobState, ObservedState},
    duration::Millis,
    id::DeploymentId,
    revision::{JobSettings, Revision},
};

/// Notes that it begins, as which try, under which id; ends when it is let go, with what it is told to end with.
const SCRIPT: &[u8] = b"#!/bin/sh\necho \"$TIDEGATE_FENCE $$\" >> $OUT/begun\n\
    echo job $TIDEGATE_JOB of $TIDEGATE_DEPLOYMENT, not $TIDEGATE_SLOT\n\
    while [ ! -e $OUT/go ]; do sleep 0.02; done\nexit $(cat $OUT/go)\n";

/// A stage with a revision that has a job.
struct Yard {
    stage: Stage,
    out: tempfile::TempDir,
    revision: Revision,
}

impl Yard {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let artifact: Artifact = pack(&[("migrate", true, SCRIPT)]);
        stage.offer(&artifact);
        let out = tempfile::tempdir().unwrap();
        let mut revision = revision(&artifact, &["./migrate"]);
        let place = out.path().to_str().unwrap().to_owned();
        revision.components[0].jobs = vec![JobSettings {
            name: name("migrate"),
            command: vec!["./migrate".to_owned()],
            environment: [("OUT".to_owned(), place)].into(),
        }];
        Self {
            stage,
            out,
            revision,
        }
    }

    fn order(&mut self, fence: u64, deadline: Millis) {
        self.order_of(key(), fence, deadline);
    }

    fn order_of(&mut self, key: JobKey, fence: u64, deadline: Millis) {
        let job = Job {
            key,
            revision: self.revision.id(),
            fence,
            deadline,
        };
        self.stage.have_done(&self.revision, vec![job]);
    }

    /// Lets what runs end with this status.
    fn let_go(&self, status: u8) {
        let partial = self.out.path().join("partial");
        fs::write(&partial, status.to_string()).unwrap();
        fs::rename(partial, self.path("go")).unwrap();
    }

    fn path(&self, file: &str) -> PathBuf {
        self.out.path().join(file)
    }

    /// Every try that began, as which fence and under which id.
    fn begun(&self) -> Vec<(u64, u32)> {
        let text = fs::read_to_string(self.path("begun")).unwrap_or_default();
        let lines = text.lines().map(|line| {
            let (fence, pid) = line.split_once(' ').unwrap();
            (fence.parse().unwrap(), pid.parse().unwrap())
        });
        lines.collect()
    }

    async fn until_begun(&self, count: usize) -> (u64, u32) {
        eventually(async || self.begun().get(count - 1).copied()).await
    }

    async fn until_over(&self, fence: u64) -> JobState {
        let over = |report: &JobReport| {
            (&report.key, report.fence) == (&key(), fence) && report.state.has_ended()
        };
        let state = self.stage.until(|state| state.jobs.iter().any(over)).await;
        state.jobs.into_iter().find(over).unwrap().state
    }
}

fn key() -> JobKey {
    JobKey {
        deployment: DeploymentId(7),
        job: "web/migrate".parse().unwrap(),
    }
}

const LONG: Millis = Millis::from_secs(600);

#[tokio::test]
async fn a_job_runs_once_whoever_dies_beside_it() {
    let mut yard = Yard::new().await;
    yard.order(1, LONG);
    let (fence, pid) = yard.until_begun(1).await;
    assert_eq!(fence, 1);
    assert!(yard.stage.until_taken().await.knows_jobs());
    // Another instruction that names the same try changes nothing, and neither does the death of the agent.
    yard.order(1, LONG);
    yard.stage.until_taken().await;
    yard.stage.kill_agent().await;
    assert!(lives(pid));
    yard.let_go(0);
    eventually(async || (!lives(pid)).then_some(())).await;
    yard.stage.server.memory.observed.send_replace(vec![]);
    yard.stage.start_agent();
    assert_eq!(yard.until_over(1).await, JobState::Done);
    yard.stage.kill_agent().await;
    yard.stage.server.memory.observed.send_replace(vec![]);
    yard.stage.start_agent();
    assert_eq!(yard.until_over(1).await, JobState::Done);
    assert_eq!(yard.begun().len(), 1);
    let lines = yard.stage.logs_of_job("migrate").await;
    assert!(
        lines
            .iter()
            .any(|line| line.text == "job migrate of 7, not"),
        "{lines:?}"
    );

    // What nobody names any more is forgotten, and its keeper goes.
    let revision = yard.revision.clone();
    yard.stage.have_done(&revision, Vec::new());
    yard.stage.until(|state| state.jobs.is_empty()).await;
    let data = yard.stage.data();
    eventually(async || keepers(&data).is_empty().then_some(())).await;
}

#[tokio::test]
async fn a_job_that_fails_says_how() {
    let mut yard = Yard::new().await;
    yard.let_go(3);
    yard.order(1, LONG);
    let failed = JobState::Failed {
        reason: "exited with status 3".to_owned(),
    };
    assert_eq!(yard.until_over(1).await, failed);
    assert_eq!(yard.begun().len(), 1);
}

#[tokio::test]
async fn a_job_is_stopped_at_its_deadline() {
    let mut yard = Yard::new().await;
    yard.order(1, Millis(300));
    let late = JobState::Failed {
        reason: "did not end within 300 ms and was stopped".to_owned(),
    };
    assert_eq!(yard.until_over(1).await, late);
    let (_, pid) = yard.until_begun(1).await;
    assert!(!lives(pid));
}

#[tokio::test]
async fn a_higher_fence_ends_a_lower_one_first_and_a_lower_one_is_refused() {
    let mut yard = Yard::new().await;
    yard.order(1, LONG);
    let (_, first) = yard.until_begun(1).await;
    yard.order(3, LONG);
    let (fence, second) = yard.until_begun(2).await;
    assert_eq!(fence, 3);
    assert!(!lives(first) && lives(second));
    yard.order(2, LONG);
    let state: ObservedState = yard.stage.until_taken().await;
    assert_eq!(state.jobs[0].fence, 3);
    yard.let_go(0);
    assert_eq!(yard.until_over(3).await, JobState::Done);
    assert_eq!(yard.begun().len(), 2);
}

#[tokio::test]
async fn a_job_whose_keeper_died_is_begun_again_and_never_runs_twice_at_once() {
    let mut yard = Yard::new().await;
    yard.order(1, LONG);
    let (_, first) = yard.until_begun(1).await;
    kill(keepers(&yard.stage.data())[0]);
    let (fence, second) = yard.until_begun(2).await;
    assert_eq!(fence, 1);
    assert!(!lives(first) && lives(second));
    yard.let_go(0);
    assert_eq!(yard.until_over(1).await, JobState::Done);
}

#[tokio::test]
async fn the_job_of_the_next_deployment_begins_when_the_last_one_has_ended() {
    let mut yard = Yard::new().await;
    yard.order(1, LONG);
    let (_, first) = yard.until_begun(1).await;
    let next = JobKey {
        deployment: DeploymentId(8),
        ..key()
    };
    yard.order_of(next.clone(), 1, LONG);
    let (_, second) = yard.until_begun(2).await;
    assert!(!lives(first) && lives(second));
    let only = |state: &ObservedState| state.jobs.len() == 1 && state.jobs[0].key == next;
    yard.stage.until(only).await;
    yard.let_go(0);
    let done = |state: &ObservedState| {
        let mut jobs = state.jobs.iter();
        jobs.any(|report| report.key == next && report.state == JobState::Done)
    };
    yard.stage.until(done).await;
    assert_eq!(yard.begun().len(), 2);
}

#[tokio::test]
async fn an_agent_that_dies_while_it_ends_a_job_goes_on_ending_it() {
    let mut yard = Yard::new().await;
    yard.order(1, LONG);
    let (_, pid) = yard.until_begun(1).await;
    let data = yard.stage.data();
    // The keeper is gone, so that its end cannot be asked for before the agent dies.
    kill(keepers(&data)[0]);
    let revision = yard.revision.clone();
    yard.stage.have_done(&revision, Vec::new());
    yard.stage.until_taken().await;
    yard.stage.kill_agent().await;
    yard.stage.server.memory.observed.send_replace(vec![]);
    yard.stage.start_agent();
    yard.stage.until(|state| state.jobs.is_empty()).await;
    eventually(async || (!lives(pid)).then_some(())).await;
    eventually(async || keepers(&data).is_empty().then_some(())).await;
}

#[tokio::test]
async fn what_is_no_longer_wanted_is_ended() {
    let mut yard = Yard::new().await;
    yard.order(1, LONG);
    let (_, pid) = yard.until_begun(1).await;
    let revision = yard.revision.clone();
    yard.stage.have_done(&revision, Vec::new());
    eventually(async || (!lives(pid)).then_some(())).await;
    yard.stage.until(|state| state.jobs.is_empty()).await;
}
