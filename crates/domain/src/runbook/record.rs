//! Runbooks on record: each saving of one, and what a deployment runs by.

use super::{Run, Runbook, Way};
use crate::{
    id::{DeploymentId, Edition},
    name::Name,
    procedure::MadeWith,
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a runbook is for: a release, where it goes, and which way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Errand {
    /// The product.
    pub product: Name,
    /// Its release.
    pub version: Version,
    /// Where it goes.
    pub environment: Name,
    /// Forward, or back.
    pub way: Way,
}

/// A runbook as somebody saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookEdition {
    /// What it is for.
    pub of: Errand,
    /// Its number; whoever saves says which one theirs was made from.
    pub edition: Edition,
    /// The runbook.
    pub runbook: Runbook,
    /// The procedures that its steps name, in the versions that were in force when it was saved.
    #[serde(default, skip_serializing_if = "MadeWith::is_empty")]
    pub procedures: MadeWith,
    /// What was generated when people began, or when it was renewed last: whatever differs from it, people wrote.
    pub generated: Runbook,
    /// Who saved it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// What a deployment runs by. It is fixed when that begins: who changes the runbook afterwards changes the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conducted {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Which edition that was.
    pub edition: Edition,
    /// The runbook.
    pub runbook: Runbook,
    /// The procedures that its steps name, in the versions with which that edition was saved.
    #[serde(default, skip_serializing_if = "MadeWith::is_empty")]
    pub procedures: MadeWith,
    /// How far it is.
    pub run: Run,
}

impl Conducted {
    /// Whether something may still happen to one of its steps by itself.
    pub fn is_open(&self) -> bool {
        !self.run.is_settled(&self.runbook)
    }
}
