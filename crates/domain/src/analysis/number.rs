//! The numbers of the settings: once read, they lie where they make sense.
//!
//! None of them can be infinite or no number at all, so they compare equal to themselves, and a plan that holds them has
//! a hash.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The number does not lie where it makes sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{value} is not {wanted}")]
pub struct NumberError {
    value: f64,
    wanted: &'static str,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $wanted:literal, $holds:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(into = "f64", try_from = "f64")]
        pub struct $name(f64);

        impl $name {
            /// The number.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl Eq for $name {}

        impl TryFrom<f64> for $name {
            type Error = NumberError;
            fn try_from(value: f64) -> Result<Self, NumberError> {
                let holds: fn(f64) -> bool = $holds;
                let wanted = $wanted;
                holds(value).then_some(Self(value)).ok_or(NumberError { value, wanted })
            }
        }

        impl From<$name> for f64 {
            fn from(number: $name) -> Self {
                number.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

numbers! {
    /// What a measured number is held against.
    Bound: "a bound: write a number that is not infinite", f64::is_finite;
    /// How sure a finding must be, as a share of 1.
    Confidence: "a confidence: write a number between 0 and 1, for instance 0.98", |v| 0.0 < v && v < 1.0;
    /// How well a whole analysis, or a group of it, went: from 0 to 100.
    Score: "a score: write a number from 0 to 100", |v| (0.0..=100.0).contains(&v);
    /// What a group counts, against the others.
    Weight: "a weight: write a number above 0", |v| 0.0 < v && v <= 1e9;
    /// So many times something else; 0.1 of a baseline is a tenth of it.
    Factor: "a factor: write a number of at least 0", |v| (0.0..=1e9).contains(&v);
}

impl Confidence {
    /// 98 %, what the field has settled on for canaries.
    pub const USUAL: Self = Self(0.98);

    /// What is left on each side.
    pub(super) fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }
}

impl Score {
    /// The worst.
    pub const NONE: Self = Self(0.0);
    /// From here a canary passes, as the field does it.
    pub const USUAL_PASS: Self = Self(95.0);
    /// From here it may be looked at again, as the field does it.
    pub const USUAL_MARGINAL: Self = Self(75.0);

    /// Of a number that lies in the range but for rounding.
    pub(super) const fn clamped(value: f64) -> Self {
        Self(value.clamp(0.0, 100.0))
    }
}

impl Weight {
    /// Of a group that nobody gave a weight.
    pub const ONE: Self = Self(1.0);
}

impl Factor {
    /// Nothing.
    pub const NONE: Self = Self(0.0);
    /// A quarter.
    pub const QUARTER: Self = Self(0.25);
    /// Three times.
    pub const THREE: Self = Self(3.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_make_no_sense_are_not_read() {
        for text in ["0", "1", "98", "-0.5", "null"] {
            assert!(serde_json::from_str::<Confidence>(text).is_err(), "{text}");
        }
        assert_eq!(serde_json::from_str::<Score>("95").unwrap().get(), 95.0);
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(Factor::try_from(value).is_err(), "{value}");
            assert!(Weight::try_from(value).is_err(), "{value}");
        }
        let error = Score::try_from(101.0).unwrap_err().to_string();
        assert_eq!(error, "101 is not a score: write a number from 0 to 100");
    }
}
