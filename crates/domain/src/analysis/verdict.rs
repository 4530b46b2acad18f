//! What the judge says: of each metric, of each group, of the whole; as data, and in one sentence for people.

use super::{
    number::{Confidence, Score, Weight},
    rank_sum::Comparison,
};
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The finding on a canary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// In one word.
    pub verdict: Verdict,
    /// The score, with every metric without data counted as failed.
    pub score: Score,
    /// What the score would be if the metrics without data had passed.
    pub score_best: Score,
    /// What each group adds to it.
    pub groups: BTreeMap<Name, GroupResult>,
    /// What each metric shows.
    pub metrics: BTreeMap<Name, MetricResult>,
    /// One sentence for people.
    pub detail: String,
}

/// The finding in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does as well as the baseline.
    Pass,
    /// It is worse in a few ways; a person may look.
    Marginal,
    /// It is worse.
    Fail,
    /// What is missing would decide. Never a pass.
    NoData,
}

/// What a group of metrics adds to the score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GroupResult {
    /// What it counts.
    pub weight: Weight,
    /// How many of a hundred metrics passed; none if no metric of it counts.
    pub score: Option<Score>,
}

/// What one metric shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricResult {
    /// In one word.
    pub verdict: MetricVerdict,
    /// The numbers; none without data.
    pub measure: Option<Measure>,
    /// Why there is no data.
    pub no_data: Option<NoData>,
    /// One sentence for people.
    pub detail: String,
}

/// What one metric shows in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricVerdict {
    /// No bad change.
    Pass,
    /// The canary is too high.
    High,
    /// The canary is too low.
    Low,
    /// Nothing can be said.
    NoData,
}

/// The numbers behind the verdict on a metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// How many values the canary has, outliers removed.
    pub canary_points: usize,
    /// How many the baseline has.
    pub baseline_points: usize,
    /// The median of the canary.
    pub canary_median: f64,
    /// The median of the baseline.
    pub baseline_median: f64,
    /// The canary against the baseline.
    pub comparison: Comparison,
    /// The change, in shares of the baseline; none if that is zero.
    pub change: Option<f64>,
}

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum NoData {
    /// No point in the window.
    Missing {
        /// Where.
        side: Side,
    },
    /// The points end too early.
    Stale {
        /// Where.
        side: Side,
        /// The last of them.
        newest: Timestamp,
    },
    /// There are too few of the same time.
    TooFew {
        /// Where.
        side: Side,
        /// So many.
        points: u32,
        /// As many as it takes.
        needed: u32,
    },
    /// There are values that cannot be reckoned with.
    NotFinite {
        /// Where.
        side: Side,
    },
}

/// One of the two that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What is new.
    Canary,
    /// What is live already, started anew beside it.
    Baseline,
}

impl MetricResult {
    pub(super) fn without_data(reason: NoData) -> Self {
        Self {
            verdict: MetricVerdict::NoData,
            measure: None,
            no_data: Some(reason),
            detail: format!("no data: {reason}"),
        }
    }

    pub(super) fn with(verdict: MetricVerdict, measure: Measure, confidence: Confidence) -> Self {
        Self {
            verdict,
            measure: Some(measure),
            no_data: None,
            detail: measure.tell(verdict, confidence),
        }
    }

    /// Whether the change is bad.
    pub const fn is_bad(&self) -> bool {
        match self.verdict {
            MetricVerdict::High | MetricVerdict::Low => true,
            MetricVerdict::Pass | MetricVerdict::NoData => false,
        }
    }
}

impl Measure {
    fn tell(&self, verdict: MetricVerdict, confidence: Confidence) -> String {
        let finding = match verdict {
            MetricVerdict::Pass => "no bad change",
            MetricVerdict::High => "too high",
            MetricVerdict::Low => "too low",
            MetricVerdict::NoData => "no data",
        };
        let Comparison {
            shift,
            shift_low,
            shift_high,
            ..
        } = self.comparison;
        let change = self.change.map(|c| format!(", {} %", signed(100.0 * c)));
        format!(
            "{finding}: shifted by {}{} against a baseline of {}; with {} % confidence by {} to {}",
            signed(shift),
            change.unwrap_or_default(),
            Short(self.baseline_median),
            Short(100.0 * confidence.get()),
            signed(shift_low),
            signed(shift_high),
        )
    }
}

/// A number with its sign, except for zero.
fn signed(number: f64) -> String {
    let plus = if number > 0.0 { "+" } else { "" };
    format!("{plus}{}", Short(number))
}

/// A number with four digits that count.
pub(super) struct Short(pub(super) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = format!("{:.3e}", self.0).parse().unwrap_or(self.0);
        if rounded == 0.0 || (1e-4..1e9).contains(&rounded.abs()) {
            write!(f, "{rounded}")
        } else {
            write!(f, "{rounded:e}")
        }
    }
}

impl fmt::Display for NoData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { side } => write!(f, "{side} has no point in the window"),
            Self::Stale { side, newest } => write!(f, "the last point of {side} is of {newest}"),
            Self::TooFew {
                side,
                points,
                needed,
            } => write!(f, "{side} has {points} of {needed} points of the same time"),
            Self::NotFinite { side } => write!(f, "{side} has values that are infinite"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Canary => "the canary",
            Self::Baseline => "the baseline",
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Marginal => "marginal",
            Self::Fail => "fail",
            Self::NoData => "no data",
        })
    }
}
