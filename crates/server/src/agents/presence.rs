//! Who is in touch. An agent is, as long as a long poll of its is open or was a moment ago. This lives in memory; only
//! changes are written.

use crate::app::SharedApp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tidegate_store::TargetKey;
use tokio::time::Instant;

/// An agent without an open poll for this long is out of touch.
const GRACE: Duration = Duration::from_secs(3);

/// Open polls by target, and when the last of them ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence {
    seen: Arc<Mutex<BTreeMap<TargetKey, Seen>>>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    open: u32,
    last: Instant,
    known_connected: bool,
}

/// An open poll; dropping it ends it.
#[derive(Debug)]
pub(super) struct OpenPoll {
    presence: Presence,
    key: TargetKey,
}

impl Presence {
    /// A poll begins. Answers whether the agent was out of touch before.
    pub(super) fn begin(&self, key: &TargetKey) -> (OpenPoll, bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = seen.entry(key.clone()).or_insert(Seen {
            open: 0,
            last: Instant::now(),
            known_connected: false,
        });
        let is_new = !entry.known_connected;
        entry.open += 1;
        entry.last = Instant::now();
        entry.known_connected = true;
        (
            OpenPoll {
                presence: self.clone(),
                key: key.clone(),
            },
            is_new,
        )
    }

    /// Notices agents that fell silent, until the task is dropped. Those that were in touch with an earlier run of the
    /// server get the same grace.
    pub(super) async fn watch(self, app: SharedApp) {
        self.remember(&app).await;
        let mut tick = tokio::time::interval(GRACE / 6);
        loop {
            tick.tick().await;
            for key in self.take_silent() {
                if let Err(error) = app.connection_changed(&key, false, "").await {
                    tracing::error!(target = %key, error = &error as &dyn std::error::Error, "presence.not_kept");
                }
            }
        }
    }

    async fn remember(&self, app: &SharedApp) {
        let agents = app
            .store
            .read((), |tx, ()| Box::pin(tx.agents()))
            .await
            .unwrap_or_default();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for agent in agents.into_iter().filter(|agent| agent.connected) {
            seen.entry(agent.key).or_insert(Seen {
                open: 0,
                last: Instant::now(),
                known_connected: true,
            });
        }
    }

    fn take_silent(&self) -> Vec<TargetKey> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let silent =
            |seen: &Seen| seen.open == 0 && seen.known_connected && seen.last.elapsed() > GRACE;
        let mut keys = Vec::new();
        for (key, entry) in seen.iter_mut().filter(|(_, entry)| silent(entry)) {
            entry.known_connected = false;
            keys.push(key.clone());
        }
        keys
    }
}

impl Drop for OpenPoll {
    fn drop(&mut self) {
        let mut seen = self
            .presence
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = seen.get_mut(&self.key) {
            entry.open = entry.open.saturating_sub(1);
            entry.last = Instant::now();
        }
    }
}
