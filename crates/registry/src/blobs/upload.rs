//! Uploads: bytes that arrive in one or many requests, hashed while they are written.
//!
//! The running hash stays in memory between requests; after a restart the stored prefix is hashed again. The newest
//! request owns the upload: an older one that still trickles in is refused at its next batch. Batches are written
//! by a task that runs to its end, so a request that breaks off leaves the file and the hash in agreement.
//!
//! Start at [`Blobs::begin_upload`], then [`Upload::append`] and [`Upload::finish`].

use super::directory::{BlobError, Blobs, blocking};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use sha2::{Digest as _, Sha256};
use std::{
    fmt,
    fs::{self, File},
    io::{self, ErrorKind, Read},
    mem,
    os::unix::fs::FileExt,
    path::Path,
    str::FromStr,
    sync::Arc,
};
use tidegate_domain::digest::Digest;
use tidegate_store::Repository;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard};
use uuid::Uuid;

/// How much is gathered before it is written; two batches per request are in memory at most.
const BATCH: usize = 512 * 1024;

/// What is written out in a moment.
const SMALL: u64 = 4 * 1024 * 1024;

/// Names an upload. Random, so that nobody guesses another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UploadId(Uuid);

/// A request's hold on an upload.
#[derive(Debug)]
pub struct Upload {
    id: UploadId,
    blobs: Blobs,
    repository: Repository,
    file: Arc<File>,
    progress: Arc<Mutex<Progress>>,
    turn: u64,
    length: u64,
}

/// What is known of an upload between requests.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// None: not hashed yet since the start of the program.
    hasher: Option<Sha256>,
    length: u64,
    /// Counts the requests that took the upload over.
    turn: u64,
}

/// A blob whose file is durable and has its name. Hold it until the row is committed: as long as it lives, the
/// garbage collection unlinks nothing.
#[derive(Debug)]
#[must_use]
pub struct Placed {
    /// The digest of the content, computed.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    _placing: OwnedRwLockReadGuard<()>,
}

impl Blobs {
    /// Begins an upload in `repository`.
    pub async fn begin_upload(&self, repository: &Repository) -> Result<Upload, BlobError> {
        let id = UploadId(Uuid::new_v4());
        let path = self.upload_path(repository, id);
        let file = blocking(move || {
            File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(path)
        })
        .await?;
        let progress = Progress {
            hasher: Some(Sha256::new()),
            ..Progress::default()
        };
        let progress = Arc::new(Mutex::new(progress));
        self.sessions().insert(id, Arc::clone(&progress));
        Ok(Upload {
            id,
            blobs: self.clone(),
            repository: repository.clone(),
            file: Arc::new(file),
            progress,
            turn: 0,
            length: 0,
        })
    }

    /// Goes on with an upload, from whatever is stored of it. An older request that still writes loses it.
    pub async fn resume_upload(
        &self,
        repository: &Repository,
        id: UploadId,
    ) -> Result<Upload, BlobError> {
        let path = self.upload_path(repository, id);
        let file = blocking(move || File::options().read(true).write(true).open(path))
            .await
            .map_err(unknown_if_missing)?;
        let file = Arc::new(file);
        let progress = Arc::clone(self.sessions().entry(id).or_default());
        let mut held = Arc::clone(&progress).lock_owned().await;
        if held.hasher.is_none() {
            let file = Arc::clone(&file);
            held = blocking(move || held.rehash(&file).map(|()| held)).await?;
        }
        held.turn += 1;
        Ok(Upload {
            id,
            blobs: self.clone(),
            repository: repository.clone(),
            file,
            turn: held.turn,
            length: held.length,
            progress,
        })
    }

    /// How many bytes of an upload are stored. Leaves the request that writes to it alone.
    pub async fn upload_length(
        &self,
        repository: &Repository,
        id: UploadId,
    ) -> Result<u64, BlobError> {
        let path = self.upload_path(repository, id);
        let on_disk = blocking(move || Ok(fs::metadata(path)?.len()))
            .await
            .map_err(unknown_if_missing)?;
        let session = self.sessions().get(&id).cloned();
        let Some(session) = session else {
            return Ok(on_disk);
        };
        let held = session.lock().await;
        Ok(if held.hasher.is_some() {
            held.length
        } else {
            on_disk
        })
    }

    /// Ends an upload and forgets what came.
    pub async fn cancel_upload(
        &self,
        repository: &Repository,
        id: UploadId,
    ) -> Result<(), BlobError> {
        let path = self.upload_path(repository, id);
        blocking(move || fs::remove_file(path))
            .await
            .map_err(unknown_if_missing)?;
        self.sessions().remove(&id);
        Ok(())
    }
}

impl Upload {
    /// The name by which it goes on.
    pub const fn id(&self) -> UploadId {
        self.id
    }

    /// How many bytes are stored.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Appends what the stream brings. When it breaks off, what came before is kept. When there is no room for all
    /// of it, all of it is given back: whatever else the server has to write needs room too.
    pub async fn append<S, E>(&mut self, content: S) -> Result<(), BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let before = self.hold().await?.hashed();
        let taken = self.take(content).await;
        if matches!(taken, Err(BlobError::Full)) {
            self.return_to(before).await?;
        }
        taken
    }

    async fn take<S, E>(&mut self, mut content: S) -> Result<(), BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut batch = Vec::new();
        let mut gathered = 0;
        let mut broken = None;
        while let Some(chunk) = content.next().await {
            match chunk {
                Ok(chunk) => {
                    gathered += chunk.len();
                    batch.push(chunk);
                }
                Err(error) => {
                    broken = Some(BlobError::BrokenOff(error.into()));
                    break;
                }
            }
            if gathered >= BATCH {
                gathered = 0;
                self.write(mem::take(&mut batch)).await?;
            }
        }
        self.write(batch).await?;
        broken.map_or(Ok(()), Err)
    }

    /// Everything appended so far survives a power loss once this returns.
    pub async fn sync(&self) -> Result<(), BlobError> {
        let file = Arc::clone(&self.file);
        Ok(blocking(move || file.sync_data()).await?)
    }

    /// The content is complete: checks its digest, makes it durable and gives it its name.
    ///
    /// Content with another digest is dropped.
    pub async fn finish(self, expected: Digest) -> Result<Placed, BlobError> {
        let held = self.hold().await?;
        let actual = held.digest();
        if actual != expected {
            drop(held);
            self.blobs.cancel_upload(&self.repository, self.id).await?;
            return Err(BlobError::Mismatch { expected, actual });
        }
        let size = held.length;
        if size > SMALL {
            // Writing much out takes a while, and the garbage collection should not wait for it.
            self.sync().await?;
        }
        let placing = self.blobs.placing().await;
        let file = Arc::clone(&self.file);
        let from = self.blobs.upload_path(&self.repository, self.id);
        let to = self.blobs.blob_path(expected);
        blocking(move || place(&file, &from, &to).map(|()| drop(held)))
            .await
            .map_err(unknown_if_missing)?;
        self.blobs.sessions().remove(&self.id);
        Ok(Placed {
            digest: actual,
            size,
            _placing: placing,
        })
    }

    async fn write(&mut self, batch: Vec<Bytes>) -> Result<(), BlobError> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut held = self.hold().await?;
        let file = Arc::clone(&self.file);
        let (written, length) = tokio::task::spawn_blocking(move || {
            let written = held.write(&file, &batch);
            (written, held.length)
        })
        .await
        .map_err(io::Error::other)?;
        self.length = length;
        Ok(written?)
    }

    async fn return_to(&mut self, before: (Sha256, u64)) -> Result<(), BlobError> {
        let mut held = self.hold().await?;
        let file = Arc::clone(&self.file);
        self.length = before.1;
        Ok(blocking(move || {
            (held.hasher, held.length) = (Some(before.0), before.1);
            file.set_len(before.1)
        })
        .await?)
    }

    async fn hold(&self) -> Result<OwnedMutexGuard<Progress>, BlobError> {
        let held = Arc::clone(&self.progress).lock_owned().await;
        if held.turn == self.turn {
            Ok(held)
        } else {
            Err(BlobError::Overtaken)
        }
    }
}

impl Progress {
    /// A failed write may leave bytes behind the length; the next one overwrites them.
    fn write(&mut self, file: &File, batch: &[Bytes]) -> io::Result<()> {
        let hasher = self.hasher.get_or_insert_default();
        for chunk in batch {
            file.write_all_at(chunk, self.length)?;
            hasher.update(chunk);
            self.length += chunk.len() as u64;
        }
        Ok(())
    }

    fn rehash(&mut self, mut file: &File) -> io::Result<()> {
        let mut hasher = Sha256::new();
        let mut length = 0;
        let mut buffer = vec![0; BATCH];
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            length += n as u64;
        }
        self.hasher = Some(hasher);
        self.length = length;
        Ok(())
    }

    /// The hash of what is stored, and how much that is.
    fn hashed(&self) -> (Sha256, u64) {
        (self.hasher.clone().unwrap_or_default(), self.length)
    }

    fn digest(&self) -> Digest {
        Digest::from_bytes(self.hashed().0.finalize().into())
    }
}

/// Gives the file its name, durably.
///
/// A name that is taken may be read right now, so its new content is made durable before it replaces the old. A new
/// name is not visible before its row, so one commit of the file system's journal serves content and name.
fn place(file: &File, from: &Path, to: &Path) -> io::Result<()> {
    if to.try_exists()? {
        file.sync_data()?;
    }
    fs::rename(from, to)?;
    file.sync_data()?;
    File::open(to.parent().unwrap_or(to))?.sync_all()
}

fn unknown_if_missing(error: io::Error) -> BlobError {
    if error.kind() == ErrorKind::NotFound {
        BlobError::UploadUnknown
    } else {
        error.into()
    }
}

impl FromStr for UploadId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
