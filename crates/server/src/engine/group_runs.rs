//! Group runs that have not ended: what comes next for each, and what is said to its members.

use super::LEASE;
use crate::app::{
    Error, SharedApp, clearance,
    group_runs::{deployment, event_entry, existing},
    query::stands,
    steer,
};
use futures::FutureExt;
use tidegate_domain::{
    deployment::Event,
    group::{GroupRun, decide},
    id::GroupRunId,
};
use tidegate_store::Tx;

/// Decisions taken in one transaction at most; more follow in the next.
const PASSES_MAX: usize = 16;

/// Takes every group run as far as its members allow.
pub(super) async fn run_all(app: &SharedApp, holder: &str) {
    let ready = app
        .store
        .read(app.clone(), |tx, app| ready(tx, app).boxed())
        .await;
    let ready = match ready {
        Ok(ready) => ready,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            return tracing::error!(error, "engine.group_runs_failed");
        }
    };
    for id in ready {
        let input = (app.clone(), holder.to_owned(), id);
        let went = app
            .store
            .write(input, |tx, (app, holder, id)| {
                advance(tx, app, holder, *id).boxed()
            })
            .await;
        match went {
            Ok(true) => {
                app.bus.announce();
                app.bus.wake_engine();
            }
            // Another server drives it.
            Ok(false) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(group_run = id.0, error, "engine.group_run_failed");
            }
        }
    }
}

/// The group runs in which something comes next.
async fn ready(tx: &mut Tx, app: &SharedApp) -> Result<Vec<GroupRunId>, Error> {
    let mut ready = Vec::new();
    for group in tx.running_group_runs().await? {
        match stands(tx, app, &group).await {
            Ok(stands) if decide(&group, &stands).is_idle() => {}
            // What is wrong with one holds up no other.
            Ok(_) | Err(Error::Broken(_)) => ready.push(group.id),
            Err(other) => return Err(other),
        }
    }
    Ok(ready)
}

async fn advance(
    tx: &mut Tx,
    app: &SharedApp,
    holder: &str,
    id: GroupRunId,
) -> Result<bool, Error> {
    let lease = tx
        .take_lease(&format!("group-run/{id}"), holder, LEASE)
        .await?;
    let Some(lease) = lease else {
        return Ok(false);
    };
    tx.prove_lease(&lease).await?;
    let mut group = existing(tx, id).await?;
    for _ in 0..PASSES_MAX {
        let stands = stands(tx, app, &group).await?;
        let decision = decide(&group, &stands);
        if decision.is_idle() {
            break;
        }
        for event in &decision.events {
            let now = tx.now();
            group
                .apply(event, now)
                .map_err(|illegal| Error::Broken(format!("a decision is illegal: {illegal}")))?;
            let entry = event_entry(tx, "tidegate", &group, event);
            tx.record_entry(&entry).await?;
        }
        for (place, event) in &decision.orders {
            order(tx, app, &group, (*place, event)).await?;
        }
    }
    tx.record_group_run(&group).await?;
    Ok(true)
}

/// Says something to a member.
async fn order(
    tx: &mut Tx,
    app: &SharedApp,
    group: &GroupRun,
    (place, event): (u32, &Event),
) -> Result<(), Error> {
    let Some(member) = group.members.get(place as usize) else {
        return Ok(());
    };
    let before = deployment(tx, member).await?;
    let mut after = before.clone();
    after
        .apply(event, tx.now())
        .map_err(|illegal| Error::Broken(format!("an order is illegal: {illegal}")))?;
    tx.record_deployment_changed(&before, &after).await?;
    let entry = steer::event_entry(tx, "tidegate", &after, event);
    tx.record_entry(&entry).await?;
    clearance::note(tx, &app.gate, &after, event).await
}
