//! The lines of a report: one record for each thing that it tells of.

use crate::{
    control::Severity,
    id::{DeploymentId, IssueId, MessageId, TaskId},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A task against its due time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskTaken {
    /// Its number.
    pub id: TaskId,
    /// In a sentence.
    pub title: String,
    /// How far it is, in words: `done by ada`.
    pub state: String,
    /// By when it was due.
    pub due: Option<Timestamp>,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// How much later that was, or is by now, in milliseconds.
    pub late_ms: Option<u64>,
}

/// A step of people against its expected length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTaken {
    /// Of which deployment.
    pub deployment: DeploymentId,
    /// Which.
    pub step: Name,
    /// As it was expected, in milliseconds.
    pub planned_ms: u64,
    /// As it was, in milliseconds, from when it was begun, or its turn came.
    pub took_ms: u64,
}

/// A deployment that failed or went back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// When it ended.
    pub at: Timestamp,
    /// Which.
    pub deployment: DeploymentId,
    /// Where.
    pub environment: Name,
    /// Why, in words.
    pub told: String,
    /// How long it took from being asked for to its end, in milliseconds.
    pub took_ms: u64,
}

/// Something that was let pass though the rules say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// When.
    pub at: Timestamp,
    /// What: `waiver`, `override`, `emergency`, `task` or `step`.
    pub what: String,
    /// Who let it pass.
    pub by: Option<Name>,
    /// In a line.
    pub told: String,
}

/// Something that was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueTaken {
    /// Its number.
    pub id: IssueId,
    /// In a line.
    pub title: String,
    /// How bad it was held to be last.
    pub severity: Severity,
    /// The deployment in which it showed.
    pub deployment: Option<DeploymentId>,
    /// Who raised it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// How far it is, with what was said then.
    pub told: String,
    /// How long it took until it was over, or takes by now, in milliseconds.
    pub took_ms: u64,
}

/// A message about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its number.
    pub message: MessageId,
    /// What it says, in a line.
    pub subject: String,
    /// How far it is.
    pub status: String,
    /// Since when it went out.
    pub at: Option<Timestamp>,
    /// To how many it went.
    pub delivered: u64,
    /// How many it did not reach, as far as anybody knows.
    pub lost: u64,
}
