//! What people write in place of what was generated: for an audience, about a change, an item, or the release as a whole.

use super::{adjustment::ChangeRef, item::ItemKey};
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whom notes are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Whoever works on it: they are told everything.
    Developer,
    /// Whoever runs it: they are told what to do and what behaves otherwise.
    Operator,
    /// Whoever uses it: they are told what is new and what is mended, by items and people's words only.
    Customer,
}

/// What is written about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The release as a whole: what the notes begin with.
    Introduction,
    /// A change.
    Change(ChangeRef),
    /// A work item, whose title the words stand for.
    Item(ItemKey),
}

/// What a person wrote. Of several about the same the last counts, and all are remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// For whom.
    pub audience: Audience,
    /// About what.
    pub subject: Subject,
    /// The words, in plain text; none when the audience is not told about it.
    pub text: Option<String>,
    /// Who wrote them.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// Why a text is no wording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordingError {
    /// There is another way to say nothing.
    #[error("the text is empty: write it, or say that the audience is not told")]
    Empty,
    /// Nobody reads that.
    #[error("the text is longer than {} characters", Wording::LENGTH_MAX)]
    Long,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Developer, Self::Operator, Self::Customer];

    /// As people write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Operator => "operator",
            Self::Customer => "customer",
        }
    }
}

impl Wording {
    /// The longest text, in characters.
    pub const LENGTH_MAX: usize = 4_000;

    /// Whether what is written can be kept.
    ///
    /// # Errors
    /// When the text is blank or too long.
    pub fn checked(self) -> Result<Self, WordingError> {
        match &self.text {
            Some(text) if text.trim().is_empty() => Err(WordingError::Empty),
            Some(text) if text.chars().count() > Self::LENGTH_MAX => Err(WordingError::Long),
            Some(_) | None => Ok(self),
        }
    }
}
