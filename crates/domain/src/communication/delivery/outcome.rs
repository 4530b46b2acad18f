//! What one attempt came to, whatever the channel.

use crate::duration::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What one attempt came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The other side took it.
    Accepted {
        /// In its words.
        reply: String,
    },
    /// The other side will not take it, however often it is asked.
    Refused {
        /// What it blames.
        blame: Blame,
        /// In its words.
        reply: String,
    },
    /// It is not there, and a later attempt may do: the other side says so, or never got it.
    Later {
        /// How long it wants to be left alone.
        after: Option<Millis>,
        /// Why.
        reply: String,
    },
    /// The other side may have it, and did not say so.
    Lost {
        /// What happened.
        reply: String,
    },
}

/// What a refusal blames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blame {
    /// There is no such recipient. It is not tried for other messages, until somebody confirms it.
    Recipient,
    /// The message, or where it comes from.
    Message,
}

/// Whether the other side knows a second attempt for what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// By the key of the delivery: it takes the message once.
    Recognised,
    /// It shows the message twice.
    Shown,
}

impl Outcome {
    /// What an attempt came to of which nobody heard again: no answer, or a server that stopped in the middle of it.
    pub const fn silence(repeats: Repeats, reply: String) -> Self {
        match repeats {
            Repeats::Recognised => Self::Later { after: None, reply },
            Repeats::Shown => Self::Lost { reply },
        }
    }

    /// Whether the recipient has bounced: nothing is sent there again until somebody confirms it.
    pub const fn is_bounce(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                blame: Blame::Recipient,
                ..
            }
        )
    }
}

/// In words.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { reply } => write!(f, "it was taken: {reply}"),
            Self::Refused {
                blame: Blame::Recipient,
                reply,
            } => write!(f, "there is no such recipient: {reply}"),
            Self::Refused {
                blame: Blame::Message,
                reply,
            } => write!(f, "it was refused: {reply}"),
            Self::Later { reply, .. } => write!(f, "it is not there yet: {reply}"),
            Self::Lost { reply } => write!(f, "nobody knows whether it arrived: {reply}"),
        }
    }
}
