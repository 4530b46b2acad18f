//! The lifecycle of releases, and what was told of builds and tests.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something of a build or of tests, told by a script.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactRequest {
    /// `build` or `tests`.
    pub about: String,
    /// Of a build `started`, `finished` or `failed`; of tests `started`, `finished`, `failed` or `cancelled`. Tests that finished
    /// failed if their numbers say so.
    pub state: String,
    /// The artifacts: `sha256:…` or `pkg:oci/NAME@sha256:…`.
    #[serde(default)]
    pub artifacts: Vec<String>,
    /// The run; one of its own unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The system that ran it; whoever tells it unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When it happened; now unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<jiff::Timestamp>,
    /// What the tests are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<TestsTold>,
}

/// What tests are, and what they came to.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestsTold {
    /// Such as `unit`, `integration`, `acceptance`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What the suite is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// How many passed.
    #[serde(default)]
    pub passed: u64,
    /// How many failed.
    #[serde(default)]
    pub failed: u64,
    /// How many did not run.
    #[serde(default)]
    pub skipped: u64,
    /// Those that failed, by their names.
    #[serde(default)]
    pub failures: Vec<String>,
}

/// What came of what was told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FactsHeardView {
    /// One for each event, in the order that they were told in.
    pub events: Vec<FactHeardView>,
}

/// What came of one event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FactHeardView {
    /// What its teller calls it.
    pub id: String,
    /// `kept`, `known` (it was told before) or `ignored` (it says nothing of a build or a test).
    pub outcome: String,
    /// In words.
    pub says: String,
}

/// A fact, as it was told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FactView {
    /// The system that told it.
    pub source: String,
    /// What that calls it.
    pub id: String,
    /// The run that it is about.
    pub run: String,
    /// In words.
    pub says: String,
    /// The artifacts that it names.
    pub digests: Vec<String>,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who told it here.
    pub by: String,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub happened_at: jiff::Timestamp,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: jiff::Timestamp,
}

/// How far a release is, from build to review. It is computed whenever somebody asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LifecycleView {
    /// In a sentence.
    pub sentence: String,
    /// Build, testing, staging, live, reviewed.
    pub stages: Vec<LifecycleStageView>,
    /// The runs of builds and tests that are known about its artifacts, those first that came last.
    pub runs: Vec<RunView>,
    /// How many more there are.
    pub more_runs: u64,
}

/// A stage of the lifecycle.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LifecycleStageView {
    /// `build`, `testing`, `staging`, `live` or `reviewed`.
    pub stage: String,
    /// `absent` (the promotion path has no environment for it), `not-begun`, `under-way`, `partly`, `done` or `failed`.
    pub state: String,
    /// The same in words.
    pub says: String,
    /// In a sentence.
    pub sentence: String,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub begun_at: Option<jiff::Timestamp>,
    /// When it was done, or went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<jiff::Timestamp>,
    /// What shows it, what went wrong first.
    pub shown: Vec<ShownView>,
}

/// What shows how far a stage is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShownView {
    /// In words.
    pub text: String,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The deployment, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<u64>,
}

/// A run of a build or of tests.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunView {
    /// `build` or `tests`.
    pub about: String,
    /// `under-way`, `passed`, `failed` or `void` (nothing came of it).
    pub state: String,
    /// In words.
    pub says: String,
    /// The components of the release that it is about.
    pub components: Vec<String>,
    /// The system that ran it.
    pub source: String,
    /// What that calls it.
    pub id: String,
    /// The tests that failed, as far as they were named.
    pub failures: Vec<String>,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who says so.
    pub by: Vec<String>,
    /// `told`, or attached to the artifact as a `report` or a signed `statement`.
    pub means: String,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub begun_at: Option<jiff::Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<jiff::Timestamp>,
}
