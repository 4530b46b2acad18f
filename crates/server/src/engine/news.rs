//! Begins the mails of what is new for people, when they are due.

use crate::app::SharedApp;
use std::time::Duration;

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(2);

/// Looks until the task is dropped. What fails is looked at again.
pub(crate) async fn run(app: SharedApp, holder: String) {
    loop {
        if let Err(error) = app.mail_news(&holder).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "engine.news_not_mailed");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
