//! How long something is tried again, and when.

use crate::duration::Millis;
use jiff::Timestamp;

/// How long something is tried again, at which distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From the first attempt to the second; each distance is twice the one before.
    pub first: Millis,
    /// The longest distance.
    pub longest: Millis,
    /// From the first attempt until nothing is tried any more.
    pub total: Millis,
}

/// What follows an attempt that may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Another, then.
    At(Timestamp),
    /// None.
    GiveUp,
}

impl Patience {
    /// For mail: RFC 5321 §4.5.4.1 wants four to five days in all, and waits that grow to a few hours.
    pub const MAIL: Self = Self {
        first: Millis(60_000),
        longest: Millis(3 * 3_600_000),
        total: Millis(4 * 86_400_000),
    };

    /// For requests: Standard Webhooks wants days in all, and the second attempt after seconds.
    pub const WEB: Self = Self {
        first: Millis(5_000),
        longest: Millis(8 * 3_600_000),
        total: Millis(3 * 86_400_000),
    };

    /// What follows the `attempts`-th attempt at `now`, where the first was at `since` and the other side wants to be left alone
    /// for `after`; longer than the total nobody is left alone. `jitter` is drawn elsewhere: it makes the distance up to half as long again, so that those which failed
    /// together do not come back together.
    pub fn retry(
        self,
        (attempts, since): (u32, Timestamp),
        after: Option<Millis>,
        jitter: u64,
        now: Timestamp,
    ) -> Retry {
        let doublings = attempts.saturating_sub(1).min(40);
        let distance = self.first.0.saturating_mul(1 << doublings);
        let distance = distance.min(self.longest.0);
        let distance = distance + jitter % (distance / 2 + 1);
        let moment =
            |from: Timestamp, distance: Millis| from.saturating_add(distance.as_signed()).ok();
        let wished = after.and_then(|it| moment(now, it));
        match (moment(now, Millis(distance)), moment(since, self.total)) {
            // Whoever wants to be left alone for longer is asked once more at the very end.
            (Some(at), Some(last)) if at <= last => {
                Retry::At(wished.map_or(at, |it| at.max(it)).min(last))
            }
            (Some(_) | None, Some(_) | None) => Retry::GiveUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn distances_double_up_to_the_longest_and_end_with_the_total() {
        let patience = Patience {
            first: Millis(10_000),
            longest: Millis(60_000),
            total: Millis(600_000),
        };
        for (attempts, after, jitter, now, expect) in [
            (1, None, 0, 0, Retry::At(at(10))),
            (2, None, 0, 10, Retry::At(at(30))),
            (3, None, 5_000, 30, Retry::At(at(75))),
            (4, None, 0, 75, Retry::At(at(135))),
            (900, None, 0, 75, Retry::At(at(135))),
            (1, Some(Millis(90_000)), 0, 0, Retry::At(at(90))),
            (5, None, 0, 540, Retry::At(at(600))),
            (5, None, 0, 541, Retry::GiveUp),
            (1, Some(Millis(601_000)), 0, 0, Retry::At(at(600))),
            (2, Some(Millis(601_000)), 0, 600, Retry::GiveUp),
        ] {
            let next = patience.retry((attempts, at(0)), after, jitter, at(now));
            assert_eq!(next, expect, "{attempts} {now}");
        }
    }

    proptest! {
        /// Every row of attempts ends, later each time, within the total.
        #[test]
        fn every_row_of_attempts_ends(jitter: u64, mail: bool) {
            let patience = if mail { Patience::MAIL } else { Patience::WEB };
            let mut now = at(0);
            for attempts in 1..200 {
                match patience.retry((attempts, at(0)), None, jitter, now) {
                    Retry::GiveUp => return Ok(()),
                    Retry::At(next) => {
                        prop_assert!(next > now);
                        prop_assert!(next.duration_since(at(0)) <= patience.total.as_signed());
                        now = next;
                    }
                }
            }
            prop_assert!(false, "it never ended");
        }
    }
}
