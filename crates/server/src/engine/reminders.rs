//! Reminds people of what falls to them and is due.

use crate::app::SharedApp;
use std::time::Duration;

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(300);
/// Releases that are to be looked back at are due in days, and finding them reads much: every so many looks.
const REVIEWS: u32 = 12;

/// Looks until the task is dropped. What fails is looked at again.
pub(crate) async fn run(app: SharedApp, holder: String) {
    for look in (0..REVIEWS).cycle() {
        if let Err(error) = app.remind(&holder, look == 0).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "engine.not_reminded");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
