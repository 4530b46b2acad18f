//! Components of several instances, and deployments that change a share of them.

use super::*;
use tidegate_domain::{
    plan::{Fleet, Limits, Strategy, compile},
    revision::Revision,
};

fn worker() -> Revision {
    let mut revision = samples::revision(8080);
    revision.components[0].instances = 4;
    revision
}

#[tokio::test]
async fn revisions_of_several_instances() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| tx.record_revision(&worker()).await?);
    };
    let revision = written("SELECT record FROM revisions", vec![], fill).await;
    check("revision-instances", &revision, &worker());
}

#[tokio::test]
async fn what_targets_of_several_instances_are_told_and_say() {
    let mut desired = samples::desired(8080);
    desired.instruction = samples::instruction(1);
    desired.active[0].instances = 3;
    let mut report = samples::report("serves");
    report.observed.active[0].instances = 3;
    report.observed.contract = 3;
    let both = (desired.clone(), report.clone());
    let record = told_and_said(TOLD, both.clone()).await;
    check("desired-instances", &record, &desired);
    let record = told_and_said(SAID, both).await;
    check("observed-instances", &record, &report);
}

#[tokio::test]
async fn deployments_that_change_a_share_of_the_instances() {
    let mut deployment = samples::deployment(1, "live");
    let fleet = Fleet {
        targets: deployment
            .targets
            .iter()
            .map(|run| run.target.clone())
            .collect(),
        ..Fleet::default()
    };
    let steps =
        r#"{"steps":[{"instances":"25%","bake":"1m"},{"instances":"50%","then":"sign-off"}]}"#;
    let strategy = Strategy::WorkerCanary(serde_json::from_str(steps).unwrap());
    let how = (strategy, Vec::new());
    deployment.plan = compile(how, &fleet, &Limits::default(), None).unwrap();
    for run in &mut deployment.targets {
        (run.wave, run.grown, run.slot) = (0, 1, Slot::Green);
    }
    let fill = |store: Store| {
        let deployment = deployment.clone();
        async move {
            commit!(store, deployment, |tx, deployment| tx
                .record_deployment_requested(deployment)
                .await?);
        }
    };
    let record = written("SELECT record FROM deployments", vec![], fill).await;
    let expected = Deployment {
        targets: Vec::new(),
        ..deployment.clone()
    };
    check("deployment-worker-canary", &record, &expected);
    let sql = "SELECT record FROM deployment_targets WHERE position = 0";
    let record = written(sql, vec![], fill).await;
    check("deployment-target-grown", &record, &deployment.targets[0]);
}
