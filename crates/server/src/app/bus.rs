//! Wake-ups. They carry no data: whoever wakes reads the truth again, and a slow scan covers what was lost. Where several servers
//! share one database, what wakes one wakes the others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tidegate_store::TargetKey;
use tokio::sync::{Notify, watch};

/// Who is woken by what.
#[derive(Debug)]
pub struct Bus {
    engine: Notify,
    changes: watch::Sender<u64>,
    targets: Mutex<BTreeMap<TargetKey, Arc<Notify>>>,
    abroad: Option<Abroad>,
}

/// What is to be told to the other servers. The same wake-up twice is one.
#[derive(Debug, Default)]
struct Abroad {
    untold: Mutex<BTreeSet<Wake>>,
    grown: Notify,
}

/// What is woken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wake {
    /// Pages.
    Changes,
    /// The engine, and pages.
    Engine,
    /// The long poll of a target.
    Target(TargetKey),
}

impl Bus {
    /// The wake-ups of a server; of one that shares its database with others, those are to be told.
    pub(crate) fn new(is_shared: bool) -> Self {
        Self {
            engine: Notify::new(),
            changes: watch::Sender::new(0),
            targets: Mutex::default(),
            abroad: is_shared.then(Abroad::default),
        }
    }

    /// Something a decision may depend on has changed.
    pub fn wake_engine(&self) {
        self.wake(Wake::Engine);
    }

    /// Something a page may show has changed.
    pub fn announce(&self) {
        self.wake(Wake::Changes);
    }

    /// A target has something to fetch.
    pub fn wake_target(&self, key: &TargetKey) {
        self.wake(Wake::Target(key.clone()));
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
        lock(&self.targets).entry(key.clone()).or_default().clone()
    }

    fn wake(&self, wake: Wake) {
        self.hear(&wake);
        if let Some(abroad) = &self.abroad
            && lock(&abroad.untold).insert(wake)
        {
            abroad.grown.notify_one();
        }
    }

    /// Wakes here what woke elsewhere.
    pub(crate) fn hear(&self, wake: &Wake) {
        match wake {
            Wake::Engine => self.engine.notify_one(),
            Wake::Target(key) => return self.target(key).notify_waiters(),
            Wake::Changes => {}
        }
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Wakes all that there is here: something may not have been heard.
    pub(crate) fn hear_all(&self) {
        self.hear(&Wake::Engine);
        for target in lock(&self.targets).values() {
            target.notify_waiters();
        }
    }

    /// Waits until there is something to tell the other servers, and takes it.
    pub(crate) async fn untold(&self) -> BTreeSet<Wake> {
        let Some(abroad) = &self.abroad else {
            return std::future::pending().await;
        };
        loop {
            let untold = mem::take(&mut *lock(&abroad.untold));
            if !untold.is_empty() {
                return untold;
            }
            abroad.grown.notified().await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As servers tell it one another.
impl fmt::Display for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changes => f.write_str("changes"),
            Self::Engine => f.write_str("engine"),
            Self::Target(key) => write!(f, "target {}/{}", key.environment, key.target),
        }
    }
}

/// A word of a newer server may mean nothing here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotUnderstood;

impl FromStr for Wake {
    type Err = NotUnderstood;

    fn from_str(word: &str) -> Result<Self, NotUnderstood> {
        match word {
            "changes" => Ok(Self::Changes),
            "engine" => Ok(Self::Engine),
            _ => {
                let place = word.strip_prefix("target ").ok_or(NotUnderstood)?;
                let (environment, target) = place.split_once('/').ok_or(NotUnderstood)?;
                let name = |word: &str| word.parse().map_err(|_| NotUnderstood);
                Ok(Self::Target(TargetKey {
                    environment: name(environment)?,
                    target: name(target)?,
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Wake {
        "target live/web-1".parse().expect("a target")
    }

    #[test]
    fn wake_ups_are_told_in_words() {
        for wake in [Wake::Changes, Wake::Engine, target()] {
            assert_eq!(wake.to_string().parse(), Ok(wake));
        }
        for word in ["", "target", "target live", "target Live!/x", "moon"] {
            assert_eq!(word.parse::<Wake>(), Err(NotUnderstood), "{word}");
        }
    }

    #[tokio::test]
    async fn others_are_told_once_and_not_what_they_told() {
        let bus = Bus::new(true);
        bus.hear(&Wake::Changes);
        bus.wake_engine();
        bus.wake_engine();
        bus.wake(target());
        let untold = bus.untold().await;
        assert_eq!(untold, BTreeSet::from([Wake::Engine, target()]));
        assert!(futures::FutureExt::now_or_never(bus.untold()).is_none());
    }

    #[tokio::test]
    async fn what_was_heard_wakes_whoever_waits() {
        let bus = Bus::new(false);
        let changes = bus.changes();
        let Wake::Target(key) = target() else {
            panic!("a target");
        };
        let poll = bus.target(&key);
        let mut woken = std::pin::pin!(poll.notified());
        woken.as_mut().enable();
        bus.hear_all();
        bus.engine_woken().await;
        woken.await;
        assert!(changes.has_changed().expect("it is open"));
    }
}
