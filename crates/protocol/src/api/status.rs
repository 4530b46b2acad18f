//! What runs where, and whether what is stored is sound.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What runs where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusView {
    /// By name.
    pub products: Vec<ProductStatus>,
}

/// What the doctor found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoctorView {
    /// How many deployments were examined.
    pub deployments: u64,
    /// How many trains were.
    #[serde(default)]
    pub trains: u64,
    /// How many journal entries were hashed anew.
    pub entries: u64,
    /// What should never be; empty when all is sound.
    pub faults: Vec<String>,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductStatus {
    /// Its name.
    pub product: String,
    /// In promotion order.
    pub environments: Vec<EnvironmentStatus>,
}

/// One product in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvironmentStatus {
    /// The environment.
    pub environment: String,
    /// The release that every target attests; none while they differ or nothing runs.
    pub release: Option<String>,
    /// The worst of its targets: `healthy`, `starting`, `unhealthy`, `failed`, `unknown` or `empty`.
    pub health: String,
    /// When that release came, if it came by a deployment.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<jiff::Timestamp>,
    /// The deployment in progress.
    pub deployment: Option<DeploymentInProgress>,
    /// In counting order.
    pub targets: Vec<TargetStatus>,
}

/// A deployment in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentInProgress {
    /// Its number.
    pub id: u64,
    /// Which release is coming.
    pub release: String,
    /// Its status.
    pub status: String,
    /// One sentence.
    pub summary: String,
    /// Targets that run the new revision and have passed.
    pub targets_done: u32,
    /// Targets in all.
    pub targets_total: u32,
    /// What it waits for.
    pub waiting_on: Vec<super::WaitingView>,
}

/// One product on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetStatus {
    /// The target.
    pub target: String,
    /// The release it attests.
    pub release: Option<String>,
    /// Whether its agent is in touch.
    pub connected: bool,
    /// `healthy`, `starting`, `unhealthy`, `failed`, `stopped` or `unknown`.
    pub health: String,
    /// By name.
    pub components: Vec<ComponentStatus>,
}

/// One component on one target, as the agent attests it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComponentStatus {
    /// The component.
    pub component: String,
    /// Its version, if the release is known.
    pub version: Option<String>,
    /// The digest of the manifest that runs.
    pub digest: Option<String>,
    /// How it does.
    pub health: String,
    /// In words.
    pub detail: String,
}
