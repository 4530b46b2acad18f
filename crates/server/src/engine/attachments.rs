//! Reads what is attached to artifacts, when it arrives.

use super::SCAN;
use crate::app::SharedApp;

/// Reads until the task is dropped. What fails waits for the next scan.
pub(crate) async fn run(app: SharedApp, holder: String) {
    loop {
        match app.read_attachments(&holder).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "attachments.unread"
                );
            }
        }
        tokio::select! {
            () = app.registry.attached() => {}
            () = tokio::time::sleep(SCAN) => {}
        }
    }
}
