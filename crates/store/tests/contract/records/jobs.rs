//! The records of jobs: what a revision can be told to do once, who was told, and how far it is.

use super::{SAID, TOLD, check, told_and_said, written};
use crate::samples;
use tidegate_domain::{
    calendar::Edge,
    converge::{Job, JobKey, JobReport, JobState},
    deployment::{
        Against, Deployment, JobOutcome, JobRun, JobStage, NoReturn, Override, Position, Trial,
        TrialStage, Word,
    },
    duration::Millis,
    id::DeploymentId,
    plan::{JobName, Plan, PlannedJob, Reversible, When},
    revision::JobSettings,
};
use tidegate_store::Store;

#[tokio::test]
async fn what_targets_are_told_to_do_once_and_say_of_it() {
    let mut desired = samples::desired(8080);
    desired.instruction = samples::instruction(1);
    desired.jobs = vec![Job {
        key: key(),
        revision: samples::revision(8080).id(),
        fence: 2,
        deadline: Millis::from_secs(600),
    }];
    let mut report = samples::report("serves");
    let states = [
        JobState::Waiting {
            why: "a secret".into(),
        },
        JobState::Running,
        JobState::Done,
        JobState::Failed {
            reason: "exited with status 1".into(),
        },
    ];
    let said = |state| JobReport {
        key: key(),
        fence: 2,
        state,
    };
    report.observed.jobs = states.map(said).into();
    report.observed.contract = 2;
    let both = (desired.clone(), report.clone());
    let record = told_and_said(TOLD, both.clone()).await;
    check("desired-jobs", &record, &desired);
    let record = told_and_said(SAID, both).await;
    check("observed-jobs", &record, &report);
}

#[tokio::test]
async fn a_revision_with_a_job() {
    let mut revision = samples::revision(8080);
    revision.components[0].jobs = vec![JobSettings {
        name: samples::name("migrate"),
        command: vec!["./migrate".into(), "up".into()],
        environment: [("KEY".to_owned(), "${secret:key@1}".to_owned())].into(),
    }];
    let kept = revision.clone();
    let fill = |store: Store| async move {
        commit!(store, kept, |tx, kept| {
            tx.record_revision(kept).await?;
        });
    };
    let record = written("SELECT record FROM revisions", vec![], fill).await;
    check("revision-jobs", &record, &revision);
}

#[tokio::test]
async fn a_deployment_with_jobs_in_every_stage() {
    let sample = samples::deployment(1, "live");
    let reversible = [
        Reversible::Yes,
        Reversible::No,
        Reversible::Until(Millis::from_secs(1800)),
    ];
    let planned = |(number, reversible): (usize, Reversible)| PlannedJob {
        job: job(number),
        when: if number == 0 {
            When::Before
        } else {
            When::After
        },
        reversible,
        deadline: Millis::from_secs(600),
    };
    let run = |(number, stage): (usize, JobStage)| JobRun {
        job: job(number),
        fence: 1,
        target: Position(0),
        stage,
        first_ended: None,
    };
    let expected = Deployment {
        plan: Plan {
            jobs: reversible.into_iter().enumerate().map(planned).collect(),
            ..sample.plan
        },
        jobs: stages().into_iter().enumerate().map(run).collect(),
        inherited: Some(NoReturn {
            deployment: DeploymentId(3),
            job: job(0),
            from: jiff::Timestamp::UNIX_EPOCH,
        }),
        return_signed: Some(word()),
        targets: Vec::new(),
        ..sample
    };
    kept("deployment-jobs", &expected).await;
}

#[tokio::test]
async fn a_deployment_with_jobs_that_checks_asked_and_what_people_set_aside() {
    let sample = samples::deployment(1, "live");
    let at = samples::time(1);
    let stages = [
        TrialStage::Running { since: at },
        TrialStage::Ended,
        TrialStage::Abandoned,
    ];
    let trial = |(number, stage)| Trial {
        job: job(number),
        fence: 2,
        target: Position(0),
        wave: 1,
        check: samples::name("smoke"),
        number: 3,
        stage,
    };
    let set_aside = |against| Override {
        by: samples::name("ada"),
        reason: "the shop is down".into(),
        against,
        at,
        confirmed_by: Some(samples::name("bob")),
    };
    let against = Against {
        freezes: [(samples::name("year-end"), Edge::At(at))].into(),
        windows: Some(Edge::Never),
    };
    let planned = PlannedJob {
        job: job(0),
        when: When::Check,
        reversible: Reversible::Yes,
        deadline: Millis::from_secs(600),
    };
    let expected = Deployment {
        plan: Plan {
            jobs: vec![planned],
            ..sample.plan
        },
        trials: stages.into_iter().enumerate().map(trial).collect(),
        overrides: vec![set_aside(None), set_aside(Some(against))],
        targets: Vec::new(),
        ..sample
    };
    kept("deployment-trials", &expected).await;
}

/// A deployment's record, without its targets, which have their own.
async fn kept(name: &str, expected: &Deployment) {
    let kept = Deployment {
        targets: samples::deployment(1, "live").targets,
        ..expected.clone()
    };
    let fill = |store: Store| async move {
        commit!(store, kept, |tx, kept| {
            tx.record_deployment_requested(kept).await?;
        });
    };
    let record = written("SELECT record FROM deployments", vec![], fill).await;
    check(name, &record, expected);
}

fn stages() -> Vec<JobStage> {
    let at = samples::time(2);
    let ended = |outcome, accepted| JobStage::Ended {
        at,
        outcome,
        accepted,
    };
    let reason = "exited with status 1".to_owned();
    vec![
        JobStage::Running {
            since: samples::time(1),
        },
        ended(JobOutcome::Done, None),
        ended(
            JobOutcome::Failed {
                reason: reason.clone(),
            },
            Some(word()),
        ),
        ended(JobOutcome::Unknown { reason }, None),
        JobStage::Again {
            by: samples::name("ada"),
            since: jiff::Timestamp::UNIX_EPOCH,
        },
    ]
}

fn word() -> Word {
    Word {
        by: samples::name("ada"),
        reason: "done by hand".into(),
    }
}

fn job(number: usize) -> JobName {
    format!("web/job-{number}").parse().unwrap()
}

fn key() -> JobKey {
    JobKey {
        deployment: DeploymentId(7),
        job: job(0),
    }
}
