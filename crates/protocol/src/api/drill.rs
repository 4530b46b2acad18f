//! Rollback drills.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A drill to begin: the release is deployed, taken back and deployed again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillRequest {
    /// The product.
    pub product: String,
    /// The version of a sealed release.
    pub release: String,
    /// Where.
    pub environment: String,
    /// As of a deployment; the usual one there unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Whether it may be the last environment of the promotion path.
    #[serde(default)]
    pub even_live: bool,
}

/// A rollback drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillView {
    /// Its number.
    pub id: u64,
    /// Of which product.
    pub product: String,
    /// Of which release.
    pub release: String,
    /// Where.
    pub environment: String,
    /// `running`, `passed`, `failed` or `cancelled`.
    pub status: String,
    /// What a person would say of it.
    pub sentence: String,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: jiff::Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<jiff::Timestamp>,
    /// How long going back took, in milliseconds, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_in_ms: Option<u64>,
    /// What was begun, in order.
    pub legs: Vec<DrillLegView>,
}

/// One leg of a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillLegView {
    /// `deploy`, `roll_back` or `deploy_again`.
    pub kind: String,
    /// In words.
    pub title: String,
    /// The deployment that it is.
    pub deployment: u64,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub began_at: jiff::Timestamp,
    /// How long it took, in milliseconds, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
}
