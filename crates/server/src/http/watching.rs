//! Answers that go on for long: they look again whenever something changed, and whether whoever asks still may.

use crate::app::{Request, SharedApp};
use std::time::Duration;
use tokio::sync::watch;

/// How long somebody who was removed still sees anything.
const AT_LEAST_EVERY: Duration = Duration::from_secs(5);

/// Somebody who watches.
#[derive(Debug)]
pub(crate) struct Watching {
    /// What they watch.
    pub(crate) app: SharedApp,
    /// They, as they stood when they were last looked at.
    pub(crate) request: Request,
    changes: watch::Receiver<u64>,
    pace: Duration,
}

impl Watching {
    /// Begins to watch; changes from now on count. There are at least `pace` between two looks.
    pub(crate) fn new(app: SharedApp, request: Request, pace: Duration) -> Self {
        Self {
            changes: app.bus.changes(),
            app,
            request,
            pace,
        }
    }

    /// Waits until something may have changed. Nothing when the server ends, or whoever watches was removed or their
    /// session or token has ended.
    pub(crate) async fn again(&mut self) -> Option<()> {
        match tokio::time::timeout(AT_LEAST_EVERY, self.changes.changed()).await {
            Ok(Err(_)) => return None,
            Ok(Ok(())) => tokio::time::sleep(self.pace).await,
            Err(_) => {}
        }
        self.changes.mark_unchanged();
        self.request = self.app.renewed(&self.request).await.ok()??;
        Some(())
    }
}
