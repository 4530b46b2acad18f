//! What is kept: evidence that came with a release, and what was judged when something began.

use super::{ControlFacts, Finding};
use crate::{canonical, id::WaiverId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

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

/// What was judged when the change, or a later wave, began; or of what a deployment went back to.
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

impl Judgement {
    /// What the journal says of it: which controls held, which did not and in which mode, the waivers that it rested on, and
    /// the hash of the facts.
    pub fn told(&self) -> Value {
        let (held, lacking): (Vec<_>, Vec<_>) = self.findings.iter().partition(|it| it.holds());
        let held: Vec<&Name> = held.iter().map(|it| &it.control).collect();
        let lacking = lacking.iter().map(|it| (&it.control, it.mode.word()));
        let lacking: BTreeMap<&Name, &str> = lacking.collect();
        json!({
            "held": held, "lacking": lacking, "waivers": self.waivers, "facts": canonical::hash(&self.facts),
        })
    }
}
