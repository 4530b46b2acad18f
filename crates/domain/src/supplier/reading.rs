//! Notices as suppliers send them: calendars (iCalendar, RFC 5545 and RFC 5546) and mails (RFC 5322, RFC 2045).
//!
//! Whatever comes in may be hostile. It is bounded before another library reads it, what is kept is plain text, and what could not be
//! told for sure is a [`Doubt`] that a person looks at. Start at [`ics::read`] and [`mail::read`].

mod guess;
pub mod ics;
pub mod mail;

use super::notice::Incoming;
use std::fmt;

/// A notice that was found in something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub incoming: Incoming,
    /// What is better looked at.
    pub doubts: Vec<Doubt>,
}

/// Something that could not be told for sure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// No component is named.
    NoComponents,
    /// No time is given that a program reads.
    NoTimes,
    /// Clocks skip the local time that is given.
    Skipped(String),
    /// Clocks show the local time that is given twice.
    Twice(String),
    /// More times are given than are kept.
    Cut(usize),
    /// Times are given in a way that is not read.
    Unread(&'static str),
    /// One time of a series is cancelled or moved, and the series itself is not in there.
    OneOfSeries,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoComponents => f.write_str("it names no component that is known: it is taken to concern all of them"),
            Self::NoTimes => f.write_str("it gives no time that a program can read: write it down"),
            Self::Skipped(time) => write!(f, "clocks skip {time}: it is taken as that much later"),
            Self::Twice(time) => write!(f, "clocks show {time} twice: the first is taken"),
            Self::Cut(kept) => write!(f, "it happens more often: {kept} times are kept"),
            Self::Unread(what) => write!(f, "its {what} is not read: it may happen more often"),
            Self::OneOfSeries => f.write_str(
                "it is about one time of a series that is not in it: change the notice of the series by hand",
            ),
        }
    }
}
