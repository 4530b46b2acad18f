//! The values that are compared, in order.

/// The largest magnitude of a value. A difference of two, and a sum of two differences, are then still finite.
const MAGNITUDE_MAX: f64 = 1e300;

/// At least one number, ascending; none of them infinite or no number at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample(Vec<f64>);

/// The values are not a [`Sample`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// There are none.
    #[error("there is no value")]
    Empty,
    /// One of them cannot be reckoned with.
    #[error("a value is infinite, too large, or not a number")]
    NotFinite,
}

impl Sample {
    /// The values in order.
    ///
    /// # Errors
    /// When there are none, or one of them is not a number of a size that can be reckoned with.
    pub fn new(mut values: Vec<f64>) -> Result<Self, SampleError> {
        if values.is_empty() {
            return Err(SampleError::Empty);
        }
        for value in &mut values {
            if value.is_nan() || value.abs() > MAGNITUDE_MAX {
                return Err(SampleError::NotFinite);
            }
            // There is one zero, not two.
            *value += 0.0;
        }
        values.sort_unstable_by(f64::total_cmp);
        Ok(Self(values))
    }

    /// In ascending order; never empty.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// The smallest.
    pub fn smallest(&self) -> f64 {
        self.0[0]
    }

    /// The largest.
    pub fn largest(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        let count = self.0.len() as f64;
        self.0.iter().map(|value| value / count).sum()
    }

    /// The median.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The quantile of `share`, between 0 and 1, by linear interpolation between the two values next to it.
    ///
    /// Definition 7 of Hyndman and Fan, *Sample Quantiles in Statistical Packages*, The American Statistician 50(4),
    /// 1996; the one that most programs of statistics use unless told otherwise.
    pub fn quantile(&self, share: f64) -> f64 {
        let at = share.clamp(0.0, 1.0) * (self.0.len() - 1) as f64;
        let (below, part) = (whole(at), at.fract());
        let above = (below + 1).min(self.0.len() - 1);
        self.0[below] * (1.0 - part) + self.0[above] * part
    }

    /// Without the values further than `factor` interquartile ranges outside the quartiles.
    ///
    /// The fences of Tukey, *Exploratory Data Analysis* (1977), chapter 2: 1.5 for what is outside, 3 for what is far
    /// out. The quartiles themselves lie inside, so something always remains. Where the quartiles are equal there is no
    /// spread to measure by, and nothing is removed: the few values that are not zero are what an error counter tells.
    #[must_use]
    pub fn without_outliers(self, factor: f64) -> Self {
        let (lower, upper) = (self.quantile(0.25), self.quantile(0.75));
        if lower == upper {
            return self;
        }
        let margin = factor * (upper - lower);
        let kept = |value: &f64| (lower - margin..=upper + margin).contains(value);
        Self(self.0.into_iter().filter(kept).collect())
    }
}

/// The whole part of what is known to be an index.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the callers bound it by the number of values or of pairs, and negative is 0"
)]
pub(super) fn whole(index: f64) -> usize {
    index.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        let four = sample(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!(four.median(), 2.5);
        assert_eq!(four.quantile(0.25), 1.75);
        assert_eq!((four.quantile(0.0), four.quantile(1.0)), (1.0, 4.0));
        assert_eq!(sample(&[7.0]).median(), 7.0);
    }

    #[test]
    fn outliers_go_and_constants_stay() {
        let far = sample(&[1.0, 2.0, 3.0, 4.0, 5.0, 100.0]).without_outliers(3.0);
        assert_eq!(far.values(), [1.0, 2.0, 3.0, 4.0, 5.0]);
        let rare = sample(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0]);
        assert_eq!(rare.clone().without_outliers(3.0), rare);
    }

    #[test]
    fn what_cannot_be_reckoned_with_is_refused() {
        assert_eq!(Sample::new(vec![]), Err(SampleError::Empty));
        for value in [f64::NAN, f64::INFINITY, -1e301] {
            assert_eq!(Sample::new(vec![1.0, value]), Err(SampleError::NotFinite));
        }
    }
}
