//! What became of what actions are to change, since they were agreed on.

use super::{
    super::Error,
    past::{END, MOST},
    views,
};
use jiff::Timestamp;
use serde_json::Value;
use tidegate_domain::{
    catalog::Kind,
    planning::Task,
    review::{ChangedSince, Improves},
};
use tidegate_protocol::api::ReviewActionView;
use tidegate_store::Tx;

/// Actions as they are shown, each with what became of what it is to change.
pub(super) async fn actions<'a>(
    tx: &mut Tx,
    tasks: impl IntoIterator<Item = &'a Task>,
) -> Result<Vec<ReviewActionView>, Error> {
    let now = tx.now();
    let mut all = Vec::new();
    for task in tasks {
        let changes = task.improvement.as_ref().map(|it| &it.changes);
        let mut since = Vec::new();
        for change in changes.into_iter().flatten() {
            if let Some(found) = of(tx, change, task.at).await? {
                since.push((change.to_string(), found));
            }
        }
        all.push(views::action(task, &since, now));
    }
    Ok(all)
}

async fn of(
    tx: &mut Tx,
    change: &Improves,
    agreed: Timestamp,
) -> Result<Option<ChangedSince>, Error> {
    let declared: Option<Value> = tx.document(change.kind, change.name.as_str()).await?;
    let newest = newest(tx, change).await?;
    Ok(ChangedSince::of(agreed, declared.is_some(), newest))
}

/// The number of the newest version, and since when it is there. Controls and procedures have versions; of all else the journal says
/// how often it was changed.
async fn newest(tx: &mut Tx, change: &Improves) -> Result<Option<(u64, Timestamp)>, Error> {
    if change.kind == Kind::Control {
        let mut versions = tx.control_versions().await?;
        let newest = versions.remove(&change.name);
        return Ok(newest.map(|it| (it.version.into(), it.since)));
    }
    if change.kind == Kind::Procedure {
        let mut versions = tx.newest_procedure_versions().await?;
        let newest = versions.remove(&change.name);
        return Ok(newest.map(|it| (it.number.into(), it.at)));
    }
    let subject = format!("{}/{}", change.kind.as_str().to_lowercase(), change.name);
    let mut versions = Vec::new();
    for told in tx.entries_before(END, MOST, Some(&subject)).await? {
        let entry = told.entry()?;
        if entry.action == "catalog.changed" {
            versions.push(entry.time);
        }
    }
    let newest = versions.first().copied();
    Ok(newest.map(|at| (versions.len() as u64, at)))
}
