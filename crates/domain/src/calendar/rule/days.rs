//! Which days a rule names: the parts BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY of RFC 5545 §3.3.10.
//!
//! The RFC says of each part whether it expands or limits what the frequency gives. Within one period that is the same
//! as listing every day of the period and keeping those that all parts name.

use super::{Day, Frequency, Rule};
use jiff::civil::{Date, Weekday};

impl Rule {
    /// The days from `first` to `last` that the rule names.
    pub(super) fn days(&self, first: Date, last: Date) -> Vec<Date> {
        let mut days = Vec::new();
        let mut next = Some(first);
        while let Some(day) = next.filter(|day| *day <= last) {
            if !listed(&self.by_month, i16::from(day.month()), 12) {
                next = day.last_of_month().tomorrow().ok();
                continue;
            }
            if self.names(day) {
                days.push(day);
            }
            next = day.tomorrow().ok();
        }
        days
    }

    /// Whether every part but BYMONTH names `day`.
    fn names(&self, day: Date) -> bool {
        let (month_day, month_days) = (i16::from(day.day()), i16::from(day.days_in_month()));
        listed(&self.by_month_day, month_day, month_days)
            && (self.by_year_day.is_empty()
                || listed(&self.by_year_day, day.day_of_year(), day.days_in_year()))
            && (self.by_day.is_empty() || self.by_day.iter().any(|entry| self.is(day, *entry)))
            && (self.by_week_number.is_empty() || {
                let (week, weeks) = week_number(day, self.week_start);
                listed(&self.by_week_number, week, weeks)
            })
    }

    /// Whether `day` is the weekday of `entry`, and the n-th of its month or year. Notes 1 and 2 of the table: a number
    /// counts in the month with MONTHLY or BYMONTH, and else in the year.
    fn is(&self, day: Date, entry: Day) -> bool {
        if day.weekday().to_monday_zero_offset() != entry.weekday {
            return false;
        }
        let Some(ordinal) = entry.ordinal else {
            return true;
        };
        let in_month = self.frequency == Frequency::Monthly || !self.by_month.is_empty();
        let (number, total) = match in_month {
            true => (i16::from(day.day()), i16::from(day.days_in_month())),
            false => (day.day_of_year(), day.days_in_year()),
        };
        ordinal == (number - 1) / 7 + 1 || -ordinal == (total - number) / 7 + 1
    }
}

/// Whether `list` names the `number`-th of `total`, from the front or, when negative, from the end. An empty list does
/// not limit.
fn listed(list: &[i16], number: i16, total: i16) -> bool {
    list.is_empty() || list.contains(&number) || list.contains(&(number - total - 1))
}

/// The number of the week of `day`, and how many weeks the year that owns that week has. "Week number one of the
/// calendar year is the first week that contains at least four (4) days in that calendar year" (RFC 5545 §3.3.10), so the
/// year of a week is that of its fourth day.
fn week_number(day: Date, week_start: Weekday) -> (i16, i16) {
    let since_start = i16::from(day.weekday().since(week_start));
    // Counted from the first of January of the year of `day`; may lie outside of that year.
    let fourth = day.day_of_year() - since_start + 3;
    let (fourth, days) = if fourth < 1 {
        let days = days_in_year(day.year() - 1);
        (fourth + days, days)
    } else if fourth > day.days_in_year() {
        (fourth - day.days_in_year(), days_in_year(day.year() + 1))
    } else {
        (fourth, day.days_in_year())
    };
    let before = (fourth - 1) / 7;
    (before + 1, before + 1 + (days - fourth) / 7)
}

fn days_in_year(year: i16) -> i16 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// With Monday as the first day the numbers are those of ISO 8601, which jiff knows by itself.
    #[test]
    fn weeks_from_monday_are_those_of_iso_8601() {
        let mut day = date(1970, 1, 1);
        while day.year() < 2400 {
            let iso = day.iso_week_date();
            let expect = (i16::from(iso.week()), i16::from(iso.weeks_in_year()));
            assert_eq!(week_number(day, Weekday::Monday), expect, "{day}");
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn weeks_may_start_on_any_day() {
        // RFC 5545 §3.3.10: the first of January 1998 is a Thursday, the second a Friday.
        for (day, start, expect) in [
            (date(1998, 1, 1), Weekday::Monday, (1, 53)),
            (date(1998, 1, 1), Weekday::Sunday, (53, 53)),
            (date(1998, 1, 4), Weekday::Sunday, (1, 52)),
            (date(1997, 12, 31), Weekday::Sunday, (53, 53)),
        ] {
            assert_eq!(week_number(day, start), expect, "{day} from {start:?}");
        }
    }
}
