//! Preflights: how fit targets and people are before a deployment begins.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A preflight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreflightView {
    /// Its number.
    pub id: u64,
    /// Of which product.
    pub product: String,
    /// Of which release.
    pub release: String,
    /// With which configuration snapshot.
    pub snapshot: u64,
    /// Where to.
    pub environment: String,
    /// The hash of the compiled plan.
    pub plan_hash: String,
    /// How many targets were looked at, load balancers among them.
    pub targets: u32,
    /// The worst of what was found: `passed`, `warning`, `unknown` or `failed`.
    pub verdict: String,
    /// Whether nothing stands in the way. What was not found out does.
    pub passed: bool,
    /// What a person would say of it.
    pub sentence: String,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: jiff::Timestamp,
    /// What was found, the worst first.
    pub findings: Vec<PreflightFindingView>,
}

/// One thing that was found, of all targets of which it was found in the same words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreflightFindingView {
    /// What was looked at: `agent`, `clock`, `certificate`, `disk`, `memory`, `ports`, `drift`, `health`, `way-back`, `balancer`
    /// or `duty`.
    pub aspect: String,
    /// `passed`, `warning`, `unknown` or `failed`.
    pub verdict: String,
    /// Of which targets; none of what is about the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// A sentence about each of them.
    pub what: String,
    /// What helps; empty where nothing has to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

/// Somebody says until when they are on duty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyRequest {
    /// Such as `2026-03-02T23:00:00Z`; seven days from now at most.
    pub until: String,
    /// How they are reached meanwhile.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reach: String,
}

/// Somebody who is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyView {
    /// Who.
    pub person: String,
    /// When they said it.
    #[schema(value_type = String, format = DateTime)]
    pub confirmed_at: jiff::Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: jiff::Timestamp,
    /// How they are reached meanwhile; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reach: String,
}
