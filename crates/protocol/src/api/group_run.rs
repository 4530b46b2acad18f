//! Group runs: deployments that move in lockstep.

use super::WaitingView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A group run to start: every member is asked for, or none.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRunRequest {
    /// At least two, each of another product or to another environment.
    pub members: Vec<GroupMemberRequest>,
}

/// A deployment of a group run to start.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberRequest {
    /// The product.
    pub product: String,
    /// The version of a sealed release.
    pub release: String,
    /// Where to.
    pub environment: String,
    /// As of a deployment; the usual one there unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// How long a target must stay healthy, such as `3s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_healthy: Option<String>,
    /// The products of the group that change before it, and go back after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

/// A group run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupRunView {
    /// Its number.
    pub id: u64,
    /// `preparing`, `activating`, `finishing`, `frozen`, `rolling_back`, `cancelling`, `succeeded`, `rolled_back`, `failed` or
    /// `cancelled`.
    pub status: String,
    /// One sentence about how far it is.
    pub sentence: String,
    /// Why it goes back, stands still, or ended badly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: jiff::Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<jiff::Timestamp>,
    /// What a member did that cannot be undone, in words: it does not go back by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_return: Option<String>,
    /// What it waits for; empty once it has ended.
    pub waiting_on: Vec<WaitingView>,
    /// In the order in which they may change.
    pub members: Vec<GroupMemberView>,
}

/// A deployment of a group run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupMemberView {
    /// Its number.
    pub deployment: u64,
    /// Of which product.
    pub product: String,
    /// Which release.
    pub release: String,
    /// Where to.
    pub environment: String,
    /// The members that change before it: `shop in live`.
    pub after: Vec<String>,
    /// The deployment's status.
    pub status: String,
    /// Why it stands still for a person, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// `lies ready` or `has changed`, where it waits for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands: Option<String>,
}
