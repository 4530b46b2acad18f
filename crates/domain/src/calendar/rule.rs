//! Recurrence rules of iCalendar: the RECUR value of RFC 5545 §3.3.10, as data.
//!
//! Left out are `FREQ=SECONDLY` and `BYSECOND`: nobody deploys by the second, and the second comes from the start.
//! Start at [`Rule`]; [`Rule::occurrences`] lists when it happens.

mod days;
mod occurrences;
mod parse;
mod times;

pub use occurrences::Occurrences;
pub use parse::RuleError;

use jiff::{
    Timestamp,
    civil::{DateTime, Weekday},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A recurrence rule that RFC 5545 §3.3.10 permits, such as `FREQ=MONTHLY;BYDAY=2TU`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Rule {
    frequency: Frequency,
    interval: u32,
    ends: Ends,
    by_month: Vec<i16>,
    by_week_number: Vec<i16>,
    by_year_day: Vec<i16>,
    by_month_day: Vec<i16>,
    by_day: Vec<Day>,
    by_hour: Vec<i16>,
    by_minute: Vec<i16>,
    by_set_position: Vec<i16>,
    week_start: Weekday,
}

/// The unit a rule repeats by, its `FREQ`; shorter ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// Every so many minutes.
    Minutely,
    /// Every so many hours.
    Hourly,
    /// Every so many days.
    Daily,
    /// Every so many weeks.
    Weekly,
    /// Every so many months.
    Monthly,
    /// Every so many years.
    Yearly,
}

/// When a rule stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// It does not.
    Never,
    /// After so many occurrences: `COUNT`.
    Count(u32),
    /// `UNTIL` in local time, for a start without a time zone. It may itself be the last occurrence.
    Local(DateTime),
    /// `UNTIL` in UTC, for a start in a time zone. It may itself be the last occurrence.
    Utc(Timestamp),
}

/// An entry of `BYDAY`: every such weekday, or only the n-th of the month or year (from its end when negative).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Day {
    ordinal: Option<i16>,
    /// Monday is 0.
    weekday: i8,
}

impl Rule {
    /// The most occurrences that `COUNT` may ask for.
    pub const COUNT_MAX: u32 = 10_000;
    /// The largest `INTERVAL`: almost two years of minutes.
    pub const INTERVAL_MAX: u32 = 1_000_000;
    /// The longest text of a rule, in bytes.
    pub const LENGTH_MAX: usize = 2_000;

    /// When the rule stops.
    pub const fn ends(&self) -> Ends {
        self.ends
    }

    /// When the rule happens, in order, in local time without a time zone, from `start` on. `start` itself occurs only
    /// when the rule says so; one that does not match is undefined by RFC 5545 §3.8.5.3. An `UNTIL` in UTC needs a time
    /// zone and is left to [`super::Recurrence`].
    pub fn occurrences(&self, start: DateTime) -> Occurrences {
        Occurrences::new(self, start)
    }

    /// At most so many times does it happen in a day.
    pub(super) fn times_per_day_max(&self) -> u64 {
        let interval = u64::from(self.interval);
        let hours = self.by_hour.len().max(1) as u64;
        let minutes = self.by_minute.len().max(1) as u64;
        match self.frequency {
            Frequency::Minutely => 1440_u64.div_ceil(interval),
            Frequency::Hourly => 24_u64.div_ceil(interval) * minutes,
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {
                hours * minutes
            }
        }
    }
}

/// As [`str::parse`] reads it; parts that say what holds anyway are left out.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency)?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.ends {
            Ends::Never => {}
            Ends::Count(count) => write!(f, ";COUNT={count}")?,
            Ends::Local(at) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%S"))?,
            Ends::Utc(at) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%SZ"))?,
        }
        list(f, "BYMONTH", &self.by_month)?;
        list(f, "BYWEEKNO", &self.by_week_number)?;
        list(f, "BYYEARDAY", &self.by_year_day)?;
        list(f, "BYMONTHDAY", &self.by_month_day)?;
        list(f, "BYDAY", &self.by_day)?;
        list(f, "BYHOUR", &self.by_hour)?;
        list(f, "BYMINUTE", &self.by_minute)?;
        list(f, "BYSETPOS", &self.by_set_position)?;
        if self.week_start != Weekday::Monday {
            let day = self.week_start.to_monday_zero_offset();
            write!(
                f,
                ";WKST={}",
                parse::WEEKDAYS[usize::from(day.unsigned_abs())]
            )?;
        }
        Ok(())
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, values: &[T]) -> fmt::Result {
    for (i, value) in values.iter().enumerate() {
        if i == 0 {
            write!(f, ";{name}={value}")?;
        } else {
            write!(f, ",{value}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ordinal) = self.ordinal {
            write!(f, "{ordinal}")?;
        }
        f.write_str(parse::WEEKDAYS[usize::from(self.weekday.unsigned_abs())])
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minutely => "MINUTELY",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        })
    }
}

impl TryFrom<String> for Rule {
    type Error = RuleError;
    fn try_from(text: String) -> Result<Self, RuleError> {
        text.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}
