//! Comparing bytes with their digest: on the way out, and from time to time.
//!
//! A disk may give back other bytes than were written. What is sent is hashed on the way, and its last piece is held back
//! until the whole was right, so that nobody takes bent bytes for whole. Whatever is suspected waits in a list for
//! whoever sets it aside.

use super::{
    Blobs,
    directory::{BlobError, blocking},
};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tidegate_domain::digest::Digest;
use tokio::sync::Notify;

/// How much is read at a time.
const PIECE: usize = 256 * 1024;
/// How long a part of a blob is sent after the whole was found to be right. Clients that fetch many parts would have the
/// whole hashed for each.
const TRUSTED: Duration = Duration::from_secs(60);
/// The most blobs of which that is remembered.
const REMEMBERED: usize = 1_000;

/// What a look at a blob found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// The bytes are what the digest says.
    Sound,
    /// They are others, or the disk cannot give them back; they were set aside.
    Damaged,
    /// There is no file.
    Missing,
}

/// What is suspected, and what was found to be right lately.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    suspects: Mutex<BTreeSet<Digest>>,
    sound: Mutex<BTreeMap<Digest, Instant>>,
    suspected: Notify,
}

/// Hashes what is sent.
#[derive(Debug)]
pub(super) struct Check {
    digest: Digest,
    hasher: Sha256,
    doubts: Arc<Doubts>,
}

impl Check {
    pub(super) fn new(digest: Digest, doubts: Arc<Doubts>) -> Self {
        Self {
            digest,
            hasher: Sha256::new(),
            doubts,
        }
    }

    /// Takes the next bytes; `is_last` is when all must have been right.
    pub(super) fn take(&mut self, bytes: &[u8], is_last: bool) -> io::Result<()> {
        self.hasher.update(bytes);
        if !is_last {
            return Ok(());
        }
        let found: [u8; 32] = self.hasher.finalize_reset().into();
        if Digest::from_bytes(found) == self.digest {
            return Ok(());
        }
        self.suspect();
        let why = format!("the bytes of {} on the disk are damaged", self.digest);
        Err(io::Error::new(ErrorKind::InvalidData, why))
    }

    /// Somebody has to look at it.
    pub(super) fn suspect(&self) {
        self.doubts.suspect(self.digest);
    }
}

impl Doubts {
    fn suspect(&self, digest: Digest) {
        self.suspects().insert(digest);
        self.suspected.notify_one();
    }

    fn suspects(&self) -> MutexGuard<'_, BTreeSet<Digest>> {
        self.suspects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blobs {
    /// Waits until a blob is suspected to be damaged.
    pub async fn suspected(&self) {
        self.doubts().suspected.notified().await;
    }

    /// What is suspected.
    pub fn suspects(&self) -> BTreeSet<Digest> {
        self.doubts().suspects().clone()
    }

    /// A blob is suspected no more: what a look at it found is written down.
    pub(crate) fn was_looked_at(&self, digest: Digest) {
        self.doubts().suspects().remove(&digest);
    }

    /// Whether the bytes are right, as far as that was looked at within a minute; else looks.
    pub async fn is_sound(&self, digest: Digest) -> Result<bool, BlobError> {
        if self.was_sound_lately(digest) {
            return Ok(true);
        }
        let path = self.blob_path(digest);
        let doubts = self.doubts();
        let found = blocking(move || hashed(&path)).await;
        let is_right = found.inspect_err(|_| doubts.suspect(digest))? == Some(digest);
        if is_right {
            let mut sound = doubts.sound.lock().unwrap_or_else(PoisonError::into_inner);
            if sound.len() >= REMEMBERED {
                sound.clear();
            }
            sound.insert(digest, Instant::now());
        } else {
            doubts.suspect(digest);
        }
        Ok(is_right)
    }

    fn was_sound_lately(&self, digest: Digest) -> bool {
        let sound = self.doubts().sound.lock();
        let sound = sound.unwrap_or_else(PoisonError::into_inner);
        sound.get(&digest).is_some_and(|at| at.elapsed() < TRUSTED)
    }

    /// Looks at a blob. Where its bytes are others or cannot be read, the file is set aside, so that the blob counts as
    /// missing and can be pushed again.
    pub(crate) async fn look_at(&self, digest: Digest) -> Result<Look, BlobError> {
        let path = self.blob_path(digest);
        let again = path.clone();
        match blocking(move || look(&path, digest)).await? {
            Look::Damaged => {}
            other @ (Look::Sound | Look::Missing) => return Ok(other),
        }
        // Somebody may have pushed it again meanwhile: nobody does as long as this is held.
        let _nothing_placed = self.nothing_placed().await;
        let aside = self.aside(digest);
        let look = blocking(move || {
            let look = look(&again, digest)?;
            if look == Look::Damaged
                && let Err(error) = set_aside(&again, &aside)
            {
                // It is told all the same. A disk that fails may take no changes any more.
                tracing::error!(error = &error as &dyn Error, %digest, "registry.not_set_aside");
            }
            Ok(look)
        });
        Ok(look.await?)
    }
}

fn set_aside(path: &Path, aside: &Path) -> io::Result<()> {
    if let Some(directory) = aside.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::rename(path, aside)
}

fn look(path: &Path, digest: Digest) -> io::Result<Look> {
    match hashed(path) {
        Ok(Some(found)) if found == digest => Ok(Look::Sound),
        Ok(Some(_)) => Ok(Look::Damaged),
        Ok(None) => Ok(Look::Missing),
        Err(error) if Errno::from_io_error(&error) == Some(Errno::IO) => Ok(Look::Damaged),
        // What is wrong may be wrong with more than this file, and may pass.
        Err(error) => Err(error),
    }
}

/// The digest of a file's bytes; none if there is no file.
fn hashed(path: &Path) -> io::Result<Option<Digest>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; PIECE];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            let found: [u8; 32] = hasher.finalize().into();
            return Ok(Some(Digest::from_bytes(found)));
        }
        hasher.update(&buffer[..count]);
    }
}
