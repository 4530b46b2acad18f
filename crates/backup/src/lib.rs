//! The form of a backup: all rows and all blobs of a server in one tar archive, sealed with the key of its journal.
//!
//! ```text
//! backup.json                    a [`Head`]: what it is of, and the signed checkpoint of its journal
//! tables/NAME/000000.jsonl.zst   rows of a table, each a JSON array, in the order of the head's columns
//! blobs/sha256/HEX               a blob
//! left-out.json                  blobs that could not be read when it was made
//! seal                           a signed note (C2SP signed-note): how many entries there are, and the hash of their list
//! ```
//!
//! The list has a line `HEX SIZE PATH` for each entry before the seal, where HEX is the SHA-256 of its content. [`Writer`] writes
//! an archive without going back, [`Reader`] reads it so; neither holds more than one chunk of rows. What a reader answers counts only
//! once [`Reader::finish`] has found the seal good.

mod archive;
mod reader;
mod writer;

pub use reader::{Entry, Fault, Reader, Summary, verify};
pub use writer::Writer;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidegate_domain::generation::Incarnation;

/// The version of the form that this build writes and reads.
pub const VERSION: u32 = 1;
/// The first line of the seal.
const SEAL: &str = "tidegate-backup/1";
/// The table whose rows are the journal, and those of its columns that say which entry it is and what it says.
const JOURNAL: (&str, &str, &str) = ("journal", "sequence", "record");

/// What a backup is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the form.
    pub v: u32,
    /// When it was made, by the database's clock: it holds what was committed until then.
    pub made_at: Timestamp,
    /// Who asked for it.
    pub made_by: String,
    /// The version of the program that made it.
    pub program: String,
    /// The number of the last step of the schema.
    pub schema: i64,
    /// The history.
    pub incarnation: Incarnation,
    /// The signed checkpoint of the journal.
    pub checkpoint: String,
    /// The key that signed it, and the seal.
    pub verifier: String,
    /// Every table.
    pub tables: Vec<TableHead>,
}

/// A table of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHead {
    /// Its name.
    pub name: String,
    /// Its columns, as rows have them.
    pub columns: Vec<String>,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
}

/// Bytes, in base64 where they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Encoded", try_from = "Encoded")]
pub struct Bytes(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
struct Encoded {
    base64: String,
}

impl From<Bytes> for Encoded {
    fn from(Bytes(bytes): Bytes) -> Self {
        Self {
            base64: STANDARD.encode(bytes),
        }
    }
}

impl TryFrom<Encoded> for Bytes {
    type Error = base64::DecodeError;

    fn try_from(encoded: Encoded) -> Result<Self, Self::Error> {
        STANDARD.decode(encoded.base64).map(Self)
    }
}

/// One line of the list of entries.
fn listed(hash: &[u8], size: u64, path: &str) -> String {
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hash} {size} {path}\n")
}

/// What the seal says.
fn seal(entries: u64, list: &[u8]) -> String {
    let list: String = list.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{SEAL}\n{entries}\n{list}\n")
}

#[cfg(test)]
mod tests;
