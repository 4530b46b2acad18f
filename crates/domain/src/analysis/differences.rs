//! The differences of every pair of two samples, of which any can be had by its rank without writing them all down.
//!
//! With both samples in order, the differences are a matrix whose rows and columns are in order too. How many of them
//! lie at or below some value is then counted in one walk along the border through that matrix, in as many steps as
//! there are rows and columns (Shamos, *Geometry and Statistics: Problems at the Interface*, in Traub (ed.), Algorithms
//! and Complexity, 1976; Frederickson and Johnson, *Generalized Selection and Ranking: Sorted Matrices*, SIAM Journal on
//! Computing 13(1), 1984). [`Differences::ranked`] narrows a bracket by such walks until few enough are left.
//!
//! Rounding does no harm: a rounded difference still never falls when its first term grows.

use super::sample::Sample;

/// `x - y` for every `x` and `y`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Differences<'a> {
    x: &'a Sample,
    y: &'a Sample,
}

/// How the differences lie about a value.
struct Cut {
    /// How many are at most that value.
    count: usize,
    /// The largest of those.
    below: f64,
    /// The smallest of the others.
    above: f64,
}

/// Where the difference that is looked for lies: among `low..=high`, both of which occur.
struct Bracket {
    low: f64,
    high: f64,
    /// How many are less than `low`.
    before: usize,
    /// How many are at most `high`.
    upto: usize,
}

impl<'a> Differences<'a> {
    pub(super) const fn new(x: &'a Sample, y: &'a Sample) -> Self {
        Self { x, y }
    }

    /// How many there are.
    pub(super) fn count(self) -> usize {
        self.x.values().len() * self.y.values().len()
    }

    /// The median: the estimate of Hodges and Lehmann for the shift from `y` to `x` (*Estimates of Location Based on
    /// Rank Tests*, The Annals of Mathematical Statistics 34(2), 1963).
    pub(super) fn median(self) -> f64 {
        let half = self.count().div_ceil(2);
        let lower = self.ranked(half);
        if self.count() % 2 == 1 {
            return lower;
        }
        let cut = self.cut(lower);
        let upper = if cut.count > half { lower } else { cut.above };
        f64::midpoint(lower, upper)
    }

    /// The difference of this rank in ascending order, from 1 to [`Self::count`].
    ///
    /// A pivot is put where a rank a little beyond would lie if the differences were spread evenly: soon the rank is
    /// closed in from both sides (the idea of Floyd and Rivest, *Expected Time Bounds for Selection*, Communications of
    /// the ACM 18(3), 1975). Whenever that did not halve what is left, the next pivot halves the bracket, so that no data
    /// can make it take long.
    pub(super) fn ranked(self, rank: usize) -> f64 {
        let few = self.x.values().len() + self.y.values().len();
        let mut bracket = self.all();
        let mut share = bracket.share(rank, few);
        while bracket.low < bracket.high && bracket.left() > few {
            let left = bracket.left();
            let cut = self.cut(bracket.pivot(share));
            if cut.count >= rank {
                (bracket.high, bracket.upto) = (cut.below, cut.count);
            } else {
                (bracket.low, bracket.before) = (cut.above, cut.count);
            }
            let halved = bracket.left() <= left / 2;
            share = if halved {
                bracket.share(rank, few)
            } else {
                0.5
            };
        }
        self.select(&bracket, rank)
    }

    fn all(self) -> Bracket {
        Bracket {
            low: self.x.smallest() - self.y.largest(),
            high: self.x.largest() - self.y.smallest(),
            before: 0,
            upto: self.count(),
        }
    }

    /// One walk along the border: with growing `x` it only moves towards greater `y`.
    fn cut(self, value: f64) -> Cut {
        let y = self.y.values();
        let mut cut = Cut {
            count: 0,
            below: f64::NEG_INFINITY,
            above: f64::INFINITY,
        };
        let mut border = 0;
        for &x in self.x.values() {
            while border < y.len() && x - y[border] > value {
                border += 1;
            }
            cut.count += y.len() - border;
            // Plain comparisons: there is nothing here that is not a number.
            if border < y.len() && x - y[border] > cut.below {
                cut.below = x - y[border];
            }
            if border > 0 && x - y[border - 1] < cut.above {
                cut.above = x - y[border - 1];
            }
        }
        cut
    }

    /// The difference of this rank, by looking at all that the bracket leaves.
    fn select(self, bracket: &Bracket, rank: usize) -> f64 {
        if bracket.low == bracket.high {
            return bracket.low;
        }
        let y = self.y.values();
        let mut left = Vec::with_capacity(bracket.left());
        let mut border = 0;
        for &x in self.x.values() {
            while border < y.len() && x - y[border] > bracket.high {
                border += 1;
            }
            let row = y[border..].iter().map(|y| x - y);
            left.extend(row.take_while(|&difference| difference >= bracket.low));
        }
        let at = rank - bracket.before - 1;
        *left.select_nth_unstable_by(at, f64::total_cmp).1
    }
}

impl Bracket {
    /// How many differences are left.
    const fn left(&self) -> usize {
        self.upto - self.before
    }

    /// Where a rank somewhat further from the nearer end would lie in the bracket if the differences were spread evenly.
    fn share(&self, rank: usize, few: usize) -> f64 {
        let (place, beyond) = (rank - self.before, few / 4);
        let aim = if place > self.left() / 2 {
            place.saturating_sub(beyond)
        } else {
            place + beyond
        };
        aim as f64 / self.left() as f64
    }

    /// So far into the bracket, and less than its end, so that every cut makes it smaller.
    fn pivot(&self, share: f64) -> f64 {
        let pivot = self.low + (self.high - self.low) * share;
        if (self.low..self.high).contains(&pivot) {
            pivot
        } else {
            self.low
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(x: Vec<f64>, y: Vec<f64>) {
        let mut all: Vec<f64> = Vec::new();
        x.iter().for_each(|x| all.extend(y.iter().map(|y| x - y)));
        all.sort_unstable_by(f64::total_cmp);
        let (x, y) = (Sample::new(x).unwrap(), Sample::new(y).unwrap());
        let differences = Differences::new(&x, &y);
        for (i, &expected) in all.iter().enumerate() {
            assert_eq!(differences.ranked(i + 1), expected, "rank {}", i + 1);
        }
        let middle = f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2]);
        assert_eq!(differences.median(), middle);
    }

    #[test]
    fn the_largest_magnitudes_do_not_overflow() {
        let wide = vec![-1e300, -1.0, -1e-300, 0.0, 1e-300, 1.0, 1e300];
        check(wide.clone(), wide);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_rank_is_found(
            x in prop::collection::vec(-1e3..1e3, 1..40),
            y in prop::collection::vec(-1e3..1e3, 1..40),
        ) {
            check(x, y);
        }

        #[test]
        fn every_rank_is_found_among_ties(
            x in prop::collection::vec((-3..3).prop_map(f64::from), 1..30),
            y in prop::collection::vec((-3..3).prop_map(f64::from), 1..30),
        ) {
            check(x, y);
        }
    }
}
