//! The board of a retrospective: notes, what belongs together, and votes.

use super::{Review, ReviewError, Stage};
use crate::{
    id::{GroupId, NoteId},
    name::Name,
    text::{Line, Paragraphs},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

/// The most notes of one person.
const NOTES_EACH: usize = 50;
/// The most notes of all together.
const NOTES_MAX: usize = 2_000;
/// The most groups that people make.
const GROUPS_MAX: usize = 500;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// What went well and should stay.
    Well,
    /// What did not go well.
    Badly,
    /// What could be tried.
    Idea,
}

/// Something that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Its number in this review.
    pub id: NoteId,
    /// What it is about.
    pub column: Column,
    /// Plain text.
    pub text: Paragraphs,
    /// Who wrote it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// Notes that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its number in this review.
    pub id: GroupId,
    /// What they have in common.
    pub title: Line,
    /// What comes up again and again, by the name that other reviews call it as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Name>,
    /// Which. A note is in one group at most.
    pub notes: BTreeSet<NoteId>,
}

/// What is changed of a group; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Regrouping {
    /// What the notes have in common.
    pub title: Option<Line>,
    /// The theme; none in it takes it away.
    pub theme: Option<Option<Name>>,
    /// These notes come into it, wherever they were.
    pub add: BTreeSet<NoteId>,
    /// These leave it and stand alone.
    pub remove: BTreeSet<NoteId>,
}

/// The text is no [`Column`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("say well, badly or idea")]
pub struct ColumnError;

impl FromStr for Column {
    type Err = ColumnError;

    fn from_str(text: &str) -> Result<Self, ColumnError> {
        Self::ALL
            .into_iter()
            .find(|it| it.word() == text)
            .ok_or(ColumnError)
    }
}

impl Column {
    /// All of them, as they stand beside one another.
    pub const ALL: [Self; 3] = [Self::Well, Self::Badly, Self::Idea];

    /// The word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Badly => "badly",
            Self::Idea => "idea",
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Well => "went well",
            Self::Badly => "went badly",
            Self::Idea => "idea",
        })
    }
}

impl Review {
    /// The same with one more note. While notes are written nobody else sees it; after that all do.
    ///
    /// # Errors
    /// When it is over or people vote, they have no part in it, the note says nothing, or there are too many.
    pub fn wrote(
        &self,
        by: &Name,
        (column, text): (Column, Paragraphs),
        at: Timestamp,
    ) -> Result<(Self, NoteId), ReviewError> {
        self.check_part(by)?;
        match self.stage {
            Stage::Writing | Stage::Grouping | Stage::Discussing => {}
            Stage::Voting | Stage::Closed { .. } => {
                let when = "written, grouped or discussed";
                return Err(self.untimely("notes are written", when));
            }
        }
        if text.is_empty() {
            return Err(ReviewError::Empty);
        }
        let own = self.notes.iter().filter(|note| note.by == *by).count();
        for (what, count, max) in [
            ("notes of yours", own, NOTES_EACH),
            ("notes", self.notes.len(), NOTES_MAX),
        ] {
            if count >= max {
                return Err(ReviewError::TooMany { what, max });
            }
        }
        let mut next = self.clone();
        next.counted.0 += 1;
        let (id, by) = (NoteId(next.counted.0), by.clone());
        next.notes.push(Note {
            id,
            column,
            text,
            by,
            at,
        });
        if self.stage == Stage::Discussing {
            gather(&mut next);
        }
        Ok((next, id))
    }

    /// The same without a note that somebody takes back. Once others saw it, it stays.
    ///
    /// # Errors
    /// When it is not theirs, or others saw it.
    pub fn took_back(&self, by: &Name, id: NoteId) -> Result<Self, ReviewError> {
        if self.stage != Stage::Writing {
            return Err(self.untimely("notes are taken back", "written"));
        }
        let mut next = self.clone();
        next.notes.retain(|note| note.id != id || note.by != *by);
        match next.notes.len() < self.notes.len() {
            true => Ok(next),
            false => Err(ReviewError::NoNote(id)),
        }
    }

    /// The same with a new group of these notes, which leave the groups they were in.
    ///
    /// # Errors
    /// When it is not the time for it, there is no such note, it has no title, or there are too many.
    pub fn grouped(
        &self,
        (title, theme): (Line, Option<Name>),
        notes: &BTreeSet<NoteId>,
    ) -> Result<(Self, GroupId), ReviewError> {
        self.check_groups()?;
        if self.groups.len() >= GROUPS_MAX {
            let (what, max) = ("groups", GROUPS_MAX);
            return Err(ReviewError::TooMany { what, max });
        }
        if notes.is_empty() {
            return Err(ReviewError::Silent("which notes belong together"));
        }
        let mut next = self.clone();
        let id = found(&mut next, (title, theme), BTreeSet::new());
        let change = Regrouping {
            add: notes.clone(),
            ..Regrouping::default()
        };
        Ok((next.regrouped(id, &change)?, id))
    }

    /// The same with a group changed. A group whose last note went into another is gone, and its votes go where that went.
    ///
    /// # Errors
    /// When it is not the time for it, there is no such group or note, or it is left without a title, or without a note though it got
    /// votes.
    pub fn regrouped(&self, id: GroupId, change: &Regrouping) -> Result<Self, ReviewError> {
        self.check_groups()?;
        let known = |id: &NoteId| self.notes.iter().any(|note| note.id == *id);
        let mut named = change.add.iter().chain(&change.remove);
        if let Some(unknown) = named.find(|id| !known(id)) {
            return Err(ReviewError::UnknownNote(*unknown));
        }
        let mut next = self.clone();
        for group in next.groups.iter_mut().filter(|it| it.id != id) {
            group.notes.retain(|note| !change.add.contains(note));
        }
        let group = next.groups.iter_mut().find(|it| it.id == id);
        let group = group.ok_or(ReviewError::UnknownGroup(id))?;
        if let Some(title) = &change.title {
            group.title = title.clone();
        }
        if let Some(theme) = &change.theme {
            group.theme = theme.clone();
        }
        group.notes.extend(&change.add);
        group.notes.retain(|note| !change.remove.contains(note));
        if group.title.is_empty() {
            return Err(ReviewError::NoTitle);
        }
        if group.notes.is_empty() && self.votes_for(id) > 0 {
            return Err(ReviewError::Voted(id));
        }
        hand_on(&mut next, id);
        if self.stage == Stage::Discussing {
            gather(&mut next);
        }
        Ok(next)
    }

    fn check_groups(&self) -> Result<(), ReviewError> {
        match self.stage {
            Stage::Grouping | Stage::Discussing => Ok(()),
            Stage::Writing | Stage::Voting | Stage::Closed { .. } => {
                Err(self.untimely("notes are put together", "grouped or discussed"))
            }
        }
    }

    /// The same with somebody's votes in place of those that they gave before.
    ///
    /// # Errors
    /// When it is not the time for it, they have no part in it, a group is not there, or those are too many.
    pub fn voted(&self, by: &Name, given: &BTreeMap<GroupId, u8>) -> Result<Self, ReviewError> {
        self.check_part(by)?;
        if self.stage != Stage::Voting {
            return Err(self.untimely("votes are given", "voting"));
        }
        let known = |id: &GroupId| self.groups.iter().any(|group| group.id == *id);
        if let Some(unknown) = given.keys().find(|id| !known(id)) {
            return Err(ReviewError::UnknownGroup(*unknown));
        }
        let asked = given.values().map(|votes| u32::from(*votes)).sum();
        let each = self.votes_each;
        if asked > u32::from(each) {
            return Err(ReviewError::Votes { asked, each });
        }
        let mut next = self.clone();
        let given = given.iter().filter(|(_, votes)| **votes > 0);
        let given = given.map(|(group, votes)| (*group, *votes)).collect();
        next.votes.insert(by.clone(), given);
        Ok(next)
    }

    /// How many votes a group got.
    pub fn votes_for(&self, group: GroupId) -> u64 {
        let given = self.votes.values().filter_map(|given| given.get(&group));
        given.map(|votes| u64::from(*votes)).sum()
    }
}

/// Takes away the groups that have no notes any more; what they got goes to the one that took their notes.
fn hand_on(review: &mut Review, to: GroupId) {
    let gone = review.groups.extract_if(.., |it| it.notes.is_empty());
    let gone: BTreeSet<GroupId> = gone.map(|it| it.id).collect();
    for given in review.votes.values_mut() {
        let moved: u8 = gone.iter().filter_map(|group| given.remove(group)).sum();
        if moved > 0 {
            *given.entry(to).or_default() += moved;
        }
    }
}

/// Gives each note that stands alone a group of its own.
pub(super) fn gather(review: &mut Review) {
    let taken: BTreeSet<NoteId> = review
        .groups
        .iter()
        .flat_map(|group| group.notes.iter().copied())
        .collect();
    let notes = review.notes.iter();
    let alone: Vec<(NoteId, Line)> = notes
        .filter(|note| !taken.contains(&note.id))
        .map(|note| (note.id, Line::first_of(note.text.as_str())))
        .collect();
    for (note, title) in alone {
        found(review, (title, None), BTreeSet::from([note]));
    }
}

fn found(
    review: &mut Review,
    (title, theme): (Line, Option<Name>),
    notes: BTreeSet<NoteId>,
) -> GroupId {
    review.counted.1 += 1;
    let id = GroupId(review.counted.1);
    review.groups.push(Group {
        id,
        title,
        theme,
        notes,
    });
    id
}
