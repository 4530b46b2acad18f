//! Downloading one blob: resumed where it broke, hashed while it streams, visible only when it is right.

use super::{PrepareError, error::Retry};
use crate::{
    layout::Layout,
    link::{Backoff, BlobBody, Link, LinkError},
};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};
use tidegate_domain::digest::Digest;
use tokio::{task::spawn_blocking, time::sleep};

/// Attempts at what may have been an accident.
const ATTEMPTS_MAX: u32 = 3;
/// The same where others may do.
const ATTEMPTS_AT_ONE_OF_MANY_MAX: u32 = 2;
/// Attempts at what the server does not manage and others may do for: a few seconds.
const PATIENT_ATTEMPTS_MAX: u32 = 6;

/// How much is gathered before it is written and hashed.
const BATCH: usize = 512 * 1024;

/// What to download.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Its name and its proof.
    pub(crate) digest: Digest,
    /// Its length, or the longest that is acceptable.
    pub(crate) length: Length,
    /// How long to try.
    pub(crate) need: Need,
}

/// How much depends on a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing goes on without it.
    Whole,
    /// Others may do: it is given up when the server is there and does not send it.
    OneOfMany,
}

/// How long a blob is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Length {
    /// As the manifest says.
    Exactly(u64),
    /// Nobody has said.
    AtMost(u64),
}

/// Has the blob on disk when it returns its path. `progress` hears how many bytes have arrived.
pub(crate) async fn fetch(
    link: &Link,
    layout: &Layout,
    wanted: Wanted,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<PathBuf, PrepareError> {
    let path = layout.blob(wanted.digest);
    if path.exists() {
        return Ok(path);
    }
    let (mut attempts, mut backoff) = (0, Backoff::default());
    loop {
        let Err(error) = attempt(link, &path, wanted, progress).await else {
            return Ok(path);
        };
        let retry = error.retry();
        attempts += u32::from(retry != Retry::UntilItIsBack);
        if attempts_max(retry, wanted.need).is_some_and(|max| attempts >= max) {
            // What will not be finished does not fill the disk.
            fs::remove_file(path.with_extension("partial")).ok();
            return Err(error);
        }
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "download is tried again"
        );
        sleep(backoff.next()).await;
    }
}

/// After how many attempts it is given up, if ever.
const fn attempts_max(retry: Retry, need: Need) -> Option<u32> {
    match (retry, need) {
        (Retry::UntilItIsBack, _) | (Retry::Patiently, Need::Whole) => None,
        (Retry::Patiently, Need::OneOfMany) => Some(PATIENT_ATTEMPTS_MAX),
        (Retry::AFewTimes, Need::Whole) => Some(ATTEMPTS_MAX),
        (Retry::AFewTimes, Need::OneOfMany) => Some(ATTEMPTS_AT_ONE_OF_MANY_MAX),
        (Retry::Never, _) => Some(1),
    }
}

async fn attempt(
    link: &Link,
    path: &Path,
    wanted: Wanted,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), PrepareError> {
    let digest = wanted.digest;
    let failed = |source| PrepareError::Link { digest, source };
    let place = path.to_owned();
    let mut partial = aside(move || Partial::open(&place)).await?;
    if !matches!(wanted.length, Length::Exactly(length) if partial.length >= length) {
        let mut body = link.blob(digest, partial.length).await.map_err(failed)?;
        if body.start != partial.length {
            partial.restart()?;
        }
        loop {
            let (batch, ended) = gather(&mut body).await;
            partial = aside(move || partial.append(&batch)).await?;
            progress(partial.length);
            if ended.map_err(failed)? || partial.length > wanted.length.longest() {
                break;
            }
        }
    }
    partial.finish(path, wanted)
}

/// Some of what arrives, and whether that was all. What came before an error is not lost.
async fn gather(body: &mut BlobBody) -> (Vec<Bytes>, Result<bool, LinkError>) {
    let (mut batch, mut gathered) = (Vec::new(), 0);
    while gathered < BATCH {
        match body.next().await {
            Ok(Some(bytes)) => {
                gathered += bytes.len();
                batch.push(bytes);
            }
            Ok(None) => return (batch, Ok(true)),
            Err(error) => return (batch, Err(error)),
        }
    }
    (batch, Ok(false))
}

/// Hashing and slow disks must not keep the runtime's only thread from answering and probing.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|fault| Err(io::Error::other(fault)))
}

impl Length {
    const fn longest(self) -> u64 {
        match self {
            Self::Exactly(length) | Self::AtMost(length) => length,
        }
    }

    const fn admits(self, length: u64) -> bool {
        match self {
            Self::Exactly(exactly) => length == exactly,
            Self::AtMost(most) => length <= most,
        }
    }
}

/// What has arrived so far.
struct Partial {
    path: PathBuf,
    file: File,
    hash: Sha256,
    length: u64,
}

impl Partial {
    /// Continues an earlier download, if there is one.
    fn open(path: &Path) -> io::Result<Self> {
        let path = path.with_extension("partial");
        fs::create_dir_all(path.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .truncate(false)
            .read(true)
            .append(true)
            .open(&path)?;
        let (mut hash, mut length) = (Sha256::new(), 0);
        let mut chunk = vec![0; 128 * 1024];
        loop {
            match file.read(&mut chunk)? {
                0 => break,
                n => {
                    hash.update(&chunk[..n]);
                    length += n as u64;
                }
            }
        }
        Ok(Self {
            path,
            file,
            hash,
            length,
        })
    }

    fn restart(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        (self.hash, self.length) = (Sha256::new(), 0);
        Ok(())
    }

    fn append(mut self, batch: &[Bytes]) -> io::Result<Self> {
        for bytes in batch {
            self.file.write_all(bytes)?;
            self.hash.update(bytes);
            self.length += bytes.len() as u64;
        }
        Ok(self)
    }

    /// Gives the blob its name, or throws it away.
    fn finish(self, path: &Path, wanted: Wanted) -> Result<(), PrepareError> {
        let digest = Digest::from_bytes(self.hash.finalize().into());
        if digest != wanted.digest || !wanted.length.admits(self.length) {
            fs::remove_file(&self.path)?;
            return Err(PrepareError::Mismatch(wanted.digest));
        }
        Ok(fs::rename(&self.path, path)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_others_may_do_for_is_waited_for_only_while_nobody_is_there() {
        let digest = Digest::of(b"signature");
        let link = |source| PrepareError::Link { digest, source };
        let late = link(LinkError::Late(Duration::from_secs(30)));
        let mismatch = PrepareError::Mismatch(digest);
        for (error, whole, one_of_many) in [
            (late, None, Some(PATIENT_ATTEMPTS_MAX)),
            (
                mismatch,
                Some(ATTEMPTS_MAX),
                Some(ATTEMPTS_AT_ONE_OF_MANY_MAX),
            ),
        ] {
            let retry = error.retry();
            assert_eq!(attempts_max(retry, Need::Whole), whole, "{error}");
            assert_eq!(attempts_max(retry, Need::OneOfMany), one_of_many, "{error}");
        }
        assert_eq!(attempts_max(Retry::UntilItIsBack, Need::OneOfMany), None);
    }
}
