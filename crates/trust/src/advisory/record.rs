//! One advisory.

use super::{Affected, Score, Severity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An advisory: what is wrong, in which versions of which packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// Its identifier: `GHSA-…`, `CVE-…`, `RUSTSEC-…`.
    pub id: String,
    /// Identifiers of the same vulnerability elsewhere.
    pub aliases: Vec<String>,
    /// One line for people; may be empty.
    pub summary: String,
    /// When the record was last changed.
    pub modified: Option<Timestamp>,
    /// Whether it was taken back. Such an advisory is never found.
    pub withdrawn: bool,
    /// How bad it is.
    pub severity: Severity,
    /// The score behind the severity, if a vector was given.
    pub score: Option<Score>,
    /// What is affected.
    pub affected: Vec<Affected>,
}

impl Advisory {
    /// Its own identifier and all others of the same vulnerability.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.id.as_str()).chain(aliases)
    }
}
