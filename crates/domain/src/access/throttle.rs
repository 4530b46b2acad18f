//! How often somebody may try to sign in: a few tries at once, then with growing pauses between them.
//!
//! Tries are counted by account and by where they come from, before the password is looked at, so that many at once are
//! not cheaper than one after the other (NIST SP 800-63B-4, section 3.2.2).

use jiff::{SignedDuration, Timestamp};
use std::net::{IpAddr, Ipv6Addr};

/// Tries that did not succeed, so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

/// How many tries are free, and how the pauses grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// So many may follow each other without a pause.
    pub free: u32,
    /// The pause after them; each further try doubles it.
    pub first_pause: SignedDuration,
    /// No pause is longer.
    pub pause_max: SignedDuration,
}

/// Tries are forgotten after this time without another.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);

impl Throttle {
    /// For one account, wherever the tries come from.
    pub const ACCOUNT: Self = Self {
        free: 5,
        first_pause: SignedDuration::from_secs(1),
        pause_max: SignedDuration::from_mins(15),
    };

    /// For one network, whichever accounts are tried: many people may share one.
    pub const NETWORK: Self = Self {
        free: 50,
        first_pause: SignedDuration::from_secs(1),
        pause_max: SignedDuration::from_mins(5),
    };

    /// Counts one more try.
    ///
    /// # Errors
    /// When it comes too soon: when the next one may be made. It is not counted then.
    pub fn count(self, before: Option<Tries>, now: Timestamp) -> Result<Tries, Timestamp> {
        let before = before.filter(|it| now.duration_since(it.last_at) < FORGOTTEN_AFTER);
        let Some(before) = before else {
            return Ok(Tries {
                count: 1,
                last_at: now,
            });
        };
        let next = before.last_at + self.pause(before.count);
        if now < next {
            return Err(next);
        }
        Ok(Tries {
            count: before.count.saturating_add(1),
            last_at: now,
        })
    }

    /// The pause after so many tries.
    fn pause(self, count: u32) -> SignedDuration {
        let Some(beyond) = count.checked_sub(self.free) else {
            return SignedDuration::ZERO;
        };
        let factor = 1_i32.checked_shl(beyond).filter(|factor| *factor > 0);
        let pause = factor.and_then(|factor| self.first_pause.checked_mul(factor));
        pause.map_or(self.pause_max, |pause| pause.min(self.pause_max))
    }
}

impl Tries {
    /// Without the one that has just succeeded; none when no other is left.
    pub fn without_one(self) -> Option<Self> {
        let count = self.count.checked_sub(1).filter(|count| *count > 0)?;
        Some(Self { count, ..self })
    }
}

/// What counts as one place: an address of IPv4, or the network of 64 bits that a household or host has in IPv6.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => IpAddr::V4(four),
            None => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let check = |count, seconds| {
            let pause = Throttle::ACCOUNT.pause(count);
            assert_eq!(pause, SignedDuration::from_secs(seconds), "after {count}");
        };
        check(0, 0);
        check(4, 0);
        check(5, 1);
        check(6, 2);
        check(9, 16);
        check(14, 512);
        check(15, 900);
        check(36, 900);
        check(u32::MAX, 900);
    }

    #[test]
    fn a_try_within_a_pause_is_not_counted_and_says_when_the_next_may_be() {
        let mut tries = None;
        for second in 0..5 {
            tries = Some(Throttle::ACCOUNT.count(tries, at(second)).unwrap());
        }
        let five = tries.unwrap();
        assert_eq!((five.count, five.last_at), (5, at(4)));
        let soon = at(4) + SignedDuration::from_millis(999);
        assert_eq!(Throttle::ACCOUNT.count(tries, soon), Err(at(5)));
        let six = Throttle::ACCOUNT.count(tries, at(5)).unwrap();
        assert_eq!(six.count, 6);
        assert_eq!(Throttle::ACCOUNT.count(Some(six), at(6)), Err(at(7)));
    }

    #[test]
    fn tries_are_forgotten_after_a_day_and_forgiven_one_by_one() {
        let many = Tries {
            count: 80,
            last_at: at(0),
        };
        let later = Throttle::ACCOUNT.count(Some(many), at(86_400)).unwrap();
        assert_eq!(later.count, 1);
        assert_eq!(many.without_one().unwrap().count, 79);
        assert_eq!(later.without_one(), None);
    }

    #[test]
    fn a_clock_that_went_back_lets_nobody_try_more() {
        let many = Tries {
            count: 9,
            last_at: at(0),
        };
        assert!(Throttle::ACCOUNT.count(Some(many), at(-3600)).is_err());
    }

    #[test]
    fn a_place_is_an_address_or_a_network_of_64_bits() {
        let check = |address: &str, expect: &str| {
            assert_eq!(network(address.parse().unwrap()).to_string(), expect);
        };
        check("192.0.2.7", "192.0.2.7");
        check("::ffff:192.0.2.7", "192.0.2.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    }
}
