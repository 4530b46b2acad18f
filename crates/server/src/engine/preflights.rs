//! Preflights that nobody has to ask for: where a deployment waits for nothing but a fresh one, its targets are looked at.

use super::LEASE;
use crate::app::{Error, Request, SharedApp, due_preflight};
use futures::FutureExt;
use std::time::Duration;
use tidegate_domain::id::DeploymentId;

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// Looks after every deployment until the task is dropped. One that cannot be looked at is tried again later.
pub(crate) async fn run(app: SharedApp, holder: String) {
    loop {
        if let Err(error) = all(&app, &holder).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "engine.preflights_failed");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn all(app: &SharedApp, holder: &str) -> Result<(), Error> {
    let running = app
        .store
        .read((), |tx, ()| Box::pin(tx.running_deployments()))
        .await?;
    for id in running {
        let made = match claimed(app, holder, id).await {
            Ok(Some(request)) => app.preflight_of(request, id).await.map(drop),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = made {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(deployment = id.0, error, "preflight.not_made");
        }
    }
    Ok(())
}

/// In whose name the targets of a deployment are to be looked at now, if they are, and no other server does.
async fn claimed(
    app: &SharedApp,
    holder: &str,
    id: DeploymentId,
) -> Result<Option<Request>, Error> {
    let due = app
        .store
        .read((app.clone(), id), |tx, (app, id)| {
            due_preflight(tx, app, *id).boxed()
        })
        .await?;
    let Some(request) = due else {
        return Ok(None);
    };
    let input = (format!("preflight-of/{id}"), holder.to_owned());
    let claimed = app.store.write(input, |tx, (name, holder)| {
        async move { Ok::<_, Error>(tx.take_lease(name, holder, LEASE).await?.is_some()) }.boxed()
    });
    Ok(claimed.await?.then_some(request))
}
