//! The directory of the blobs: where files lie, how they are opened, listed and removed.

use super::{
    reader::{BlobReader, BufferPool},
    upload::{Progress, UploadId},
    verify::{Check, Doubts},
};
use std::{
    collections::HashMap,
    fs::{self, DirBuilder, File},
    io::{self, ErrorKind},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tidegate_domain::digest::Digest;
use tidegate_store::Repository;
use tokio::sync::{Mutex as AsyncMutex, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// All blobs of one server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    sessions: Mutex<HashMap<UploadId, Arc<AsyncMutex<Progress>>>>,
    /// Shared from a file's rename to its row's commit; exclusive from the second look at a row to the unlinking.
    placing: Arc<RwLock<()>>,
    buffers: Arc<BufferPool>,
    doubts: Arc<Doubts>,
}

/// What can go wrong with files.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No such upload in this repository.
    #[error("there is no such upload: it was finished, cancelled or abandoned for a day")]
    UploadUnknown,
    /// Another request went on with the upload.
    #[error("another request continues this upload")]
    Overtaken,
    /// A chunk does not begin where the last one ended.
    #[error("the chunk begins at {got}, but {stored} bytes are stored")]
    OutOfOrder {
        /// How many bytes are there.
        stored: u64,
        /// Where the chunk wants to begin.
        got: u64,
    },
    /// The sender went away; what came before is kept.
    #[error("the content broke off; ask for the upload's range and go on from there")]
    BrokenOff(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The bytes have another digest than announced.
    #[error(
        "the content has the digest {actual}, not {expected}: it is cut or altered; upload it again"
    )]
    Mismatch {
        /// Announced.
        expected: Digest,
        /// Computed.
        actual: Digest,
    },
    /// No space, or over quota.
    #[error("the server's disk is full")]
    Full,
    /// The file system failed.
    #[error("a blob file cannot be read or written")]
    File(#[source] io::Error),
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        let kind = error.kind();
        let full = [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::FileTooLarge,
        ];
        if full.contains(&kind) {
            Self::Full
        } else {
            Self::File(error)
        }
    }
}

impl Blobs {
    /// Opens the blobs in `root`, making the directories that are missing.
    pub fn open(root: &Path) -> Result<Self, BlobError> {
        let shards = root.join("blobs/sha256");
        make_directory(root)?;
        make_directory(&root.join("uploads"))?;
        make_directory(&root.join("blobs"))?;
        make_directory(&shards)?;
        for shard in 0..=u8::MAX {
            make_directory(&shards.join(format!("{shard:02x}")))?;
        }
        for directory in [&shards, &root.join("blobs"), root] {
            File::open(directory)?.sync_all()?;
        }
        Ok(Self(Arc::new(Inner {
            root: root.to_owned(),
            sessions: Mutex::default(),
            placing: Arc::default(),
            buffers: Arc::default(),
            doubts: Arc::default(),
        })))
    }

    /// Opens a blob for reading. None: there is no such file.
    pub async fn read(&self, digest: Digest) -> Result<Option<BlobReader>, BlobError> {
        let path = self.blob_path(digest);
        let opened = blocking(move || {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            Ok((file, size))
        })
        .await;
        match opened {
            Ok((file, size)) => Ok(Some(BlobReader::new(
                (file, size),
                Check::new(digest, Arc::clone(&self.0.doubts)),
                Arc::clone(&self.0.buffers),
            ))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the file of a blob is there, with this size.
    pub async fn has(&self, digest: Digest, size: u64) -> bool {
        let path = self.blob_path(digest);
        blocking(move || Ok(fs::metadata(path)?.len() == size))
            .await
            .unwrap_or(false)
    }

    /// The files of one of the 256 shards, in order.
    pub async fn files_of_shard(&self, shard: u8) -> Result<Vec<Digest>, BlobError> {
        let directory = self.0.root.join(format!("blobs/sha256/{shard:02x}"));
        let names = blocking(move || {
            fs::read_dir(directory)?
                .map(|entry| Ok(entry?.file_name()))
                .collect::<io::Result<Vec<_>>>()
        })
        .await?;
        let mut digests: Vec<Digest> = names
            .iter()
            .filter_map(|name| format!("sha256:{}", name.to_str()?).parse().ok())
            .collect();
        digests.sort_unstable();
        Ok(digests)
    }

    /// Keeps new blobs from being placed, so that a look at a row holds until the file is unlinked.
    pub async fn nothing_placed(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.0.placing).write_owned().await
    }

    /// Unlinks the file of a blob. Whoever reads it goes on reading.
    pub async fn remove(
        &self,
        digest: Digest,
        _proof: &OwnedRwLockWriteGuard<()>,
    ) -> Result<(), BlobError> {
        let path = self.blob_path(digest);
        match blocking(move || fs::remove_file(path)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes the uploads that nobody wrote to for `age`. Answers how many.
    pub async fn remove_abandoned(&self, age: Duration) -> Result<usize, BlobError> {
        let uploads = self.0.root.join("uploads");
        let gone = blocking(move || remove_older(&uploads, SystemTime::now() - age)).await?;
        let mut sessions = self.sessions();
        for id in &gone {
            sessions.remove(id);
        }
        Ok(gone.len())
    }

    pub(super) fn doubts(&self) -> &Doubts {
        &self.0.doubts
    }

    /// Where a damaged file is set aside, for whoever wants to look at it.
    pub(super) fn aside(&self, digest: Digest) -> PathBuf {
        self.0.root.join("damaged").join(digest.hex())
    }

    pub(super) async fn placing(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.0.placing).read_owned().await
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<AsyncMutex<Progress>>>> {
        self.0
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The repository is part of the name, so that an upload goes on only where it began. A name holds no dot.
    pub(super) fn upload_path(&self, repository: &Repository, id: UploadId) -> PathBuf {
        let name = format!("{}.{}.{id}", repository.product, repository.component);
        self.0.root.join("uploads").join(name)
    }

    pub(super) fn blob_path(&self, digest: Digest) -> PathBuf {
        let hex = digest.hex();
        self.0.root.join("blobs/sha256").join(&hex[..2]).join(&hex)
    }
}

/// Runs file work off the runtime's threads, to its end even when the caller goes away.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|fault| Err(io::Error::other(fault)))
}

fn make_directory(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

fn remove_older(uploads: &Path, limit: SystemTime) -> io::Result<Vec<UploadId>> {
    let mut gone = Vec::new();
    for entry in fs::read_dir(uploads)? {
        let entry = entry?;
        // A request may finish or cancel the upload while we look.
        let Ok(written) = entry.metadata().and_then(|data| data.modified()) else {
            continue;
        };
        if written < limit && fs::remove_file(entry.path()).is_ok() {
            let name = entry.file_name();
            gone.extend(
                name.to_str()
                    .and_then(|n| n.rsplit('.').next()?.parse::<UploadId>().ok()),
            );
        }
    }
    Ok(gone)
}
