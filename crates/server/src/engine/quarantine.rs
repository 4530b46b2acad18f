//! Tells the journal what goes into quarantine and leaves it.

use super::SCAN;
use crate::app::SharedApp;

/// Watches until the task is dropped. What fails is looked at again with the next scan.
pub(crate) async fn run(app: SharedApp, holder: String) {
    let mut seen = None;
    loop {
        match app.watch_quarantine(&holder, seen).await {
            Ok(now) => seen = now,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "quarantine.not_watched"
                );
            }
        }
        tokio::select! {
            () = app.registry.pushed() => {}
            () = tokio::time::sleep(SCAN) => {}
        }
    }
}
