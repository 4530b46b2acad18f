//! At which times of a day a rule happens: the parts BYHOUR and BYMINUTE of RFC 5545 §3.3.10, and the steps of the
//! frequencies below a day.

use super::{Frequency, Rule};
use jiff::civil::{DateTime, Time};

impl Rule {
    /// The times of any day, for a frequency of a day or longer.
    pub(super) fn times(&self, start: DateTime) -> Vec<Time> {
        let hours = self.by_hour.iter();
        let pairs = hours.flat_map(|hour| self.by_minute.iter().map(move |minute| (hour, minute)));
        pairs.filter_map(|(h, m)| time(*h, *m, start)).collect()
    }

    /// The times of the day that begins `day` days after that of `start`, for a frequency below a day. BYSETPOS selects
    /// within each hour or minute.
    pub(super) fn times_within(&self, day: u64, start: DateTime) -> Vec<Time> {
        let first =
            u64::from(start.hour().unsigned_abs()) * 60 + u64::from(start.minute().unsigned_abs());
        let (unit, first) = match self.frequency {
            Frequency::Minutely => (1, first),
            Frequency::Hourly
            | Frequency::Daily
            | Frequency::Weekly
            | Frequency::Monthly
            | Frequency::Yearly => (60, first / 60),
        };
        let steps = 1440 / unit;
        let interval = u64::from(self.interval);
        let midnight = day * steps;
        // The first step of this day that the interval reaches, counted from midnight.
        let step = match first.checked_sub(midnight) {
            Some(later) => later,
            None => (interval - (midnight - first) % interval) % interval,
        };
        let mut times = Vec::new();
        let mut next = step;
        while next < steps {
            self.push_step(next * unit, start, &mut times);
            next += interval;
        }
        times
    }

    /// Whether some day could have a time at all: the steps of an interval meet only every so many hours or minutes of a
    /// day, and BYSETPOS may ask for more than an hour or minute has.
    pub(super) fn has_times(&self, start: DateTime) -> bool {
        let (first, most) = (start.time(), self.by_minute.len().max(1));
        let (hour, minute) = (i64::from(first.hour()), i64::from(first.minute()));
        let interval = i64::from(self.interval);
        let meets = |step: i64, first: i64, day: i64| (step - first) % common(interval, day) == 0;
        let hours = (0..24).filter(|h| self.by_hour.is_empty() || self.by_hour.contains(h));
        match self.frequency {
            Frequency::Minutely => {
                let minutes =
                    (0..60).filter(|m| self.by_minute.is_empty() || self.by_minute.contains(m));
                let mut all = hours.flat_map(|h| minutes.clone().map(move |m| h * 60 + m));
                all.any(|m| meets(i64::from(m), hour * 60 + minute, 1440))
                    && !self.picks(1).is_empty()
            }
            Frequency::Hourly => {
                let mut hours = hours;
                hours.any(|h| meets(i64::from(h), hour, 24)) && !self.picks(most).is_empty()
            }
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => true,
        }
    }

    /// Adds the times of the hour or minute that begins `minute` minutes after midnight.
    fn push_step(&self, minute: u64, start: DateTime, times: &mut Vec<Time>) {
        let number = |n: u64| i16::try_from(n).unwrap_or(i16::MAX);
        let (hour, minute) = (number(minute / 60), number(minute % 60));
        if !self.by_hour.is_empty() && !self.by_hour.contains(&hour) {
            return;
        }
        let minutes = match self.frequency {
            Frequency::Minutely
                if self.by_minute.is_empty() || self.by_minute.contains(&minute) =>
            {
                &[minute][..]
            }
            Frequency::Minutely => &[],
            Frequency::Hourly
            | Frequency::Daily
            | Frequency::Weekly
            | Frequency::Monthly
            | Frequency::Yearly => &self.by_minute,
        };
        let picked = self.picks(minutes.len());
        times.extend(
            picked
                .into_iter()
                .filter_map(|i| time(hour, minutes[i], start)),
        );
    }

    /// What BYSETPOS keeps of a set of so many, in order; all without it.
    pub(super) fn picks(&self, total: usize) -> Vec<usize> {
        if self.by_set_position.is_empty() {
            return (0..total).collect();
        }
        let place = |position: &i16| {
            let distance = usize::from(position.unsigned_abs());
            match position.is_positive() {
                true => (distance <= total).then(|| distance - 1),
                false => total.checked_sub(distance),
            }
        };
        let mut picks: Vec<usize> = self.by_set_position.iter().filter_map(place).collect();
        picks.sort_unstable();
        picks.dedup();
        picks
    }
}

/// The greatest common divisor.
fn common(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common(b, a % b) }
}

/// Seconds are never listed, so they are those of the start.
fn time(hour: i16, minute: i16, start: DateTime) -> Option<Time> {
    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
    Time::new(hour, minute, start.second(), 0).ok()
}
