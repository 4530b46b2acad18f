//! Comparing bytes with their digest: on the way out, and from time to time.
//!
//! A disk may give back other bytes than were written. What is sent is hashed on the way, and its last piece is held back
//! until the whole was right, so that nobody takes bent bytes for whole. Whatever is suspected waits in a list for
//! whoever sets it aside.

use super::{
    Blobs,
    directory::{BlobError, blocking},
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
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
    /// They are others, and were set aside.
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
        self.doubts.suspect(self.digest);
        let why = format!("the bytes of {} on the disk are damaged", self.digest);
        Err(io::Error::new(ErrorKind::InvalidData, why))
    }
}

impl Doubts {
    fn suspect(&self, digest: Digest) {
        let mut suspects = self.suspects.lock().unwrap_or_else(PoisonError::into_inner);
        suspects.insert(digest);
        self.suspected.notify_one();
    }
}

impl Blobs {
    /// Waits until a blob is suspected to be damaged.
    pub async fn suspected(&self) {
        self.doubts().suspected.notified().await;
    }

    /// Takes what is suspected.
    pub fn suspects(&self) -> BTreeSet<Digest> {
        let mut suspects = self
            .doubts()
            .suspects
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *suspects)
    }

    /// Whether the bytes are right, as far as that was looked at within a minute; else looks.
    pub async fn is_sound(&self, digest: Digest) -> Result<bool, BlobError> {
        if self.was_sound_lately(digest) {
            return Ok(true);
        }
        let path = self.blob_path(digest);
        let is_right = blocking(move || hashed(&path)).await? == Some(digest);
        let doubts = self.doubts();
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

    /// Looks at a blob. Where its bytes are others, the file is set aside, so that the blob counts as missing and can be
    /// pushed again.
    pub(crate) async fn look_at(&self, digest: Digest) -> Result<Look, BlobError> {
        let path = self.blob_path(digest);
        let again = path.clone();
        match blocking(move || hashed(&path)).await? {
            Some(found) if found == digest => return Ok(Look::Sound),
            None => return Ok(Look::Missing),
            Some(_) => {}
        }
        // Somebody may have pushed it again meanwhile: nobody does as long as this is held.
        let _nothing_placed = self.nothing_placed().await;
        let aside = self.aside(digest);
        let look = blocking(move || match hashed(&again)? {
            Some(found) if found == digest => Ok(Look::Sound),
            None => Ok(Look::Missing),
            Some(_) => {
                if let Some(directory) = aside.parent() {
                    fs::create_dir_all(directory)?;
                }
                fs::rename(&again, &aside)?;
                Ok(Look::Damaged)
            }
        });
        Ok(look.await?)
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
