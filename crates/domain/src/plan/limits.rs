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
        }
    }
}
