//! Strategies with names, for deployments, products and environments to share.

use crate::{
    duration::Millis,
    name::Name,
    plan::{
        BlueGreen, Canary, Check, Limits, OnFailure, OnNoData, Phased, Pilot, Rolling, Share,
        Strategy, WorkerCanary,
    },
};
use serde::{Deserialize, Serialize};

/// A strategy as a person writes it in a file: exactly one of the kinds, and limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedStrategy {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// One wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_at_once: Option<AllAtOnce>,
    /// Waves of one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolling: Option<Rolling>,
    /// Ring after ring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phased: Option<Phased>,
    /// A few targets first, then more and more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// A ring first; the rest when it was signed off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pilot: Option<Pilot>,
    /// Beside the old revision, then all requests at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue_green: Option<BlueGreen>,
    /// A few instances on each target first, then more and more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_canary: Option<WorkerCanary>,
    /// What must hold after a wave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// What bounds its waves.
    #[serde(default, skip_serializing_if = "NamedLimits::is_empty")]
    pub limits: NamedLimits,
}

/// Nothing can be said about all at once: `all_at_once: {}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllAtOnce {}

/// Limits as far as somebody sets them; see [`Limits`] for what each means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedLimits {
    /// A number or a share of the targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Share>,
    /// A number of targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures_max: Option<u32>,
    /// Of one target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_healthy: Option<Millis>,
    /// Of one target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepare_deadline: Option<Millis>,
    /// Of one target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_deadline: Option<Millis>,
    /// When more targets fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<OnFailure>,
    /// When a check has no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_no_data: Option<OnNoData>,
    /// What proved itself so short a time ago needs no checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fast_track: Option<Millis>,
}

/// The file names no kind, or several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a strategy is exactly one of all_at_once, rolling, phased, canary, pilot, blue_green and worker_canary; this one has {0}"
)]
pub struct NotOne(usize);

impl NamedStrategy {
    /// The strategy itself.
    ///
    /// # Errors
    /// When the file names no kind, or several.
    pub fn strategy(&self) -> Result<Strategy, NotOne> {
        let mut kinds: Vec<Strategy> = [
            self.all_at_once.map(|AllAtOnce {}| Strategy::AllAtOnce),
            self.rolling.clone().map(Strategy::Rolling),
            self.phased.clone().map(Strategy::Phased),
            self.canary.clone().map(Strategy::Canary),
            self.pilot.clone().map(Strategy::Pilot),
            self.blue_green.clone().map(Strategy::BlueGreen),
            self.worker_canary.clone().map(Strategy::WorkerCanary),
        ]
        .into_iter()
        .flatten()
        .collect();
        match (kinds.pop(), kinds.len()) {
            (Some(only), 0) => Ok(only),
            (None, count) => Err(NotOne(count)),
            (Some(_), others) => Err(NotOne(others + 1)),
        }
    }
}

impl NamedLimits {
    /// Whether nothing is set.
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is set here; what is not, as `weaker` has it.
    #[must_use]
    pub fn over(self, weaker: &Self) -> Self {
        Self {
            max_unavailable: self.max_unavailable.or(weaker.max_unavailable),
            failures_max: self.failures_max.or(weaker.failures_max),
            minimum_healthy: self.minimum_healthy.or(weaker.minimum_healthy),
            prepare_deadline: self.prepare_deadline.or(weaker.prepare_deadline),
            progress_deadline: self.progress_deadline.or(weaker.progress_deadline),
            on_failure: self.on_failure.or(weaker.on_failure),
            on_no_data: self.on_no_data.or(weaker.on_no_data),
            fast_track: self.fast_track.or(weaker.fast_track),
        }
    }

    /// Limits that are all set.
    pub fn of(limits: &Limits) -> Self {
        Self {
            max_unavailable: Some(Share::Count(limits.max_unavailable)),
            failures_max: Some(limits.failures_max),
            minimum_healthy: Some(limits.minimum_healthy),
            prepare_deadline: Some(limits.prepare_deadline),
            progress_deadline: Some(limits.progress_deadline),
            on_failure: Some(limits.on_failure),
            on_no_data: Some(limits.on_no_data),
            fast_track: Some(limits.fast_track),
        }
    }

    /// With the usual ones where nothing is set. How many may be down at once is left to the compiler.
    pub fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            failures_max: self.failures_max.unwrap_or(usual.failures_max),
            minimum_healthy: self.minimum_healthy.unwrap_or(usual.minimum_healthy),
            prepare_deadline: self.prepare_deadline.unwrap_or(usual.prepare_deadline),
            progress_deadline: self.progress_deadline.unwrap_or(usual.progress_deadline),
            on_failure: self.on_failure.unwrap_or(usual.on_failure),
            on_no_data: self.on_no_data.unwrap_or(usual.on_no_data),
            fast_track: self.fast_track.unwrap_or(usual.fast_track),
            ..usual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kinds: &str) -> NamedStrategy {
        serde_json::from_str(&format!(r#"{{"name":"careful"{kinds}}}"#)).unwrap()
    }

    #[test]
    fn a_strategy_is_of_one_kind() {
        let rolling = r#","rolling":{"batch":"25%"}"#;
        assert!(matches!(read(rolling).strategy(), Ok(Strategy::Rolling(_))));
        assert_eq!(read("").strategy(), Err(NotOne(0)));
        let two = format!(r#"{rolling},"all_at_once":{{}}"#);
        assert_eq!(read(&two).strategy(), Err(NotOne(2)));
    }

    #[test]
    fn the_stronger_limit_counts() {
        let limits = |text| serde_json::from_str::<NamedLimits>(text).unwrap();
        let weak = limits(r#"{"failures_max":1,"minimum_healthy":"9s"}"#);
        let merged = limits(r#"{"failures_max":2}"#).over(&weak).limits();
        assert_eq!(merged.failures_max, 2);
        assert_eq!(merged.minimum_healthy, Millis::from_secs(9));
        assert_eq!(merged.on_failure, OnFailure::RollBack);
    }
}
