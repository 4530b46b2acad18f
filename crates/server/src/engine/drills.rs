//! Rollback drills that run: the next leg of each, when its last one has ended.

use super::LEASE;
use crate::app::{
    Error, SharedApp,
    drills::{give_up, go_on, next_of},
};
use futures::FutureExt;
use tidegate_domain::{drill::Next, id::DrillId};
use tidegate_store::{StoreError, Tx};

/// Takes every drill as far as it goes.
pub(super) async fn run_all(app: &SharedApp, holder: &str) {
    let ready = match app.store.read((), |tx, ()| ready(tx).boxed()).await {
        Ok(ready) => ready,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "engine.drills_failed"
            );
            return;
        }
    };
    for id in ready {
        match step(app, holder, id).await {
            // What a leg begins is driven at once.
            Ok(()) => app.bus.wake_engine(),
            Err(error) => tracing::error!(
                drill = id.0,
                error = &error as &dyn std::error::Error,
                "engine.drill_failed"
            ),
        }
    }
}

/// The drills in which something comes next.
async fn ready(tx: &mut Tx) -> Result<Vec<DrillId>, Error> {
    let mut ready = Vec::new();
    for drill in tx.running_drills().await? {
        if next_of(tx, &drill).await?.0 != Next::Wait {
            ready.push(drill.id);
        }
    }
    Ok(ready)
}

/// One step further. What is refused leaves nothing behind, and ends the drill.
async fn step(app: &SharedApp, holder: &str, id: DrillId) -> Result<(), Error> {
    let input = (holder.to_owned(), app.gate.clone(), id);
    let went = app
        .store
        .write(input, |tx, (holder, gate, id)| {
            async move {
                if owns(tx, holder, *id).await? {
                    go_on(tx, gate, *id).await?;
                }
                Ok::<_, Error>(())
            }
            .boxed()
        })
        .await;
    let Err(Error::Refused { detail, .. }) = went else {
        return went;
    };
    let input = (holder.to_owned(), id, detail);
    app.store
        .write(input, |tx, (holder, id, reason)| {
            async move {
                if owns(tx, holder, *id).await? {
                    give_up(tx, *id, reason).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}

async fn owns(tx: &mut Tx, holder: &str, id: DrillId) -> Result<bool, StoreError> {
    let lease = tx.take_lease(&format!("drill/{id}"), holder, LEASE).await?;
    match lease {
        Some(lease) => tx.prove_lease(&lease).await.map(|()| true),
        None => Ok(false),
    }
}
