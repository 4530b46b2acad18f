//! Wake-ups. They carry no data: whoever wakes reads the truth again, and a slow scan covers what was lost.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_store::TargetKey;
use tokio::sync::{Notify, watch};

/// Who is woken by what.
#[derive(Debug)]
pub struct Bus {
    engine: Notify,
    changes: watch::Sender<u64>,
    targets: Mutex<BTreeMap<TargetKey, Arc<Notify>>>,
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            engine: Notify::new(),
            changes: watch::Sender::new(0),
            targets: Mutex::default(),
        }
    }
}

impl Bus {
    /// Something a decision may depend on has changed.
    pub fn wake_engine(&self) {
        self.engine.notify_one();
        self.announce();
    }

    /// Something a page may show has changed.
    pub fn announce(&self) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// A target has something to fetch.
    pub fn wake_target(&self, key: &TargetKey) {
        self.target(key).notify_waiters();
    }

    /// What the engine waits on.
    pub async fn engine_woken(&self) {
        self.engine.notified().await;
    }

    /// What pages wait on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// What a target's long poll waits on.
    pub fn target(&self, key: &TargetKey) -> Arc<Notify> {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.entry(key.clone()).or_default().clone()
    }
}
