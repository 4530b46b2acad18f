//! How deployments to live go: before a release, and since.
//!
//! The four measures of software delivery of the DORA research programme (dora.dev, *DORA's software delivery performance
//! metrics*; Forsgren, Humble and Kim, *Accelerate*, 2018): how often, how long from the release's beginning until it is live, how
//! many fail, and how long it takes until all is well again. Here a change begins when its release is drafted, because that is
//! what the record knows of every release.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// One deployment to live, as far as it is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ride {
    /// When its release was drafted.
    pub drafted: Timestamp,
    /// When it was asked for.
    pub asked: Timestamp,
    /// How it ended.
    pub end: RideEnd,
}

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RideEnd {
    /// It is live.
    Well(Timestamp),
    /// It failed or went back.
    Badly(Timestamp),
    /// It is under way, or ended in a way that says nothing.
    Neither,
}

/// How deployments to live went in some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many ended well in that time.
    pub went_live: u64,
    /// How many failed or went back.
    pub failed: u64,
    /// From the draft of a release to its being live, for the one in the middle, in milliseconds; none when none went live.
    pub lead_time_ms: Option<u64>,
    /// From the end of one that failed to the end of the next that did not, for the one in the middle, in milliseconds; none when none did.
    pub mended_after_ms: Option<u64>,
}

impl Metrics {
    /// Measures the deployments that ended in `[from, until)`. What mended a failure may have ended later.
    pub fn of(rides: &[Ride], from: Timestamp, until: Timestamp) -> Self {
        let is_in = |at: Timestamp| from <= at && at < until;
        let mut ended: Vec<&Ride> = rides
            .iter()
            .filter(|ride| ride.end.at().is_some())
            .collect();
        ended.sort_by_key(|ride| ride.end.at());
        let (mut leads, mut mends, mut failed) = (Vec::new(), Vec::new(), 0);
        for (place, ride) in ended.iter().enumerate() {
            match ride.end {
                RideEnd::Well(at) if is_in(at) => leads.push(between(ride.drafted, at)),
                RideEnd::Badly(at) if is_in(at) => {
                    failed += 1;
                    let later = &ended[place + 1..];
                    let well = later.iter().find_map(|next| match next.end {
                        RideEnd::Well(well) => Some(well),
                        RideEnd::Badly(_) | RideEnd::Neither => None,
                    });
                    mends.extend(well.map(|well| between(at, well)));
                }
                RideEnd::Well(_) | RideEnd::Badly(_) | RideEnd::Neither => {}
            }
        }
        Self {
            from,
            until,
            went_live: leads.len() as u64,
            failed,
            lead_time_ms: median(leads),
            mended_after_ms: median(mends),
        }
    }

    /// How many went live in a week, in that time; all of them, where it is less than a week: nobody can tell more yet.
    pub fn per_week(&self) -> f64 {
        let time = self.until.duration_since(self.from);
        let weeks = time.as_secs_f64() / SignedDuration::from_hours(7 * 24).as_secs_f64();
        let weeks = weeks.max(1.0);
        #[expect(clippy::cast_precision_loss, reason = "nobody deploys 2^52 times")]
        let went_live = self.went_live as f64;
        went_live / weeks
    }

    /// The share of deployments that failed or went back, of those that ended; none when none did.
    pub fn failure_share(&self) -> Option<f64> {
        let all = self.went_live + self.failed;
        #[expect(clippy::cast_precision_loss, reason = "nobody deploys 2^52 times")]
        let share = self.failed as f64 / all as f64;
        (all > 0).then_some(share)
    }
}

impl RideEnd {
    const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Well(at) | Self::Badly(at) => Some(at),
            Self::Neither => None,
        }
    }
}

pub(super) fn between(from: Timestamp, until: Timestamp) -> u64 {
    let milliseconds = until.as_millisecond().saturating_sub(from.as_millisecond());
    u64::try_from(milliseconds).unwrap_or(0)
}

/// The one in the middle; of two in the middle the lesser.
fn median(mut all: Vec<u64>) -> Option<u64> {
    all.sort_unstable();
    let middle = all.len().checked_sub(1)? / 2;
    all.get(middle).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    /// One letter for each hour from the first on: `w` ended well, `b` badly, `.` nothing. Each was drafted two hours before.
    fn rides(letters: &str) -> Vec<Ride> {
        let ride = |(letter, hour): (char, i64)| Ride {
            drafted: at(hour - 2),
            asked: at(hour - 1),
            end: match letter {
                'w' => RideEnd::Well(at(hour)),
                'b' => RideEnd::Badly(at(hour)),
                _ => RideEnd::Neither,
            },
        };
        letters.chars().zip(1..).map(ride).collect()
    }

    #[test]
    fn failures_are_counted_and_end_with_the_next_that_is_well() {
        let metrics = Metrics::of(&rides("wb.bww"), at(0), at(24 * 7));
        assert_eq!((metrics.went_live, metrics.failed), (3, 2));
        assert_eq!(metrics.failure_share(), Some(0.4));
        assert_eq!(metrics.lead_time_ms, Some(2 * 3_600_000));
        // From hour 2 and from hour 4 to hour 5.
        assert_eq!(metrics.mended_after_ms, Some(3_600_000));
        assert!((metrics.per_week() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_ended_before_or_after_does_not_count_but_may_mend() {
        let metrics = Metrics::of(&rides("bbw"), at(2), at(3));
        assert_eq!((metrics.went_live, metrics.failed), (0, 1));
        assert_eq!(metrics.mended_after_ms, Some(3_600_000));
        let nothing = Metrics::of(&[], at(2), at(3));
        assert_eq!(
            (nothing.failure_share(), nothing.lead_time_ms),
            (None, None)
        );
        assert!(Metrics::of(&rides("w"), at(1), at(1)).per_week().abs() < 1e-9);
        let young = Metrics::of(&rides("ww"), at(0), at(3)).per_week();
        assert!((young - 2.0).abs() < 1e-9, "{young}");
    }

    proptest! {
        #[test]
        fn two_times_together_are_as_many_as_both(letters in "[wb.]{0,30}", cut in 0..32_i64) {
            let rides = rides(&letters);
            let whole = Metrics::of(&rides, at(0), at(40));
            let (first, then) = (Metrics::of(&rides, at(0), at(cut)), Metrics::of(&rides, at(cut), at(40)));
            prop_assert_eq!(whole.went_live, first.went_live + then.went_live);
            prop_assert_eq!(whole.failed, first.failed + then.failed);
        }
    }
}
