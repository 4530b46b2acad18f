//! Why something cannot be done to a review, in words.

use super::StageIllegal;
use crate::{
    id::{Edition, GroupId, NoteId},
    name::Name,
};

/// Why something cannot be done to a review.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// It is in another stage.
    #[error(transparent)]
    Stage(#[from] StageIllegal),
    /// Notes and votes have their time.
    #[error("the review is {stage}, and {what} only while it is {when}")]
    Time {
        /// What was to be done.
        what: &'static str,
        /// When it can be.
        when: &'static str,
        /// The stage's word.
        stage: &'static str,
    },
    /// Somebody who has no part in it.
    #[error("{0} is not among those who take part: whoever leads the review can invite them")]
    Stranger(Name),
    /// A note that says nothing.
    #[error("the note says nothing: write what you saw")]
    Empty,
    /// More than anybody reads.
    #[error("there are {max} {what} at most")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most.
        max: usize,
    },
    /// No such note, or none that they may touch.
    #[error("there is no note {0} of yours")]
    NoNote(NoteId),
    /// A note that is not there.
    #[error("there is no note {0}")]
    UnknownNote(NoteId),
    /// A group that is not there.
    #[error("there is no group {0}: look at the review again")]
    UnknownGroup(GroupId),
    /// A group without a name.
    #[error("the group has no title: say in a line what its notes have in common")]
    NoTitle,
    /// More votes than everybody has.
    #[error("that is {asked} votes, and everybody has {each}")]
    Votes {
        /// How many were given.
        asked: u32,
        /// How many everybody has.
        each: u8,
    },
    /// Votes for everybody within reason.
    #[error("everybody gets 1 to {max} votes, and {asked} is not")]
    VotesEach {
        /// What was asked for.
        asked: u8,
        /// The most.
        max: u8,
    },
    /// What somebody said or gave stays.
    #[error("{0} wrote or voted, and stays among those who take part")]
    Wrote(Name),
    /// What got votes is talked about.
    #[error(
        "group {0} got votes: leave one of its notes in it, or put all of them into another group"
    )]
    Voted(GroupId),
    /// Whoever takes no part cannot be excused.
    #[error("{0} takes no part in it anyway")]
    NoPart(Name),
    /// The plan has no such objective.
    #[error("the plan has no objective `{0}`")]
    UnknownObjective(Name),
    /// Whoever reads the review asks.
    #[error("say {0}")]
    Silent(&'static str),
    /// Objectives are why it was done.
    #[error("not judged yet: {}; say of each whether it was met", names(.0))]
    Unjudged(Vec<Name>),
    /// Somebody else wrote in the meantime.
    #[error(
        "the conclusion was changed since edition {seen}: it is edition {now} now; look at it and write yours again"
    )]
    Changed {
        /// What they saw.
        seen: Edition,
        /// What it is.
        now: Edition,
    },
}

fn names(all: &[Name]) -> String {
    let all: Vec<&str> = all.iter().map(Name::as_str).collect();
    all.join(", ")
}
