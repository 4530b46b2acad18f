//! The layer: a deterministic tar, compressed with zstd, written as a stream.
//!
//! The bytes depend on names, contents and executable bits alone: entries are sorted by their bytes, times and
//! owners are zero, modes are 0755 or 0644, the level is fixed and one thread compresses.

use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File, Metadata},
    io::{self, BufWriter, Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Component, Path, PathBuf},
};
use tar::{Builder, EntryType, Header};
use tempfile::NamedTempFile;
use tidegate_domain::digest::Digest;

/// Changing it changes every digest.
const LEVEL: i32 = 3;

/// Why something cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A socket, pipe or device.
    #[error("{0} is neither a file nor a directory nor a symbolic link")]
    Special(PathBuf),
    /// A symbolic link that leads out of what is packed.
    #[error("the symbolic link {path} leads outside, to {target}")]
    LinkOutside {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file had another length when it was read.
    #[error("{0} changed while it was packed")]
    Changed(PathBuf),
    /// There is nothing to pack.
    #[error("{0} is empty")]
    Empty(PathBuf),
    /// The packed layer cannot be written.
    #[error("cannot write the packed layer to the temporary directory")]
    Write(#[source] io::Error),
}

impl PackError {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "check the path and its permissions",
            Self::Special(_) => "remove it, or pack a directory without it",
            Self::LinkOutside { .. } => {
                "use a relative link to something inside, or copy the file there"
            }
            Self::Changed(_) => "wait until the build is done and push again",
            Self::Empty(_) => "name the directory that holds the built component",
            Self::Write(_) => "free some space, or point TMPDIR to another disk",
        }
    }
}

/// A written layer.
pub(super) struct Layer {
    pub(super) file: NamedTempFile,
    pub(super) digest: Digest,
    pub(super) size: u64,
}

/// Counts and hashes what passes.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
    size: u64,
}

type Archive = Builder<zstd::Encoder<'static, Hashing<BufWriter<NamedTempFile>>>>;

/// Writes the layer of a directory, or of a single file.
pub(super) fn write_layer(path: &Path) -> Result<Layer, PackError> {
    let file = NamedTempFile::new().map_err(PackError::Write)?;
    let inner = BufWriter::with_capacity(256 * 1024, file);
    let hashing = Hashing {
        inner,
        hasher: Sha256::new(),
        size: 0,
    };
    let encoder = zstd::Encoder::new(hashing, LEVEL).map_err(PackError::Write)?;
    let mut archive = Builder::new(encoder);
    let data = fs::metadata(path).map_err(|source| unreadable(path, source))?;
    if data.is_dir() {
        let names = names_below(path)?;
        if names.is_empty() {
            return Err(PackError::Empty(path.to_owned()));
        }
        for name in names {
            append(&mut archive, path, &name)?;
        }
    } else {
        let name = path
            .file_name()
            .ok_or_else(|| PackError::Special(path.to_owned()))?;
        append_file(&mut archive, path, Path::new(name), &data)?;
    }
    let hashing = archive
        .into_inner()
        .and_then(zstd::Encoder::finish)
        .map_err(PackError::Write)?;
    let file = hashing
        .inner
        .into_inner()
        .map_err(|error| PackError::Write(error.into_error()))?;
    let digest = Digest::from_bytes(hashing.hasher.finalize().into());
    Ok(Layer {
        file,
        digest,
        size: hashing.size,
    })
}

/// Every name below `root`, relative to it, sorted by its bytes. A directory stands before what it holds.
fn names_below(root: &Path) -> Result<Vec<PathBuf>, PackError> {
    let mut names = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        let full = root.join(&directory);
        let entries = fs::read_dir(&full).map_err(|source| unreadable(&full, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(&full, source))?;
            let name = directory.join(entry.file_name());
            let kind = entry
                .file_type()
                .map_err(|source| unreadable(&entry.path(), source))?;
            if kind.is_dir() {
                open.push(name.clone());
            }
            names.push(name);
        }
    }
    names.sort_unstable_by(|a, b| {
        a.as_os_str()
            .as_encoded_bytes()
            .cmp(b.as_os_str().as_encoded_bytes())
    });
    Ok(names)
}

fn append(archive: &mut Archive, root: &Path, name: &Path) -> Result<(), PackError> {
    let full = root.join(name);
    let data = fs::symlink_metadata(&full).map_err(|source| unreadable(&full, source))?;
    if data.is_dir() {
        let mut header = header(EntryType::Directory, 0o755, 0);
        archive
            .append_data(&mut header, name, io::empty())
            .map_err(PackError::Write)
    } else if data.is_symlink() {
        append_link(archive, &full, name)
    } else if data.is_file() {
        append_file(archive, &full, name, &data)
    } else {
        Err(PackError::Special(full))
    }
}

fn append_link(archive: &mut Archive, full: &Path, name: &Path) -> Result<(), PackError> {
    let target = fs::read_link(full).map_err(|source| unreadable(full, source))?;
    if !stays_inside(name, &target) {
        return Err(PackError::LinkOutside {
            path: full.to_owned(),
            target,
        });
    }
    let mut header = header(EntryType::Symlink, 0o777, 0);
    archive
        .append_link(&mut header, name, &target)
        .map_err(PackError::Write)
}

fn append_file(
    archive: &mut Archive,
    full: &Path,
    name: &Path,
    data: &Metadata,
) -> Result<(), PackError> {
    if !data.is_file() {
        return Err(PackError::Special(full.to_owned()));
    }
    let mut file = File::open(full).map_err(|source| unreadable(full, source))?;
    let executable = data.permissions().mode() & 0o111 != 0;
    let mode = if executable { 0o755 } else { 0o644 };
    let mut content = Read::by_ref(&mut file).take(data.len());
    let mut header = header(EntryType::Regular, mode, data.len());
    archive
        .append_data(&mut header, name, &mut content)
        .map_err(PackError::Write)?;
    // More or less than the header says would make an archive that nobody can read.
    let rest = content.limit() + file.read(&mut [0]).map_err(|e| unreadable(full, e))? as u64;
    if rest == 0 {
        Ok(())
    } else {
        Err(PackError::Changed(full.to_owned()))
    }
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// Whether the target of the link `name` lies below the root, without looking at the disk.
fn stays_inside(name: &Path, target: &Path) -> bool {
    let mut depth = name.components().count() - 1;
    target.components().all(|part| match part {
        Component::Prefix(_) | Component::RootDir => false,
        Component::CurDir => true,
        Component::ParentDir => {
            let inside = depth > 0;
            depth = depth.saturating_sub(1);
            inside
        }
        Component::Normal(_) => {
            depth += 1;
            true
        }
    })
}

fn unreadable(path: &Path, source: io::Error) -> PackError {
    PackError::Read {
        path: path.to_owned(),
        source,
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.size += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_on_paper() {
        for (name, target, inside) in [
            ("current", "releases/1", true),
            ("bin/app", "../lib/app", true),
            ("bin/app", "./../lib/../lib/app", true),
            ("bin/app", "../../etc/passwd", false),
            ("app", "..", false),
            ("app", "/etc/passwd", false),
            ("a/b/c", "../../..", false),
            ("a/b/c", "../../../a", false),
        ] {
            assert_eq!(
                stays_inside(Path::new(name), Path::new(target)),
                inside,
                "{name} {target}"
            );
        }
    }
}
