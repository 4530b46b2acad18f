//! The commits that one revision has and others have not, as the domain speaks of them.

use crate::{
    commit::Raw,
    fault::Fault,
    object::{Objects, parsed},
    revision::{domain_id, object_id},
    source::Source,
    touched::Paths,
    walk::{Walk, Walker},
};
use encoding_rs::{Encoding, UTF_8};
use gix::ObjectId;
use jiff::Timestamp;
use std::collections::HashSet;
use tidegate_domain::scope::{Author, Commit, CommitId};

/// The longest message that is kept, in bytes; of a longer one, its beginning is.
pub const MESSAGE_MAX: usize = 64 << 10;
/// The longest name or address of an author that is kept, in bytes.
const NAME_MAX: usize = 250;
/// The most bytes of messages that are kept of one history.
const MESSAGES_MAX: usize = 256 << 20;

/// Which commits are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// What runs now: what these have is left out. None for all that there is.
    pub since: Vec<CommitId>,
    /// What is to run.
    pub to: CommitId,
    /// Only commits that touch one of these, written as `a/b` from the top of the repository. None for all.
    pub paths: Vec<String>,
    /// How many commits are wanted at most.
    pub most: usize,
}

/// The commits of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The commits, newest first, a parent never before its child unless clocks were wrong: the order of `git log`.
    pub commits: Vec<Commit>,
    /// How many older ones there are beyond those that were wanted.
    pub left_out: usize,
    /// Those of [`Range::since`] that are not behind [`Range::to`]: what they have is not in what is to run.
    pub apart: Vec<CommitId>,
}

impl Source {
    /// The commits of a range.
    ///
    /// # Errors
    /// When a commit or tree that it takes is missing or broken, or the history is cut off.
    pub fn history(&self, range: &Range) -> Result<History, Fault> {
        let paths = Paths::read(&range.paths)?;
        let to = object_id(&range.to)?;
        let since: Vec<ObjectId> = range
            .since
            .iter()
            .map(object_id)
            .collect::<Result<_, _>>()?;
        let mut walk = Walker::new(self.objects(), self.shallow()?).walk(to, &since)?;
        let apart = apart(&walk, to, range)?;
        let mut objects = self.objects();
        paths.keep(&mut walk, &mut objects)?;
        let mut commits = Vec::with_capacity(walk.wanted.len().min(range.most));
        let mut room = MESSAGES_MAX;
        for at in walk.wanted.iter().take(range.most) {
            let node = &walk.nodes[*at];
            let bytes = match &node.bytes {
                Some(bytes) => bytes,
                None => objects.commit(node.id)?,
            };
            let commit = commit(node.id, &parsed(node.id, bytes)?)?;
            let Some(left) = room.checked_sub(commit.message.len()) else {
                break;
            };
            room = left;
            commits.push(commit);
        }
        let left_out = walk.wanted.len() - commits.len();
        Ok(History {
            commits,
            left_out,
            apart,
        })
    }

    /// One commit.
    ///
    /// # Errors
    /// When it is missing or broken.
    pub fn commit(&self, id: CommitId) -> Result<Commit, Fault> {
        let id = object_id(&id)?;
        let mut objects = self.objects();
        commit(id, &parsed(id, objects.commit(id)?)?)
    }

    fn objects(&self) -> Objects<'_> {
        Objects::of(&self.repository)
    }

    /// The commits at which a shallow clone ends.
    fn shallow(&self) -> Result<HashSet<ObjectId>, Fault> {
        let commits = self.repository.shallow_commits();
        let commits = commits.map_err(|error| Fault::Unreadable {
            path: self.repository.git_dir().to_owned(),
            source: error.into(),
        })?;
        Ok(commits
            .iter()
            .flat_map(|commits| commits.iter().copied())
            .collect())
    }
}

/// What runs now is behind what is to run if some commit that was looked at follows it.
fn apart(walk: &Walk, to: ObjectId, range: &Range) -> Result<Vec<CommitId>, Fault> {
    let parents = walk.nodes.iter().flat_map(|node| &node.parents);
    let followed: HashSet<ObjectId> = parents.map(|parent| parent.id).chain([to]).collect();
    let mut apart = Vec::new();
    for id in &range.since {
        if !followed.contains(&object_id(id)?) {
            apart.push(*id);
        }
    }
    Ok(apart)
}

fn commit(id: ObjectId, read: &Raw<'_>) -> Result<Commit, Fault> {
    let encoding = read.encoding.and_then(Encoding::for_label).unwrap_or(UTF_8);
    Ok(Commit {
        id: domain_id(id)?,
        parents: read
            .parents
            .iter()
            .copied()
            .map(domain_id)
            .collect::<Result<_, _>>()?,
        author: author(read.author, encoding),
        committer: author(read.committer, encoding),
        time: Timestamp::from_second(read.seconds()).unwrap_or(Timestamp::UNIX_EPOCH),
        message: text(read.message, encoding, MESSAGE_MAX),
    })
}

/// Name and address in `Name <address> 1700000000 +0000`, as far as they are there.
fn author(signature: &[u8], encoding: &'static Encoding) -> Author {
    let end = signature
        .iter()
        .rposition(|byte| *byte == b'>')
        .unwrap_or(signature.len());
    let person = &signature[..end];
    let start = person
        .iter()
        .position(|byte| *byte == b'<')
        .unwrap_or(person.len());
    let (name, email) = person.split_at(start);
    let read = |bytes| text(bytes, encoding, NAME_MAX).trim().to_owned();
    Author {
        name: read(name),
        email: read(email.get(1..).unwrap_or_default()),
    }
}

/// Bytes as text, whatever they are; what is no text of the encoding becomes U+FFFD.
fn text(bytes: &[u8], encoding: &'static Encoding, max: usize) -> String {
    let cut = &bytes[..bytes.len().min(max)];
    let (text, _) = encoding.decode_without_bom_handling(cut);
    let mut text = text.into_owned();
    // A character that was cut in two.
    if cut.len() < bytes.len() && text.ends_with(char::REPLACEMENT_CHARACTER) {
        text.pop();
    }
    text
}
