//! The checks of a deployment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A check after a wave of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckView {
    /// Its name.
    pub check: String,
    /// After which wave, counted from 1.
    pub wave: u32,
    /// `asking`, `passed`, `failed`, `inconclusive`, `no_data` or `accepted`.
    pub state: String,
    /// Whether it changes nothing.
    pub dry_run: bool,
    /// What it asks, in words.
    pub question: String,
    /// Why it did not pass, or why somebody accepted that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A number is good above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// A number is good below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// What was measured, oldest first; the last 200.
    pub measurements: Vec<MeasurementView>,
}

/// Which checks are asked about the past of a deployment.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookBackRequest {
    /// Those of a declared strategy; its own unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
}

/// One measurement of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MeasurementView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
    /// `good`, `bad`, `neither` or `no_data`.
    pub sign: String,
    /// In words.
    pub text: String,
    /// The number; of a judge, the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What the judge found of each metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<JudgedView>,
}

/// What the judge found of one metric: the canary against its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JudgedView {
    /// Its name.
    pub metric: String,
    /// `pass`, `high`, `low` or `no_data`.
    pub verdict: String,
    /// In words.
    pub detail: String,
    /// The median of the canary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<f64>,
    /// The median of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// How far the canary's values lie above the baseline's, at least, by the confidence of the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift_low: Option<f64>,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift_high: Option<f64>,
}
