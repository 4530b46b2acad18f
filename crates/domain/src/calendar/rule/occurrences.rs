//! When a rule happens, one after the other and only as far as somebody asks.
//!
//! A rule is walked period by period: a year, month, week or day of its frequency; below a day, day by day. A walk may
//! begin anywhere ([`Occurrences::starting`]) and ends with the calendar, on the last day of the year 9999.

use super::{Ends, Frequency, Rule};
use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
};

/// The occurrences of a [`Rule`] in local time.
#[derive(Debug, Clone)]
pub struct Occurrences {
    /// With every part that the start implies.
    rule: Rule,
    start: DateTime,
    /// The next period to look at.
    period: u64,
    batch: Batch,
    /// Of `COUNT`.
    left: Option<u32>,
    last: DateTime,
}

/// The occurrences of one period: every time of every day, or those that BYSETPOS picked.
#[derive(Debug, Clone, Default)]
struct Batch {
    days: Vec<Date>,
    times: Vec<Time>,
    picks: Option<Vec<usize>>,
    next: usize,
}

impl Occurrences {
    pub(super) fn new(rule: &Rule, start: DateTime) -> Self {
        let (left, last) = match rule.ends {
            Ends::Never | Ends::Utc(_) => (None, DateTime::MAX),
            Ends::Count(count) => (Some(count), DateTime::MAX),
            Ends::Local(until) => (None, until),
        };
        // Not walked in vain.
        let left = if rule.has_times(start) { left } else { Some(0) };
        Self {
            rule: implied(rule, start),
            start,
            period: 0,
            batch: Batch::default(),
            left,
            last,
        }
    }

    /// The same from `at` on, without walking there. `COUNT` is not kept: what comes before `at` is not counted.
    #[must_use]
    pub fn starting(mut self, at: DateTime) -> Self {
        self.left = self.left.filter(|left| *left == 0);
        self.period = self.period_of(at);
        self.batch = Batch::default();
        while self.left.is_none() && self.peek().is_some_and(|next| next < at) {
            self.batch.next += 1;
        }
        self
    }

    /// The same, and nothing after `at`.
    #[must_use]
    pub fn ending(mut self, at: DateTime) -> Self {
        self.last = self.last.min(at);
        self
    }

    /// The next occurrence, which stays the next.
    fn peek(&mut self) -> Option<DateTime> {
        loop {
            match self.batch.current() {
                Some(at) if at > self.last => return None,
                Some(at) if at >= self.start => return Some(at),
                Some(_) => self.batch.next += 1,
                None => self.batch = self.next_batch()?,
            }
        }
    }

    /// None when the calendar ends, or every period after it is past the end.
    fn next_batch(&mut self) -> Option<Batch> {
        let (first, last) = self.bounds(self.period)?;
        if first > self.last.date() {
            return None;
        }
        let days = self.rule.days(first, last);
        let batch = match self.rule.frequency {
            Frequency::Minutely | Frequency::Hourly if days.is_empty() => Batch::default(),
            Frequency::Minutely | Frequency::Hourly => Batch {
                times: self.rule.times_within(self.period, self.start),
                days,
                ..Batch::default()
            },
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {
                let times = self.rule.times(self.start);
                let positions = !self.rule.by_set_position.is_empty();
                let picks = positions.then(|| self.rule.picks(days.len() * times.len()));
                Batch {
                    days,
                    times,
                    picks,
                    next: 0,
                }
            }
        };
        self.period += 1;
        Some(batch)
    }

    /// The first and last day of a period, counted from that of the start.
    fn bounds(&self, period: u64) -> Option<(Date, Date)> {
        let step = i64::try_from(period.checked_mul(self.step())?).ok()?;
        let start = self.start.date();
        match self.rule.frequency {
            Frequency::Minutely | Frequency::Hourly | Frequency::Daily => {
                let day = after(start, step)?;
                Some((day, day))
            }
            Frequency::Weekly => {
                let first = after(self.week(), step.checked_mul(7)?)?;
                Some((first, after(first, 6).unwrap_or(Date::MAX)))
            }
            Frequency::Monthly => {
                let months = i64::from(start.month() - 1) + step;
                let year = i16::try_from(i64::from(start.year()) + months / 12).ok()?;
                let first = Date::new(year, i8::try_from(months % 12 + 1).ok()?, 1).ok()?;
                Some((first, first.last_of_month()))
            }
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(start.year()) + step).ok()?;
                let first = Date::new(year, 1, 1).ok()?;
                Some((first, first.last_of_year()))
            }
        }
    }

    /// How many units lie between the beginnings of two periods. Below a day each day is looked at.
    fn step(&self) -> u64 {
        match self.rule.frequency {
            Frequency::Minutely | Frequency::Hourly => 1,
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {
                u64::from(self.rule.interval)
            }
        }
    }

    /// The last period that does not begin after `at`.
    fn period_of(&self, at: DateTime) -> u64 {
        let days = |from: Date| from.duration_until(at.date()).as_hours() / 24;
        let start = self.start.date();
        let units = match self.rule.frequency {
            Frequency::Minutely | Frequency::Hourly | Frequency::Daily => days(start),
            Frequency::Weekly => days(self.week()) / 7,
            Frequency::Monthly => {
                let years = i64::from(at.year()) - i64::from(start.year());
                years * 12 + i64::from(at.month()) - i64::from(start.month())
            }
            Frequency::Yearly => i64::from(at.year()) - i64::from(start.year()),
        };
        u64::try_from(units).unwrap_or(0) / self.step()
    }

    /// The first day of the week of the start.
    fn week(&self) -> Date {
        let start = self.start.date();
        let since = start.weekday().since(self.rule.week_start);
        after(start, -i64::from(since)).unwrap_or(start)
    }
}

impl Iterator for Occurrences {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        if self.left == Some(0) {
            return None;
        }
        let next = self.peek()?;
        self.batch.next += 1;
        self.left = self.left.map(|left| left - 1);
        Some(next)
    }
}

impl Batch {
    fn current(&self) -> Option<DateTime> {
        let i = match &self.picks {
            Some(picks) => *picks.get(self.next)?,
            None => self.next,
        };
        // Without times there is no day either.
        let day = self.days.get(i.checked_div(self.times.len())?)?;
        Some(day.to_datetime(self.times[i % self.times.len()]))
    }
}

/// "Information, not contained in the rule, necessary to determine the various recurrence instance start time and dates
/// are derived from the Start Time" (RFC 5545 §3.3.10).
fn implied(rule: &Rule, start: DateTime) -> Rule {
    let mut rule = rule.clone();
    let weekday = super::Day {
        ordinal: None,
        weekday: start.weekday().to_monday_zero_offset(),
    };
    let dated =
        !rule.by_year_day.is_empty() || !rule.by_month_day.is_empty() || !rule.by_day.is_empty();
    match rule.frequency {
        Frequency::Yearly if !dated && !rule.by_week_number.is_empty() => rule.by_day.push(weekday),
        Frequency::Yearly if !dated => {
            if rule.by_month.is_empty() {
                rule.by_month.push(i16::from(start.month()));
            }
            rule.by_month_day.push(i16::from(start.day()));
        }
        Frequency::Monthly if !dated => rule.by_month_day.push(i16::from(start.day())),
        Frequency::Weekly if !dated => rule.by_day.push(weekday),
        Frequency::Minutely
        | Frequency::Hourly
        | Frequency::Daily
        | Frequency::Weekly
        | Frequency::Monthly
        | Frequency::Yearly => {}
    }
    if rule.by_hour.is_empty() && rule.frequency >= Frequency::Daily {
        rule.by_hour.push(i16::from(start.hour()));
    }
    if rule.by_minute.is_empty() && rule.frequency >= Frequency::Hourly {
        rule.by_minute.push(i16::from(start.minute()));
    }
    rule
}

/// So many days after `day`, unless the calendar ends before.
fn after(day: Date, days: i64) -> Option<Date> {
    let hours = days.checked_mul(24).filter(|hours| hours.abs() < 1 << 32)?;
    day.checked_add(SignedDuration::from_hours(hours)).ok()
}
