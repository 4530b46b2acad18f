//! The standstill after a backup was put back: people read, nothing changes, and nobody is told anything, until a person lets the
//! server go on ([`super::histories`]).

use super::{App, Error, Kind};
use futures::FutureExt;
use std::time::Duration;
use tokio::sync::watch;

/// How often a server looks whether another one was told to go on, or put a backup back.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Whether a backup was put back and nobody let the server go on yet.
#[derive(Debug)]
pub struct Standstill(watch::Sender<bool>);

impl Standstill {
    /// As the record says.
    pub(crate) fn new(stands: bool) -> Self {
        Self(watch::Sender::new(stands))
    }

    /// Whether it is so.
    pub fn is_on(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is over.
    pub async fn over(&self) {
        // The sender lives as long as this.
        drop(self.0.subscribe().wait_for(|stands| !stands).await);
    }

    /// Resolves when it begins: another server put a backup back.
    pub(crate) async fn begun(&self) {
        drop(self.0.subscribe().wait_for(|stands| *stands).await);
    }

    pub(super) fn set(&self, stands: bool) {
        self.0
            .send_if_modified(|stood| std::mem::replace(stood, stands) != stands);
    }

    /// Refuses what would change something.
    ///
    /// # Errors
    /// While it is so.
    pub(crate) fn refuse(&self) -> Result<(), Error> {
        match self.is_on() {
            true => Err(rests()),
            false => Ok(()),
        }
    }
}

/// Why nothing changes.
pub(super) fn rests() -> Error {
    let detail =
        "this server was put back from a backup, and nothing changes until a person lets it go on";
    Error::refused(Kind::NotReady, "restored", detail).hint(
        "`tidegate incarnation show` tells what would become of it, `tidegate incarnation begin` lets it go on",
    )
}

impl App {
    /// Rests and goes on as the record says, which another server may have put back, or let go on.
    pub(crate) async fn watch_standstill(&self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let restored = self.store.read((), |tx, ()| tx.restored().boxed());
            // Who cannot read the record cannot change it either.
            if let Ok(restored) = restored.await {
                self.standstill.set(restored.is_some());
            }
        }
    }
}
