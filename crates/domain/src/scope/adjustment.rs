//! What people decide about the changes of a release: to take one out, to add one, always with a reason.

use super::{
    change::{Change, ChangeKey, Standing},
    commit::{Commit, CommitId, CommitPrefix, CommitPrefixError},
    link::Links,
    meaning::{Kind, Meaning},
};
use crate::name::{Name, NameError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// What a person decided about a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// What is done.
    pub act: Act,
    /// Why, by whom and when.
    pub decision: Decision,
}

/// What is done with a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It is not part of the release.
    TakeOut(ChangeRef),
    /// A commit is part of the release though it is not among those that were found, or is again after it was taken out.
    Add(Box<Commit>),
    /// What no commit brings is part of the release.
    Write {
        /// What people call it by.
        name: Name,
        /// What kind of change it is.
        kind: Kind,
        /// What it does, in one line; work items that it names are linked.
        description: String,
    },
}

/// Why, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// A change as people name it: the first digits of its commit, or `+NAME` if a person wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ChangeRef {
    /// The change of a commit.
    Commit(CommitPrefix),
    /// The change that a person wrote down.
    Written(Name),
}

/// Why an adjustment cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdjustmentError {
    /// Somebody will ask.
    #[error("the reason is empty: say why, for those who read the release")]
    NoReason,
    /// A change that says nothing.
    #[error("the description is empty: say in a line what the change does")]
    NoDescription,
    /// The text names no commit.
    #[error(transparent)]
    Commit(#[from] CommitPrefixError),
    /// The text names no change that was written down.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// An adjustment that did nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// The adjustment.
    pub adjustment: Adjustment,
    /// Why it did nothing.
    pub why: Unused,
}

/// Why something that was said about a change did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unused {
    /// No change of the release is called that.
    Nothing,
    /// The digits are those of more than one commit.
    Several,
    /// The change is part of the release already.
    AlreadyThere,
    /// The change was taken out already.
    AlreadyOut,
}

impl Decision {
    /// A person's decision.
    ///
    /// # Errors
    /// When the reason is blank.
    pub fn new(reason: &str, by: Name, at: Timestamp) -> Result<Self, AdjustmentError> {
        match reason.trim() {
            "" => Err(AdjustmentError::NoReason),
            reason => Ok(Self {
                reason: reason.to_owned(),
                by,
                at,
            }),
        }
    }
}

impl Act {
    /// A change in words.
    ///
    /// # Errors
    /// When the description is blank.
    pub fn write(name: Name, kind: Kind, description: &str) -> Result<Self, AdjustmentError> {
        match description.trim() {
            "" => Err(AdjustmentError::NoDescription),
            description => Ok(Self::Write {
                name,
                kind,
                description: description.to_owned(),
            }),
        }
    }
}

impl Unused {
    /// As a sentence goes on with it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "no change of the release is called that",
            Self::Several => "several commits begin so: write more digits",
            Self::AlreadyThere => "the change is part of the release already",
            Self::AlreadyOut => "the change was taken out already",
        }
    }
}

/// Where the change of each key stands among the changes.
pub(super) struct Index {
    by_key: BTreeMap<ChangeKey, usize>,
    /// The length of a commit's name in bytes.
    length: usize,
}

impl Index {
    pub(super) fn of(changes: &[Change]) -> Self {
        let commit = changes.iter().find_map(|change| change.key.commit());
        let by_key = changes
            .iter()
            .enumerate()
            .map(|(at, change)| (change.key.clone(), at));
        Self {
            by_key: by_key.collect(),
            length: commit.map_or(20, |id| id.as_bytes().len()),
        }
    }

    pub(super) fn get(&self, key: &ChangeKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    pub(super) fn of_commit(&self, id: CommitId) -> Option<usize> {
        self.get(&ChangeKey::Commit(id))
    }

    fn insert(&mut self, key: ChangeKey, at: usize) {
        self.by_key.insert(key, at);
    }

    /// The only change that is named so.
    pub(super) fn find(&self, named: &ChangeRef) -> Result<usize, Unused> {
        match named {
            ChangeRef::Written(name) => self
                .get(&ChangeKey::Written(name.clone()))
                .ok_or(Unused::Nothing),
            ChangeRef::Commit(prefix) => self.find_commit(prefix),
        }
    }

    pub(super) fn find_commit(&self, prefix: &CommitPrefix) -> Result<usize, Unused> {
        let (first, last) = prefix.bounds(self.length).ok_or(Unused::Nothing)?;
        let mut found = self
            .by_key
            .range(ChangeKey::Commit(first)..=ChangeKey::Commit(last));
        match (found.next(), found.next()) {
            (Some((_, at)), None) => Ok(*at),
            (None, _) => Err(Unused::Nothing),
            (Some(_), Some(_)) => Err(Unused::Several),
        }
    }
}

/// Applies adjustments in their order; of several about one change the last counts. Answers those that did nothing.
pub(super) fn apply(
    changes: &mut Vec<Change>,
    index: &mut Index,
    links: &Links<'_>,
    adjustments: &[Adjustment],
) -> Vec<Unmatched> {
    let mut unmatched = Vec::new();
    for adjustment in adjustments {
        let done = match &adjustment.act {
            Act::TakeOut(named) => take_out(changes, index, named, &adjustment.decision),
            Act::Add(commit) => {
                let key = ChangeKey::Commit(commit.id);
                add(changes, index, key, &adjustment.decision, |standing| {
                    Change::of((**commit).clone(), links, standing)
                })
            }
            Act::Write {
                name,
                kind,
                description,
            } => {
                let key = ChangeKey::Written(name.clone());
                let written = |standing| written(name, *kind, description, (links, standing));
                add(changes, index, key, &adjustment.decision, written)
            }
        };
        if let Err(why) = done {
            unmatched.push(Unmatched {
                adjustment: adjustment.clone(),
                why,
            });
        }
    }
    unmatched
}

fn take_out(
    changes: &mut [Change],
    index: &Index,
    named: &ChangeRef,
    decision: &Decision,
) -> Result<(), Unused> {
    let change = &mut changes[index.find(named)?];
    if !change.counts() {
        return Err(Unused::AlreadyOut);
    }
    change.standing = Standing::TakenOut(decision.clone());
    Ok(())
}

fn add(
    changes: &mut Vec<Change>,
    index: &mut Index,
    key: ChangeKey,
    decision: &Decision,
    make: impl FnOnce(Standing) -> Change,
) -> Result<(), Unused> {
    let standing = Standing::Added(decision.clone());
    match index.get(&key) {
        Some(at) if changes[at].counts() => return Err(Unused::AlreadyThere),
        Some(at) => changes[at].standing = standing,
        None => {
            index.insert(key, changes.len());
            changes.push(make(standing));
        }
    }
    Ok(())
}

fn written(
    name: &Name,
    kind: Kind,
    description: &str,
    (links, standing): (&Links<'_>, Standing),
) -> Change {
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    Change {
        key: ChangeKey::Written(name.clone()),
        commit: None,
        links: links.find(&description),
        meaning: Meaning {
            kind,
            label: None,
            area: None,
            description,
            breaking: None,
            notices: Vec::new(),
            reverts: Vec::new(),
        },
        standing,
        origins: Vec::new(),
    }
}

impl FromStr for ChangeRef {
    type Err = AdjustmentError;

    fn from_str(text: &str) -> Result<Self, AdjustmentError> {
        Ok(match text.strip_prefix('+') {
            Some(name) => Self::Written(name.parse()?),
            None => Self::Commit(text.parse()?),
        })
    }
}

impl From<&ChangeKey> for ChangeRef {
    fn from(key: &ChangeKey) -> Self {
        match key {
            ChangeKey::Commit(id) => Self::Commit((*id).into()),
            ChangeKey::Written(name) => Self::Written(name.clone()),
        }
    }
}

impl TryFrom<String> for ChangeRef {
    type Error = AdjustmentError;
    fn try_from(text: String) -> Result<Self, AdjustmentError> {
        text.parse()
    }
}

impl From<ChangeRef> for String {
    fn from(named: ChangeRef) -> Self {
        named.to_string()
    }
}

impl fmt::Display for ChangeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit(prefix) => prefix.fmt(f),
            Self::Written(name) => write!(f, "+{name}"),
        }
    }
}
