//! The bytes of a commit taken apart, as leniently as git does it: programs of decades wrote authors and times of all forms, and
//! for an odd one nobody loses a history. Only what the graph depends on has to be right.

use gix::{ObjectId, hash::Kind};

/// A commit's bytes by what they are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Raw<'a> {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    /// `Name <address> 1700000000 +0000`, as a rule.
    pub(crate) author: &'a [u8],
    pub(crate) committer: &'a [u8],
    /// The label of the encoding of names and message.
    pub(crate) encoding: Option<&'a [u8]>,
    pub(crate) message: &'a [u8],
}

/// The bytes are no commit.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("its tree or a parent is no name of an object")]
pub(crate) struct NoCommit;

impl<'a> Raw<'a> {
    pub(crate) fn read(mut bytes: &'a [u8], names: Kind) -> Result<Self, NoCommit> {
        let rest = &mut bytes;
        let tree = name(field(rest, b"tree ").ok_or(NoCommit)?, names)?;
        let mut parents = Vec::new();
        while let Some(parent) = field(rest, b"parent ") {
            parents.push(name(parent, names)?);
        }
        let author = field(rest, b"author ").unwrap_or_default();
        let committer = field(rest, b"committer ").unwrap_or_default();
        let mut encoding = None;
        while let Some(line) = line(rest).filter(|line| !line.is_empty()) {
            encoding = encoding.or_else(|| line.strip_prefix(b"encoding "));
        }
        Ok(Self {
            tree,
            parents,
            author,
            committer,
            encoding,
            message: rest,
        })
    }

    /// When it was brought in, in seconds since 1970: wherever the number stands behind the address, and 0 without one.
    pub(crate) fn seconds(&self) -> i64 {
        let start = self
            .committer
            .iter()
            .rposition(|byte| *byte == b'>')
            .map_or(0, |at| at + 1);
        let text = std::str::from_utf8(&self.committer[start..]).unwrap_or_default();
        let first = text.split_ascii_whitespace().next();
        first.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }
}

/// The value of the next line if it is that of a header.
fn field<'a>(rest: &mut &'a [u8], header: &[u8]) -> Option<&'a [u8]> {
    match rest.starts_with(header) {
        true => line(rest).map(|line| &line[header.len()..]),
        false => None,
    }
}

fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(rest.len());
    let line = &rest[..end];
    *rest = rest.get(end + 1..).unwrap_or_default();
    Some(line)
}

fn name(digits: &[u8], names: Kind) -> Result<ObjectId, NoCommit> {
    let id = ObjectId::from_hex(digits).map_err(|_| NoCommit)?;
    (id.kind() == names).then_some(id).ok_or(NoCommit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "0123456789abcdef0123456789abcdef01234567";

    fn read(text: &str) -> Result<Raw<'_>, NoCommit> {
        Raw::read(text.as_bytes(), Kind::Sha1)
    }

    #[test]
    fn only_names_have_to_be_right() {
        let text = format!(
            "tree {NAME}\nparent {NAME}\nmergetag x\n parent {NAME}\nencoding a\nparent y\n\n\nm\n"
        );
        let raw = read(&text).unwrap();
        assert_eq!(
            (raw.parents.len(), raw.author, raw.seconds()),
            (1, &b""[..], 0)
        );
        assert_eq!(
            (raw.encoding, raw.message),
            (Some(&b"a"[..]), &b"\nm\n"[..])
        );
        assert_eq!(read(&format!("tree {NAME}")).unwrap().message, b"");
        for bad in [
            "",
            "tree",
            "tree x\n\n",
            &format!("tree {NAME}\nparent \n"),
            &format!("tree {NAME}{}\n", &NAME[..24]),
        ] {
            assert_eq!(read(bad), Err(NoCommit), "{bad}");
        }
    }
}
