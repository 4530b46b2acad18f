//! The stretch of time that somebody asks about.

use super::super::super::Error;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned, civil::Date};
use std::str::FromStr;
use tidegate_domain::calendar::Zone;

/// From where to where; from today on and for four weeks, unless said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// Where it begins.
    pub from: Option<Bound>,
    /// Where it ends.
    pub to: Option<Bound>,
}

/// A moment, or the midnight that a day begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A moment.
    At(Timestamp),
    /// A day.
    Day(Date),
}

/// The text is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a day such as 2026-12-24 nor a moment such as 2026-12-24T18:00:00Z")]
pub struct BoundError(String);

impl Range {
    /// The longest: a leap year.
    const DAYS_MAX: i64 = 366;
    /// Unless said.
    const DAYS: i64 = 28;

    /// Its two moments, where days are those of `zone`.
    pub(in crate::app) fn in_zone(
        self,
        zone: &Zone,
        now: Timestamp,
    ) -> Result<(Timestamp, Timestamp), Error> {
        let from = self.from.unwrap_or(Bound::Day(zone.local(now).date()));
        let from = from.within(zone).ok_or_else(|| beyond("from"))?;
        let to = match self.to {
            Some(to) => to.within(zone),
            None => from.checked_add(Self::DAYS.days()).ok(),
        };
        let to = to.ok_or_else(|| beyond("to"))?;
        let (from, to) = (from.timestamp(), to.timestamp());
        if to <= from {
            return Err(Error::invalid("to", "it is not after `from`"));
        }
        // An hour more, because the clocks may change in between.
        let longest = SignedDuration::from_hours(24 * Self::DAYS_MAX + 1);
        if to.duration_since(from) > longest {
            let why = format!("it is more than {} days after `from`", Self::DAYS_MAX);
            return Err(Error::invalid("to", why));
        }
        Ok((from, to))
    }
}

impl Bound {
    fn within(self, zone: &Zone) -> Option<Zoned> {
        match self {
            Self::At(at) => Some(at.to_zoned(zone.time_zone().clone())),
            Self::Day(day) => zone.at(day.at(0, 0, 0, 0)),
        }
    }
}

fn beyond(field: &str) -> Error {
    Error::invalid(field, "it lies outside of the calendar")
}

impl FromStr for Bound {
    type Err = BoundError;

    fn from_str(text: &str) -> Result<Self, BoundError> {
        let day = Date::strptime("%Y-%m-%d", text).map(Self::Day);
        let read = day.or_else(|_| text.parse().map(Self::At));
        read.map_err(|_| BoundError(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_time_zone_and_ranges_are_bounded() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let now = "2026-11-25T23:30:00Z".parse().unwrap();
        let check = |from: Option<&str>, to: Option<&str>| {
            let bound = |text: Option<&str>| text.map(|text| text.parse().unwrap());
            let range = Range {
                from: bound(from),
                to: bound(to),
            };
            let found = range.in_zone(&zone, now);
            found.map_or_else(|e| e.to_string(), |(from, to)| format!("{from} {to}"))
        };
        // It is the 26th in Berlin already.
        assert_eq!(
            check(None, None),
            "2026-11-25T23:00:00Z 2026-12-23T23:00:00Z"
        );
        // The clocks change on the 29th.
        assert_eq!(
            check(Some("2026-03-28"), Some("2026-03-30")),
            "2026-03-27T23:00:00Z 2026-03-29T22:00:00Z"
        );
        assert_eq!(
            check(Some("2026-03-28T12:00:00+01:00"), None),
            "2026-03-28T11:00:00Z 2026-04-25T10:00:00Z"
        );
        let day = Some("2026-03-28");
        assert_eq!(check(day, day), "to: it is not after `from`");
        let far = check(day, Some("2027-04-01"));
        assert_eq!(far, "to: it is more than 366 days after `from`");
        assert!(check(Some("9999-12-31"), None).contains("outside of the calendar"));
        for bad in ["", "tomorrow", "2026-13-01", "2026-03-28T12:00", "20260328"] {
            assert!(bad.parse::<Bound>().is_err(), "{bad}");
        }
    }
}
