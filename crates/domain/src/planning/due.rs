//! When something is due: at a local time, or so many days from the day of going live.
//!
//! What is told from the target moves with it. A time of its own that the clocks leave out is refused, because nobody can have
//! meant it; one that comes about because the target moved is read with the offset before the gap (RFC 5545 §3.3.5).

use crate::calendar::Zone;
use jiff::{
    ToSpan, Zoned,
    civil::{DateTime, Time},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The farthest from the target, in days.
const DAYS_MAX: i32 = 3_660;

/// When something is due. Written `2026-12-03T12:00`, or from the target on `-5d`, `-5d 12:00`, `+1d 09:00`, `0d 21:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Due {
    /// At a local time of the plan's time zone.
    At(DateTime),
    /// So many days after the target, before it if negative.
    FromTarget {
        /// How many.
        days: i32,
        /// The local time of that day; the target's unless set.
        time: Option<Time>,
    },
}

/// The text is not a [`Due`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no time: write for instance 2026-12-03T12:00, or -5d 12:00 for five days before the target"
)]
pub struct DueError(String);

/// Why something that is due has no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unplaced {
    /// It counts from a target that is not set.
    #[error("`{0}` counts from the target, and the plan has none: set `target`")]
    NoTarget(Due),
    /// The clocks go forward over it.
    #[error(
        "{local} does not happen in {zone}: the clocks go forward over it; the next time there is is {next}"
    )]
    Gap {
        /// The local time.
        local: DateTime,
        /// Where.
        zone: String,
        /// The first local time after the gap.
        next: DateTime,
    },
    /// Beyond the years that are counted.
    #[error("`{0}` is beyond the end of the calendar")]
    Beyond(Due),
}

impl Due {
    /// The moment, in the plan's time zone.
    ///
    /// # Errors
    /// When it counts from a target that is not there, or no such local time happens.
    pub fn place(self, target: Option<&Zoned>, zone: &Zone) -> Result<Zoned, Unplaced> {
        match self {
            Self::At(local) => at(local, zone, self),
            Self::FromTarget { days, time } => {
                let target = target.ok_or(Unplaced::NoTarget(self))?;
                let day = target.datetime().checked_add(days.days());
                let day = day.map_err(|_| Unplaced::Beyond(self))?;
                let local = time.map_or(day, |time| day.date().to_datetime(time));
                zone.at(local).ok_or(Unplaced::Beyond(self))
            }
        }
    }
}

fn at(local: DateTime, zone: &Zone, due: Due) -> Result<Zoned, Unplaced> {
    let found = zone.at(local).ok_or(Unplaced::Beyond(due))?;
    match found.datetime() == local {
        true => Ok(found),
        false => Err(Unplaced::Gap {
            local,
            zone: zone.name().to_owned(),
            next: after_gap(&found, zone).unwrap_or(found.datetime()),
        }),
    }
}

/// The first local time after the gap that a moment came out of.
fn after_gap(found: &Zoned, zone: &Zone) -> Option<DateTime> {
    let before = zone
        .time_zone()
        .preceding(found.timestamp())
        .next()?
        .timestamp();
    Some(zone.local(before))
}

impl FromStr for Due {
    type Err = DueError;

    fn from_str(text: &str) -> Result<Self, DueError> {
        let wrong = || DueError(text.chars().take(40).collect());
        let text = text.trim();
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        let Some(days) = first.strip_suffix('d') else {
            let local: DateTime = text.parse().map_err(|_| wrong())?;
            return Ok(Self::At(local));
        };
        let days: i32 = days.parse().map_err(|_| wrong())?;
        let time = match rest.trim() {
            "" => None,
            time => Some(time.parse().map_err(|_| wrong())?),
        };
        match days.unsigned_abs() <= DAYS_MAX.unsigned_abs() {
            true => Ok(Self::FromTarget { days, time }),
            false => Err(wrong()),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(local) => write!(f, "{}", local.strftime("%Y-%m-%dT%H:%M")),
            Self::FromTarget { days: 0, time } => write!(f, "0d").and_then(|()| of_day(*time, f)),
            Self::FromTarget { days, time } => {
                write!(f, "{days:+}d").and_then(|()| of_day(*time, f))
            }
        }
    }
}

fn of_day(time: Option<Time>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    time.map_or(Ok(()), |time| write!(f, " {}", time.strftime("%H:%M")))
}

impl TryFrom<String> for Due {
    type Error = DueError;
    fn try_from(text: String) -> Result<Self, DueError> {
        text.parse()
    }
}

impl From<Due> for String {
    fn from(due: Due) -> Self {
        due.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amsterdam() -> Zone {
        "Europe/Amsterdam".parse().unwrap()
    }

    fn target(local: &str) -> Zoned {
        amsterdam().at(local.parse().unwrap()).unwrap()
    }

    fn placed(due: &str, live: &str) -> String {
        let due: Due = due.parse().unwrap();
        let placed = due.place(Some(&target(live)), &amsterdam());
        placed.map_or_else(|why| why.to_string(), |it| it.timestamp().to_string())
    }

    #[test]
    fn what_is_due_reads_as_it_is_written() {
        for text in [
            "2026-12-03T12:00",
            "-5d",
            "-5d 12:00",
            "+1d 09:00",
            "0d",
            "0d 21:00",
        ] {
            assert_eq!(text.parse::<Due>().unwrap().to_string(), text);
        }
        assert_eq!("5d".parse::<Due>().unwrap().to_string(), "+5d");
        assert_eq!(
            "2026-12-03".parse::<Due>().unwrap().to_string(),
            "2026-12-03T00:00"
        );
        for bad in [
            "",
            "soon",
            "5",
            "d",
            "-5d noon",
            "99999d",
            "2026-13-01",
            "-5d 25:00",
            "é d",
        ] {
            assert!(bad.parse::<Due>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_counts_from_the_target_moves_with_it_and_keeps_the_local_time() {
        let live = "2026-03-30T20:00";
        assert_eq!(placed("-5d", live), "2026-03-25T19:00:00Z");
        assert_eq!(placed("-5d 09:30", live), "2026-03-25T08:30:00Z");
        assert_eq!(placed("0d", live), "2026-03-30T18:00:00Z");
        assert_eq!(placed("+1d 09:00", live), "2026-03-31T07:00:00Z");
        let due: Due = "-1d".parse().unwrap();
        assert_eq!(due.place(None, &amsterdam()), Err(Unplaced::NoTarget(due)));
    }

    #[test]
    fn a_time_that_the_clocks_leave_out_is_refused_where_it_was_written_and_shifted_where_it_came_about()
     {
        let refused = placed("2026-03-29T02:30", "2026-04-01T20:00");
        assert_eq!(
            refused,
            "2026-03-29T02:30:00 does not happen in Europe/Amsterdam: the clocks go forward over it; the next time there is is 2026-03-29T03:00:00"
        );
        assert_eq!(
            placed("-1d 02:30", "2026-03-30T20:00"),
            "2026-03-29T01:30:00Z"
        );
        // What happens twice is the first of both.
        assert_eq!(
            placed("2026-10-25T02:30", "2026-10-25T20:00"),
            "2026-10-25T00:30:00Z"
        );
        assert!(placed("+3660d", "9999-12-30T00:00").contains("beyond the end"));
    }
}
