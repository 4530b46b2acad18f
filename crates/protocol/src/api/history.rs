//! Histories of the server, and backups.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Begins another history.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HistoryRequest {
    /// Why: the journal and each agent keep it.
    pub reason: String,
    /// After a backup was put back: whether every token but the one that asks ends. What was revoked after the backup was
    /// made is good again otherwise.
    #[serde(default)]
    pub end_tokens: bool,
    /// After a backup was put back: whether to go on although targets said nothing since.
    #[serde(default)]
    pub leave_silent: bool,
}

/// The present history, and what becomes of targets in another one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HistoryView {
    /// Its number.
    pub incarnation: u32,
    /// How it began; none for the first.
    pub beginning: Option<BeginningView>,
    /// The backup that was put back, while nobody let the server go on. Nothing changes until then.
    pub restored: Option<BackupMarkView>,
    /// How many targets, each of a product, run what the record says.
    pub follow: u64,
    /// All others. They keep what they run, and are told nothing until they are deployed to.
    pub others: Vec<StandingView>,
    /// The targets, as `ENVIRONMENT/TARGET`, whose agents have said nothing since the backup was put back.
    pub silent: Vec<String>,
}

/// How a history began.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BeginningView {
    /// Who wanted it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The backup that it went on from, if one was put back.
    pub backup: Option<BackupMarkView>,
}

/// Which backup.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BackupMarkView {
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// How many entries its journal has.
    pub entries: u64,
    /// The root of their tree.
    pub root: String,
}

/// What one target runs of a product, beside what the record says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StandingView {
    /// `ENVIRONMENT/TARGET`.
    pub target: String,
    /// The product.
    pub product: String,
    /// How they compare.
    pub standing: Standing,
    /// The releases that the record says.
    pub recorded: Vec<String>,
    /// The releases that the target says.
    pub runs: Vec<String>,
}

/// How what a target runs compares with the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is that.
    Follows,
    /// It is something else.
    Differs,
    /// The target said nothing yet.
    Silent,
}
