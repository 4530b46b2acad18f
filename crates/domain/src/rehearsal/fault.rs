//! What goes wrong in a rehearsal, as data and as people write it.

use crate::duration::Millis;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Fault {
    /// The new revision fails its health checks everywhere.
    BadRelease,
    /// The new revision is healthy everywhere, and unhealthy so long after its start.
    BadReleaseLate(Millis),
    /// Preparing and starting take so many times as long.
    Slow(u32),
    /// So many of a hundred agents are out of touch the whole time.
    LostTargets(u8),
    /// So many of a hundred agents are out of touch for so long, from the beginning of some wave on.
    Partition(u8, Millis),
    /// Every check of the plan finds something bad.
    BadMetric,
    /// No check of the plan has data.
    NoData,
}

/// The text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no fault: write bad-release, bad-release-late 10m, slow 3x, lost-targets 5%, partition 10% 5m, bad-metric or no-data"
)]
pub struct FaultError(String);

impl Fault {
    /// Those that are rehearsed unless some are named.
    pub const USUAL: [Self; 7] = [
        Self::BadRelease,
        Self::BadReleaseLate(Millis::from_secs(600)),
        Self::Slow(3),
        Self::LostTargets(5),
        Self::Partition(10, Millis::from_secs(300)),
        Self::BadMetric,
        Self::NoData,
    ];

    /// Whether it is about checks, so that it says nothing of a plan without any.
    pub const fn is_about_checks(self) -> bool {
        match self {
            Self::BadMetric | Self::NoData => true,
            Self::BadRelease
            | Self::BadReleaseLate(_)
            | Self::Slow(_)
            | Self::LostTargets(_)
            | Self::Partition(..) => false,
        }
    }

    /// In words, as the subject of a sentence.
    pub fn title(self) -> String {
        match self {
            Self::BadRelease => "a bad release".to_owned(),
            Self::BadReleaseLate(after) => format!("a release that goes bad after {after}"),
            Self::Slow(times) => format!("targets {times} times as slow"),
            Self::LostTargets(share) => format!("{share}% of the agents out of touch"),
            Self::Partition(share, length) => {
                format!("{share}% of the agents out of touch for {length}")
            }
            Self::BadMetric => "a bad metric".to_owned(),
            Self::NoData => "no data for the checks".to_owned(),
        }
    }

    /// How many times as long everything takes.
    pub(super) const fn slowness(self) -> u64 {
        match self {
            Self::Slow(times) => times as u64,
            Self::BadRelease
            | Self::BadReleaseLate(_)
            | Self::LostTargets(_)
            | Self::Partition(..)
            | Self::BadMetric
            | Self::NoData => 1,
        }
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError(text.chars().take(40).collect());
        let words: Vec<&str> = text.split_whitespace().collect();
        let fault = match words.as_slice() {
            ["bad-release"] => Some(Self::BadRelease),
            ["bad-release-late", after] => after.parse().ok().map(Self::BadReleaseLate),
            ["slow", times] => factor(times).map(Self::Slow),
            ["lost-targets", share] => percent(share).map(Self::LostTargets),
            ["partition", share, length] => percent(share)
                .zip(length.parse().ok())
                .map(|(share, length)| Self::Partition(share, length)),
            ["bad-metric"] => Some(Self::BadMetric),
            ["no-data"] => Some(Self::NoData),
            _ => None,
        };
        fault.ok_or_else(wrong)
    }
}

fn factor(text: &str) -> Option<u32> {
    let times: u32 = text.strip_suffix('x')?.parse().ok()?;
    (1..=1000).contains(&times).then_some(times)
}

fn percent(text: &str) -> Option<u8> {
    let share: u8 = text.strip_suffix('%')?.parse().ok()?;
    (1..=100).contains(&share).then_some(share)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRelease => f.write_str("bad-release"),
            Self::BadReleaseLate(after) => write!(f, "bad-release-late {}", brief(*after)),
            Self::Slow(times) => write!(f, "slow {times}x"),
            Self::LostTargets(share) => write!(f, "lost-targets {share}%"),
            Self::Partition(share, length) => write!(f, "partition {share}% {}", brief(*length)),
            Self::BadMetric => f.write_str("bad-metric"),
            Self::NoData => f.write_str("no-data"),
        }
    }
}

/// A length of time in one word.
fn brief(length: Millis) -> String {
    match length.0 {
        ms if ms % 1000 != 0 => format!("{ms}ms"),
        ms if ms % 60_000 != 0 => format!("{}s", ms / 1000),
        ms => format!("{}m", ms / 60_000),
    }
}

impl TryFrom<String> for Fault {
    type Error = FaultError;
    fn try_from(text: String) -> Result<Self, FaultError> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_read_as_they_are_written() {
        for fault in Fault::USUAL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let odd = Fault::BadReleaseLate(Millis(1500));
        assert_eq!(odd.to_string().parse(), Ok(odd));
        for bad in [
            "",
            "bad",
            "slow",
            "slow 0x",
            "slow 3",
            "lost-targets 101%",
            "lost-targets 5",
            "partition 10%",
            "bad-release 10m",
        ] {
            assert!(bad.parse::<Fault>().is_err(), "{bad}");
        }
    }
}
