//! A change: what a commit, or a person in words, brings to a release, and whether it counts.

use super::{
    adjustment::Decision,
    commit::{Commit, CommitId},
    link::{Link, Links},
    meaning::Meaning,
};
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which it is.
    pub key: ChangeKey,
    /// The commit, unless a person wrote the change down.
    pub commit: Option<Commit>,
    /// What it means.
    pub meaning: Meaning,
    /// The work items that it names.
    pub links: Vec<Link>,
    /// Whether it counts.
    pub standing: Standing,
    /// The parts that brought it, by their place in [`super::Scope::origins`].
    pub(super) origins: Vec<usize>,
}

/// Which change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKey {
    /// That of a commit.
    Commit(CommitId),
    /// One that a person wrote down, under this name.
    Written(Name),
}

/// Whether a change counts, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is part of what is released.
    Counts,
    /// A person added it.
    Added(Decision),
    /// A person took it out.
    TakenOut(Decision),
    /// A later commit of the same scope took it back.
    Undone {
        /// That commit.
        by: CommitId,
    },
    /// It took back commits of the same scope, and does nothing else.
    Undoes {
        /// Those commits.
        commits: Vec<CommitId>,
    },
}

impl Change {
    /// What a commit brings.
    pub(super) fn of(commit: Commit, links: &Links<'_>, standing: Standing) -> Self {
        Self {
            key: ChangeKey::Commit(commit.id),
            meaning: Meaning::of(&commit),
            links: links.find(&commit.message),
            commit: Some(commit),
            standing,
            origins: Vec::new(),
        }
    }

    /// Whether it is part of what is released.
    pub fn counts(&self) -> bool {
        match self.standing {
            Standing::Counts | Standing::Added(_) => true,
            Standing::TakenOut(_) | Standing::Undone { .. } | Standing::Undoes { .. } => false,
        }
    }

    /// Who wrote it, by name: the author, then co-authors.
    pub fn authors(&self) -> Vec<String> {
        let Some(commit) = &self.commit else {
            return Vec::new();
        };
        let mut names = vec![commit.author.name.clone()];
        names.extend(commit.co_authors().into_iter().map(|author| author.name));
        names
    }
}

impl ChangeKey {
    /// The commit, if it is that of one.
    pub fn commit(&self) -> Option<CommitId> {
        match self {
            Self::Commit(id) => Some(*id),
            Self::Written(_) => None,
        }
    }
}

impl fmt::Display for ChangeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit(id) => id.fmt(f),
            Self::Written(name) => write!(f, "+{name}"),
        }
    }
}
