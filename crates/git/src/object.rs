//! Objects, each read within bounds and compared with its name.

use crate::{commit::Raw, fault::Fault};
use gix::{
    ObjectId,
    objs::{Find as _, Kind, TreeRefIter},
};
use std::error::Error;

/// The largest object that is read, in bytes.
pub(crate) const OBJECT_MAX: u64 = 64 << 20;
/// The same as a setting of the library, which refuses before it reserves memory.
pub(crate) const LIMIT: &str = "gitoxide.objects.allocLimit=67108864";

/// Reads objects of one repository, into one buffer.
pub(crate) struct Objects<'a> {
    repository: &'a gix::Repository,
    buffer: Vec<u8>,
}

/// An object has another content, or is another thing, than its name or those who name it say.
#[derive(Debug, thiserror::Error)]
enum Odd {
    #[error("it is a {0}")]
    Kind(Kind),
    #[error("its content has another hash")]
    Content,
}

impl<'a> Objects<'a> {
    pub(crate) fn of(repository: &'a gix::Repository) -> Self {
        Self {
            repository,
            buffer: Vec::new(),
        }
    }

    /// The bytes of a commit.
    pub(crate) fn commit(&mut self, id: ObjectId) -> Result<&[u8], Fault> {
        self.read(id, Kind::Commit)
    }

    /// The entries of a tree.
    pub(crate) fn tree(&mut self, id: ObjectId) -> Result<TreeRefIter<'_>, Fault> {
        let data = self.read(id, Kind::Tree)?;
        Ok(TreeRefIter::from_bytes(data, id.kind()))
    }

    fn read(&mut self, id: ObjectId, kind: Kind) -> Result<&[u8], Fault> {
        let word = word(kind);
        let object = || id.to_string();
        let found = self.repository.objects.try_find(&id, &mut self.buffer);
        let data = match found {
            Ok(Some(data)) => data,
            Ok(None) => {
                return Err(Fault::Missing {
                    kind: word,
                    object: object(),
                });
            }
            Err(error) if error.is_resource_exhausted() => {
                return Err(Fault::Large {
                    kind: word,
                    object: object(),
                });
            }
            Err(error) => return Err(broken(word, id, error)),
        };
        if data.kind != kind {
            return Err(broken(word, id, Odd::Kind(data.kind)));
        }
        data.verify_checksum(&id)
            .map_err(|_| broken(word, id, Odd::Content))?;
        Ok(data.data)
    }
}

/// A commit, as far as it can be taken apart.
pub(crate) fn parsed(id: ObjectId, bytes: &[u8]) -> Result<Raw<'_>, Fault> {
    Raw::read(bytes, id.kind()).map_err(|error| broken("commit", id, error))
}

/// The object is broken.
pub(crate) fn broken(
    kind: &'static str,
    id: ObjectId,
    why: impl Into<Box<dyn Error + Send + Sync>>,
) -> Fault {
    Fault::Broken {
        kind,
        object: id.to_string(),
        source: why.into(),
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Commit => "commit",
        Kind::Tree => "tree",
        Kind::Blob => "blob",
        Kind::Tag => "tag",
    }
}
