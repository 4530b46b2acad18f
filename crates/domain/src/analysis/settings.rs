//! What people write about an analysis.
//!
//! The defaults are those that the field has settled on, as Kayenta and its guide *Best practices for configuring
//! canary* give them: 98 % confidence, 50 points, a quarter of the estimate as tolerance, 95 and 75 as thresholds. What
//! differs on purpose is that missing data counts unless a metric says that it [may be
//! missing](MetricSettings::may_be_missing).

use super::number::{Confidence, Factor, Score, Weight};
use crate::{duration::Millis, name::Name};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, num::NonZeroU32};

/// How a canary is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What is measured.
    pub metrics: BTreeMap<Name, MetricSettings>,
    /// What the groups of metrics count; 1 for those that are not named here.
    #[serde(default)]
    pub groups: BTreeMap<Name, Weight>,
    /// How sure a difference must be.
    #[serde(default = "default_confidence")]
    pub confidence: Confidence,
    /// Fewer points than this on either side are no data.
    #[serde(default = "default_points_min")]
    pub points_min: NonZeroU32,
    /// A series whose newest point is older than this at the end of the window is no data. Two series may begin and end
    /// as far apart; what lies beyond is not of the same time and is left out.
    #[serde(default = "default_stale_after")]
    pub stale_after: Millis,
    /// From this score the canary passes.
    #[serde(default = "default_pass")]
    pub pass: Score,
    /// From this score, and below the other, it is marginal; below, it fails.
    #[serde(default = "default_marginal")]
    pub marginal: Score,
}

/// How one metric is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricSettings {
    /// Which change is bad.
    pub bad: Bad,
    /// The group that it counts in.
    #[serde(default = "default_group")]
    pub group: Name,
    /// Whether the canary fails if this metric does, whatever the score.
    #[serde(default)]
    pub critical: bool,
    /// Whether no data takes the metric out of the score. It never passes for that.
    #[serde(default)]
    pub may_be_missing: bool,
    /// What points without a number are.
    #[serde(default)]
    pub gaps: Gaps,
    /// What becomes of values far from all others.
    #[serde(default)]
    pub outliers: Outliers,
    /// An increase is let pass up to this share of the baseline: 0.1 for a tenth.
    #[serde(default = "default_allowed")]
    pub allowed_increase: Factor,
    /// A decrease is let pass up to this share of the baseline.
    #[serde(default = "default_allowed")]
    pub allowed_decrease: Factor,
    /// A difference counts only if even the near end of its interval is further from zero than this share of the
    /// estimate. It keeps out shifts that are sure and yet vague.
    #[serde(default = "default_tolerance")]
    pub tolerance: Factor,
}

/// Which change of a metric is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bad {
    /// More: errors, latency, memory.
    Increase,
    /// Less: requests served, cache hits.
    Decrease,
    /// Both.
    Either,
}

/// What points without a number are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gaps {
    /// Not there.
    #[default]
    Drop,
    /// Zero: nothing happened, so nothing was counted.
    Zero,
}

/// What becomes of values far from all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Outliers {
    /// They count.
    #[default]
    Keep,
    /// They are removed.
    Remove {
        /// How many interquartile ranges outside the quartiles is too far.
        #[serde(default = "default_outlier_factor")]
        factor: Factor,
    },
}

/// The settings contradict themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Nothing would be judged.
    #[error("there is no metric to judge by")]
    NoMetric,
    /// The thresholds are in the wrong order.
    #[error("the marginal score is above the score to pass")]
    Thresholds,
    /// A weight would count nowhere.
    #[error("the group `{0}` has a weight but no metric")]
    EmptyGroup(Name),
}

impl Settings {
    /// These metrics, and the defaults.
    pub fn new(metrics: BTreeMap<Name, MetricSettings>) -> Self {
        Self {
            metrics,
            groups: BTreeMap::new(),
            confidence: default_confidence(),
            points_min: default_points_min(),
            stale_after: default_stale_after(),
            pass: default_pass(),
            marginal: default_marginal(),
        }
    }

    /// Whether they agree with themselves; to be asked where they are read.
    ///
    /// # Errors
    /// What does not.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.metrics.is_empty() {
            return Err(SettingsError::NoMetric);
        }
        if self.marginal > self.pass {
            return Err(SettingsError::Thresholds);
        }
        let empty = |group: &&Name| !self.metrics.values().any(|metric| metric.group == **group);
        self.groups.keys().find(empty).map_or(Ok(()), |group| {
            Err(SettingsError::EmptyGroup(group.clone()))
        })
    }

    /// What a group counts.
    pub fn weight(&self, group: &Name) -> Weight {
        self.groups.get(group).copied().unwrap_or(Weight::ONE)
    }
}

impl MetricSettings {
    /// This change is bad, and the defaults.
    pub fn new(bad: Bad) -> Self {
        Self {
            bad,
            group: default_group(),
            critical: false,
            may_be_missing: false,
            gaps: Gaps::default(),
            outliers: Outliers::default(),
            allowed_increase: default_allowed(),
            allowed_decrease: default_allowed(),
            tolerance: default_tolerance(),
        }
    }
}

const fn default_confidence() -> Confidence {
    Confidence::USUAL
}

const fn default_points_min() -> NonZeroU32 {
    NonZeroU32::new(50).expect("50 is not 0")
}

const fn default_stale_after() -> Millis {
    Millis::from_secs(300)
}

const fn default_pass() -> Score {
    Score::USUAL_PASS
}

const fn default_marginal() -> Score {
    Score::USUAL_MARGINAL
}

fn default_group() -> Name {
    "metrics".parse().expect("a name")
}

const fn default_allowed() -> Factor {
    Factor::NONE
}

const fn default_tolerance() -> Factor {
    Factor::QUARTER
}

const fn default_outlier_factor() -> Factor {
    Factor::THREE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn little_must_be_written() {
        let settings = read(r#"{"metrics": {"errors": {"bad": "increase"}}}"#).unwrap();
        let errors = MetricSettings::new(Bad::Increase);
        let name = "errors".parse().unwrap();
        assert_eq!(settings, Settings::new(BTreeMap::from([(name, errors)])));
        assert_eq!(settings.check(), Ok(()));
        let again = serde_json::to_string(&settings).unwrap();
        assert_eq!(read(&again).unwrap(), settings);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for text in [
            r#"{"metrics": {}, "confidense": 0.9}"#,
            r#"{"metrics": {"a": {"bad": "increase", "critial": true}}}"#,
            r#"{"metrics": {"a": {"bad": "increase", "outliers": {"kind": "remove", "factr": 2}}}}"#,
            r#"{"metrics": {"a": {"bad": "up"}}}"#,
            r#"{"metrics": {}, "points_min": 0}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn contradictions_are_named() {
        let check = |text: &str| read(text).unwrap().check().unwrap_err().to_string();
        assert_eq!(
            check(r#"{"metrics": {}}"#),
            "there is no metric to judge by"
        );
        let metrics = r#""metrics": {"a": {"bad": "either"}}"#;
        assert_eq!(
            check(&format!("{{{metrics}, \"pass\": 50}}")),
            "the marginal score is above the score to pass"
        );
        assert_eq!(
            check(&format!("{{{metrics}, \"groups\": {{\"b\": 2}}}}")),
            "the group `b` has a weight but no metric"
        );
    }
}
