//! The journal.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Some entries.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JournalPage {
    /// Newest first.
    pub entries: Vec<EntryView>,
    /// Pass it as `before` for older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// Counted from 0.
    pub sequence: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub time: jiff::Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// About what.
    pub subject: String,
    /// The particulars.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// A signed statement of the journal's size and root.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckpointView {
    /// How many entries.
    pub size: u64,
    /// The root of the tree.
    pub root: String,
    /// The C2SP signed note.
    pub note: String,
    /// The key that verifies it, as a C2SP note verifier key.
    pub verifier: String,
}

/// The proof that an entry is in the tree of a size (RFC 6962 §2.1.1).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InclusionView {
    /// Which entry, counted from 0.
    pub sequence: u64,
    /// How many entries the tree has.
    pub size: u64,
    /// The hash of the entry as a leaf.
    pub leaf: String,
    /// The hashes beside the way from the leaf to the root.
    pub proof: Vec<String>,
}

/// The proof that a tree continues an earlier one (RFC 6962 §2.1.2).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConsistencyView {
    /// How many entries the earlier has.
    pub from: u64,
    /// How many the later has.
    pub to: u64,
    /// The hashes that lead to both roots.
    pub proof: Vec<String>,
}

/// One line of an export. The first is the header, then one per entry, last the signed checkpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "line")]
pub enum ExportLine {
    /// What follows, and the key that signs it.
    Header {
        /// Of this file; 1.
        version: u32,
        /// The verifier key.
        verifier: String,
    },
    /// One entry.
    Entry {
        /// Counted from 0.
        sequence: u64,
        /// Its hash as a leaf, hex.
        leaf: String,
        /// The canonical JSON that is hashed.
        text: String,
    },
    /// The signed note over all of it.
    Checkpoint {
        /// The note.
        note: String,
    },
}
