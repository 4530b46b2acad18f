//! The two-sided rank sum test, and by how much one sample is shifted against the other.
//!
//! Wilcoxon, *Individual Comparisons by Ranking Methods*, Biometrics Bulletin 1(6), 1945; Mann and Whitney, *On a Test
//! of Whether One of Two Random Variables Is Stochastically Larger than the Other*, The Annals of Mathematical
//! Statistics 18(1), 1947; the shift and its interval by Hodges and Lehmann, and by Moses, as told in Hollander and
//! Wolfe, *Nonparametric Statistical Methods* (2nd edition, 1999), sections 4.1 to 4.3. It assumes nothing of the shape
//! of the distribution, only that the shift is what differs.
//!
//! Small samples without ties are judged exactly, others by the normal approximation, corrected for continuity and for
//! ties: the same rules as `wilcox.test` of R, against which it is tested.
//!
//! # The interval of the approximation
//! R shifts `x` until the statistic is as extreme as the confidence asks for, and looks for that shift by its general
//! root finder. The statistic, however, only changes where the shift is one of the differences `x - y`, and between them
//! all ties across the samples are broken. So the end that R closes in on is exactly one difference, whose rank is
//! known at once; nothing is iterated, and there is no tolerance.
//!
//! The same holds for the estimate but for one freedom: with an even number of pairs, every shift between the two middle
//! differences solves R's equation, and R returns the one that it meets first. Here it is the middle of the two, which
//! is the definition of the estimate, and what R itself says for small samples.

use super::{
    differences::Differences,
    exact::{Exact, SIZE_LIMIT},
    normal,
    number::Confidence,
    sample::{Sample, whole},
};
use serde::{Deserialize, Serialize};

/// How two samples compare.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// In how many pairs the value of the first sample is the greater one; ties count half.
    pub u: f64,
    /// How likely a U as far from the middle is, if nothing differs.
    pub p_value: f64,
    /// How far the first sample is shifted against the second: the median of all differences.
    pub shift: f64,
    /// The shift is not less than this, with the confidence that was asked for.
    pub shift_low: f64,
    /// The shift is not more than this.
    pub shift_high: f64,
}

/// Compares `x` with `y`.
pub fn compare(x: &Sample, y: &Sample, confidence: Confidence) -> Comparison {
    let differences = Differences::new(x, y);
    let counted = Counted::new(x, y);
    let (p_value, rank) = if counted.is_exact() {
        counted.exactly(confidence)
    } else {
        counted.approximately(confidence)
    };
    let (shift, [shift_low, shift_high]) = differences.median_and_ends(rank);
    Comparison {
        u: counted.u,
        p_value,
        shift,
        shift_low,
        shift_high,
    }
}

/// What one pass over both samples counts.
struct Counted {
    m: usize,
    n: usize,
    u: f64,
    /// The sum of `t³ - t` over all groups of `t` equal values.
    ties: f64,
    /// The same, as if no value of one sample was equal to one of the other.
    ties_within: f64,
}

impl Counted {
    fn new(x: &Sample, y: &Sample) -> Self {
        let (mut x, mut y) = (x.values(), y.values());
        let mut counted = Self {
            m: x.len(),
            n: y.len(),
            u: 0.0,
            ties: 0.0,
            ties_within: 0.0,
        };
        let mut smaller_y = 0.0;
        while let Some(least) = least(x, y) {
            let (in_x, in_y) = (take(&mut x, least), take(&mut y, least));
            counted.u += in_x * (smaller_y + in_y / 2.0);
            counted.ties += cube_less_itself(in_x + in_y);
            counted.ties_within += cube_less_itself(in_x) + cube_less_itself(in_y);
            smaller_y += in_y;
        }
        counted
    }

    fn is_exact(&self) -> bool {
        self.m < SIZE_LIMIT && self.n < SIZE_LIMIT && self.ties == 0.0
    }

    /// The p-value, and the rank of the difference at the lower end of the interval.
    fn exactly(&self, confidence: Confidence) -> (f64, usize) {
        let exact = Exact::new(self.m, self.n);
        let p_value = exact.p_value(whole(self.u));
        (p_value, exact.lower_rank(confidence.tail()))
    }

    /// The same by the normal approximation.
    fn approximately(&self, confidence: Confidence) -> (f64, usize) {
        let middle = self.pairs() / 2.0;
        let away = (self.u - middle).abs();
        let deviation = self.deviation(self.ties);
        let p_value = if away == 0.0 || deviation == 0.0 {
            1.0
        } else {
            (2.0 * normal::upper_tail((away - 0.5).max(0.0) / deviation)).min(1.0)
        };
        let extreme = normal::upper_quantile(confidence.tail()) * self.deviation(self.ties_within);
        (
            p_value,
            whole(middle - 0.5 - extreme)
                .saturating_add(1)
                .min(self.m * self.n),
        )
    }

    /// The standard deviation of U (Hollander and Wolfe, equation 4.13).
    fn deviation(&self, ties: f64) -> f64 {
        let all = (self.m + self.n) as f64;
        let variance = self.pairs() / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
        variance.max(0.0).sqrt()
    }

    fn pairs(&self) -> f64 {
        (self.m * self.n) as f64
    }
}

/// The least value that is left in either.
fn least(x: &[f64], y: &[f64]) -> Option<f64> {
    match (x.first(), y.first()) {
        (Some(&x), Some(&y)) => Some(x.min(y)),
        (Some(&one), None) | (None, Some(&one)) => Some(one),
        (None, None) => None,
    }
}

/// Takes away the values at the front that equal this one, and says how many they were.
fn take(values: &mut &[f64], value: f64) -> f64 {
    let count = values.iter().take_while(|&&v| v == value).count();
    *values = &values[count..];
    count as f64
}

fn cube_less_itself(count: f64) -> f64 {
    count * count * count - count
}
