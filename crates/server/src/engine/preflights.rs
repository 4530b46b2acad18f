//! Preflights that nobody has to ask for: where a deployment waits for nothing but a fresh one, its targets are looked at.

use super::LEASE;
use crate::app::{Error, Request, SharedApp, due_preflight};
use futures::FutureExt;
use jiff::Timestamp;
use std::{collections::BTreeMap, time::Duration};
use tidegate_domain::{id::DeploymentId, preflight};

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// When a preflight could not be made, of deployments that still wait.
type Refused = BTreeMap<DeploymentId, Timestamp>;

/// Looks after every deployment until the task is dropped. One that cannot be looked at is tried again later.
pub(crate) async fn run(app: SharedApp, holder: String) {
    let mut refused = Refused::new();
    loop {
        if let Err(error) = all(&app, &holder, &mut refused).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "engine.preflights_failed");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn all(app: &SharedApp, holder: &str, refused: &mut Refused) -> Result<(), Error> {
    let running = app
        .store
        .read((), |tx, ()| Box::pin(tx.running_deployments()))
        .await?;
    refused.retain(|id, _| running.contains(id));
    for id in running {
        let now = Timestamp::now();
        if !preflight::is_due(refused.get(&id).copied(), now) {
            continue;
        }
        if let Err(error) = make(app, holder, id).await {
            refused.insert(id, now);
            let error = &error as &dyn std::error::Error;
            tracing::warn!(deployment = id.0, error, "preflight.not_made");
        }
    }
    Ok(())
}

/// Looks at the targets of a deployment, if that is due and no other server does.
async fn make(app: &SharedApp, holder: &str, id: DeploymentId) -> Result<(), Error> {
    let due: Option<Request> = app
        .store
        .read((app.clone(), id), |tx, (app, id)| {
            due_preflight(tx, app, *id).boxed()
        })
        .await?;
    let Some(request) = due else {
        return Ok(());
    };
    let input = (format!("preflight-of/{id}"), holder.to_owned());
    let claimed = app.store.write(input, |tx, (name, holder)| {
        async move { Ok::<_, Error>(tx.take_lease(name, holder, LEASE).await?.is_some()) }.boxed()
    });
    match claimed.await? {
        true => app.preflight_of(request, id).await.map(drop),
        false => Ok(()),
    }
}
