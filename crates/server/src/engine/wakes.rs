//! Tells the other servers of one database what woke here, and wakes here what woke there.
//!
//! What is lost while the connection is lost is covered by the slow scans, and by waking everything once it is back.

use crate::app::{Bus, SharedApp};
use std::{error::Error, time::Duration};
use tidegate_store::{StoreError, Wakes};

/// The pause before the database is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Passes wake-ups on until the task is dropped.
pub(crate) async fn run(app: SharedApp) {
    if !app.store.is_shared() {
        return std::future::pending().await;
    }
    loop {
        if let Err(error) = listen(&app).await {
            tracing::warn!(error = &error as &dyn Error, "wakes.lost");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(app: &SharedApp) -> Result<(), StoreError> {
    let Some(wakes) = app.store.wakes().await? else {
        return Ok(());
    };
    app.bus.hear_all();
    pass_on(&app.bus, wakes).await
}

/// Until the connection is lost.
async fn pass_on(bus: &Bus, mut wakes: Wakes) -> Result<(), StoreError> {
    loop {
        tokio::select! {
            word = wakes.next() => match word.map(|word| word.parse()) {
                Some(Ok(wake)) => bus.hear(&wake),
                // A newer server may tell what means nothing here.
                Some(Err(_)) => {}
                None => return Err(StoreError::Closed),
            },
            untold = bus.untold() => {
                let words: Vec<String> = untold.iter().map(ToString::to_string).collect();
                wakes.tell(&words).await?;
            }
        }
    }
}
