//! The train: both releases are tested together in staging, and go live together, in the order in which they need each other.

use super::{
    RELEASED, VERSION, opening, plan,
    record::Record,
    runbook,
    scene::{Scene, holds, until},
};
use crate::demo::DemoError;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use tidegate_cli::follow::follow;
use tidegate_protocol::api::{
    DepartureView, GroupRunView, PlanSaveRequest, PlanSavedView, TrainView,
};

const PATH: &str = "/api/v1/trains/spring";

/// How both came to staging.
#[derive(Debug)]
pub(super) struct Staging {
    /// When the train left.
    left: Timestamp,
    /// Since when both run there together, by the integration check.
    together_since: Timestamp,
}

/// What the train did.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    pub(super) train: &'static str,
    pub(super) status: String,
    /// The hash of what went.
    pub(super) bill: String,
    /// Since when both ran together in staging, which live asks for.
    together_since: Timestamp,
    /// How many components of targets in live lay ready before anything changed there.
    prepared: usize,
    /// The products in the order in which they changed in live.
    pub(super) order: Vec<String>,
    /// The deployments to live, by product.
    pub(super) deployments: BTreeMap<String, u64>,
}

/// Both are in testing each by itself; then the train is planned, closed, and takes them to staging.
pub(super) async fn to_staging(scene: &Scene<'_>, target: Timestamp) -> Result<Staging, DemoError> {
    scene.act("Both go out by one train", "/trains/spring");
    let ben = &scene.people.ben;
    opening::deploy(ben, (VERSION, "testing")).await?;
    let left = Timestamp::now();
    save(scene, 0, (left, target)).await?;
    let ada = &scene.people.ada;
    let closed: TrainView = ada.post(&format!("{PATH}/close"), &()).await?;
    scene.line(closed.sentence);
    let (train, together_since) = until("both run together in staging", async || {
        let train: TrainView = ada.get(PATH).await?;
        let check = train.integration.as_ref();
        let held = check.filter(|it| it.holds && it.environment == "live");
        let since = held.and_then(|it| it.together_since);
        Ok(since.map(|since| (train, since)))
    })
    .await?;
    scene.line(train.sentence);
    Ok(Staging {
        left,
        together_since,
    })
}

/// The departure is moved up; people approve and do their part, and both arrive in live. Answers the group run that took them.
pub(super) async fn to_live(scene: &Scene<'_>, staging: &Staging) -> Result<u64, DemoError> {
    scene.act("It leaves for live", "/trains/spring");
    save(scene, 1, (staging.left, Timestamp::now())).await?;
    let run = until("the train is on its way to live", async || {
        let train: TrainView = scene.people.ada.get(PATH).await?;
        let is_next = |it: &DepartureView| it.environment == "live" && it.state == "under_way";
        let goes = train.departures.iter().any(is_next);
        Ok(train.group_run.filter(|_| goes))
    })
    .await?;
    let deployments = deployments(scene, run).await?;
    for id in deployments.values() {
        runbook::approved(scene, *id).await?;
    }
    if let Some(id) = deployments.get("storefront") {
        runbook::conducted(scene, *id).await?;
    }
    scene.line("cleo approved both by hash, and ben did his step");
    for id in deployments.values() {
        follow(scene.fleet.client(), scene.ui, *id).await?;
    }
    let arrived = until("the train has arrived", async || {
        let train: TrainView = scene.people.ada.get(PATH).await?;
        Ok((train.status == "arrived").then_some(train))
    })
    .await?;
    scene.line(arrived.sentence);
    Ok(run)
}

/// It arrived with what it was closed with: both were tested together, lay ready everywhere, and payments changed first.
pub(super) async fn check(
    scene: &Scene<'_>,
    (staging, run): (&Staging, u64),
) -> Result<Fact, DemoError> {
    let train: TrainView = scene.fleet.client().get(PATH).await?;
    holds(train.status == "arrived", || train.sentence.clone())?;
    let mut departures = train.departures.iter();
    let live = departures.find(|it| it.environment == "live" && it.state == "reached");
    let tested_in = live.and_then(|it| it.tested_in.as_deref());
    holds(tested_in == Some("staging"), || {
        "live asks for a test in staging".to_owned()
    })?;
    let [bill] = &train.bills[..] else {
        return Err(DemoError::Fact("what went never changed".to_owned()));
    };
    let deployments = deployments(scene, run).await?;
    let record = Record::of(scene.fleet, &deployments).await?;
    let (prepared, order) = (record.prepared()?, record.order()?);
    let expected = RELEASED.map(|(product, _)| product);
    holds(order == expected, || {
        format!("they changed in the order in which they need each other: {order:?}")
    })?;
    Ok(Fact {
        train: "spring",
        status: train.status,
        bill: bill.hash.clone(),
        together_since: staging.together_since,
        prepared,
        order,
        deployments,
    })
}

/// The deployments of a group run, by product.
async fn deployments(scene: &Scene<'_>, run: u64) -> Result<BTreeMap<String, u64>, DemoError> {
    let path = format!("/api/v1/group-runs/{run}");
    let run: GroupRunView = scene.fleet.client().get(&path).await?;
    let all = run.members.into_iter();
    Ok(all.map(|it| (it.product, it.deployment)).collect())
}

/// Ada saves the plan of the train with these departures for staging and live.
async fn save(
    scene: &Scene<'_>,
    base: u64,
    (staging, live): (Timestamp, Timestamp),
) -> Result<(), DemoError> {
    let members = RELEASED.map(|(it, _)| format!("- {{ product: {it}, release: {VERSION} }}\n"));
    let request = PlanSaveRequest {
        base,
        text: format!(
            "title: Spring\nowner: ada\ndepartures:\n- {{ environment: staging, at: {} }}\n\
             - {{ environment: live, at: {} }}\nmembers:\n{}",
            plan::local(staging),
            plan::local(live),
            members.concat()
        ),
        dry_run: false,
    };
    let path = format!("{PATH}/plan");
    let saved: PlanSavedView = scene.people.ada.put(&path, &request).await?;
    holds(saved.saved, || format!("the train is planned: {saved:?}"))
}
