//! What is known of what messages wait for: a release's target and milestones by its plan, and what its deployments came to.

use super::super::{Error, planning};
use jiff::{Timestamp, Zoned};
use std::collections::BTreeMap;
use tidegate_domain::{
    communication::{Moment, Occasion, Occasions, message::About},
    deployment::{Deployment, Purpose, Status},
    id::DeploymentId,
    name::Name,
    planning::{PlanEdition, Task, TaskState},
    version::Version,
};
use tidegate_store::Tx;

/// The most deployments that are looked through, the newest.
const DEPLOYMENTS_MAX: u64 = 500;
/// How many of a deployment's entries are looked through at a time.
const ENTRIES: u64 = 2_000;
/// Below which all numbers are.
const END: u64 = u64::MAX >> 1;

/// When a release is to be live, by its plan.
pub(super) async fn target(tx: &mut Tx, about: &About) -> Result<Option<Zoned>, Error> {
    let About::Release(product, version) = about else {
        return Ok(None);
    };
    let plan = tx.newest_plan((product, version)).await?;
    Ok(plan.and_then(|it| it.plan.target().ok().flatten()))
}

/// All that is known.
pub(super) async fn occasions(tx: &mut Tx, about: &About) -> Result<Occasions, Error> {
    let mut known = Occasions::default();
    let About::Release(product, version) = about else {
        return Ok(known);
    };
    let (plan, tasks) = planning::around(tx, (product, version)).await?;
    if let Some((edition, schedule)) = plan {
        known.target = edition.plan.target().ok().flatten();
        known.zone = edition.plan.time_zone.clone();
        let reached = schedule.milestones.iter().filter(|it| it.is_reached);
        let reached = reached.map(|it| (it.name.clone(), since(&it.name, &edition, &tasks)));
        known.milestones = reached.collect();
    }
    known.deployments = deployments(tx, (product, version)).await?;
    Ok(known)
}

/// Since when a milestone is reached: since the last of its tasks was over.
fn since(milestone: &Name, edition: &PlanEdition, tasks: &[Task]) -> Timestamp {
    let own = edition.plan.tasks.iter();
    let own = own.filter(|it| it.milestone.as_ref() == Some(milestone));
    let over = own.filter_map(|planned| {
        let task = tasks
            .iter()
            .find(|it| it.name.as_ref() == Some(&planned.name));
        match &task?.state {
            TaskState::Done { at, .. }
            | TaskState::Skipped { at, .. }
            | TaskState::Dropped { at } => Some(*at),
            TaskState::Open | TaskState::Started { .. } => None,
        }
    });
    over.max().unwrap_or(edition.at)
}

/// What deployments of a release came to, the first of each.
async fn deployments(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<BTreeMap<(Name, Moment), Occasion>, Error> {
    let end = DeploymentId(END);
    let place = (Some(product), None);
    let mut all = tx.deployments_before(end, DEPLOYMENTS_MAX, place).await?;
    all.reverse();
    let mut known = BTreeMap::new();
    for deployment in all {
        let is_of = deployment.release == *version && deployment.purpose == Purpose::Promotion;
        if is_of {
            let began = began(tx, &deployment).await?;
            for (moment, occasion) in came_to(&deployment, began) {
                let key = (deployment.environment.clone(), moment);
                known.entry(key).or_insert(occasion);
            }
        }
    }
    Ok(known)
}

/// When it changed its first target; none if it did not, or not yet.
async fn began(tx: &mut Tx, deployment: &Deployment) -> Result<Option<Timestamp>, Error> {
    match &deployment.status {
        Status::Requested | Status::Preparing { .. } => return Ok(None),
        Status::Rolling { wave: 0, since, .. } => return Ok(Some(*since)),
        Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. }
        | Status::Succeeded { .. }
        | Status::RolledBack { .. }
        | Status::Failed { .. }
        | Status::Cancelled { .. }
        | Status::Superseded { .. } => {}
    }
    let subject = format!("deployment/{}", deployment.id);
    let (mut before, mut first) = (END, None);
    loop {
        let entries = tx.entries_before(before, ENTRIES, Some(&subject)).await?;
        for numbered in &entries {
            let entry = numbered.entry()?;
            if entry.action == "deployment.wave_started" {
                first = Some(entry.time);
            }
        }
        match entries.last() {
            Some(last) if entries.len() as u64 == ENTRIES => before = last.sequence,
            Some(_) | None => return Ok(first),
        }
    }
}

/// What it came to. One that ended without a wave changed nothing: it neither began nor went back, but may have failed.
fn came_to(deployment: &Deployment, began: Option<Timestamp>) -> Vec<(Moment, Occasion)> {
    let occasion = |at, reason| Occasion {
        began: began.unwrap_or(deployment.requested_at),
        at,
        reason,
    };
    let first = began.map(|at| (Moment::Began, occasion(at, None)));
    let last = match &deployment.status {
        Status::Succeeded { at } => Some((Moment::Succeeded, occasion(*at, None))),
        Status::RolledBack { cause, at } if began.is_some() => {
            Some((Moment::RolledBack, occasion(*at, Some(cause.to_string()))))
        }
        Status::Failed { cause, at } => {
            Some((Moment::Failed, occasion(*at, Some(cause.to_string()))))
        }
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::RolledBack { .. }
        | Status::Cancelling { .. }
        | Status::Cancelled { .. }
        | Status::Superseded { .. } => None,
    };
    [first, last].into_iter().flatten().collect()
}
