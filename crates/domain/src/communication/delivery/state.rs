//! How far a delivery is.

use super::{Blame, Word};
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a delivery is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum DeliveryState {
    /// It is tried, not before a moment.
    Queued {
        /// The moment.
        at: Timestamp,
        /// How often it was tried.
        attempts: u32,
        /// When it was tried first.
        since: Option<Timestamp>,
        /// Why the last attempt came to nothing.
        last: Option<String>,
    },
    /// It is being tried.
    Attempting {
        /// Since when.
        at: Timestamp,
        /// For how maniest time.
        attempts: u32,
        /// When it was tried first.
        since: Timestamp,
    },
    /// The other side took it.
    Delivered {
        /// When.
        at: Timestamp,
        /// After how many attempts.
        attempts: u32,
        /// In its words.
        reply: String,
    },
    /// The other side will not have it.
    Refused {
        /// When.
        at: Timestamp,
        /// What it blames.
        blame: Blame,
        /// In its words.
        reply: String,
    },
    /// It was tried for long enough.
    GaveUp {
        /// When.
        at: Timestamp,
        /// How often.
        attempts: u32,
        /// Why the last attempt came to nothing.
        reply: String,
    },
    /// The other side may have it. A person looks, and says so or has it sent again.
    Unknown {
        /// Since when.
        at: Timestamp,
        /// What happened.
        reply: String,
    },
    /// A person said what became of it.
    Settled {
        /// Who.
        by: Name,
        /// When.
        at: Timestamp,
        /// Whether it arrived.
        word: Word,
        /// How they know.
        note: String,
    },
    /// It is not sent.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Why, unless because the message was cancelled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

impl DeliveryState {
    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Attempting { .. } => "attempting",
            Self::Delivered { .. } => "delivered",
            Self::Refused { .. } => "refused",
            Self::GaveUp { .. } => "gave up",
            Self::Unknown { .. } => "unknown",
            Self::Settled { .. } => "settled",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// What happened to it, in words.
impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queued { at, last: None, .. } => write!(f, "waits for its turn at {at}"),
            Self::Queued {
                at,
                attempts,
                last: Some(last),
                ..
            } => write!(f, "is tried again at {at}, {attempts} times so far: {last}"),
            Self::Attempting { at, attempts, .. } => {
                write!(f, "attempt {attempts} is under way since {at}")
            }
            Self::Delivered { at, reply, .. } => write!(f, "delivered at {at}: {reply}"),
            Self::Refused {
                at,
                blame: Blame::Recipient,
                reply,
            } => write!(f, "refused at {at}, no such recipient: {reply}"),
            Self::Refused {
                at,
                blame: Blame::Message,
                reply,
            } => write!(f, "refused at {at}: {reply}"),
            Self::GaveUp {
                at,
                attempts,
                reply,
            } => write!(f, "gave up at {at} after {attempts} attempts: {reply}"),
            Self::Unknown { at, reply } => write!(
                f,
                "unknown since {at}, waits for somebody to say whether it arrived: {reply}"
            ),
            Self::Settled { by, word, note, .. } => write!(f, "{word} by the word of {by}: {note}"),
            Self::Cancelled { at, reason: None } => write!(f, "cancelled at {at}"),
            Self::Cancelled {
                at,
                reason: Some(reason),
            } => write!(f, "not sent at {at}: {reason}"),
        }
    }
}

/// The codes that a reply begins with, such as `550 5.1.1`, if it does: what is kept for ever, because its words may name whom it
/// is about (RFC 5321 §4.2, RFC 3463 §2).
pub fn codes(reply: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let mut parts = word.split('.');
        word.len() <= 9
            && parts.all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    };
    let codes: Vec<&str> = reply
        .split_whitespace()
        .take_while(is_code)
        .take(2)
        .collect();
    (!codes.is_empty()).then(|| codes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_reply_the_codes_are_kept_and_no_address() {
        for (reply, expect) in [
            (
                "550 5.1.1 <ops@acme.example>: Recipient address rejected",
                Some("550 5.1.1"),
            ),
            ("421 too many from 192.0.2.1", Some("421")),
            ("550 192.0.2.100 is listed", Some("550")),
            ("no mail server `relay` is known", None),
            ("", None),
        ] {
            assert_eq!(codes(reply).as_deref(), expect, "{reply}");
        }
    }
}
