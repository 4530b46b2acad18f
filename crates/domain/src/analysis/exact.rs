//! The exact distribution of U, for small samples without ties.
//!
//! If both samples come from one distribution, every order of their values is as likely as any other. The number of
//! orders with a given U is a coefficient of the Gaussian polynomial, `∏ (1 - qⁿ⁺ⁱ) / (1 - qⁱ)` for `i` from 1 to `m`
//! (Andrews, *The Theory of Partitions*, 1976, theorem 3.1; Mann and Whitney counted by the equivalent recurrence, The
//! Annals of Mathematical Statistics 18(1), 1947). All counts are whole numbers: with fewer than [`SIZE_LIMIT`] values on
//! each side they add up to less than 2¹⁰⁰.

/// Samples of this many values or more are judged by the normal approximation, as is common.
pub(super) const SIZE_LIMIT: usize = 50;

/// What is taken for rounding when probabilities are compared.
const ROUNDING: f64 = 10.0 * f64::EPSILON;

/// How likely U is at most a number.
#[derive(Debug)]
pub(super) struct Exact {
    /// By that number, from 0 to the number of pairs.
    at_most: Vec<f64>,
}

impl Exact {
    /// For samples of `m` and `n` values, both less than [`SIZE_LIMIT`].
    pub(super) fn new(m: usize, n: usize) -> Self {
        let counts = counts(m, n);
        let total = counts.iter().sum::<i128>() as f64;
        let mut sum = 0;
        let cumulate = |count| {
            sum += count;
            sum as f64 / total
        };
        Self {
            at_most: counts.into_iter().map(cumulate).collect(),
        }
    }

    /// The probability of a U at least as far from the middle, on either side.
    pub(super) fn p_value(&self, u: usize) -> f64 {
        let mirrored = self.at_most.len() - 1 - u;
        (2.0 * self.at_most[u.min(mirrored)]).min(1.0)
    }

    /// The rank of the difference at the lower end of the confidence interval, with `tail` of the probability outside.
    ///
    /// Hollander and Wolfe, *Nonparametric Statistical Methods* (2nd edition, 1999), section 4.3. At least 1: samples may
    /// be too small for the confidence that is asked for.
    pub(super) fn lower_rank(&self, tail: f64) -> usize {
        let less = |&p: &f64| p < tail - ROUNDING;
        self.at_most.partition_point(less).max(1)
    }
}

/// The number of orders by their U.
fn counts(m: usize, n: usize) -> Vec<i128> {
    let mut counts = vec![0; m * n + 1];
    counts[0] = 1;
    for i in 1..=m {
        // Times 1 - qⁿ⁺ⁱ, then divided by 1 - qⁱ.
        for u in (n + i..counts.len()).rev() {
            counts[u] -= counts[u - n - i];
        }
        for u in i..counts.len() {
            counts[u] += counts[u - i];
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orders_of_two_and_three_values() {
        assert_eq!(counts(2, 3), [1, 1, 2, 2, 2, 1, 1]);
        assert_eq!(counts(3, 2), counts(2, 3));
    }

    #[test]
    fn the_largest_samples_are_counted_exactly() {
        let total: i128 = counts(49, 49).iter().sum();
        let binomial = (1..=49).fold(1, |product, i| product * (49 + i) / i);
        assert_eq!(total, binomial);
    }

    /// Hollander and Wolfe, example 4.1: U is 15 of 50 with 5 and 10 values, and two-sided 0.2544.
    #[test]
    fn an_example_from_the_textbook() {
        let p = Exact::new(10, 5).p_value(35);
        assert!((p - 0.2544).abs() < 0.0001, "{p}");
    }
}
