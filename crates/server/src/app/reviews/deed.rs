//! What a person does to a review, read from what they sent.

use super::super::{Error, field, steer};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::Action,
    id::{Edition, GroupId, NoteId},
    name::Name,
    review::{Column, Regrouping, Verdict},
    text::{Line, Paragraphs},
};
use tidegate_protocol::api::{
    ReviewConclusionRequest, ReviewGroupRequest, ReviewNoteRequest, ReviewObjectiveRequest,
    ReviewVotesRequest,
};

/// The longest text, in characters.
const TEXT_MAX: usize = 4_000;
/// The longest line, in characters.
const LINE_MAX: usize = 200;

/// What a person does to a review.
#[derive(Debug, Clone)]
pub enum ReviewDeed {
    /// As one of those who take part.
    Board(Board),
    /// As somebody who leads it.
    Lead(Lead),
    /// As such, to move it on.
    Move(Move),
}

/// What those who take part do.
#[derive(Debug, Clone)]
pub enum Board {
    /// They write a note.
    Write(Column, Paragraphs),
    /// They take one of theirs back.
    TakeBack(NoteId),
    /// They put notes together.
    Group {
        /// What they have in common.
        title: Line,
        /// What comes up again and again.
        theme: Option<Name>,
        /// Which.
        notes: BTreeSet<NoteId>,
    },
    /// They change what was put together.
    Regroup(GroupId, Regrouping),
    /// They give their votes.
    Vote(BTreeMap<GroupId, u8>),
}

/// What those who lead it do beside that.
#[derive(Debug, Clone)]
pub enum Lead {
    /// They say whether an objective was met.
    Judge(Name, Verdict, Paragraphs),
    /// They write what is to be remembered, having seen an edition of that.
    Conclude(Paragraphs, Edition),
    /// Somebody else takes part.
    Invite(Name),
    /// Somebody need not take part.
    Excuse(Name),
}

/// What moves a review on.
#[derive(Debug, Clone)]
pub enum Move {
    /// All notes are shown to all.
    Reveal,
    /// Everybody may vote.
    OpenVotes,
    /// Votes are counted, and matters talked about.
    Discuss,
    /// It is over.
    Close,
    /// It is taken up again, and why.
    Reopen(String),
}

impl ReviewDeed {
    /// What moves a review on, by the word of addresses and commands.
    ///
    /// # Errors
    /// When there is no such word.
    pub fn of(word: &str, reason: &str) -> Result<Self, Error> {
        Ok(Self::Move(match word {
            "reveal" => Move::Reveal,
            "vote" => Move::OpenVotes,
            "discuss" => Move::Discuss,
            "close" => Move::Close,
            "reopen" => Move::Reopen(steer::read_reason(reason)?),
            _ => {
                let missing = Error::not_found("deed-not-found", "thing to do to a review", word);
                return Err(missing.hint("it is one of reveal, vote, discuss, close, reopen"));
            }
        }))
    }

    /// A note.
    ///
    /// # Errors
    /// When it is of no column, or too long.
    pub fn note(wanted: &ReviewNoteRequest) -> Result<Self, Error> {
        let column = wanted.column.parse();
        let column = column.map_err(|why| Error::invalid("column", why))?;
        let text = paragraphs("text", &wanted.text)?;
        Ok(Self::Board(Board::Write(column, text)))
    }

    /// That a note is taken back.
    pub const fn take_back(id: u64) -> Self {
        Self::Board(Board::TakeBack(NoteId(id)))
    }

    /// Notes put together anew, or a group changed.
    ///
    /// # Errors
    /// When a name makes no sense, or the title is too long.
    pub fn group(id: Option<u64>, wanted: &ReviewGroupRequest) -> Result<Self, Error> {
        let notes = |all: &[u64]| all.iter().map(|id| NoteId(*id)).collect();
        let title = wanted.title.as_deref().map(line).transpose()?;
        let theme = match wanted.theme.as_deref().map(str::trim) {
            None => None,
            Some("") => Some(None),
            Some(theme) => Some(Some(field("theme", theme)?)),
        };
        let (add, remove) = (notes(&wanted.add), notes(&wanted.remove));
        Ok(Self::Board(match id {
            None => Board::Group {
                title: title.unwrap_or_default(),
                theme: theme.flatten(),
                notes: add,
            },
            Some(id) => Board::Regroup(
                GroupId(id),
                Regrouping {
                    title,
                    theme,
                    add,
                    remove,
                },
            ),
        }))
    }

    /// Votes.
    pub fn votes(wanted: &ReviewVotesRequest) -> Self {
        let votes = wanted.votes.iter();
        let votes = votes.map(|(id, votes)| (GroupId(*id), *votes)).collect();
        Self::Board(Board::Vote(votes))
    }

    /// What was found of an objective.
    ///
    /// # Errors
    /// When it is no verdict, or too long.
    pub fn objective(name: &str, wanted: &ReviewObjectiveRequest) -> Result<Self, Error> {
        let verdict = wanted.verdict.parse();
        let verdict = verdict.map_err(|why| Error::invalid("verdict", why))?;
        let note = paragraphs("note", &wanted.note)?;
        let name = field("objective", name)?;
        Ok(Self::Lead(Lead::Judge(name, verdict, note)))
    }

    /// What is to be remembered.
    ///
    /// # Errors
    /// When it is too long.
    pub fn conclusion(wanted: &ReviewConclusionRequest) -> Result<Self, Error> {
        let text = paragraphs("text", &wanted.text)?;
        Ok(Self::Lead(Lead::Conclude(text, Edition(wanted.edition))))
    }

    /// That somebody else takes part.
    ///
    /// # Errors
    /// When it is no name.
    pub fn invite(person: &str) -> Result<Self, Error> {
        Ok(Self::Lead(Lead::Invite(field("person", person)?)))
    }

    /// That somebody need not take part.
    ///
    /// # Errors
    /// When it is no name.
    pub fn excuse(person: &str) -> Result<Self, Error> {
        Ok(Self::Lead(Lead::Excuse(field("person", person)?)))
    }

    /// What whoever does it must be allowed; those who take part need to be among them beside that.
    pub(super) const fn action(&self) -> Action {
        match self {
            Self::Board(_) => Action::TakePart,
            Self::Lead(_) | Self::Move(_) => Action::LeadReview,
        }
    }
}

/// Text of several lines, refused where it would be cut.
pub(super) fn paragraphs(name: &str, text: &str) -> Result<Paragraphs, Error> {
    match text.chars().count() > TEXT_MAX {
        true => {
            let why = format!("it is longer than {TEXT_MAX} characters");
            Err(Error::invalid(name, why))
        }
        false => Ok(Paragraphs::of(text)),
    }
}

/// Text of one line, likewise.
pub(super) fn line(text: &str) -> Result<Line, Error> {
    match text.chars().count() > LINE_MAX {
        true => {
            let why = format!("it is longer than {LINE_MAX} characters");
            Err(Error::invalid("title", why))
        }
        false => Ok(Line::of(text)),
    }
}
