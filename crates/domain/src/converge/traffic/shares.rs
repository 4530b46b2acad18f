//! Weights that give a group of servers its share of the requests.
//!
//! Weights are small whole numbers, so a share is hit as exactly as they allow. Servers of a group weigh the same
//! while that comes close enough. Where it cannot (one percent for fifty new servers beside a single old one), some
//! servers of the group that would receive too much receive nothing.

use super::WEIGHT_MAX;
use std::cmp::Ordering;

/// What each server of two groups weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// Servers of what is new.
    pub new: Vec<u16>,
    /// Servers of what is live already.
    pub old: Vec<u16>,
}

/// Weights with which `new` servers together receive so many `percent` of the requests, and `old` servers the rest.
///
/// Beyond 100 means 100. A group without servers leaves its part to the other, but nothing to one that is to receive
/// nothing.
pub fn shares(percent: u8, new: u16, old: u16) -> Shares {
    let mut some = Groups { percent, new, old };
    let weights = match percent {
        0 => Weights { new: 0, old: 1 },
        1..100 if new > 0 && old > 0 => some.thin(),
        1..100 => Weights { new: 1, old: 1 },
        100.. => Weights { new: 1, old: 0 },
    };
    Shares {
        new: spread(weights.new, some.new, new),
        old: spread(weights.old, some.old, old),
    }
}

/// How many servers receive anything.
struct Groups {
    percent: u8,
    new: u16,
    old: u16,
}

/// What each server of a group weighs that receives anything.
#[derive(Clone, Copy)]
struct Weights {
    new: u16,
    old: u16,
}

/// How far a share is from the one that is wanted.
struct Miss {
    /// Too much for the new servers, or too little.
    side: Ordering,
    /// In hundredths of one of `of`.
    by: u64,
    of: u64,
}

impl Groups {
    /// Leaves out servers of the group that receives too much, until the share is close enough.
    fn thin(&mut self) -> Weights {
        loop {
            let weights = self.best();
            let miss = self.miss(weights);
            match miss.side {
                Ordering::Greater if !miss.is_small() && self.new > 1 => self.new -= 1,
                Ordering::Less if !miss.is_small() && self.old > 1 => self.old -= 1,
                Ordering::Less | Ordering::Equal | Ordering::Greater => return weights,
            }
        }
    }

    /// The weights that miss the share by the least; of those, the smallest.
    fn best(&self) -> Weights {
        let mut best = Weights { new: 1, old: 1 };
        let mut least = self.miss(best);
        for old in 1..=WEIGHT_MAX {
            let exact = self.exact(old);
            for new in [exact, exact + 1].map(|new| new.clamp(1, WEIGHT_MAX)) {
                let weights = Weights { new, old };
                let miss = self.miss(weights);
                if miss.is_less_than(&least) {
                    (best, least) = (weights, miss);
                }
            }
        }
        best
    }

    /// What a new server has to weigh when an old one weighs `old`, rounded down.
    fn exact(&self, old: u16) -> u16 {
        let rest = 100 - u64::from(self.percent);
        let sum = u64::from(self.percent) * u64::from(self.old) * u64::from(old);
        let exact = sum / (rest * u64::from(self.new));
        u16::try_from(exact).map_or(WEIGHT_MAX, |exact| exact.min(WEIGHT_MAX))
    }

    fn miss(&self, weights: Weights) -> Miss {
        let new = u64::from(self.new) * u64::from(weights.new);
        let of = new + u64::from(self.old) * u64::from(weights.old);
        let (is, wanted) = (100 * new, u64::from(self.percent) * of);
        Miss {
            side: is.cmp(&wanted),
            by: is.abs_diff(wanted),
            of,
        }
    }
}

impl Miss {
    fn is_less_than(&self, other: &Self) -> bool {
        self.by * other.of < other.by * self.of
    }

    /// By half a percentage point at most.
    const fn is_small(&self) -> bool {
        2 * self.by <= self.of
    }
}

/// So much for the first `some` of `all` servers.
fn spread(weight: u16, some: u16, all: u16) -> Vec<u16> {
    (0..all)
        .map(|n| if n < some { weight } else { 0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_is_hit_as_exactly_as_weights_allow() {
        for ((percent, new, old), expect_new, expect_old) in [
            ((0, 2, 1), vec![0, 0], vec![1]),
            ((100, 2, 1), vec![1, 1], vec![0]),
            ((255, 1, 1), vec![1], vec![0]),
            ((50, 1, 1), vec![1], vec![1]),
            ((20, 1, 1), vec![1], vec![4]),
            ((5, 1, 1), vec![1], vec![19]),
            ((33, 1, 1), vec![33], vec![67]),
            ((20, 1, 3), vec![3], vec![4, 4, 4]),
            ((1, 3, 3), vec![1, 1, 1], vec![99, 99, 99]),
            // 256 times the weight would not do for all three.
            ((1, 5, 1), vec![1, 1, 1, 0, 0], vec![256]),
            ((99, 1, 5), vec![256], vec![1, 1, 1, 0, 0]),
            ((20, 0, 2), vec![], vec![1, 1]),
            ((20, 2, 0), vec![1, 1], vec![]),
            ((0, 2, 0), vec![0, 0], vec![]),
            ((100, 0, 2), vec![], vec![0, 0]),
        ] {
            let expect = Shares {
                new: expect_new,
                old: expect_old,
            };
            assert_eq!(shares(percent, new, old), expect);
        }
    }

    proptest! {
        #[test]
        fn a_share_is_missed_by_less_than_a_percentage_point(
            percent in 0_u8..=100,
            new in 1_u16..=50,
            old in 1_u16..=50,
        ) {
            let shares = shares(percent, new, old);
            prop_assert_eq!(shares.new.len(), usize::from(new));
            prop_assert_eq!(shares.old.len(), usize::from(old));
            let all = shares.new.iter().chain(&shares.old);
            prop_assert!(all.clone().all(|weight| *weight <= WEIGHT_MAX));
            let sum = |weights: &[u16]| weights.iter().map(|w| f64::from(*w)).sum::<f64>();
            let (got, rest) = (sum(&shares.new), sum(&shares.old));
            let missed = 100.0 * got / (got + rest) - f64::from(percent);
            prop_assert!(missed.abs() <= 1.0, "by {missed}");
            prop_assert!((got == 0.0) == (percent == 0) && (rest == 0.0) == (percent == 100));
        }
    }
}
