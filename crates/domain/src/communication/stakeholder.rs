//! Stakeholders: somebody concerned who has no account. What they are sent is theirs to decide.

use super::MailAddress;
use crate::{digest::Digest, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Somebody concerned who has no account, as a person writes it in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stakeholder {
    /// Unique among stakeholders.
    pub name: Name,
    /// Who they are, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where they are reached. Each is asked for itself.
    pub addresses: Vec<MailAddress>,
}

/// A stakeholder's word on whether an address of theirs is sent what an audience is told. Nobody else can give it: it takes the
/// link that was sent to that address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptIn {
    /// Whose.
    pub stakeholder: Name,
    /// What for.
    pub audience: Name,
    /// Where to.
    pub address: MailAddress,
    /// The digest of the secret in the link.
    pub link: Digest,
    /// What they said.
    pub answer: Answer,
}

/// What a stakeholder said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Answer {
    /// Nothing yet.
    Asked {
        /// When they were.
        at: Timestamp,
    },
    /// Yes.
    Confirmed {
        /// When.
        at: Timestamp,
    },
    /// No, or not any more.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// What follows the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// They want to be told.
    Confirm,
    /// They do not. One request without further questions is enough (RFC 8058 §3.2).
    Withdraw,
}

/// The link is another's, or made up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this link is not good: use the newest one that was sent to you")]
pub struct NotTheirs;

impl OptIn {
    /// What they say by the link with this secret in it. Saying it twice is saying it once.
    ///
    /// # Errors
    /// When the secret is not the one that was sent to them.
    pub fn answered(&self, secret: &[u8], wish: Wish, at: Timestamp) -> Result<Answer, NotTheirs> {
        if Digest::of(secret) != self.link {
            return Err(NotTheirs);
        }
        Ok(match (self.answer, wish) {
            (Answer::Confirmed { .. }, Wish::Confirm)
            | (Answer::Withdrawn { .. }, Wish::Withdraw) => self.answer,
            (Answer::Asked { .. } | Answer::Withdrawn { .. }, Wish::Confirm) => {
                Answer::Confirmed { at }
            }
            (Answer::Asked { .. } | Answer::Confirmed { .. }, Wish::Withdraw) => {
                Answer::Withdrawn { at }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_link_says_yes_or_no() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let asked = OptIn {
            stakeholder: "acme".parse().unwrap(),
            audience: "customers".parse().unwrap(),
            address: "ops@acme.example".parse().unwrap(),
            link: Digest::of(b"secret"),
            answer: Answer::Asked { at: at(0) },
        };
        assert_eq!(
            asked.answered(b"guess", Wish::Confirm, at(1)),
            Err(NotTheirs)
        );
        let mut said = asked;
        for (second, wish, expect) in [
            (1, Wish::Confirm, Answer::Confirmed { at: at(1) }),
            (2, Wish::Confirm, Answer::Confirmed { at: at(1) }),
            (3, Wish::Withdraw, Answer::Withdrawn { at: at(3) }),
            (4, Wish::Withdraw, Answer::Withdrawn { at: at(3) }),
            (5, Wish::Confirm, Answer::Confirmed { at: at(5) }),
        ] {
            said.answer = said.answered(b"secret", wish, at(second)).unwrap();
            assert_eq!(said.answer, expect);
        }
    }
}
