//! The sequencer: numbers journal entries where transactions commit side by side. One server at a time holds its lease.

use crate::app::{Error, SharedApp};
use futures::FutureExt;
use jiff::SignedDuration;
use std::time::Duration;

/// How long the lease lasts unless renewed.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// The pause when nothing waited.
const PAUSE: Duration = Duration::from_millis(50);

/// Numbers entries until the task is dropped.
pub(crate) async fn run(app: SharedApp, holder: String) {
    if !app.store.needs_sequencer() {
        return std::future::pending().await;
    }
    loop {
        match number(&app, &holder).await {
            Ok(0) => tokio::time::sleep(PAUSE).await,
            Ok(_) => app.bus.announce(),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "sequencer.failed");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn number(app: &SharedApp, holder: &str) -> Result<u64, Error> {
    app.store
        .write(holder.to_owned(), |tx, holder| {
            async move {
                match tx.take_lease("sequencer", holder, LEASE).await? {
                    Some(_) => Ok(tx.number_waiting_entries().await?),
                    None => Ok(0),
                }
            }
            .boxed()
        })
        .await
}
