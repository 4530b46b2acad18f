//! What happened to a release, as its review tells it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened, compiled from the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// When it was live first.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub went_live: Option<Timestamp>,
    /// When it was to be live, as it was planned first.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub planned_first: Option<Timestamp>,
    /// As it was planned last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub planned_last: Option<Timestamp>,
    /// How often that was moved.
    pub moved: u64,
    /// Tasks that are over, or late.
    pub tasks: Vec<TaskTakenView>,
    /// How long people's steps took.
    pub steps: Vec<StepTakenView>,
    /// What went wrong.
    pub failures: Vec<FailureView>,
    /// What was let pass: waivers, overrides, emergencies, and what was left out.
    pub exceptions: Vec<ExceptionView>,
    /// What was wrong with it, the worst first.
    #[serde(default)]
    pub issues: Vec<IssueTakenView>,
    /// What was told to whom.
    pub messages: Vec<ToldView>,
    /// What suppliers did in its time.
    pub suppliers: Vec<SupplierEventView>,
    /// What became of its handovers.
    #[serde(default)]
    pub handovers: Vec<HandoverTakenView>,
    /// The trains on which it travelled, those whose every member you may see.
    #[serde(default)]
    pub trains: Vec<TrainTakenView>,
    /// How deployments to live went in the four weeks before.
    pub before: Option<MetricsView>,
    /// How they go since, for four weeks at most.
    pub since: Option<MetricsView>,
    /// One line after the other.
    pub timeline: Vec<MomentView>,
}

/// A task against its due time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskTakenView {
    /// Its number.
    pub id: u64,
    /// In a sentence.
    pub title: String,
    /// `done by ada`.
    pub state: String,
    /// By when it was due.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended: Option<Timestamp>,
    /// How much later that was, in milliseconds.
    pub late_ms: Option<u64>,
}

/// Something that was wrong with a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IssueTakenView {
    /// Its number.
    pub id: u64,
    /// In a line.
    pub title: String,
    /// How bad it was held to be last.
    pub severity: String,
    /// The deployment in which it showed.
    pub deployment: Option<u64>,
    /// Who raised it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How far it is, with what was said then.
    pub told: String,
    /// How long it took until it was over, or takes by now, in milliseconds.
    pub took_ms: u64,
}

/// A step of people against its expected length.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StepTakenView {
    /// Of which deployment.
    pub deployment: u64,
    /// Which.
    pub step: String,
    /// As it was expected, in milliseconds.
    pub planned_ms: u64,
    /// As it was, in milliseconds.
    pub took_ms: u64,
}

/// A deployment that failed or went back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FailureView {
    /// When it ended.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Which.
    pub deployment: u64,
    /// Where.
    pub environment: String,
    /// Why.
    pub told: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// Something that was let pass though the rules say otherwise.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExceptionView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `waiver`, `override`, `emergency`, `task` or `step`.
    pub what: String,
    /// Who let it pass.
    pub by: Option<String>,
    /// In a line.
    pub told: String,
}

/// A message about a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToldView {
    /// Its number.
    pub message: u64,
    /// What it says, in a line.
    pub subject: String,
    /// How far it is.
    pub status: String,
    /// Since when it went out.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// To how many it went.
    pub delivered: u64,
    /// How many it did not reach, as far as anybody knows.
    pub lost: u64,
}

/// What a supplier did.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierEventView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who.
    pub supplier: String,
    /// In a line.
    pub told: String,
    /// Whether nobody had announced it.
    pub surprise: bool,
    /// How it reaches the product through others; none where the product needs the supplier itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
}

/// What became of a handover.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverTakenView {
    /// `operations`, or `general-availability`.
    pub kind: String,
    /// How it stands: `open`, `offered`, `accepted`, `stale`, `rejected`, `withdrawn` or `never begun`.
    pub state: String,
    /// The same in a sentence.
    pub told: String,
    /// What was said of it, the oldest first.
    pub words: Vec<HandoverSaidView>,
}

/// What somebody said of a handover.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverSaidView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// `offered`, `accepted`, `rejected` or `withdrawn`.
    pub what: String,
    /// In their words.
    pub note: String,
}

/// How a release travelled by a train.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainTakenView {
    /// Which.
    pub train: String,
    /// How far the train is.
    pub state: String,
    /// When it was to leave, and when it left.
    pub departures: Vec<DepartureTakenView>,
    /// What happened to it, the oldest first.
    pub happened: Vec<TrainMomentView>,
}

/// A departure, planned and real.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DepartureTakenView {
    /// Where to.
    pub environment: String,
    /// When it was to leave, as it was planned last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub planned: Option<Timestamp>,
    /// When it left, the last time; never, when none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub left: Option<Timestamp>,
}

/// Something that happened to a train.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainMomentView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who; none, when by itself.
    pub by: Option<String>,
    /// `left`, `held`, `resumed`, `dropped`, `replaced`, `reached`, `arrived`, `rolled_back`, `failed`, `cancelled` or `closed`.
    pub what: String,
    /// In a line.
    pub told: String,
}

/// How deployments to live went in some time (the four measures of DORA).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricsView {
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How many ended well.
    pub went_live: u64,
    /// How many failed or went back.
    pub failed: u64,
    /// How many went live in a week.
    pub per_week: f64,
    /// The share that failed or went back, 0 to 1.
    pub failure_share: Option<f64>,
    /// From the draft of a release to its being live, for the one in the middle, in milliseconds.
    pub lead_time_ms: Option<u64>,
    /// From the end of one that failed to the end of the next that did not, for the one in the middle, in milliseconds.
    pub mended_after_ms: Option<u64>,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MomentView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `release`, `plan`, `task`, `deployment`, `approval`, `change`, `exception`, `step`, `message`, `supplier` or `handover`.
    pub kind: String,
    /// Who; none, when the engine or a supplier.
    pub by: Option<String>,
    /// In a line.
    pub text: String,
}
