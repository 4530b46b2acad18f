//! What people say to one another about anything that is kept here, whom that reaches, and who stands in for whom.
//!
//! A [`Comment`] is about a [`Subject`] and names people with [`mentions`]. Whoever follows a subject, or is named, gets
//! [`News`]; a [`Mailing`] is how far they were told of it by mail. A [`Delegation`] lets somebody do another's work for a time, by
//! their own rights.

mod delegation;
mod mailing;
mod mention;
mod reminder;
mod subject;

pub use delegation::{Delegation, DelegationError};
pub use mailing::{Mailing, NewsPost, Often, OftenError, UnderWay, Untold};
pub use mention::mentions;
pub use reminder::{Nearness, Reminder};
pub use subject::{Subject, SubjectError};

use crate::{
    id::{CommentId, NewsId},
    name::Name,
    planning::Party,
    text::{Line, Paragraphs},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What somebody said about something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its number.
    pub id: CommentId,
    /// About what.
    pub subject: Subject,
    /// Who.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// Plain text.
    pub text: Paragraphs,
    /// When whoever said it took it back; its text is not shown then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Timestamp>,
    /// Whom it names who was not told: there is nobody of that name, or they may not see the subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreached: Vec<String>,
}

/// Something that a person should know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Its number.
    pub id: NewsId,
    /// Who should know.
    pub to: Name,
    /// About what.
    pub subject: Subject,
    /// Why it is told.
    pub why: Why,
    /// Who caused it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// What happened, in a line.
    pub line: Line,
}

/// Why somebody is told something, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was given into their hands.
    Given,
    /// They were named.
    Named,
    /// They follow what it is about.
    Followed,
    /// It falls to them, and is due.
    Due,
}

impl Why {
    /// The word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Named => "named",
            Self::Followed => "followed",
            Self::Due => "due",
        }
    }

    /// For people: why they read it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Given => "it falls to you now",
            Self::Named => "you were named",
            Self::Followed => "you follow it",
            Self::Due => "it falls to you",
        }
    }
}

/// Whom something reaches: nobody twice, by the weightiest reason, and never whoever caused it.
pub fn reached(
    by: &Name,
    given: &BTreeSet<Name>,
    named: &BTreeSet<Name>,
    followers: &BTreeSet<Name>,
) -> Vec<(Name, Why)> {
    let all: BTreeSet<&Name> = given.iter().chain(named).chain(followers).collect();
    let why = |name: &Name| {
        if given.contains(name) {
            Why::Given
        } else if named.contains(name) {
            Why::Named
        } else {
            Why::Followed
        }
    };
    let others = all.into_iter().filter(|name| *name != by);
    others.map(|name| (name.clone(), why(name))).collect()
}

/// Who of a party is meant: the person, or those of the team.
pub fn people_of<'a>(
    party: &'a Party,
    members: impl FnOnce(&'a Name) -> BTreeSet<Name>,
) -> BTreeSet<Name> {
    match party {
        Party::Person(name) => BTreeSet::from([name.clone()]),
        Party::Team(team) => members(team),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> BTreeSet<Name> {
        text.split_whitespace()
            .map(|it| it.parse().unwrap())
            .collect()
    }

    #[test]
    fn nobody_is_told_twice_and_nobody_of_their_own_deed() {
        let told = reached(
            &"ada".parse().unwrap(),
            &names("ben"),
            &names("ada ben cleo"),
            &names("ada ben cleo dan"),
        );
        let told: Vec<String> = told
            .iter()
            .map(|(who, why)| format!("{who} {}", why.word()))
            .collect();
        assert_eq!(told, ["ben given", "cleo named", "dan followed"]);
    }
}
