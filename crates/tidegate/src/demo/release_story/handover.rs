//! The storefront is given into other hands twice: to Operations, and to those who announce it.

use super::{
    VERSION, release_path,
    scene::{Scene, holds},
};
use crate::demo::DemoError;
use jiff::Timestamp;
use serde::Serialize;
use tidegate_cli::Client;
use tidegate_protocol::api::{
    ClearanceView, HandoverDeedRequest, HandoverItemRequest, HandoverRequest, HandoverView,
    HandoversView, PlanSaveRequest, PlanSavedView,
};

/// Who has it now, and since when.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    /// Who accepted it for Operations.
    operations: String,
    /// Who accepted it for Marketing.
    marketing: String,
    /// What the control `handed-over` found.
    control: String,
    live_since: Option<Timestamp>,
    pub(super) available_since: Option<Timestamp>,
}

/// What those of Operations have to know.
const SHEET: &str = "monitors:\n  - { name: load, title: How busy it is, link: \"https://watch.shop.example/load\" }\n";

/// Operations take it before it is live: a control asks for that.
pub(super) async fn to_operations(scene: &Scene<'_>) -> Result<(), DemoError> {
    let page = format!("/products/storefront/releases/{VERSION}/handovers/operations");
    scene.act("It is handed over to Operations", &page);
    let ada = &scene.people.ada;
    begun(ada, ("operations", "to-operations"), SHEET.to_owned()).await?;
    let done = HandoverItemRequest {
        note: "On Monday, for an hour.".to_owned(),
        link: None,
    };
    let item = format!("{}/items/training/done", path("operations"));
    ada.tell(&item, &done).await?;
    accepted(scene, &scene.people.olaf, "operations").await
}

/// Marketing take it once it is live: then it is generally available.
pub(super) async fn to_marketing(scene: &Scene<'_>) -> Result<(), DemoError> {
    let page = format!("/products/storefront/releases/{VERSION}/handovers/general-availability");
    scene.act("It is handed over to Marketing, and announced", &page);
    let now = Timestamp::now();
    let sheet = format!("announced: {now}\nvisible: All of it.\n");
    let kind = "general-availability";
    begun(&scene.people.ada, (kind, "to-marketing"), sheet).await?;
    accepted(scene, &scene.people.mia, kind).await
}

/// Ada begins a handover and writes its sheet.
async fn begun(
    ada: &Client,
    (kind, template): (&str, &str),
    sheet: String,
) -> Result<(), DemoError> {
    let request = HandoverRequest {
        template: Some(template.to_owned()),
        ..HandoverRequest::default()
    };
    let begun: HandoverView = ada.post(&path(kind), &request).await?;
    let save = PlanSaveRequest {
        base: begun.edition,
        text: sheet,
        dry_run: false,
    };
    let saved: PlanSavedView = ada.put(&path(kind), &save).await?;
    holds(saved.saved, || format!("the sheet is saved: {saved:?}"))
}

/// Ada offers it, and somebody of those who take it accepts exactly that.
async fn accepted(scene: &Scene<'_>, taker: &Client, kind: &str) -> Result<(), DemoError> {
    let path = path(kind);
    let offer = HandoverDeedRequest::default();
    let ada = &scene.people.ada;
    let offered: HandoverView = ada.post(&format!("{path}/offer"), &offer).await?;
    let word = HandoverDeedRequest {
        note: "We have it.".to_owned(),
        hash: Some(offered.hash),
        items: Vec::new(),
    };
    let accepted: HandoverView = taker.post(&format!("{path}/accept"), &word).await?;
    scene.line(accepted.sentence);
    Ok(())
}

/// Both are accepted as they are, a control asked for the first, and the release is generally available.
pub(super) async fn check(scene: &Scene<'_>, deployment: u64) -> Result<Fact, DemoError> {
    let path = format!("{}/handovers", release_path("storefront", Some(VERSION)));
    let view: HandoversView = scene.fleet.client().get(&path).await?;
    let dates = view.availability;
    holds(dates.state == "generally available", || {
        format!("it is generally available: {}", dates.sentence)
    })?;
    Ok(Fact {
        operations: taker(scene, "operations").await?,
        marketing: taker(scene, "general-availability").await?,
        control: control(scene, deployment).await?,
        live_since: dates.live_since,
        available_since: dates.available_since,
    })
}

/// Who accepted a handover, which is still as it was then.
async fn taker(scene: &Scene<'_>, kind: &str) -> Result<String, DemoError> {
    let view: HandoverView = scene.fleet.client().get(&path(kind)).await?;
    let word = view.accepted.filter(|_| view.state == "accepted");
    let missing = || DemoError::Fact(format!("it is accepted: {}", view.sentence));
    word.map(|it| it.by).ok_or_else(missing)
}

/// What the control that asks for the handover to Operations found of the deployment to live.
async fn control(scene: &Scene<'_>, deployment: u64) -> Result<String, DemoError> {
    let path = format!("/api/v1/deployments/{deployment}/controls");
    let clearance: ClearanceView = scene.fleet.client().get(&path).await?;
    let mut findings = clearance.findings.into_iter();
    let found = findings.find(|it| it.control == "handed-over");
    let found = found.ok_or_else(|| DemoError::Fact("a control was asked".to_owned()))?;
    holds(found.state == "holds" && found.mode == "enforce", || {
        format!("the control holds: {found:?}")
    })?;
    Ok(found.state)
}

fn path(kind: &str) -> String {
    let release = release_path("storefront", Some(VERSION));
    format!("{release}/handovers/{kind}")
}
