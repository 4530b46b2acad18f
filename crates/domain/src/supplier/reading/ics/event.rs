//! One event of a calendar.

use super::{CalendarError, MomentError, Reading, moment::Moment, recurring::Recurring, text};
use crate::{
    calendar::Length,
    supplier::{
        Line,
        notice::{AnnouncementError, Intent, Period},
        reading::Doubt,
    },
};
use icalendar::parser::Component;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Why an event is no notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// A time of it is none.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// It says not when it begins.
    #[error("the event has no DTSTART: say when it begins")]
    NoStart,
    /// It cannot be told from others.
    #[error("the event has no UID: without it another edition of it is not recognised")]
    NoNumber,
    /// How long it takes makes no sense.
    #[error("`{0}` is no DURATION: write for instance PT4H or P1DT12H")]
    Duration(Line),
    /// It ends before it begins.
    #[error("the event ends at {until}, before it begins at {from}")]
    Backwards {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        until: Timestamp,
    },
    /// Its rule makes no sense, or too much of it.
    #[error("the event does not come back like this: {0}")]
    Recurrence(Line),
    /// It is long over or far away.
    #[error("the event has no time from a month ago until 400 days ahead")]
    NoTimes,
    /// What it announces makes no sense.
    #[error(transparent)]
    Announcement(#[from] AnnouncementError),
}

/// What is wanted with the events of a calendar (METHOD, RFC 5546 §1.4).
pub(super) fn intent(calendar: &Component<'_>) -> Result<Intent, CalendarError> {
    let method = text::value(calendar, "METHOD").to_ascii_uppercase();
    match method.as_str() {
        "" | "PUBLISH" | "REQUEST" => Ok(Intent::Announce),
        "CANCEL" => Ok(Intent::Cancel),
        other => Err(CalendarError::Method(Line::of(other))),
    }
}

/// When an event happens, if it comes back or not, and whether there are more times than these.
pub(super) fn periods(
    event: &Component<'_>,
    left_out: BTreeSet<Timestamp>,
    reading: &Reading<'_>,
    doubts: &mut Vec<Doubt>,
) -> Result<(Vec<Period>, bool), EventError> {
    let start = text::property(event, "DTSTART").ok_or(EventError::NoStart)?;
    let start = Moment::of(start, reading)?;
    let from = start.at(doubts)?;
    let until = end(event, &start, from, reading, doubts)?;
    if until < from {
        return Err(EventError::Backwards { from, until });
    }
    let rule = text::value(event, "RRULE");
    if rule.is_empty() {
        let happens = !left_out.contains(&from);
        let only = happens.then_some(Period { from, until });
        return Ok((only.into_iter().collect(), false));
    }
    let exact = until.duration_since(from).as_secs().max(1);
    let days = if start.is_date { exact / 86_400 } else { 0 };
    let written = text::value(event, "DURATION").trim_start_matches('+');
    let lasts = match (written, days) {
        ("", 0) => format!("PT{exact}S"),
        ("", days) => format!("P{days}D"),
        (written, _) => written.to_owned(),
    };
    let starts = (start.local, &start.zone);
    Recurring {
        rule,
        starts,
        lasts,
        left_out,
    }
    .periods(reading)
}

/// When an event ends: by its DTEND or DURATION, at the end of its day, or when it begins (RFC 5545 §3.6.1).
fn end(
    event: &Component<'_>,
    start: &Moment,
    from: Timestamp,
    reading: &Reading<'_>,
    doubts: &mut Vec<Doubt>,
) -> Result<Timestamp, EventError> {
    if let Some(end) = text::property(event, "DTEND") {
        return Ok(Moment::of(end, reading)?.at(doubts)?);
    }
    let written = text::value(event, "DURATION");
    let written = match (written, start.is_date) {
        ("", true) => "P1D",
        ("", false) => return Ok(from),
        (written, _) => written,
    };
    let wrong = || EventError::Duration(Line::of(written));
    let length: Length = written
        .trim_start_matches('+')
        .parse()
        .map_err(|_| wrong())?;
    let end = length.after(&from.to_zoned(start.zone.time_zone().clone()));
    Ok(end.ok_or_else(wrong)?.timestamp())
}

/// The beginnings that an event leaves out (EXDATE, RFC 5545 §3.8.5.1).
pub(super) fn left_out(
    event: &Component<'_>,
    reading: &Reading<'_>,
) -> Result<BTreeSet<Timestamp>, EventError> {
    let mut all = BTreeSet::new();
    for property in text::properties(event, "EXDATE") {
        for moment in Moment::list(property, reading)? {
            all.insert(moment.at(&mut Vec::new())?);
        }
    }
    Ok(all)
}

/// Which time of its series an event is about, if only of one (RECURRENCE-ID, RFC 5545 §3.8.4.4).
pub(super) fn one_of(
    event: &Component<'_>,
    reading: &Reading<'_>,
) -> Result<Option<Timestamp>, EventError> {
    let property = text::property(event, "RECURRENCE-ID");
    let moment = property.map(|it| Moment::of(it, reading)).transpose()?;
    Ok(moment.map(|it| it.at(&mut Vec::new())).transpose()?)
}

/// Whether the event itself is called off (STATUS, RFC 5545 §3.8.1.11).
pub(super) fn is_cancelled(event: &Component<'_>) -> bool {
    text::value(event, "STATUS").eq_ignore_ascii_case("CANCELLED")
}
