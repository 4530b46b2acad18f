//! Notices in mails (RFC 5322): a calendar in one (RFC 6047), or else its text, which a person completes.
//!
//! Another library reads headers and decodes; which parts there are is found here, so that depth and number are bounded and a mail
//! within the mail is never opened. Who a mail says it is from is no proof of who sent it: that is checked where it arrives.

mod parts;

use super::{
    Doubt, Found, guess,
    ics::{self, CalendarError, Contents, Reading},
};
use crate::{
    communication::MailAddress,
    digest::Digest,
    supplier::{
        Announcement, Line, Paragraphs, Supplier,
        notice::{Incoming, Intent, Source, Vouched},
    },
};
use jiff::Timestamp;
use mail_parser::{HeaderValue, Message, MessageParser};
use parts::{Leaf, LeafKind};
use std::collections::BTreeSet;

/// What was found in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who it says it is from.
    pub from: MailAddress,
    /// Its subject.
    pub subject: Line,
    /// What it announces.
    pub contents: Contents,
}

/// Why a mail is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It is too long.
    #[error("a mail has at most {} KiB: send it without attachments", LENGTH_MAX / 1024)]
    TooLarge,
    /// Its headers are too long.
    #[error("the headers of a mail and of each part have at most {} KiB", HEADERS_MAX / 1024)]
    Headers,
    /// It is nested too deep.
    #[error("a mail has parts within parts, at most {DEPTH_MAX} deep")]
    TooDeep,
    /// It has too many parts.
    #[error("a mail has at most {PARTS_MAX} parts")]
    TooMany,
    /// It is none.
    #[error("this is no mail: it has no headers")]
    NoMail,
    /// It is from nobody, or from several.
    #[error("the mail is not from one mailbox: its `From` names one as NAME@HOST")]
    NoSender,
    /// There is nothing in it.
    #[error("the mail has neither a plain text nor a calendar: send one of them")]
    Empty,
    /// The calendar in it is none.
    #[error("the calendar in the mail is not read")]
    Calendar(#[from] CalendarError),
}

/// The longest mail, in bytes.
const LENGTH_MAX: usize = 1024 * 1024;
/// The longest headers, of the whole or of a part.
const HEADERS_MAX: usize = 64 * 1024;
/// The deepest nesting of parts.
const DEPTH_MAX: usize = 8;
/// The most parts, those that have parts themselves among them.
const PARTS_MAX: usize = 100;

/// The notices in a mail to us about a supplier.
///
/// # Errors
/// When it is no mail, too large, or says nothing.
pub fn read(bytes: &[u8], supplier: &Supplier, now: Timestamp) -> Result<Letter, MailError> {
    if bytes.len() > LENGTH_MAX {
        return Err(MailError::TooLarge);
    }
    let headers = parts::headers(bytes)?.0;
    let message = MessageParser::default()
        .parse_headers(headers)
        .ok_or(MailError::NoMail)?;
    let from = sender(&message).ok_or(MailError::NoSender)?;
    let vouched = match supplier.contact(&from) {
        Some(_) => Vouched::Contact,
        None => Vouched::Stranger,
    };
    let source = Source::Mail {
        from: from.clone(),
        vouched,
    };
    let reading = Reading {
        supplier,
        source: &source,
        now,
    };
    let leaves = parts::leaves(bytes)?;
    let calendar = leaves.iter().find(|it| it.kind == LeafKind::Calendar);
    let contents = match calendar {
        Some(calendar) => ics::read(&calendar.content, &reading)?,
        None => told(&message, &leaves, &reading)?,
    };
    let subject = Line::first_of(message.subject().unwrap_or_default());
    Ok(Letter {
        from,
        subject,
        contents,
    })
}

fn sender(message: &Message<'_>) -> Option<MailAddress> {
    let mut all = message.from()?.iter();
    let only = all.next()?.address.as_deref()?;
    match all.next() {
        None => only.parse().ok(),
        Some(_) => None,
    }
}

/// The text of a mail as a notice whose time a person fills in.
fn told(
    message: &Message<'_>,
    leaves: &[Leaf],
    reading: &Reading<'_>,
) -> Result<Contents, MailError> {
    let text = leaves
        .iter()
        .find(|it| it.kind == LeafKind::Text)
        .ok_or(MailError::Empty)?;
    let text = String::from_utf8_lossy(&text.content);
    let subject = message.subject().unwrap_or_default();
    let title = match Line::first_of(subject) {
        title if title.is_empty() => Line::first_of(&text),
        title => title,
    };
    if title.is_empty() {
        return Err(MailError::Empty);
    }
    let components = guess::components(subject, reading.supplier);
    let mut doubts = vec![Doubt::NoTimes];
    if components.is_empty() {
        doubts.insert(0, Doubt::NoComponents);
    }
    let incoming = Incoming {
        number: thread(message, reading.source),
        intent: Intent::Announce,
        announcement: Announcement {
            kind: guess::kind(subject),
            title,
            description: Paragraphs::of(&text),
            components,
            environments: BTreeSet::new(),
            times: None,
            version: guess::version(subject),
            provides: None,
        },
        sequence: None,
        stamp: None,
        source: reading.source.clone(),
    };
    Ok(Contents {
        found: vec![Found { incoming, doubts }],
        refused: Vec::new(),
    })
}

/// What a mail is known by: the first one of its thread (RFC 5322 §3.6.4), so that an answer to it is the same notice.
fn thread(message: &Message<'_>, source: &Source) -> Line {
    let first = |value: &HeaderValue<'_>| value.as_text_list()?.first().map(ToString::to_string);
    let references = first(message.references()).or_else(|| first(message.in_reply_to()));
    let id = references.or_else(|| message.message_id().map(ToOwned::to_owned));
    match id {
        Some(id) => ics::number(&id),
        None => {
            let said = format!("{source} {}", message.subject().unwrap_or_default());
            Line::of(&Digest::of(said.as_bytes()).to_string())
        }
    }
}

#[cfg(test)]
mod tests;
