//! Grants: what a contact of a supplier may see and do without an account, by a signed link.
//!
//! A [`Grant`] says who may do what until when, and where. Whoever keeps the key makes a code for [`Grant::signed_text`] and puts
//! both into a link by [`Grant::token`]; [`Grant::open`] takes such a token apart again and says why it is not good. Whoever has the
//! link has the grant, so that it is short-lived, is taken back by its nonce, and shows nothing of anybody else.

mod handed;
mod outside;
mod seal;

pub use handed::{Announced, Handed, TakenBack};
pub use outside::{NoticeView, TaskView, Wish};
pub use seal::{code, is_code};

use super::Supplier;
use crate::{canonical, communication::MailAddress, id::SupplierTaskId, name::Name};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// What a contact of a supplier may see and do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Where it counts: the address that people know the server by.
    pub server: String,
    /// Of which supplier.
    pub supplier: Name,
    /// Who.
    pub contact: MailAddress,
    /// What they may do.
    pub rights: BTreeSet<Right>,
    /// Which of the supplier's tasks they see; all of them unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<BTreeSet<SupplierTaskId>>,
    /// The first moment at which it is not good any more.
    pub until: Timestamp,
    /// What it is taken back by.
    pub nonce: Nonce,
}

/// Something that a contact may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// See the supplier's tasks.
    SeeTasks,
    /// Say that they know of a task.
    Acknowledge,
    /// Say that a task is done.
    Finish,
    /// See the supplier's notices.
    SeeNotices,
    /// Announce something, change or cancel it.
    Announce,
}

/// A random text that is in one grant only: 22 to 64 letters of base64url, 128 bits or more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Nonce(String);

/// The text is no [`Nonce`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a nonce has 22 to 64 of A-Z, a-z, 0-9, - and _")]
pub struct NonceError;

/// Why a grant is not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It would be good for too long, or not at all.
    #[error("a grant ends within {} days: name an earlier time to come", LIFETIME_MAX.as_hours() / 24)]
    Lifetime,
    /// It is for somebody else.
    #[error("{mail} is no contact of `{supplier}`: add them to its contacts first")]
    NoContact {
        /// Who.
        mail: MailAddress,
        /// Of whom.
        supplier: Name,
    },
    /// It would be good for nothing.
    #[error("a grant names at least one right")]
    NoRights,
}

/// Why somebody with a link may not do something. They read it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It was not made by us, changed, taken back, or is for another server; which of these is nobody's business.
    #[error("this link is not good: use the newest one that was sent to you")]
    NotGood,
    /// Its time is over.
    #[error("this link was good until {0}: ask for a new one")]
    Over(Timestamp),
    /// They are no contact any more.
    #[error("you are not a contact of {0} any more: ask those who sent you the link")]
    NoContact(Name),
    /// The grant does not go so far.
    #[error("this link does not let you {0}: ask those who sent it to you")]
    NotAllowed(Right),
    /// It was announced by it too often.
    #[error("{max} changes were announced by this link within a day: announce more after {0}, or ask those who sent it to you", max = Handed::ANNOUNCED_MAX)]
    TooOften(Timestamp),
    /// There is no such thing, or it is another's.
    #[error("there is no such task for you")]
    NotYours,
}

/// What a token is held against.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The address that people know this server by.
    pub server: &'a str,
    /// The moment.
    pub now: Timestamp,
}

/// The longest that a grant is good.
pub const LIFETIME_MAX: SignedDuration = SignedDuration::from_hours(24 * 90);
/// The longest token, in bytes.
const TOKEN_MAX: usize = 8 * 1024;
/// What stands before everything that is signed, so that it is taken for nothing else.
const PURPOSE: &str = "tidegate supplier grant 1\n";

impl Grant {
    /// Whether it may be given at `now`.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, supplier: &Supplier, now: Timestamp) -> Result<(), GrantError> {
        let left = self.until.duration_since(now);
        if left <= SignedDuration::ZERO || left > LIFETIME_MAX {
            return Err(GrantError::Lifetime);
        }
        if self.supplier != supplier.name || supplier.contact(&self.contact).is_none() {
            return Err(GrantError::NoContact {
                mail: self.contact.clone(),
                supplier: supplier.name.clone(),
            });
        }
        match self.rights.is_empty() {
            true => Err(GrantError::NoRights),
            false => Ok(()),
        }
    }

    /// What the code is made for: a purpose and the canonical JSON text (RFC 8785) of the grant.
    pub fn signed_text(&self) -> String {
        format!("{PURPOSE}{}", canonical::text(self))
    }

    /// What stands in the link: the grant and its code, each in base64url without padding (RFC 4648 §5), with a dot between.
    pub fn token(&self, code: &[u8]) -> String {
        let text = URL_SAFE_NO_PAD.encode(canonical::text(self));
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(code))
    }

    /// The grant in a token. `is_ours`: whether a code was made for a text by us, found out in constant time; `is_taken_back`: whether
    /// a nonce is not to count any more.
    ///
    /// Nothing in a token is looked at before its code was, and it counts in its canonical form only, so that one grant has one token.
    ///
    /// # Errors
    /// Why it is not good.
    pub fn open(
        token: &str,
        given: &Given<'_>,
        is_ours: impl FnOnce(&str, &[u8]) -> bool,
        is_taken_back: impl FnOnce(&Nonce) -> bool,
    ) -> Result<Self, Refusal> {
        let short = Some(token).filter(|it| it.len() <= TOKEN_MAX);
        let halves = short
            .and_then(|it| it.split_once('.'))
            .ok_or(Refusal::NotGood)?;
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::NotGood);
        let (text, code) = (bytes(halves.0)?, bytes(halves.1)?);
        let text = String::from_utf8(text).map_err(|_| Refusal::NotGood)?;
        if !is_ours(&format!("{PURPOSE}{text}"), &code) {
            return Err(Refusal::NotGood);
        }
        let grant: Self = serde_json::from_str(&text).map_err(|_| Refusal::NotGood)?;
        let is_plain = canonical::text(&grant) == text;
        if !is_plain || grant.server != given.server || is_taken_back(&grant.nonce) {
            return Err(Refusal::NotGood);
        }
        match given.now < grant.until {
            true => Ok(grant),
            false => Err(Refusal::Over(grant.until)),
        }
    }

    /// Whether it still counts among the contacts that the supplier has now.
    ///
    /// # Errors
    /// When they are none any more.
    pub fn confirm(&self, supplier: &Supplier) -> Result<(), Refusal> {
        let is_contact =
            supplier.name == self.supplier && supplier.contact(&self.contact).is_some();
        match is_contact {
            true => Ok(()),
            false => Err(Refusal::NoContact(self.supplier.clone())),
        }
    }

    /// Whether it goes so far.
    ///
    /// # Errors
    /// When it does not.
    pub fn may(&self, right: Right) -> Result<(), Refusal> {
        match self.rights.contains(&right) {
            true => Ok(()),
            false => Err(Refusal::NotAllowed(right)),
        }
    }
}

impl FromStr for Nonce {
    type Err = NonceError;

    fn from_str(text: &str) -> Result<Self, NonceError> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        match (22..=64).contains(&text.len()) && text.bytes().all(is_plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(NonceError),
        }
    }
}

impl TryFrom<String> for Nonce {
    type Error = NonceError;
    fn try_from(text: String) -> Result<Self, NonceError> {
        text.parse()
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        nonce.0
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As a sentence goes on.
impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SeeTasks => "see tasks",
            Self::Acknowledge => "acknowledge tasks",
            Self::Finish => "finish tasks",
            Self::SeeNotices => "see notices",
            Self::Announce => "announce changes",
        })
    }
}

#[cfg(test)]
mod tests;
