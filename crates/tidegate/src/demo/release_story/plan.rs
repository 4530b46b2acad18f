//! The plans of both releases: what they are for, when they are to be live, and what has to be done.

use super::{
    RELEASED, VERSION, release_path,
    scene::{Scene, holds},
};
use crate::demo::DemoError;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use tidegate_cli::Client;
use tidegate_protocol::api::{PlanBeginRequest, ReleasePlanView, ReleaseRequest, TaskDeedRequest};

/// How a plan stands at the end.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    product: &'static str,
    tasks_done: usize,
    milestones_reached: Vec<String>,
    environments_booked: Vec<String>,
}

/// When both releases are to be live.
pub(super) fn target() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(2)
}

/// A moment as plans say it, in UTC.
pub(super) fn local(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

pub(super) async fn tell(scene: &Scene<'_>, target: Timestamp) -> Result<(), DemoError> {
    let page = format!("/products/storefront/releases/{VERSION}/planning");
    scene.act("Ada plans release 2.0.0 of both", &page);
    let ada = &scene.people.ada;
    for (product, template) in [("payments", "planned"), ("storefront", "announced")] {
        let release = ReleaseRequest {
            version: VERSION.to_owned(),
            components: BTreeMap::new(),
            draft: true,
        };
        ada.tell(&release_path(product, None), &release).await?;
        let plan = PlanBeginRequest {
            template: Some(template.to_owned()),
            target: Some(local(target)),
            time_zone: None,
        };
        let plan: ReleasePlanView = ada.post(&path(product), &plan).await?;
        scene.line(format_args!("{product}: {}", plan.sentence));
    }
    Ok(())
}

/// Somebody starts and finishes a task of a plan.
pub(super) async fn task_done(
    client: &Client,
    product: &str,
    (name, note): (&str, &str),
) -> Result<(), DemoError> {
    let plan: ReleasePlanView = client.get(&path(product)).await?;
    let mut tasks = plan.tasks.iter();
    let found = tasks.find(|it| it.name.as_deref() == Some(name));
    let task = found.ok_or_else(|| DemoError::Fact(format!("{product} has a task `{name}`")))?;
    for (deed, note) in [("start", ""), ("finish", note)] {
        let request = TaskDeedRequest {
            note: note.to_owned(),
            to: None,
        };
        let path = format!("/api/v1/tasks/{}/{deed}", task.id);
        client.tell(&path, &request).await?;
    }
    Ok(())
}

/// All tasks are done, and all milestones reached.
pub(super) async fn check(scene: &Scene<'_>) -> Result<Vec<Fact>, DemoError> {
    let mut facts = Vec::new();
    for (product, _) in RELEASED {
        let plan: ReleasePlanView = scene.fleet.client().get(&path(product)).await?;
        let open = plan.tasks.iter().find(|it| it.state != "done");
        holds(open.is_none(), || {
            format!("every task of {product} is done: {open:?}")
        })?;
        holds(plan.milestones.iter().all(|it| it.reached), || {
            format!("every milestone of {product} is reached")
        })?;
        facts.push(Fact {
            product,
            tasks_done: plan.tasks.len(),
            milestones_reached: plan.milestones.into_iter().map(|it| it.name).collect(),
            environments_booked: plan.bookings.into_iter().map(|it| it.environment).collect(),
        });
    }
    Ok(facts)
}

fn path(product: &str) -> String {
    format!("{}/plan", release_path(product, Some(VERSION)))
}
