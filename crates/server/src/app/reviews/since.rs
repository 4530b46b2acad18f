//! What became of what actions are to change, since they were agreed on.

use super::{
    super::Error,
    past::{END, MOST},
    views,
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
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
    // Several actions may change one thing.
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut all = Vec::new();
    for task in tasks {
        let changes = task.improvement.as_ref().map(|it| &it.changes);
        let mut since = Vec::new();
        for change in changes.into_iter().flatten() {
            let word = change.to_string();
            if !known.contains_key(&word) {
                known.insert(word.clone(), look(tx, change).await?);
            }
            let found = known.get(&word).and_then(|it| it.since(task.at));
            since.extend(found.map(|found| (word, found)));
        }
        all.push(views::action(task, &since, now));
    }
    Ok(all)
}

/// How something is now.
struct Known {
    is_declared: bool,
    /// The number of its newest version, and since when it is there.
    newest: Option<(u64, Timestamp)>,
}

impl Known {
    fn since(&self, agreed: Timestamp) -> Option<ChangedSince> {
        ChangedSince::of(agreed, self.is_declared, self.newest)
    }
}

async fn look(tx: &mut Tx, change: &Improves) -> Result<Known, Error> {
    let declared: Option<Value> = tx.document(change.kind, change.name.as_str()).await?;
    Ok(Known {
        is_declared: declared.is_some(),
        newest: newest(tx, change).await?,
    })
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
