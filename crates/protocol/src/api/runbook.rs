//! Deployment plans and backout plans, and the steps of a deployment that runs by them.

use super::{NamedProcedureView, PlanConflictView};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A runbook to generate, or to generate anew. The strategy is that of the product there or of the environment unless set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunbookRequest {
    /// `all-at-once`, `rolling`, or the name of a declared strategy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Targets of a wave: a number or a share such as `25%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// How long each wave is watched before the next, such as `30s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bake: Option<String>,
    /// Whose local time; that of the release's plan unless set, else UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// After a backup was put back: whether targets are left out of which it is not known what they run.
    #[serde(default)]
    pub leave_behind: bool,
    /// Whether only to say what would come of it.
    #[serde(default)]
    pub dry_run: bool,
}

/// What saving a runbook, or generating it anew, changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunbookSavedView {
    /// Whether it is saved.
    pub saved: bool,
    /// The newest edition.
    pub edition: u64,
    /// Whether somebody else saved in between, and their changes are in it.
    pub merged: bool,
    /// What differs from the edition before, in words.
    pub changes: Vec<String>,
    /// What both changed in different ways. Nothing is saved while there is one.
    pub conflicts: Vec<PlanConflictView>,
    /// The steps of people that lost their place, in words. Nothing is saved while there is one.
    pub lost: Vec<String>,
    /// The runbook as it is now, or would be, in YAML.
    pub text: String,
}

/// A saving of a runbook.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunbookEditionView {
    /// Its number.
    pub edition: u64,
    /// What an approval of it is bound to.
    pub hash: String,
    /// Who saved it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What differs from the edition before, in words.
    pub changes: Vec<String>,
}

/// A deployment plan or a backout plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunbookView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// Where it goes.
    pub environment: String,
    /// `forward`, or `back`.
    pub way: String,
    /// How it is, in a sentence.
    pub sentence: String,
    /// Which edition this is.
    pub edition: u64,
    /// Who saved it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What an approval of it is bound to.
    pub hash: String,
    /// What whoever reviews it should see, such as that nobody is asked before what cannot be undone.
    pub findings: Vec<String>,
    /// The steps of the engine that are not what the strategy gives now; a deployment begins only when there is none.
    pub strays: Vec<String>,
    /// Its steps, as they would follow one another.
    pub timeline: TimelineView,
    /// For people.
    pub title: String,
    /// Whom one asks about what.
    pub contacts: Vec<ContactView>,
    /// What may go wrong.
    pub risks: Vec<RiskView>,
    /// What is done when something does not go as it is written.
    pub deviations: String,
    /// Who decides about that.
    pub decides: Option<String>,
    /// The runbook in YAML.
    pub text: String,
    /// The runbook as a page to print, in Markdown.
    pub markdown: String,
}

/// Whom one asks about something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// Who.
    pub name: String,
    /// For what.
    pub about: String,
    /// How they are reached.
    pub reached: String,
}

/// What may go wrong.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RiskView {
    /// What may happen.
    pub what: String,
    /// `rare`, `possible` or `likely`.
    pub likelihood: String,
    /// `minor`, `major` or `severe`.
    pub impact: String,
    /// What is done about it.
    pub answer: String,
}

/// The steps of a runbook, one after the other.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TimelineView {
    /// When the first begins.
    #[schema(value_type = String, format = DateTime)]
    pub begins: Timestamp,
    /// When the last ends.
    #[schema(value_type = String, format = DateTime)]
    pub ends: Timestamp,
    /// When the last was to end.
    #[schema(value_type = String, format = DateTime)]
    pub planned_end: Timestamp,
    /// From when on nothing goes back by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub no_return: Option<Timestamp>,
    /// What somebody should be told before it is too late, the gravest first.
    pub warnings: Vec<String>,
    /// In the order in which they begin.
    pub steps: Vec<StepView>,
}

/// A step.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// Unique in its runbook.
    pub name: String,
    /// For people.
    pub title: String,
    /// `manual`, `automatic`, `decision` or `message`.
    pub kind: String,
    /// The same in words.
    pub meaning: String,
    /// How it is done, or where that is written.
    pub document: String,
    /// The procedure by which it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<NamedProcedureView>,
    /// A person's name, or `team:NAME`.
    pub owner: Option<String>,
    /// How long it usually takes.
    pub takes: String,
    /// Where it stands, such as `after wave-1, before wave-2`.
    pub place: String,
    /// What is answered with yes to finish it.
    pub question: Option<String>,
    /// Whether whoever finishes it says what they saw.
    pub evidence: bool,
    /// When it begins, or began.
    #[schema(value_type = String, format = DateTime)]
    pub begins: Timestamp,
    /// When it ends, or ended.
    #[schema(value_type = String, format = DateTime)]
    pub ends: Timestamp,
    /// Of a decision: until when somebody may say go.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// `waiting`, `ready`, `started`, `done`, `failed`, `skipped` or `timed_out`.
    pub state: String,
    /// The same with who, and what they said.
    pub told: String,
    /// What whoever asks may do now: `start`, `finish`, `fail`, `skip` and `reopen`; `go` and `no-go` of a decision.
    pub offers: Vec<String>,
}

/// The steps of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StepsView {
    /// The deployment.
    pub deployment: u64,
    /// How they stand, in a sentence.
    pub sentence: String,
    /// Its deployment plan first, then its backout plan.
    pub runbooks: Vec<ConductedView>,
}

/// A runbook that a deployment runs by.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConductedView {
    /// `forward`, or `back`.
    pub way: String,
    /// Which edition.
    pub edition: u64,
    /// What an approval of it is bound to.
    pub hash: String,
    /// Whether it is being run: a backout plan is once the deployment goes back.
    pub active: bool,
    /// How far it is.
    pub timeline: TimelineView,
}

/// A step of a deployment that is up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WaitingStepView {
    /// The deployment.
    pub deployment: u64,
    /// Its product.
    pub product: String,
    /// Its release.
    pub version: String,
    /// Where it goes.
    pub environment: String,
    /// `forward`, or `back`.
    pub way: String,
    /// The step.
    pub name: String,
    /// For people.
    pub title: String,
    /// `manual`, `decision` or `message`.
    pub kind: String,
    /// A person's name, or `team:NAME`.
    pub owner: Option<String>,
    /// Since when it is up.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Of a decision: until when somebody may say go.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// How far it is, such as `started by ada`.
    pub told: String,
}

/// What somebody says of a step.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDeedRequest {
    /// What they saw, what is wrong, or why it is left out.
    #[serde(default)]
    pub note: String,
}
