//! Notices in calendars: the events of iCalendar (RFC 5545) and what is wanted with them (RFC 5546).
//!
//! Another library reads lines into components and properties. Before that the text is bounded in size, depth and number; after it
//! times, zones and recurrences are read by [`crate::calendar`], which costs a bounded amount of work whatever they say.

mod event;
mod moment;
mod recurring;
mod series;
mod text;

pub use event::EventError;
pub use moment::MomentError;
pub(super) use series::number;

use super::Found;
use crate::supplier::{Line, Supplier, notice::Source};
use icalendar::parser::Component;
use jiff::{SignedDuration, Timestamp};

/// In which light a calendar is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Whose it is.
    pub supplier: &'a Supplier,
    /// Where it came from.
    pub source: &'a Source,
    /// When.
    pub now: Timestamp,
}

/// What was found in a calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The notices, in the order that they come in it.
    pub found: Vec<Found>,
    /// The events that are none, by their title or number, and why.
    pub refused: Vec<(Line, EventError)>,
}

/// Why a calendar is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// It is too long.
    #[error("a calendar has at most {} KiB: send the events of the notice only", LENGTH_MAX / 1024)]
    TooLarge,
    /// It is no text.
    #[error("a calendar is text in UTF-8 (RFC 5545 §3.1.4): save it as that")]
    NotUtf8,
    /// It is nested too deep.
    #[error("a calendar has components within components, at most {DEPTH_MAX} deep")]
    TooDeep,
    /// It has too much in it.
    #[error("a calendar has at most {EVENTS_MAX} events: send those of the notice only")]
    TooMany,
    /// It is none.
    #[error("this is no calendar (RFC 5545), from here on: {0}")]
    Malformed(Line),
    /// It answers or asks something.
    #[error("METHOD:{0} announces nothing: send PUBLISH, REQUEST or CANCEL (RFC 5546 §1.4)")]
    Method(Line),
}

/// The longest calendar, in bytes.
const LENGTH_MAX: usize = 256 * 1024;
/// A calendar has events, and these have alarms.
const DEPTH_MAX: usize = 6;
/// The most events, with all that is changed of single ones.
const EVENTS_MAX: usize = 200;
/// As far ahead what recurs is looked at.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);
/// As far back what recurs is looked at.
const BEHIND: SignedDuration = SignedDuration::from_hours(24 * 31);

/// The notices in a calendar.
///
/// # Errors
/// When it is none, or too large. An event that is no notice is named in what was found.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Result<Contents, CalendarError> {
    let text = text::unfolded(bytes)?;
    let malformed = |rest: &str| CalendarError::Malformed(Line::first_of(rest));
    let roots = icalendar::parser::read_calendar_simple(&text);
    let roots = roots.map_err(|why| malformed(why.input))?;
    let root = roots.first().filter(|it| text::is_named(it, "VCALENDAR"));
    let root = root.ok_or_else(|| malformed(&text))?;
    let intent = event::intent(root)?;
    let events: Vec<&Component<'_>> = root
        .components
        .iter()
        .filter(|it| text::is_named(it, "VEVENT"))
        .collect();
    let mut contents = Contents::default();
    for series in series::all(&events) {
        match series.read(intent, reading) {
            Ok(found) => contents.found.push(found),
            Err(why) => contents.refused.push((series.title(), why)),
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests;
