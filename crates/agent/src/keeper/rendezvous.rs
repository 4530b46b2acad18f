//! Where agent and keeper meet: a Unix socket and a lock in the keeper's directory.
//!
//! The path of a Unix socket is limited to 107 bytes, so it is reached through a descriptor of its directory.

use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use std::{
    fs::{File, OpenOptions},
    io,
    os::fd::{AsRawFd, OwnedFd},
    path::{Path, PathBuf},
};

/// A directory held open for as long as the short path through it is used.
pub(super) struct Meeting {
    directory: OwnedFd,
}

impl Meeting {
    pub(super) fn at(directory: &Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(Self {
            directory: open(directory, flags, Mode::empty())?,
        })
    }

    /// The socket's path, short however deep the directory lies.
    pub(super) fn socket(&self) -> PathBuf {
        format!("/proc/self/fd/{}/socket", self.directory.as_raw_fd()).into()
    }
}

/// The lock that a keeper holds for its whole life; none when another holds it.
pub(super) fn lock(directory: &Path) -> io::Result<Option<File>> {
    let path = directory.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
