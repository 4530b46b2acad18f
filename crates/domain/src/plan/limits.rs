//! The limits that bound every wave of a plan, whatever its strategy.

use crate::duration::Millis;
use serde::{Deserialize, Serialize};

/// What bounds every wave of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Never more targets than this are down because of us.
    pub max_unavailable: u32,
    /// More failed targets than this, and `on_failure` happens.
    pub failures_max: u32,
    /// A target passes when it was healthy without a break for this long.
    pub minimum_healthy: Millis,
    /// A target that does not lie ready this long after it was told to prepare has failed.
    pub prepare_deadline: Millis,
    /// A target that has neither passed nor failed this long after its activation has failed.
    pub progress_deadline: Millis,
    /// What too many failures lead to.
    pub on_failure: OnFailure,
    /// What a check without data leads to.
    #[serde(default, skip_serializing_if = "OnNoData::is_usual")]
    pub on_no_data: OnNoData,
    /// What proved itself there so short a time ago goes there again without checks; never, when 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub fast_track: Millis,
}

/// What too many failures lead to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// Return every changed target to its previous revision.
    #[default]
    RollBack,
    /// Stop and call for a person.
    Hold,
}

/// What a check without data leads to. Never to going on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnNoData {
    /// Stop and call for a person.
    #[default]
    Hold,
    /// Return every changed target to its previous revision.
    RollBack,
}

impl OnNoData {
    const fn is_usual(&self) -> bool {
        matches!(self, Self::Hold)
    }
}

const fn is_zero(length: &Millis) -> bool {
    length.0 == 0
}

impl Default for Limits {
    /// What holds unless a person says otherwise.
    fn default() -> Self {
        Self {
            max_unavailable: 1,
            failures_max: 0,
            minimum_healthy: Millis::from_secs(3),
            prepare_deadline: Millis::from_secs(600),
            progress_deadline: Millis::from_secs(300),
            on_failure: OnFailure::RollBack,
            on_no_data: OnNoData::Hold,
            fast_track: Millis(0),
        }
    }
}
