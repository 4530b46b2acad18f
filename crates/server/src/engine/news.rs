//! Begins the mails of what is new for people, when they are due.
//!
//! It is woken by whatever changes, because something may be new for somebody; and it looks now and then, because the hour of
//! daily mails comes by itself.

use crate::app::SharedApp;
use std::time::Duration;
use tokio::time::sleep;

/// The slow scan: what is due is noticed after this at the latest.
const SCAN: Duration = Duration::from_secs(15);
/// However much happens, not more often than this.
const PACE: Duration = Duration::from_secs(5);

/// Looks until the task is dropped. What fails is looked at again.
pub(crate) async fn run(app: SharedApp, holder: String) {
    let mut changes = app.bus.changes();
    loop {
        if let Err(error) = app.mail_news(&holder).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "engine.news_not_mailed");
        }
        sleep(PACE).await;
        tokio::select! {
            _ = changes.changed() => {}
            () = sleep(SCAN.saturating_sub(PACE)) => {}
        }
    }
}
