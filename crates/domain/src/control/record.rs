//! What is kept: evidence that came with a release, and what was judged when something began.

use super::{ControlFacts, Finding};
use crate::{id::WaiverId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that was supplied with a release, such as the customer's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Of which kind, such as `customer-approval`.
    pub kind: Name,
    /// In words.
    pub note: String,
    /// Where more is written.
    #[serde(default)]
    pub link: Option<String>,
    /// Who supplied it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// What was judged when the change, or a later wave, began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// What was looked at.
    pub facts: ControlFacts,
    /// What each control found.
    pub findings: Vec<Finding>,
    /// The waivers that it rested on.
    #[serde(default)]
    pub waivers: Vec<WaiverId>,
}
