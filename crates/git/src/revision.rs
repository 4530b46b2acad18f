//! Names of revisions: branches, tags, and commits by all or the first of their digits. Nothing else that git would
//! understand is: a name from a form or a file shall not make it search.

use crate::{fault::Fault, source::Source};
use gix::{ObjectId, hash::Prefix, objs::Kind};
use tidegate_domain::scope::{CommitId, CommitPrefix};

/// The longest name, in bytes.
const LENGTH_MAX: usize = 250;

impl Source {
    /// The commit that a name leads to. A branch or tag is taken before a commit whose digits it looks like, unless those are
    /// all of its digits.
    ///
    /// # Errors
    /// When nothing, several or something else than a commit is called so.
    pub fn resolve(&self, name: &str) -> Result<CommitId, Fault> {
        let name = name.trim();
        if !is_name(name) {
            return Err(Fault::Name(name.chars().take(80).collect()));
        }
        let full = self.repository.object_hash().len_in_hex();
        let found = match ObjectId::from_hex(name.as_bytes()) {
            Ok(id) if name.len() == full => Some(id),
            Ok(_) | Err(_) => match self.named(name)? {
                Some(id) => Some(id),
                None => self.abbreviated(name)?,
            },
        };
        let found = found.ok_or_else(|| Fault::Unknown(name.to_owned()))?;
        domain_id(self.peeled(found, name)?)
    }

    /// What a branch or tag leads to, by the order in which git looks (gitrevisions(7)).
    fn named(&self, name: &str) -> Result<Option<ObjectId>, Fault> {
        let reference = self
            .repository
            .try_find_reference(name)
            .map_err(|error| self.unreadable(error))?;
        let Some(mut reference) = reference else {
            return Ok(None);
        };
        match reference.peel_to_id() {
            Ok(id) => Ok(Some(id.detach())),
            Err(_) => Ok(reference.target().try_id().map(ToOwned::to_owned)),
        }
    }

    fn abbreviated(&self, digits: &str) -> Result<Option<ObjectId>, Fault> {
        let full = self.repository.object_hash().len_in_hex();
        let Ok(prefix) = digits.parse::<CommitPrefix>() else {
            return Ok(None);
        };
        let filled = ObjectId::from_hex(format!("{prefix:0<full$}").as_bytes());
        let prefix = filled.and_then(|id| Prefix::new(&id, digits.len()));
        let Ok(prefix) = prefix else { return Ok(None) };
        let mut candidates = std::collections::HashSet::new();
        let found = self
            .repository
            .objects
            .lookup_prefix(prefix, Some(&mut candidates));
        found.map_err(|error| self.unreadable(error))?;
        // As git does: an object of another kind does not make the name of a commit unclear.
        candidates
            .retain(|id| self.kind(*id) == Some(Kind::Commit) || self.kind(*id) == Some(Kind::Tag));
        match candidates.len() {
            0 | 1 => Ok(candidates.into_iter().next()),
            _ => Err(Fault::Several(digits.to_owned())),
        }
    }

    /// The commit behind annotated tags.
    fn peeled(&self, id: ObjectId, name: &str) -> Result<ObjectId, Fault> {
        let mut at = id;
        for _ in 0..16 {
            match self.kind(at) {
                Some(Kind::Commit) => return Ok(at),
                Some(Kind::Tag) => {
                    let tag = self
                        .repository
                        .find_tag(at)
                        .map_err(|error| crate::object::broken("tag", at, error))?;
                    let target = tag
                        .target_id()
                        .map_err(|error| crate::object::broken("tag", at, error))?;
                    at = target.detach();
                }
                Some(kind @ (Kind::Tree | Kind::Blob)) => {
                    let revision = name.to_owned();
                    return Err(Fault::NotACommit {
                        revision,
                        kind: kind.to_string(),
                    });
                }
                // What cannot be looked at is told when it is read.
                None if at == id && name.len() == at.kind().len_in_hex() && self.is_absent(at) => {
                    return Err(Fault::Unknown(name.to_owned()));
                }
                None => return Ok(at),
            }
        }
        Err(Fault::NotACommit {
            revision: name.to_owned(),
            kind: "tag of tags without end".to_owned(),
        })
    }

    fn kind(&self, id: ObjectId) -> Option<Kind> {
        self.repository
            .find_header(id)
            .ok()
            .map(|header| header.kind())
    }

    fn is_absent(&self, id: ObjectId) -> bool {
        matches!(self.repository.try_find_header(id), Ok(None))
    }

    fn unreadable(&self, error: gix::Error) -> Fault {
        let path = self.repository.git_dir().to_owned();
        Fault::Unreadable {
            path,
            source: error.into(),
        }
    }
}

/// Whether it can be the name of a revision (git-check-ref-format(1)), and nothing that git would calculate with.
fn is_name(name: &str) -> bool {
    let is_odd = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let is_whole = !name.starts_with(['-', '/', '.']) && !name.ends_with(['/', '.']);
    let is_calm = !name.contains("..")
        && !name.contains("@{")
        && !name.contains("//")
        && !name.contains(is_odd);
    is_whole && is_calm && (1..=LENGTH_MAX).contains(&name.len())
}

/// A name as the domain has it.
pub(crate) fn domain_id(id: ObjectId) -> Result<CommitId, Fault> {
    CommitId::from_bytes(id.as_bytes()).ok_or_else(|| Fault::Unknown(id.to_string()))
}

/// A name as the library has it.
pub(crate) fn object_id(id: &CommitId) -> Result<ObjectId, Fault> {
    ObjectId::try_from(id.as_bytes()).map_err(|_| Fault::Unknown(id.to_string()))
}
