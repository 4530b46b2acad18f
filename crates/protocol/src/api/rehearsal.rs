//! Rehearsals: forecasts of deployments.

use super::DeploymentRequest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A deployment to rehearse.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RehearsalRequest {
    /// The deployment, as it would be started.
    pub deployment: DeploymentRequest,
    /// What goes wrong, each in a scenario of its own: `bad-release`, `bad-release-late 10m`, `slow 3x`,
    /// `lost-targets 5%`, `partition 10% 5m`, `bad-metric`, `no-data`. All of these unless some are named; those about
    /// checks only where the plan asks some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// How often each scenario is run; 20 unless set, fewer where there are very many targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200)]
    pub runs: Option<u32>,
    /// The same seed finds the same; 1 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// When it would begin, such as `2026-03-02T22:00:00Z`; now unless set. The calendar says what follows from that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<String>,
}

/// A rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RehearsalView {
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
    /// The plan's strategy, in words.
    pub strategy: String,
    /// What a person would say of it.
    pub sentence: String,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: jiff::Timestamp,
    /// The same seed finds the same.
    pub seed: u64,
    /// How often each scenario was run.
    pub runs: u32,
    /// How many targets the plan has.
    pub targets: u32,
    /// What it rests on, and what is assumed.
    pub basis: Vec<String>,
    /// The first is that in which nothing goes wrong on purpose.
    pub scenarios: Vec<ScenarioView>,
}

/// The forecast of one scenario. Lengths of time are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScenarioView {
    /// What goes wrong; nothing on purpose, when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The same in words.
    pub title: String,
    /// What it leads to, as the end of a sentence.
    pub consequence: String,
    /// How many runs ended how: by the status of the deployment, `held` where a person is called, `unfinished`.
    pub outcomes: BTreeMap<String, u32>,
    /// How long those runs took that ended as most did.
    pub took: SpreadView,
    /// The blast radius: how many targets ever ran the new revision, in the run where most did.
    pub exposed_max: u32,
    /// How many targets were unhealthy at once, in the run where most were.
    pub unhealthy_max: u32,
    /// In how many runs any target ran the new revision.
    pub exposed_runs: u32,
    /// In how many of them every target was back and well in the end.
    pub restored_runs: u32,
    /// How long it took from the first target that ran it until all were back and well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<SpreadView>,
    /// How long going back took by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<SpreadView>,
    /// What was waited for, the longest first, as a mean over all runs.
    pub waited: Vec<WaitedView>,
    /// How many targets run the new revision at which time; empty in lists.
    pub exposure: Vec<ExposureView>,
}

/// How lengths of time spread, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpreadView {
    /// Half of them are at most this.
    pub p50_ms: u64,
    /// Nine of ten are at most this.
    pub p90_ms: u64,
}

/// How long something was waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitedView {
    /// As the `kind` of what a deployment waits for.
    pub kind: String,
    /// In milliseconds.
    pub length_ms: u64,
}

/// How many targets run the new revision at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExposureView {
    /// Milliseconds since the beginning.
    pub at_ms: u64,
    /// In the run of middle length.
    pub usual: u32,
    /// In the run where most do.
    pub most: u32,
}
