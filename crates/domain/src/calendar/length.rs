//! How long a recurring span lasts.

use jiff::{Span, ToSpan, Zoned};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A length of days and of hours, minutes and seconds, such as `2d 12h`.
///
/// Days are nominal and the rest is exact, days first (RFC 5545 §3.3.6): `1d` ends at the same local time, `24h` not where the clocks change in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Length {
    days: i32,
    seconds: i64,
}

/// The text is not a [`Length`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length up to a year: write for instance 4h, 90m or 2d 12h")]
pub struct LengthError(String);

impl Length {
    /// The longest, in days.
    pub const DAYS_MAX: u64 = 366;

    /// Days that it reaches into at most.
    pub(super) fn days_max(self) -> u64 {
        u64::from(self.days.unsigned_abs()) + self.seconds.unsigned_abs().div_ceil(86_400)
    }

    /// When what begins at `start` ends; None at the end of the calendar.
    pub fn after(self, start: &Zoned) -> Option<Zoned> {
        start.checked_add(self.span()).ok()
    }

    /// When what ends at `end` begins; None at the end of the calendar.
    pub fn before(self, end: &Zoned) -> Option<Zoned> {
        end.checked_sub(self.span()).ok()
    }

    fn span(self) -> Span {
        let (hours, rest) = (self.seconds / 3600, self.seconds % 3600);
        let exact = hours.hours().minutes(rest / 60).seconds(rest % 60);
        exact.days(self.days)
    }
}

/// As ISO 8601 and RFC 5545 §3.3.6 write it: `P2DT12H`.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.span().fmt(f)
    }
}

impl FromStr for Length {
    type Err = LengthError;

    fn from_str(text: &str) -> Result<Self, LengthError> {
        let read = || {
            let span: Span = text.trim().parse().ok()?;
            let large = span.get_years() != 0 || span.get_months() != 0;
            let small = span.get_milliseconds() != 0
                || span.get_microseconds() != 0
                || span.get_nanoseconds() != 0;
            let days = span
                .get_weeks()
                .checked_mul(7)?
                .checked_add(span.get_days())?;
            let hours = i64::from(span.get_hours());
            let seconds = (hours * 60).checked_add(span.get_minutes())?;
            let seconds = seconds.checked_mul(60)?.checked_add(span.get_seconds())?;
            let length = Self { days, seconds };
            let fits = span.is_positive() && length.days_max() <= Self::DAYS_MAX;
            (fits && !large && !small).then_some(length)
        };
        read().ok_or_else(|| LengthError(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Length {
    type Error = LengthError;
    fn try_from(text: String) -> Result<Self, LengthError> {
        text.parse()
    }
}

/// As people write it.
impl From<Length> for String {
    fn from(length: Length) -> Self {
        format!("{:#}", length.span())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_and_the_standard_write_them() {
        for (text, expect) in [
            ("4h", "PT4H"),
            ("90m", "PT1H30M"),
            ("2d 12h", "P2DT12H"),
            ("P1W", "P7D"),
            ("1d", "P1D"),
            ("24h", "PT24H"),
        ] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), expect);
        }
        for bad in ["", "0s", "-1h", "1y", "2mo", "500ms", "367d", "9000h 1d"] {
            assert!(bad.parse::<Length>().is_err(), "{bad}");
        }
    }
}
