//! Why a history cannot be read, and what to do about it.

use crate::{object::OBJECT_MAX, walk::WALK_MAX};
use std::{error::Error, path::PathBuf};
use tidegate_domain::scope::CommitId;

/// Why a history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is nothing at the path, or something else.
    #[error("{} is not a git repository", path.display())]
    NotARepository {
        /// The path.
        path: PathBuf,
    },
    /// There is a repository, and it cannot be opened.
    #[error("the repository {} cannot be opened", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The text names no revision, whatever the repository has.
    #[error("`{0}` is not the name of a revision")]
    Name(String),
    /// The repository has no such branch, tag or commit.
    #[error("the repository has no branch, tag or commit `{0}`")]
    Unknown(String),
    /// The digits are those of several objects.
    #[error("several commits begin with `{0}`")]
    Several(String),
    /// The name leads to something else than a commit.
    #[error("`{revision}` is a {kind}, not a commit")]
    NotACommit {
        /// What was asked for.
        revision: String,
        /// What it is.
        kind: String,
    },
    /// The repository does not have what came before a commit.
    #[error(
        "the repository is a shallow clone: it ends at commit {commit}, and the history that is asked for does not"
    )]
    Shallow {
        /// The commit.
        commit: CommitId,
    },
    /// An object that others name is not there.
    #[error("the {kind} {object} is missing")]
    Missing {
        /// What it would be.
        kind: &'static str,
        /// Its name.
        object: String,
    },
    /// An object is not what its name says, or not what it should be.
    #[error("the {kind} {object} is broken")]
    Broken {
        /// What it should be.
        kind: &'static str,
        /// Its name.
        object: String,
        /// How it is broken.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// An object is larger than any of its kind should be.
    #[error("the {kind} {object} is larger than {} MiB", OBJECT_MAX >> 20)]
    Large {
        /// What it is.
        kind: &'static str,
        /// Its name.
        object: String,
    },
    /// The history has more commits than are looked at.
    #[error("more than {WALK_MAX} commits would have to be looked at")]
    Long,
    /// The text is no path inside of a repository.
    #[error("`{0}` is not a path inside of the repository")]
    Path(String),
}

impl Fault {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotARepository { .. } => {
                "give the path of a clone, or of a mirror made by `git clone --mirror`"
            }
            Self::Unreadable { .. } => {
                "`git fsck` in it says more; it may also belong to somebody who lets nobody read it"
            }
            Self::Name(_) | Self::NotACommit { .. } => {
                "name a branch, a tag, or a commit by at least its first 7 digits"
            }
            Self::Unknown(_) => {
                "fetch into the repository if it is newer, and look at `git branch --all` and `git tag`"
            }
            Self::Several(_) => "write more digits",
            Self::Shallow { .. } => {
                "run `git fetch --unshallow` in it, or clone it without --depth"
            }
            Self::Missing { .. } | Self::Broken { .. } => {
                "`git fsck` in the repository says more; clone it again from where it is whole"
            }
            Self::Large { .. } => "no program writes such objects: look at who did",
            Self::Long => "name what runs now, so that the history has a beginning",
            Self::Path(_) => "write it as `a/b`, from the top of the repository, without . and ..",
        }
    }
}
