//! The record of a review, and what moves it on.

use super::{Group, Judged, Note, Objective, ReviewError, ReviewEvent, Stage, Verdict, board};
use crate::{
    id::{Edition, GroupId},
    name::Name,
    text::Paragraphs,
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// As many votes does everybody get unless it is said otherwise.
pub const VOTES_EACH: u8 = 3;
/// The most votes for everybody.
pub const VOTES_MAX: u8 = 20;
/// The most who take part.
const PARTICIPANTS_MAX: usize = 500;

/// The review of a release, as far as people have a part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The product.
    pub product: Name,
    /// Its release.
    pub version: Version,
    /// Who leads it.
    pub facilitator: Name,
    /// When it was begun.
    pub begun: Timestamp,
    /// How far it is.
    pub stage: Stage,
    /// Who takes part: whom the record names, and whom somebody invited.
    pub participants: BTreeSet<Name>,
    /// How many votes everybody has.
    pub votes_each: u8,
    /// What they wrote, in the order of their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What belongs together, in the order of their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// The number of the last note and of the last group that there ever was.
    pub counted: (u64, u64),
    /// Who gave how many votes to which group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub votes: BTreeMap<Name, BTreeMap<GroupId, u8>>,
    /// What was found of the release's objectives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Judged>,
    /// What is to be remembered.
    #[serde(default, skip_serializing_if = "Paragraphs::is_empty")]
    pub conclusion: Paragraphs,
    /// The edition of the conclusion; it grows whenever somebody writes it.
    pub edition: Edition,
}

/// What a review found, as it is handed on with the release's evidence: without what individuals wrote and voted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// What was found of the release's objectives.
    pub objectives: Vec<Judged>,
    /// What is to be remembered.
    pub conclusion: Paragraphs,
}

/// How a review begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Who leads it, and takes part.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// Who else takes part.
    pub participants: BTreeSet<Name>,
    /// How many votes everybody gets.
    pub votes_each: u8,
}

impl Review {
    /// A review that somebody begins.
    ///
    /// # Errors
    /// When nobody could vote, or too many take part.
    pub fn begin(product: Name, version: Version, begun: Begun) -> Result<Self, ReviewError> {
        let (asked, max) = (begun.votes_each, VOTES_MAX);
        if asked == 0 || asked > max {
            return Err(ReviewError::VotesEach { asked, max });
        }
        let mut participants = begun.participants;
        participants.insert(begun.by.clone());
        check_count(&participants)?;
        Ok(Self {
            product,
            version,
            facilitator: begun.by,
            begun: begun.at,
            stage: Stage::Writing,
            participants,
            votes_each: begun.votes_each,
            notes: Vec::new(),
            groups: Vec::new(),
            counted: (0, 0),
            votes: BTreeMap::new(),
            objectives: Vec::new(),
            conclusion: Paragraphs::default(),
            edition: Edition(0),
        })
    }

    /// What it found.
    pub fn findings(&self) -> Findings {
        Findings {
            objectives: self.objectives.clone(),
            conclusion: self.conclusion.clone(),
        }
    }

    /// The same after something that moves it on. When votes are opened, or discussed without any, each note that stands alone
    /// becomes a group of its own, so that none is forgotten.
    ///
    /// # Errors
    /// When that cannot happen now, or an objective of `planned` was not judged before it is closed.
    pub fn after(
        &self,
        event: &ReviewEvent,
        planned: &[Objective],
        at: Timestamp,
    ) -> Result<Self, ReviewError> {
        let mut next = self.clone();
        next.stage = self.stage.after(event, at)?;
        match event {
            ReviewEvent::VotingOpened | ReviewEvent::Discussed => board::gather(&mut next),
            ReviewEvent::Closed { .. } => self.check_judged(planned)?,
            ReviewEvent::Reopened { reason, .. } if reason.trim().is_empty() => {
                return Err(ReviewError::Silent("why it is taken up again"));
            }
            ReviewEvent::Revealed | ReviewEvent::Reopened { .. } => {}
        }
        Ok(next)
    }

    fn check_judged(&self, planned: &[Objective]) -> Result<(), ReviewError> {
        let is_open = |it: &&Objective| self.objectives.iter().all(|done| done.objective != **it);
        let open: Vec<Name> = planned
            .iter()
            .filter(is_open)
            .map(|it| it.name.clone())
            .collect();
        match open.is_empty() {
            true => Ok(()),
            false => Err(ReviewError::Unjudged(open)),
        }
    }

    /// The same with one more who takes part.
    ///
    /// # Errors
    /// When it is over, or there are too many.
    pub fn with(&self, person: &Name) -> Result<Self, ReviewError> {
        self.check_open("people are invited")?;
        let mut next = self.clone();
        next.participants.insert(person.clone());
        check_count(&next.participants)?;
        Ok(next)
    }

    /// The same with one less who takes part.
    ///
    /// # Errors
    /// When it is over, they are no part of it, or they wrote or voted.
    pub fn without(&self, person: &Name) -> Result<Self, ReviewError> {
        self.check_open("people are excused")?;
        let voted = self.votes.get(person).is_some_and(|it| !it.is_empty());
        if voted || self.notes.iter().any(|note| note.by == *person) {
            return Err(ReviewError::Wrote(person.clone()));
        }
        let mut next = self.clone();
        next.votes.remove(person);
        match next.participants.remove(person) {
            true => Ok(next),
            false => Err(ReviewError::NoPart(person.clone())),
        }
    }

    /// The same with what was found of one of the plan's objectives.
    ///
    /// # Errors
    /// When it is over, the plan has none of that name, or nobody says what shows it.
    pub fn judged(
        &self,
        (planned, name): (&[Objective], &Name),
        (verdict, note): (Verdict, Paragraphs),
        (by, at): (&Name, Timestamp),
    ) -> Result<Self, ReviewError> {
        self.check_open("objectives are judged")?;
        let objective = planned.iter().find(|it| it.name == *name);
        let unknown = || ReviewError::UnknownObjective(name.clone());
        let objective = objective.ok_or_else(unknown)?.clone();
        if note.is_empty() {
            return Err(ReviewError::Silent("what shows it"));
        }
        let mut next = self.clone();
        next.objectives.retain(|it| it.objective.name != *name);
        let by = by.clone();
        next.objectives.push(Judged {
            objective,
            verdict,
            note,
            by,
            at,
        });
        Ok(next)
    }

    /// The same with another conclusion, by somebody who saw its edition `seen`.
    ///
    /// # Errors
    /// When it is over, or somebody else wrote it in the meantime.
    pub fn concluded(&self, text: Paragraphs, seen: Edition) -> Result<Self, ReviewError> {
        self.check_open("its conclusion is written")?;
        let now = self.edition;
        if seen != now {
            return Err(ReviewError::Changed { seen, now });
        }
        let mut next = self.clone();
        next.conclusion = text;
        next.edition = Edition(now.0 + 1);
        Ok(next)
    }

    pub(super) fn check_open(&self, what: &'static str) -> Result<(), ReviewError> {
        match self.stage.is_closed() {
            true => Err(self.untimely(what, "open")),
            false => Ok(()),
        }
    }

    pub(super) const fn untimely(&self, what: &'static str, when: &'static str) -> ReviewError {
        ReviewError::Time {
            what,
            when,
            stage: self.stage.word(),
        }
    }

    /// Whether somebody takes part.
    ///
    /// # Errors
    /// When they do not.
    pub fn check_part(&self, person: &Name) -> Result<(), ReviewError> {
        match self.participants.contains(person) {
            true => Ok(()),
            false => Err(ReviewError::Stranger(person.clone())),
        }
    }
}

fn check_count(participants: &BTreeSet<Name>) -> Result<(), ReviewError> {
    let (what, max) = ("people", PARTICIPANTS_MAX);
    match participants.len() > max {
        true => Err(ReviewError::TooMany { what, max }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
