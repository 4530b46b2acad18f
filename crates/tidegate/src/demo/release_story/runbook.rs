//! The deployment plan of the storefront: a person does something before anything changes in live.

use super::{
    VERSION, release_path,
    scene::{Scene, holds, until},
};
use crate::demo::DemoError;
use serde::Serialize;
use tidegate_protocol::api::{
    ApprovalRequest, ApprovalsView, PlanSaveRequest, RunbookRequest, RunbookSavedView, RunbookView,
    StepDeedRequest, StepView, StepsView,
};

/// What people write into the deployment plan: a step of ben, and what whoever approves it wants to know.
const WRITTEN: &str = include_str!("runbook.yaml");

/// What was approved, and what was done by hand.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    deployment: u64,
    /// The hash of the deployment plan, which was approved with the rest.
    deployment_plan: String,
    approved_by: String,
    step: String,
}

pub(super) async fn tell(scene: &Scene<'_>) -> Result<(), DemoError> {
    let page = format!("/products/storefront/releases/{VERSION}/runbooks");
    scene.act("Ada writes down who does what when", &page);
    let ada = &scene.people.ada;
    let request = RunbookRequest::default();
    let _back: RunbookSavedView = ada.post(&path("back"), &request).await?;
    let begun: RunbookSavedView = ada.post(&path("forward"), &request).await?;
    let save = PlanSaveRequest {
        base: begun.edition,
        text: format!("{}\n{WRITTEN}", begun.text.trim_end()),
        dry_run: false,
    };
    let saved: RunbookSavedView = ada.put(&path("forward"), &save).await?;
    holds(saved.saved, || {
        format!("the deployment plan is saved: {saved:?}")
    })?;
    for (way, plan) in [
        ("forward", "the deployment plan"),
        ("back", "the backout plan"),
    ] {
        let view: RunbookView = ada.get(&path(way)).await?;
        scene.line(format_args!("{plan}: {}", view.sentence));
    }
    Ok(())
}

/// Cleo approves a deployment exactly as it is, by its hash.
pub(super) async fn approved(scene: &Scene<'_>, deployment: u64) -> Result<(), DemoError> {
    let cleo = &scene.people.cleo;
    let approvals: ApprovalsView = cleo.get(&approvals_path(deployment)).await?;
    let word = ApprovalRequest {
        note: "Read and approved.".to_owned(),
        parts: Some(approvals.parts),
    };
    let path = format!("/api/v1/deployments/{deployment}/approve");
    Ok(cleo.tell(&path, &word).await?)
}

/// Ben does his step once it is up.
pub(super) async fn conducted(scene: &Scene<'_>, deployment: u64) -> Result<(), DemoError> {
    let ben = &scene.people.ben;
    let path = format!("/api/v1/deployments/{deployment}/steps");
    until("the step of ben is up", async || {
        let steps: StepsView = ben.get(&path).await?;
        Ok(call(&steps).filter(|it| it.state == "ready").map(drop))
    })
    .await?;
    for (deed, note) in [("start", ""), ("finish", "They know, and wait for it.")] {
        let request = StepDeedRequest {
            note: note.to_owned(),
        };
        ben.tell(&format!("{path}/forward/call/{deed}"), &request)
            .await?;
    }
    Ok(())
}

/// Somebody else approved what was deployed, the deployment plan included; ben did his step.
pub(super) async fn check(scene: &Scene<'_>, deployment: u64) -> Result<Fact, DemoError> {
    let client = scene.fleet.client();
    let plan: RunbookView = client.get(&path("forward")).await?;
    holds(plan.findings.is_empty(), || {
        format!("nothing is missing in it: {:?}", plan.findings)
    })?;
    let approvals: ApprovalsView = client.get(&approvals_path(deployment)).await?;
    let mut hashes = approvals.hashes.iter();
    let bound =
        hashes.any(|it| it.part == "deployment plan" && it.hash.as_ref() == Some(&plan.hash));
    holds(bound, || {
        "the approval binds the deployment plan".to_owned()
    })?;
    let mut said = approvals.said.iter();
    let word = said.find(|it| it.by == "cleo" && it.verdict == "approved");
    holds(word.is_some(), || "cleo approved it".to_owned())?;
    let path = format!("/api/v1/deployments/{deployment}/steps");
    let steps: StepsView = client.get(&path).await?;
    let told = call(&steps).map(|it| it.told.clone()).unwrap_or_default();
    holds(told.starts_with("done by ben"), || {
        format!("ben did his step: {told}")
    })?;
    Ok(Fact {
        deployment,
        deployment_plan: plan.hash,
        approved_by: "cleo".to_owned(),
        step: told,
    })
}

/// The step of ben.
fn call(steps: &StepsView) -> Option<&StepView> {
    let forward = steps.runbooks.iter().find(|it| it.way == "forward")?;
    forward.timeline.steps.iter().find(|it| it.name == "call")
}

fn path(way: &str) -> String {
    let release = release_path("storefront", Some(VERSION));
    format!("{release}/runbooks/live/{way}")
}

fn approvals_path(deployment: u64) -> String {
    format!("/api/v1/deployments/{deployment}/approvals")
}
