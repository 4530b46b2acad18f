//! One change of state, as it is kept for ever.

use crate::{canonical, digest::Digest};
use serde::{Deserialize, Serialize};

/// One change of state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version of this form; 1.
    pub v: u32,
    /// When, by the database's clock.
    pub time: jiff::Timestamp,
    /// Who: a person's name, `agent/TARGET`, or `tidegate` for the engine.
    pub actor: String,
    /// What: `release.sealed`, `deployment.wave_started`…
    pub action: String,
    /// About what: `deployment/7`, `release/storefront/1.1.0`…
    pub subject: String,
    /// The particulars; never a secret.
    pub detail: serde_json::Value,
    /// The request that led to it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

impl Entry {
    /// The canonical JSON that is hashed and stored.
    pub fn text(&self) -> String {
        canonical::text(self)
    }

    /// The hash of this entry as a leaf of the tree.
    pub fn leaf(&self) -> Digest {
        super::leaf_hash(self.text().as_bytes())
    }
}
