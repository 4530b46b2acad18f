//! The road of a component: from the commit that an environment runs, over those of the releases in between, to the one that is
//! asked about.

use super::Unread;
use std::sync::Arc;
use tidegate_domain::{
    name::Name,
    scope::{Commit, CommitId, Origin, Part},
    version::Version,
};
use tidegate_git::{Fault, History, Range, Source};

/// The most commits that one scope is made of.
const COMMITS_MAX: usize = 120_000;
/// The most commits that are told of what would be lost.
const LOST_MAX: usize = 50;

/// From where to where, in the source of a component. Revisions are names that a repository may have: the commit that an artifact
/// says it was built from, a tag, a branch.
#[derive(Debug, Clone)]
pub(crate) struct Road {
    /// The component.
    pub(crate) component: Name,
    /// The directory below the server's sources.
    pub(crate) repository: String,
    /// Only commits that touch one of these; all when there are none.
    pub(crate) paths: Vec<String>,
    /// What the environment runs, with the revision as far as that is known; nothing when it runs nothing of the component.
    pub(crate) base: Option<(Version, Option<String>)>,
    /// The releases on the way, the oldest first, without the last.
    pub(crate) between: Vec<(Version, Option<String>)>,
    /// The release that is asked about.
    pub(crate) to: (Version, Option<String>),
}

/// What lies along a road.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Travelled {
    /// What each release brings, the oldest first.
    pub(crate) parts: Vec<Part>,
    /// How many older commits there are beyond those.
    pub(crate) left_out: usize,
    /// What runs and would not run any more: the newest of it.
    pub(crate) lost: Vec<Commit>,
    /// How many older ones would be lost beside those.
    pub(crate) more_lost: usize,
}

/// Reads a history, or remembers it.
pub(super) type Read<'a> = &'a dyn Fn(Range) -> Result<Arc<History>, Fault>;

impl Road {
    /// What lies along it.
    pub(super) fn travel(&self, source: &Source, history: Read<'_>) -> Result<Travelled, Unread> {
        let find = |(version, revision): &(Version, Option<String>)| match revision {
            Some(revision) => Ok(source.resolve(revision)?),
            None => Err(unknown(version)),
        };
        let to = find(&self.to)?;
        let base = self.base.as_ref().map(find).transpose()?;
        // Whether a commit is part of what is asked about.
        let is_behind = |commit: CommitId| -> Result<bool, Unread> {
            let range = Range {
                since: vec![commit],
                to,
                paths: Vec::new(),
                most: 0,
            };
            Ok(history(range)?.apart.is_empty())
        };
        let range = |since: &[CommitId], to: CommitId| Range {
            since: since.to_vec(),
            to,
            paths: self.paths.clone(),
            most: COMMITS_MAX,
        };
        let mut seen: Vec<CommitId> = base.into_iter().collect();
        let mut travelled = Travelled::default();
        for (step, is_last) in self.steps() {
            // What is not known of a release in between, or is of another line, is told with the next.
            let commit = match find(step) {
                Ok(commit) if is_last || is_behind(commit)? => commit,
                Ok(_) | Err(_) => continue,
            };
            let read = history(range(&seen, commit))?;
            travelled.left_out += read.left_out;
            travelled.parts.push(Part {
                origin: Origin {
                    component: self.component.clone(),
                    release: step.0.clone(),
                },
                commits: read.commits.clone(),
            });
            seen.push(commit);
        }
        if let Some(base) = base
            && !is_behind(base)?
        {
            let lost = Range {
                most: LOST_MAX,
                ..range(&[to], base)
            };
            let lost = history(lost)?;
            travelled.more_lost = lost.left_out;
            travelled.lost.clone_from(&lost.commits);
        }
        Ok(travelled)
    }

    /// The releases on it, the oldest first, and whether each is the last.
    fn steps(&self) -> impl Iterator<Item = (&(Version, Option<String>), bool)> {
        let between = self.between.iter().map(|it| (it, false));
        between.chain([(&self.to, true)])
    }
}

fn unknown(version: &Version) -> Unread {
    Unread::new(
        &format!("it is not known which commit {version} was built from"),
        "push with `--revision COMMIT`, annotate the image with org.opencontainers.image.revision, or say `tag:` in the component's source",
    )
}
