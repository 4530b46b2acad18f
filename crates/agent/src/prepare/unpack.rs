//! Unpacking a layer beneath a directory, under the rules of [`super::policy`] and within limits. Start at
//! [`Unpacker::layer`]. Runs in a blocking task.

use super::{PrepareError, manifest::Packing, policy};
use std::{
    cell::Cell,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    rc::Rc,
};
use tar::{Archive, Entry, EntryType};

/// What one artifact may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) entries: u32,
    pub(super) bytes: u64,
}

/// Generous for software, small for a bomb.
pub(super) const LIMITS: Limits = Limits {
    entries: 100_000,
    bytes: 8 * 1024 * 1024 * 1024,
};
/// Headers of one entry (long names, PAX records) take no more.
const HEADER_BYTES_MAX: u64 = 1024 * 1024;
/// The largest zstd window, as in its own command line: bounds memory.
const WINDOW_LOG_MAX: u32 = 27;

/// Unpacks the layers of one artifact, one after the other.
#[derive(Debug)]
pub(super) struct Unpacker {
    root: PathBuf,
    left: Limits,
    links: Vec<PathBuf>,
}

impl Unpacker {
    /// Into `root`, which is made.
    pub(super) fn new(root: &Path, limits: Limits) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self {
            root: root.to_owned(),
            left: limits,
            links: Vec::new(),
        })
    }

    /// Unpacks one layer.
    pub(super) fn layer(&mut self, blob: &Path, packing: Packing) -> Result<(), PrepareError> {
        let file = BufReader::with_capacity(128 * 1024, File::open(blob)?);
        match packing {
            Packing::Tar => self.archive(file),
            Packing::TarZstd => {
                let mut decoder = zstd::Decoder::with_buffer(file)?;
                decoder.window_log_max(WINDOW_LOG_MAX)?;
                self.archive(decoder)
            }
        }
    }

    /// Judges all links once more, now that everything lies where it belongs.
    pub(super) fn finish(self) -> Result<(), PrepareError> {
        match self
            .links
            .iter()
            .find(|link| policy::leads_outside(&self.root, link))
        {
            Some(link) => Err(refused(link, "is a link that leads outside")),
            None => Ok(()),
        }
    }

    fn archive(&mut self, reader: impl Read) -> Result<(), PrepareError> {
        let allowance = Rc::new(Cell::new(0));
        let mut archive = Archive::new(Metered {
            reader,
            allowance: Rc::clone(&allowance),
        });
        let mut entries = archive.entries().map_err(|error| damaged(&error))?;
        loop {
            allowance.set(HEADER_BYTES_MAX);
            let Some(entry) = entries.next() else {
                return Ok(());
            };
            let entry = entry.map_err(|error| damaged(&error))?;
            self.count(entry.size())?;
            allowance.set(entry.size().saturating_add(HEADER_BYTES_MAX));
            self.entry(entry)?;
        }
    }

    fn count(&mut self, bytes: u64) -> Result<(), PrepareError> {
        let too_much = |what: &str| PrepareError::Archive(format!("it holds too many {what}"));
        self.left.entries = self
            .left
            .entries
            .checked_sub(1)
            .ok_or_else(|| too_much("entries"))?;
        self.left.bytes = self
            .left
            .bytes
            .checked_sub(bytes)
            .ok_or_else(|| too_much("bytes"))?;
        Ok(())
    }

    fn entry<R: Read>(&mut self, mut entry: Entry<'_, R>) -> Result<(), PrepareError> {
        let kind = entry.header().entry_type();
        if kind == EntryType::XGlobalHeader {
            return Ok(());
        }
        let path = policy::plain_path(&entry.path_bytes()).map_err(PrepareError::Archive)?;
        policy::make_parents(&self.root, &path)?.map_err(PrepareError::Archive)?;
        let place = self.root.join(&path);
        match kind {
            EntryType::Directory => directory(&place, &path),
            EntryType::Regular | EntryType::Continuous => regular(&mut entry, &place, &path),
            EntryType::Symlink => self.symlink(&link_name(&entry, &path)?, path),
            EntryType::Link => self.hard_link(&link_name(&entry, &path)?, &path),
            EntryType::Char
            | EntryType::Block
            | EntryType::Fifo
            | EntryType::GNULongName
            | EntryType::GNULongLink
            | EntryType::GNUSparse
            | EntryType::XGlobalHeader
            | EntryType::XHeader => Err(refused(&path, "is neither file, directory nor link")),
            _ => Err(refused(&path, "is of an unknown kind")),
        }
    }

    fn symlink(&mut self, target: &Path, path: PathBuf) -> Result<(), PrepareError> {
        if !policy::stays_inside(&path, target) {
            return Err(refused(&path, "is a link that leads outside"));
        }
        let place = self.root.join(&path);
        make_room(&place, &path)?;
        symlink(target, place)?;
        self.links.push(path);
        Ok(())
    }

    /// The target must be a file that this artifact has brought itself.
    fn hard_link(&self, target: &Path, path: &Path) -> Result<(), PrepareError> {
        let bytes = target.as_os_str().as_encoded_bytes();
        let target = policy::plain_path(bytes).map_err(PrepareError::Archive)?;
        policy::make_parents(&self.root, &target)?.map_err(PrepareError::Archive)?;
        let source = self.root.join(&target);
        if target == path || !fs::symlink_metadata(&source).is_ok_and(|found| found.is_file()) {
            return Err(refused(
                path,
                "is a hard link to something that is not there",
            ));
        }
        let place = self.root.join(path);
        make_room(&place, path)?;
        Ok(fs::hard_link(source, place)?)
    }
}

fn directory(place: &Path, path: &Path) -> Result<(), PrepareError> {
    match fs::symlink_metadata(place) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(refused(path, "is a directory and something else")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(fs::create_dir(place)?),
        Err(error) => Err(error.into()),
    }
}

fn regular<R: Read>(
    entry: &mut Entry<'_, R>,
    place: &Path,
    path: &Path,
) -> Result<(), PrepareError> {
    make_room(place, path)?;
    // Neither set-user-id nor write permission for others survives.
    let mode = entry.header().mode().map_err(|error| damaged(&error))? & 0o755 | 0o600;
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(mode)
        .open(place)?;
    let copied = copy(entry, &mut file)?;
    if copied != entry.size() {
        return Err(PrepareError::Archive(format!(
            "it ends within `{}`",
            path.display()
        )));
    }
    // The process's own mask has cut the mode.
    Ok(file.set_permissions(fs::Permissions::from_mode(mode))?)
}

/// Tells a damaged archive from a failing disk.
fn copy(reader: &mut impl Read, file: &mut File) -> Result<u64, PrepareError> {
    let (mut chunk, mut copied) = (vec![0; 64 * 1024], 0);
    loop {
        match reader.read(&mut chunk).map_err(|error| damaged(&error))? {
            0 => return Ok(copied),
            n => {
                file.write_all(&chunk[..n])?;
                copied += n as u64;
            }
        }
    }
}

/// A later entry replaces an earlier file or link, but no directory.
fn make_room(place: &Path, path: &Path) -> Result<(), PrepareError> {
    if path.as_os_str().is_empty() {
        return Err(PrepareError::Archive(
            "its root is not a directory".to_owned(),
        ));
    }
    match fs::symlink_metadata(place) {
        Ok(found) if found.is_dir() => Err(refused(path, "is a directory and something else")),
        Ok(_) => Ok(fs::remove_file(place)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn link_name<R: Read>(entry: &Entry<'_, R>, path: &Path) -> Result<PathBuf, PrepareError> {
    let name = entry.link_name().map_err(|error| damaged(&error))?;
    let name = name.filter(|n| !n.as_os_str().is_empty());
    name.map(|n| n.into_owned())
        .ok_or_else(|| refused(path, "is a link to nowhere"))
}

fn refused(path: &Path, what: &str) -> PrepareError {
    PrepareError::Archive(format!("`{}` {what}", path.display()))
}

/// An archive that cannot be read.
fn damaged(error: &io::Error) -> PrepareError {
    PrepareError::Archive(format!("it is damaged ({error})"))
}

/// Lets through as many bytes as were allowed, so that no header can swell in memory.
struct Metered<R> {
    reader: R,
    allowance: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        match self.allowance.get().checked_sub(read as u64) {
            Some(left) => self.allowance.set(left),
            None => return Err(io::Error::other("a header is too long")),
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
