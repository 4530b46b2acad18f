//! Numbers of targets, as people write them: `2` or `25%`.

use crate::catalog::Scalar;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A number of targets: `2`, or a share of all: `25%`, rounded up and at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Scalar")]
pub enum Share {
    /// So many.
    Count(u32),
    /// So many of a hundred.
    Percent(u8),
}

/// The text is not a [`Share`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of targets: write for instance 2 or 25%")]
pub struct ShareError(String);

impl Share {
    /// How many of `total`, at least 1.
    pub fn of(self, total: u32) -> u32 {
        match self {
            Self::Count(count) => count.clamp(1, total.max(1)),
            Self::Percent(percent) => {
                let exact = (u64::from(total) * u64::from(percent)).div_ceil(100);
                u32::try_from(exact).unwrap_or(total).max(1)
            }
        }
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let wrong = || ShareError(text.chars().take(20).collect());
        match text.strip_suffix('%') {
            Some(number) => number
                .parse()
                .ok()
                .filter(|percent| (1..=100).contains(percent))
                .map(Self::Percent)
                .ok_or_else(wrong),
            None => text
                .parse()
                .ok()
                .filter(|count| *count >= 1)
                .map(Self::Count)
                .ok_or_else(wrong),
        }
    }
}

impl TryFrom<Scalar> for Share {
    type Error = ShareError;
    fn try_from(text: Scalar) -> Result<Self, ShareError> {
        text.0.parse()
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// A bound on a number of targets: `2`, or a share of all: `25%`. Unlike a [`Share`] it may be 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Scalar")]
pub enum Threshold {
    /// So many.
    Count(u32),
    /// So many of a hundred, 0 to 100.
    Percent(u8),
}

/// The text is not a [`Threshold`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a bound: write for instance 0, 2, or 5%; a share is at most 100%")]
pub struct ThresholdError(String);

impl Threshold {
    /// The largest number of `total` that is within the bound: shares are rounded down.
    pub fn at_most(self, total: u32) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => part(total, percent, 0),
        }
    }

    /// The smallest number of `total` that reaches the bound: shares are rounded up.
    pub fn at_least(self, total: u32) -> u32 {
        match self {
            Self::Count(count) => count.min(total),
            Self::Percent(percent) => part(total, percent, 99),
        }
    }
}

fn part(total: u32, percent: u8, round: u64) -> u32 {
    let exact = (u64::from(total) * u64::from(percent) + round) / 100;
    u32::try_from(exact).unwrap_or(total)
}

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let wrong = || ThresholdError(text.chars().take(20).collect());
        match text.strip_suffix('%') {
            Some(number) => number
                .parse()
                .ok()
                .filter(|percent| *percent <= 100)
                .map(Self::Percent)
                .ok_or_else(wrong),
            None => text.parse().map(Self::Count).map_err(|_| wrong()),
        }
    }
}

impl TryFrom<Scalar> for Threshold {
    type Error = ThresholdError;
    fn try_from(text: Scalar) -> Result<Self, ThresholdError> {
        text.0.parse()
    }
}

impl From<Threshold> for String {
    fn from(threshold: Threshold) -> Self {
        threshold.to_string()
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// So many of a hundred, 0 to 100: `20%`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Scalar")]
pub struct Percent(u8);

/// The text is not a [`Percent`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a share: write for instance 20%, at most 100%")]
pub struct PercentError(String);

impl Percent {
    /// Everything.
    pub const ALL: Self = Self(100);

    /// What `part` is of `whole`, rounded down; nothing of nothing.
    pub fn of(part: u32, whole: u32) -> Self {
        let percent = u64::from(part) * 100 / u64::from(whole.max(1));
        Self(u8::try_from(percent.min(100)).unwrap_or(100))
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<Scalar> for Percent {
    type Error = PercentError;
    fn try_from(text: Scalar) -> Result<Self, PercentError> {
        let number = text
            .0
            .strip_suffix('%')
            .and_then(|number| number.parse().ok());
        let number = number.filter(|number| *number <= 100);
        number
            .map(Self)
            .ok_or_else(|| PercentError(text.0.chars().take(20).collect()))
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_nothing_and_of_all_are_bounds() {
        let of = |text: &str| text.parse::<Threshold>().unwrap();
        assert_eq!((of("0").at_most(7), of("0%").at_most(7)), (0, 0));
        assert_eq!((of("0%").at_least(7), of("100%").at_least(7)), (0, 7));
        assert_eq!((of("50%").at_most(7), of("50%").at_least(7)), (3, 4));
        assert_eq!(of("9").at_least(7), 7);
        for text in ["101%", "-1", "", "%", "2.5%"] {
            assert!(text.parse::<Threshold>().is_err(), "{text}");
        }
    }
}
