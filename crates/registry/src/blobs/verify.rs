//! Comparing bytes with their digest: on the way out, and from time to time.
//!
//! A disk may give back other bytes than were written. What is sent is hashed on the way, and its last piece is held back
//! until the whole was right, so that nobody takes bent bytes for whole. Whatever is suspected waits in a list for
//! whoever sets it aside.

use super::{
    Blobs,
    directory::{BlobError, blocking},
};
use futures::{
    FutureExt, TryFutureExt,
    future::{BoxFuture, Shared},
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
use tokio::sync::{Notify, Semaphore};

/// How much is read at a time.
const PIECE: usize = 256 * 1024;
/// How long a part of a blob is sent after the whole was found to be right. Clients that fetch many parts would have the
/// whole hashed for each.
const TRUSTED: Duration = Duration::from_secs(60);
/// The most blobs of which that is remembered.
const REMEMBERED: usize = 1_000;
/// The most blobs that are hashed at once because somebody wants a part; others wait, so that the disk and the threads are
/// there for everybody else.
const HASHED_AT_ONCE: usize = 4;

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

/// What is suspected, what is being looked at, and what was found to be right lately.
#[derive(Debug)]
pub(super) struct Doubts {
    suspects: Mutex<BTreeSet<Digest>>,
    looking: Mutex<BTreeMap<Digest, Looking>>,
    sound: Mutex<BTreeMap<Digest, Instant>>,
    suspected: Notify,
    hashing: Semaphore,
}

/// Whether a blob is right, once that is known: for all who want to know it now.
type Looking = Shared<BoxFuture<'static, Result<bool, Arc<io::Error>>>>;

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

impl Default for Doubts {
    fn default() -> Self {
        Self {
            suspects: Mutex::default(),
            looking: Mutex::default(),
            sound: Mutex::default(),
            suspected: Notify::default(),
            hashing: Semaphore::new(HASHED_AT_ONCE),
        }
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

    fn looking(&self) -> MutexGuard<'_, BTreeMap<Digest, Looking>> {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Whether the bytes are right, as far as that was looked at within a minute; else looks, once for all who ask.
    pub async fn is_sound(&self, digest: Digest) -> Result<bool, BlobError> {
        if self.was_sound_lately(digest) {
            return Ok(true);
        }
        let looking = self.looking(digest).await;
        Ok(looking.map_err(|error| io::Error::new(error.kind(), error))?)
    }

    /// The look that is under way, or a new one. It goes on to its end though nobody waits for it any more, so that
    /// whoever asks and goes away makes no more work by asking again.
    fn looking(&self, digest: Digest) -> Looking {
        let mut looking = self.doubts().looking();
        let begun = looking.entry(digest).or_insert_with(|| {
            let blobs = self.clone();
            let look = tokio::spawn(async move {
                let is_right = blobs.compare(digest).await;
                blobs.doubts().looking().remove(&digest);
                is_right
            });
            let look = look.map(|done| done.unwrap_or_else(|fault| Err(io::Error::other(fault))));
            look.map_err(Arc::new).boxed().shared()
        });
        begun.clone()
    }

    async fn compare(&self, digest: Digest) -> io::Result<bool> {
        let doubts = self.doubts();
        let turn = doubts.hashing.acquire().await;
        let path = self.blob_path(digest);
        let found = blocking(move || hashed(&path)).await;
        drop(turn);
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

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use std::path::PathBuf;
    use tempfile::TempDir;
    use tokio::task::{spawn, yield_now};

    const CONTENT: &[u8] = b"content";

    fn blobs() -> (TempDir, Blobs, PathBuf) {
        let directory = TempDir::new().unwrap();
        let blobs = Blobs::open(directory.path()).unwrap();
        let path = blobs.blob_path(Digest::of(CONTENT));
        (directory, blobs, path)
    }

    #[tokio::test]
    async fn all_who_want_a_part_at_once_wait_for_one_look() {
        let (_directory, blobs, path) = blobs();
        let digest = Digest::of(CONTENT);
        fs::write(path, CONTENT).unwrap();
        // Somebody asks, and goes away.
        assert!(blobs.is_sound(digest).now_or_never().is_none());
        let begun = blobs.looking(digest);
        assert!(begun.ptr_eq(&blobs.looking(digest)));
        let all = join_all((0..5).map(|_| blobs.is_sound(digest))).await;
        assert!(all.into_iter().all(|is_sound| is_sound.unwrap()));
        assert_eq!(
            begun.now_or_never().unwrap().ok(),
            Some(true),
            "it was that look"
        );
        assert!(blobs.doubts().looking().is_empty());
    }

    #[test]
    fn only_so_many_are_looked_at_at_once() {
        // Work on files is done in the order in which it is given to the one thread.
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).build().unwrap();
        let (_directory, blobs, path) = blobs();
        runtime.block_on(async {
            fs::write(&path, b"bent").unwrap();
            let full = u32::try_from(HASHED_AT_ONCE).unwrap();
            let others = blobs.doubts().hashing.acquire_many(full).await.unwrap();
            let asking = blobs.clone();
            let asked = spawn(async move { asking.is_sound(Digest::of(CONTENT)).await });
            for _ in 0..10 {
                yield_now().await;
            }
            blocking(move || fs::write(path, CONTENT)).await.unwrap();
            drop(others);
            assert!(asked.await.unwrap().unwrap(), "it waited for its turn");
        });
    }
}
