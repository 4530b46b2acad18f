//! How large and how risky a deployment is, and whether that ranks failures.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How large and how risky it is to deploy a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeploymentScoreView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// Where it would go.
    pub environment: String,
    /// When it would begin.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In a sentence.
    pub sentence: String,
    /// 0 to 100.
    pub size: u32,
    /// `small`, `medium`, `large` or `very large`.
    pub size_word: String,
    /// What it comes from, those first that weigh most.
    pub size_terms: Vec<ScoreTermView>,
    /// 0 to 100.
    pub risk: u32,
    /// `low`, `medium`, `high` or `very high`.
    pub risk_word: String,
    /// What it comes from, those first that weigh most.
    pub risk_terms: Vec<ScoreTermView>,
    /// Whether the risk is that of weights learnt from the past, instead of the written formula.
    pub learnt: bool,
    /// The environments that can be asked about.
    pub environments: Vec<String>,
}

/// Something that makes a deployment larger or riskier, or less so.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScoreTermView {
    /// What it is about: `changes`, `migrations`, `time`…
    pub kind: String,
    /// How much it counts; below zero it lowers the score.
    pub points: i32,
    /// In words.
    pub told: String,
    /// What would lower it, where somebody can do something about it.
    pub remedy: Option<String>,
    /// By how much.
    pub lowers: Option<u32>,
}

/// Whether scores would have ranked failures above successes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScoreBacktestView {
    /// In a sentence.
    pub sentence: String,
    /// How many deployments to live have ended.
    pub deployments: u64,
    /// How many of them failed, went back, or were taken back.
    pub failures: u64,
    /// Of the written formula; none where fewer than five failed, or fewer than five did not.
    pub written: Option<AucView>,
    /// The same over the newer half alone.
    pub written_newer: Option<AucView>,
    /// Of weights that were learnt from the older half, over the newer half.
    pub learnt: Option<AucView>,
}

/// How likely a failure has a higher score than a success: the area under the ROC curve.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AucView {
    /// 0 to 1; a half is chance.
    pub area: f64,
    /// The standard error of that.
    pub error: f64,
}
