//! Quiet hours: when an audience is left alone.
//!
//! They are spans between two moments, not readings of a clock: where the clocks go back over their end, the hour that comes
//! twice is quiet once. An end that the clocks leave out is read with the offset before the gap (RFC 5545 §3.3.5).

use crate::calendar::{Span, Zone};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// When an audience is left alone, in its local time.
///
/// ```yaml
/// quiet_hours: { from: 20:00, to: 07:00, days: [saturday, sunday] }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When they begin.
    pub from: Time,
    /// When they end, on the next day if that is before they begin.
    pub to: Time,
    /// Days that are quiet from midnight to midnight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// The first, by ISO 8601.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The last.
    Sunday,
}

/// Why hours cannot be quiet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuietError {
    /// It is unclear whether none or all are meant.
    #[error(
        "the quiet hours begin and end at {0}: set two times, or leave them out if there are none"
    )]
    Empty(Time),
    /// Nothing would ever go out.
    #[error("all seven days are quiet: leave one out, or nothing ever goes out")]
    Always,
}

/// When something may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// Now.
    Now,
    /// Then, when the quiet hours are over.
    At(Timestamp),
}

impl QuietHours {
    /// Whether anything ever goes out.
    ///
    /// # Errors
    /// When they have no length, or no end.
    pub fn check(&self) -> Result<(), QuietError> {
        let is_quiet = |day: &Day| self.days.contains(day);
        if self.from == self.to {
            return Err(QuietError::Empty(self.from));
        }
        match Day::ALL.iter().all(is_quiet) {
            true => Err(QuietError::Always),
            false => Ok(()),
        }
    }

    /// When something may go out that is ready at `now`.
    pub fn judge(&self, zone: &Zone, now: Timestamp) -> Opens {
        let mut at = now;
        // One quiet span ends in another at most twice a day; a week has a day that is not quiet.
        for _ in 0..2 * (Day::ALL.len() + 1) {
            let mut spans = self.spans(zone, at).into_iter().flatten();
            match spans.find(|span| span.start <= at && at < span.end) {
                Some(span) => at = span.end,
                None => break,
            }
        }
        match at == now {
            true => Opens::Now,
            false => Opens::At(at),
        }
    }

    /// The quiet spans of the day of `at` and the two beside it; none at the end of the calendar.
    fn spans(&self, zone: &Zone, at: Timestamp) -> Vec<Option<Span>> {
        let today = zone.local(at).date();
        let around = [-1, 0, 1].map(|days| today.checked_add(days.days()).ok());
        let spans = around.into_iter().flatten().flat_map(|day| {
            let next = day.tomorrow().ok();
            let is_quiet = self.days.contains(&Day::of(day.weekday()));
            let ends = if self.from < self.to { Some(day) } else { next };
            let hours = ends.and_then(|ends| span(zone, (day, self.from), (ends, self.to)));
            let whole = next.filter(|_| is_quiet);
            let whole = whole
                .and_then(|next| span(zone, (day, Time::midnight()), (next, Time::midnight())));
            [hours, whole]
        });
        spans.collect()
    }
}

fn span(zone: &Zone, from: (Date, Time), to: (Date, Time)) -> Option<Span> {
    let moment = |(day, time): (Date, Time)| {
        let at = zone.at(day.to_datetime(time))?;
        Some(at.timestamp())
    };
    let (start, end) = moment(from).zip(moment(to))?;
    Some(Span { start, end })
}

impl Day {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// As people speak of it.
impl fmt::Display for Opens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("it may go out"),
            Self::At(at) => write!(f, "it waits for the end of the quiet hours at {at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quiet(from: &str, to: &str, days: &[Day]) -> QuietHours {
        QuietHours {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            days: days.to_vec(),
        }
    }

    fn said(quiet: &QuietHours, zone: &str, now: &str) -> String {
        match quiet.judge(&zone.parse().unwrap(), now.parse().unwrap()) {
            Opens::Now => "now".to_owned(),
            Opens::At(at) => at.to_string(),
        }
    }

    #[test]
    fn quiet_hours_are_local_and_end_where_the_clocks_allow() {
        let night = quiet("20:00", "07:00", &[]);
        let noon = quiet("12:00", "13:30", &[]);
        let weekend = quiet("20:00", "07:00", &[Day::Saturday, Day::Sunday]);
        let early = quiet("22:00", "02:30", &[]);
        for (hours, zone, now, expect) in [
            (&night, "Europe/Amsterdam", "2026-11-27T06:00:00Z", "now"),
            (&night, "Europe/Amsterdam", "2026-11-27T18:59:59Z", "now"),
            (
                &night,
                "Europe/Amsterdam",
                "2026-11-27T19:00:00Z",
                "2026-11-28T06:00:00Z",
            ),
            (
                &night,
                "Europe/Amsterdam",
                "2026-11-27T02:00:00Z",
                "2026-11-27T06:00:00Z",
            ),
            (&noon, "UTC", "2026-11-27T12:00:00Z", "2026-11-27T13:30:00Z"),
            (&noon, "UTC", "2026-11-27T13:30:00Z", "now"),
            // From Friday evening to Monday morning.
            (
                &weekend,
                "Europe/Amsterdam",
                "2026-11-27T20:00:00Z",
                "2026-11-30T06:00:00Z",
            ),
            (
                &weekend,
                "Europe/Amsterdam",
                "2026-11-29T12:00:00Z",
                "2026-11-30T06:00:00Z",
            ),
            // 02:30 does not happen: it is 03:30.
            (
                &early,
                "Europe/Amsterdam",
                "2026-03-29T00:30:00Z",
                "2026-03-29T01:30:00Z",
            ),
            // 02:30 happens twice: the first ends them, and the second 02:10 is not quiet.
            (
                &early,
                "Europe/Amsterdam",
                "2026-10-25T00:10:00Z",
                "2026-10-25T00:30:00Z",
            ),
            (&early, "Europe/Amsterdam", "2026-10-25T01:10:00Z", "now"),
        ] {
            assert_eq!(said(hours, zone, now), expect, "{zone} {now}");
        }
    }

    #[test]
    fn hours_without_length_or_end_are_refused() {
        let why = |quiet: QuietHours| quiet.check().map_err(|why| why.to_string());
        assert_eq!(why(quiet("20:00", "07:00", &[])), Ok(()));
        assert_eq!(
            why(quiet("20:00", "20:00", &[])).unwrap_err(),
            "the quiet hours begin and end at 20:00:00: set two times, or leave them out if there are none"
        );
        assert_eq!(
            why(quiet("20:00", "07:00", &Day::ALL)).unwrap_err(),
            "all seven days are quiet: leave one out, or nothing ever goes out"
        );
    }

    proptest! {
        /// The answer is open itself, never in the past, and what is open stays so a moment later.
        #[test]
        fn what_opens_is_open(
            from in 0_i8..24, to in 0_i8..24, days in proptest::collection::vec(0_usize..7, 0..6),
            second in 0_i64..4_000_000_000, zone in "UTC|Europe/Amsterdam|Australia/Lord_Howe|Pacific/Apia|America/New_York",
        ) {
            prop_assume!(from != to);
            let quiet = QuietHours {
                from: Time::constant(from, 30, 0, 0),
                to: Time::constant(to, 30, 0, 0),
                days: days.into_iter().map(|day| Day::ALL[day]).collect(),
            };
            prop_assume!(quiet.check().is_ok());
            let zone: Zone = zone.parse().unwrap();
            let now = Timestamp::from_second(second).unwrap();
            if let Opens::At(at) = quiet.judge(&zone, now) {
                prop_assert!(at > now);
                prop_assert_eq!(quiet.judge(&zone, at), Opens::Now);
            }
        }
    }
}
