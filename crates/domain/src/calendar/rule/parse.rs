//! Reading a rule, and refusing what RFC 5545 §3.3.10 does not permit.

use super::{Day, Ends, Frequency, Rule};
use jiff::civil::{DateTime, Weekday};
use std::{ops::RangeInclusive, str::FromStr};

/// The weekdays of RFC 5545 in the order of [`Weekday::to_monday_zero_offset`].
pub(super) const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Why a text is not a [`Rule`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Beyond every sensible rule.
    #[error("the rule is longer than {} bytes", Rule::LENGTH_MAX)]
    Long,
    /// A piece between two semicolons without an equals sign, or with an unknown name.
    #[error("`{0}` is not a part of a recurrence rule: write for instance FREQ=WEEKLY;BYDAY=MO,TH")]
    Part(String),
    /// What the RFC has and we leave out.
    #[error("nothing recurs by the second here: leave out BYSECOND, and use MINUTELY or longer")]
    Seconds,
    /// The RFC permits each part once.
    #[error("{0} is given twice")]
    Twice(&'static str),
    /// The only part that must be there.
    #[error("FREQ is missing: one of MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY")]
    Missing,
    /// A value outside of its range, or no value at all.
    #[error("`{value}` is not a value of {part}, which takes {takes}")]
    Value {
        /// The name of the part.
        part: &'static str,
        /// What was written.
        value: String,
        /// What would have been understood.
        takes: String,
    },
    /// Two ends.
    #[error("COUNT and UNTIL exclude each other")]
    TwoEnds,
    /// A part that means nothing at this frequency.
    #[error("{part} has no meaning with FREQ={frequency}")]
    Misplaced {
        /// The name of the part.
        part: &'static str,
        /// The frequency of the rule.
        frequency: Frequency,
    },
    /// An ordinal where there is no month or year to count in.
    #[error(
        "a number before a weekday needs FREQ=MONTHLY or YEARLY, and the latter without BYWEEKNO"
    )]
    Ordinal,
    /// Nothing to select from.
    #[error("BYSETPOS selects from what another BY part lists, and there is none")]
    Alone,
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.len() > Self::LENGTH_MAX {
            return Err(RuleError::Long);
        }
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let parts = Parts::read(text)?;
        let rule = Self {
            frequency: frequency(parts.get("FREQ").ok_or(RuleError::Missing)?)?,
            interval: parts.count("INTERVAL", Self::INTERVAL_MAX)?.unwrap_or(1),
            ends: parts.ends()?,
            by_month: parts.numbers("BYMONTH", &(1..=12))?,
            by_week_number: parts.numbers("BYWEEKNO", &(-53..=53))?,
            by_year_day: parts.numbers("BYYEARDAY", &(-366..=366))?,
            by_month_day: parts.numbers("BYMONTHDAY", &(-31..=31))?,
            by_day: parts.days()?,
            by_hour: parts.numbers("BYHOUR", &(0..=23))?,
            by_minute: parts.numbers("BYMINUTE", &(0..=59))?,
            by_set_position: parts.numbers("BYSETPOS", &(-366..=366))?,
            week_start: parts.week_start()?,
        };
        permitted(&rule).map(|()| rule)
    }
}

/// The names of all parts, in the order of the grammar.
const NAMES: [&str; 13] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSETPOS",
    "WKST",
];

/// The parts of a rule by name, each once.
struct Parts<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, RuleError> {
        let mut parts: Vec<(&'static str, &str)> = Vec::new();
        for part in text.split(';') {
            let stranger = || RuleError::Part(part.chars().take(40).collect());
            let (name, value) = part.split_once('=').ok_or_else(stranger)?;
            if name == "BYSECOND" {
                return Err(RuleError::Seconds);
            }
            let known = NAMES.into_iter().find(|known| *known == name);
            let name = known.ok_or_else(stranger)?;
            if parts.iter().any(|(other, _)| *other == name) {
                return Err(RuleError::Twice(name));
            }
            parts.push((name, value));
        }
        Ok(Self(parts))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| *value)
    }

    /// A number from 1 on.
    fn count(&self, part: &'static str, max: u32) -> Result<Option<u32>, RuleError> {
        let Some(text) = self.get(part) else {
            return Ok(None);
        };
        let number = text.parse().ok().filter(|n| (1..=max).contains(n));
        let number = number.ok_or_else(|| wrong(part, text, format!("a number from 1 to {max}")));
        number.map(Some)
    }

    /// A list of numbers in order, each once. Where the range has negative ones, zero means nothing.
    fn numbers(
        &self,
        part: &'static str,
        range: &RangeInclusive<i16>,
    ) -> Result<Vec<i16>, RuleError> {
        let Some(text) = self.get(part) else {
            return Ok(Vec::new());
        };
        let read = |text: &str| {
            let signed = *range.start() < 0;
            let number = text
                .parse()
                .ok()
                .filter(|n| range.contains(n) && !(signed && *n == 0));
            let takes = match signed {
                true => format!("numbers from 1 to {0}, or -1 to -{0}", range.end()),
                false => format!("numbers from {} to {}", range.start(), range.end()),
            };
            number.ok_or_else(|| wrong(part, text, takes))
        };
        Ok(sorted(text.split(',').map(read).collect::<Result<_, _>>()?))
    }

    fn days(&self) -> Result<Vec<Day>, RuleError> {
        let Some(text) = self.get("BYDAY") else {
            return Ok(Vec::new());
        };
        let days = text.split(',').map(|text| {
            let takes = || "weekdays such as MO, 2TU or -1FR".to_owned();
            day(text).ok_or_else(|| wrong("BYDAY", text, takes()))
        });
        Ok(sorted(days.collect::<Result<_, _>>()?))
    }

    fn week_start(&self) -> Result<Weekday, RuleError> {
        let Some(text) = self.get("WKST") else {
            return Ok(Weekday::Monday);
        };
        let day = weekday(text).and_then(|day| Weekday::from_monday_zero_offset(day).ok());
        day.ok_or_else(|| wrong("WKST", text, WEEKDAYS.join(", ")))
    }

    fn ends(&self) -> Result<Ends, RuleError> {
        let count = self.count("COUNT", Rule::COUNT_MAX)?;
        match (count, self.get("UNTIL")) {
            (None, None) => Ok(Ends::Never),
            (Some(count), None) => Ok(Ends::Count(count)),
            (None, Some(text)) => until(text).ok_or_else(|| {
                let takes = "a time such as 20271231T230000Z".to_owned();
                wrong("UNTIL", text, takes)
            }),
            (Some(_), Some(_)) => Err(RuleError::TwoEnds),
        }
    }
}

fn wrong(part: &'static str, value: &str, takes: String) -> RuleError {
    let value = value.chars().take(40).collect();
    RuleError::Value { part, value, takes }
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

fn frequency(text: &str) -> Result<Frequency, RuleError> {
    match text {
        "SECONDLY" => Err(RuleError::Seconds),
        "MINUTELY" => Ok(Frequency::Minutely),
        "HOURLY" => Ok(Frequency::Hourly),
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        _ => {
            let takes = "MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY".to_owned();
            Err(wrong("FREQ", text, takes))
        }
    }
}

fn weekday(text: &str) -> Option<i8> {
    let at = WEEKDAYS.iter().position(|day| *day == text)?;
    i8::try_from(at).ok()
}

fn day(text: &str) -> Option<Day> {
    let (ordinal, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = weekday(name)?;
    if ordinal.is_empty() {
        return Some(Day {
            ordinal: None,
            weekday,
        });
    }
    let ordinal = ordinal
        .parse()
        .ok()
        .filter(|n| (-53..=53).contains(n) && *n != 0)?;
    Some(Day {
        ordinal: Some(ordinal),
        weekday,
    })
}

/// Only a date with a time: the value type of `UNTIL` must be that of the start, which has one.
fn until(text: &str) -> Option<Ends> {
    let (local, utc) = match text.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (text, false),
    };
    let at = DateTime::strptime("%Y%m%dT%H%M%S", local).ok()?;
    if utc {
        at.in_tz("UTC").ok().map(|at| Ends::Utc(at.timestamp()))
    } else {
        Some(Ends::Local(at))
    }
}

/// The "MUST NOT"s of RFC 5545 §3.3.10 and the cells of its table marked not applicable.
fn permitted(rule: &Rule) -> Result<(), RuleError> {
    use Frequency::{Daily, Monthly, Weekly, Yearly};
    let frequency = rule.frequency;
    let misplaced = |part| Err(RuleError::Misplaced { part, frequency });
    if !rule.by_week_number.is_empty() && frequency != Yearly {
        return misplaced("BYWEEKNO");
    }
    if !rule.by_year_day.is_empty() && matches!(frequency, Daily | Weekly | Monthly) {
        return misplaced("BYYEARDAY");
    }
    if !rule.by_month_day.is_empty() && frequency == Weekly {
        return misplaced("BYMONTHDAY");
    }
    let countable = frequency == Monthly || (frequency == Yearly && rule.by_week_number.is_empty());
    if !countable && rule.by_day.iter().any(|day| day.ordinal.is_some()) {
        return Err(RuleError::Ordinal);
    }
    if !rule.by_set_position.is_empty() && !rule.lists_anything() {
        return Err(RuleError::Alone);
    }
    Ok(())
}

impl Rule {
    fn lists_anything(&self) -> bool {
        let numbers = [
            &self.by_month,
            &self.by_week_number,
            &self.by_year_day,
            &self.by_month_day,
            &self.by_hour,
            &self.by_minute,
        ];
        !self.by_day.is_empty() || numbers.iter().any(|list| !list.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_and_are_written_alike() {
        for text in [
            "FREQ=WEEKLY;BYDAY=MO,TH",
            "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=-1FR,1MO",
            "FREQ=YEARLY;UNTIL=20271231T230000Z;BYMONTH=1,12;BYMONTHDAY=-1,1;BYHOUR=0,23;BYMINUTE=59",
            "FREQ=YEARLY;UNTIL=20271231T230000;BYWEEKNO=-1,20;BYDAY=MO;BYSETPOS=-1;WKST=SU",
            "FREQ=HOURLY;BYYEARDAY=-366,1",
            "FREQ=MINUTELY;INTERVAL=90",
        ] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        let loose = " rrule:wkst=mo;byday=th,+1mo,th;interval=1;freq=monthly ";
        assert_eq!(
            loose.parse::<Rule>().unwrap().to_string(),
            "FREQ=MONTHLY;BYDAY=TH,1MO"
        );
    }

    /// Each with the sentence of RFC 5545 §3.3.10 that it breaks.
    #[test]
    fn what_the_standard_refuses_is_refused() {
        use Frequency::{Daily, Hourly, Monthly, Weekly};
        let misplaced = |part, frequency| RuleError::Misplaced { part, frequency };
        for (text, expect) in [
            // "The FREQ rule part is REQUIRED".
            ("BYDAY=MO", RuleError::Missing),
            // "MUST NOT occur more than once".
            ("FREQ=DAILY;FREQ=DAILY", RuleError::Twice("FREQ")),
            // "The UNTIL or COUNT rule parts are OPTIONAL, but they MUST NOT occur in the same 'recur'".
            (
                "FREQ=DAILY;COUNT=1;UNTIL=20270101T000000Z",
                RuleError::TwoEnds,
            ),
            // "BYDAY MUST NOT be specified with a numeric value when FREQ is not set to MONTHLY or YEARLY".
            ("FREQ=WEEKLY;BYDAY=1MO", RuleError::Ordinal),
            // "... nor with the FREQ rule part set to YEARLY when the BYWEEKNO rule part is specified".
            ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", RuleError::Ordinal),
            // "BYMONTHDAY MUST NOT be specified when FREQ is set to WEEKLY".
            ("FREQ=WEEKLY;BYMONTHDAY=1", misplaced("BYMONTHDAY", Weekly)),
            // "BYYEARDAY MUST NOT be specified when FREQ is set to DAILY, WEEKLY, or MONTHLY".
            ("FREQ=DAILY;BYYEARDAY=1", misplaced("BYYEARDAY", Daily)),
            ("FREQ=MONTHLY;BYYEARDAY=1", misplaced("BYYEARDAY", Monthly)),
            // "BYWEEKNO MUST NOT be used when FREQ is set to anything other than YEARLY".
            ("FREQ=HOURLY;BYWEEKNO=1", misplaced("BYWEEKNO", Hourly)),
            // "BYSETPOS MUST only be used in conjunction with another BYxxx rule part".
            ("FREQ=DAILY;BYSETPOS=1", RuleError::Alone),
            // Ours: nothing recurs by the second.
            ("FREQ=SECONDLY", RuleError::Seconds),
            ("FREQ=DAILY;BYSECOND=0", RuleError::Seconds),
        ] {
            assert_eq!(text.parse::<Rule>(), Err(expect), "{text}");
        }
    }

    #[test]
    fn values_out_of_range_are_named() {
        for text in [
            "FREQ=FORTNIGHTLY",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=1000001",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=10001",
            "FREQ=DAILY;UNTIL=20271231",
            "FREQ=DAILY;UNTIL=20270230T000000Z",
            "FREQ=DAILY;BYMONTH=0",
            "FREQ=DAILY;BYMONTH=13",
            "FREQ=DAILY;BYMONTHDAY=0",
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;BYMINUTE=60",
            "FREQ=DAILY;BYDAY=",
            "FREQ=DAILY;BYDAY=MON",
            "FREQ=MONTHLY;BYDAY=0MO",
            "FREQ=MONTHLY;BYDAY=éMO",
            "FREQ=MONTHLY;BYDAY=54MO",
            "FREQ=YEARLY;BYWEEKNO=54",
            "FREQ=YEARLY;BYYEARDAY=-367",
            "FREQ=DAILY;BYHOUR=1;BYSETPOS=0",
            "FREQ=WEEKLY;WKST=1MO",
        ] {
            let error = text.parse::<Rule>().unwrap_err();
            assert!(matches!(error, RuleError::Value { .. }), "{text}: {error}");
        }
        for text in ["", "FREQ", "FREQ=DAILY;", "FREQ=DAILY;COLOUR=RED"] {
            let error = text.parse::<Rule>().unwrap_err();
            assert!(matches!(error, RuleError::Part(_)), "{text}: {error}");
        }
        assert_eq!("x".repeat(2_001).parse::<Rule>(), Err(RuleError::Long));
    }
}
