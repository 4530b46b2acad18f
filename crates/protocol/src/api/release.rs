//! Releases.

use super::{AvailabilityView, LifecycleView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A release to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// Unique within the product.
    #[schema(pattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
    pub version: String,
    /// Component → version (a tag of its repository) or digest.
    #[serde(default)]
    pub components: BTreeMap<String, String>,
    /// Leave it open; seal it later.
    #[serde(default)]
    pub draft: bool,
}

/// A release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReleaseView {
    /// The product.
    pub product: String,
    /// Its version.
    pub version: String,
    /// 1, 2, 3… within the product.
    pub number: u64,
    /// `draft` or `sealed`.
    pub state: String,
    /// What sealing fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The configuration snapshot it deploys with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<u64>,
    /// Why it must not be deployed, if it is blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// What is in it.
    pub components: Vec<ContentView>,
    /// When it was drafted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: jiff::Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it was sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sealed_at: Option<jiff::Timestamp>,
    /// When it is live and when it is generally available, which are two dates; none in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<AvailabilityView>,
    /// How far it is from build to review, and what shows it; none in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<LifecycleView>,
}

/// Why a release must not be deployed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockRequest {
    /// Shown to whoever wants to deploy it.
    pub reason: String,
}

/// One component in a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContentView {
    /// The component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// The digest of its manifest.
    pub digest: String,
    /// Whether it differs from the release before.
    pub changed: bool,
    /// What keeps it in quarantine, so that the release is not deployed; empty in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<String>,
}
