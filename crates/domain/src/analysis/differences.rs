//! The differences of every pair of two samples, of which any can be had by its rank without writing them all down.
//!
//! With both samples in order, the differences are a matrix whose rows and columns are in order too. How many of them
//! lie at or below some value is then counted in one walk along the border through that matrix, in as many steps as
//! there are rows and columns (Shamos, *Geometry and Statistics: Problems at the Interface*, in Traub (ed.), Algorithms
//! and Complexity, 1976; Frederickson and Johnson, *Generalized Selection and Ranking: Sorted Matrices*, SIAM Journal on
//! Computing 13(1), 1984). [`Differences::find`] narrows a bracket by such walks until few enough are left.
//!
//! Rounding does no harm: a rounded difference still never falls when its first term grows.

use super::sample::{Sample, whole};

/// How many values of each side stand for all when the first pivots are sought.
const COARSE: usize = 32;

/// How far from the rank those pivots are, among the differences of the values that stand for all: far enough that the
/// rank usually lies between.
const MARGIN: usize = 8;

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

    /// The median, and the differences of this rank from either end, the lower one first.
    ///
    /// The median is the estimate of Hodges and Lehmann for the shift from `y` to `x` (*Estimates of Location Based on
    /// Rank Tests*, The Annals of Mathematical Statistics 34(2), 1963).
    pub(super) fn median_and_ends(self, rank: usize) -> (f64, [f64; 2]) {
        let half = self.count().div_ceil(2);
        let [low, lower, high] = self.ranked([rank, half, self.count() + 1 - rank]);
        let cut = self.cut(lower);
        let odd = self.count() % 2 == 1;
        let upper = if odd || cut.count > half {
            lower
        } else {
            cut.above
        };
        (f64::midpoint(lower, upper), [low, high])
    }

    /// The differences of these ranks in ascending order, from 1 to [`Self::count`]; the ranks are in order, too.
    ///
    /// The first two pivots come from a few differences that stand for all and lie on either side of the ranks (Floyd
    /// and Rivest, *Expected Time Bounds for Selection*, Communications of the ACM 18(3), 1975).
    fn ranked<const N: usize>(self, ranks: [usize; N]) -> [f64; N] {
        let mut cuts = Vec::new();
        if let [first, .., last] = ranks[..]
            && self.count() > COARSE * COARSE
        {
            cuts.extend(self.guesses(first, last).map(|pivot| self.cut(pivot)));
        }
        ranks.map(|rank| {
            let mut bracket = self.all();
            cuts.iter().for_each(|cut| bracket.narrow(cut, rank));
            self.find(bracket, rank)
        })
    }

    /// The difference of this rank, which lies in the bracket.
    ///
    /// A pivot is put where a rank a little beyond would lie if the differences left were spread evenly: soon the rank is
    /// closed in from both sides. Whenever that did not halve what is left, the next pivot halves the bracket, so that no
    /// data can make it take long.
    fn find(self, mut bracket: Bracket, rank: usize) -> f64 {
        let few = self.x.values().len() + self.y.values().len();
        let mut share = bracket.share(rank, few);
        while bracket.low < bracket.high && bracket.left() > few {
            let left = bracket.left();
            bracket.narrow(&self.cut(bracket.pivot(share)), rank);
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

    /// A value that should lie below the difference of the first rank, and one that should lie above that of the last:
    /// the differences of every so-manyth value on each side, a little beyond the ranks.
    fn guesses(self, first: usize, last: usize) -> [f64; 2] {
        let (x, y) = (coarse(self.x.values()), coarse(self.y.values()));
        let mut all: Vec<f64> = Vec::with_capacity(COARSE * COARSE);
        for x in x {
            all.extend(y.iter().map(|y| x - y));
        }
        let place = |rank: usize| whole(rank as f64 / self.count() as f64 * all.len() as f64);
        let low = place(first).saturating_sub(MARGIN);
        let high = (place(last) + MARGIN).min(all.len() - 1);
        [low, high].map(|at| *all.select_nth_unstable_by(at, f64::total_cmp).1)
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
    /// Takes in what a cut says of the difference of this rank.
    fn narrow(&mut self, cut: &Cut, rank: usize) {
        if cut.count >= rank && cut.below < self.high {
            (self.high, self.upto) = (cut.below, cut.count);
        } else if cut.count < rank && cut.above > self.low {
            (self.low, self.before) = (cut.above, cut.count);
        }
    }

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

/// Values from all along, evenly.
fn coarse(values: &[f64]) -> [f64; COARSE] {
    std::array::from_fn(|i| values[(2 * i + 1) * values.len() / (2 * COARSE)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Looks for every so-manyth difference, and for the median.
    fn check(x: Vec<f64>, y: Vec<f64>) {
        let mut all: Vec<f64> = Vec::new();
        x.iter().for_each(|x| all.extend(y.iter().map(|y| x - y)));
        all.sort_unstable_by(f64::total_cmp);
        let (x, y) = (Sample::new(x).unwrap(), Sample::new(y).unwrap());
        let differences = Differences::new(&x, &y);
        let middle = f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2]);
        let step = 1 + all.len() / 100;
        for (i, &expected) in all.iter().enumerate().step_by(step) {
            let (median, [low, high]) = differences.median_and_ends(i + 1);
            assert_eq!(
                (low, high),
                (expected, all[all.len() - 1 - i]),
                "rank {}",
                i + 1
            );
            assert_eq!(median, middle);
        }
    }

    #[test]
    fn the_largest_magnitudes_do_not_overflow() {
        let wide = vec![-1e300, -1.0, -1e-300, 0.0, 1e-300, 1.0, 1e300];
        check(wide.clone(), wide);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn ranks_are_found(
            x in prop::collection::vec(-1e3..1e3, 1..40),
            y in prop::collection::vec(-1e3..1e3, 1..40),
        ) {
            check(x, y);
        }

        #[test]
        fn ranks_are_found_among_many(
            x in prop::collection::vec(-1e3..1e3, 60..70),
            y in prop::collection::vec((-99..99).prop_map(f64::from), 50..60),
        ) {
            check(x.into_iter().map(|v: f64| v * v * v).collect(), y);
        }

        #[test]
        fn ranks_are_found_among_ties(
            x in prop::collection::vec((-3..3).prop_map(f64::from), 1..30),
            y in prop::collection::vec((-3..3).prop_map(f64::from), 1..30),
        ) {
            check(x, y);
        }
    }
}
