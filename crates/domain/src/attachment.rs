//! What is attached to an artifact in the registry and was read: signatures, bills of materials, test reports.
//!
//! What follows from it is judged anew whenever somebody asks, because keys are revoked and advisories appear later.

use crate::digest::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The media type of `CycloneDX` as JSON (IANA registry).
pub const CYCLONEDX_TYPE: &str = "application/vnd.cyclonedx+json";
/// The media type of SPDX as JSON (IANA registry).
pub const SPDX_TYPE: &str = "application/spdx+json";
/// The media type of `JUnit` XML; nobody registered one.
pub const TESTS_TYPE: &str = "application/junit+xml";

/// Something attached to an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The manifest that attaches it.
    pub manifest: Digest,
    /// Its bytes.
    pub blob: Digest,
    /// What its manifest says it is.
    pub media_type: String,
    /// When the server received it first.
    pub received: Timestamp,
    /// What it turned out to be.
    pub content: AttachedContent,
}

/// What an attachment turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AttachedContent {
    /// Something that may prove a signature or a signed statement; whether it does depends on whom we believe.
    Signature {
        /// How it is written.
        form: SignatureForm,
        /// Its text.
        text: String,
        /// What its manifest says beside it: in one form the signature itself.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        annotations: BTreeMap<String, String>,
    },
    /// A bill of materials.
    Bill {
        /// In short.
        bill: BillSummary,
    },
    /// A test report.
    Tests {
        /// In short.
        tests: TestSummary,
    },
    /// Something that nobody here reads.
    Other,
    /// It is not what its type says.
    Unreadable {
        /// Why, in words.
        why: String,
    },
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureForm {
    /// A sigstore bundle.
    Bundle,
    /// cosign's payload, with the signature in an annotation.
    SimpleSigning,
    /// A DSSE envelope.
    Envelope,
}

/// A bill of materials, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillSummary {
    /// `CycloneDX 1.6`, `SPDX 2.3`.
    pub format: String,
    /// Whether it says itself that it is about the artifact.
    pub about_it: bool,
    /// How many parts it names.
    pub parts: u64,
    /// The identifiers of their licences.
    #[serde(default)]
    pub licences: BTreeSet<String>,
    /// What is known against its parts, the worst first, as far as there is room; none as long as no advisories were
    /// imported.
    #[serde(default)]
    pub vulnerabilities: Option<Vec<Vulnerability>>,
    /// The ecosystems of its parts of which no advisory was imported: nothing is known of those parts.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unmatched: BTreeSet<String>,
    /// When it was matched last.
    #[serde(default)]
    pub matched_at: Option<Timestamp>,
    /// How many more there are.
    #[serde(default)]
    pub untold: u64,
}

/// A known vulnerability of a part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Vulnerability {
    /// Which advisory says so.
    pub advisory: String,
    /// Other names of the same vulnerability.
    #[serde(default)]
    pub aliases: BTreeSet<String>,
    /// In a sentence.
    #[serde(default)]
    pub summary: String,
    /// The part.
    pub part: String,
    /// The version of the part; none if the bill does not know it, and it may be affected.
    pub version: Option<String>,
    /// How bad it is there.
    pub severity: VulnerabilitySeverity,
    /// The oldest newer version that is fixed, if one is.
    pub fixed_in: Option<String>,
}

/// How bad a vulnerability is: the qualitative scale of CVSS v3.1 §5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VulnerabilitySeverity {
    /// 9.0 and more.
    Critical,
    /// 7.0 to 8.9.
    High,
    /// 4.0 to 6.9.
    Medium,
    /// Below.
    Low,
    /// Nobody says.
    Unknown,
}

impl VulnerabilitySeverity {
    /// The word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Unknown => "unknown",
        }
    }
}

/// A test report, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSummary {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed or broke.
    pub failed: u64,
    /// Tests that did not run.
    pub skipped: u64,
    /// The first of those that failed, by their names.
    #[serde(default)]
    pub failures: Vec<String>,
}

/// A part of a bill of materials, as it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillPart {
    /// What it is found by: loosened names of the part and of the source package that it was built from.
    pub keys: BTreeSet<String>,
    /// What advisories know it by: ecosystem and name, and likewise of its source package.
    pub known_as: BTreeSet<(String, String)>,
    /// The whole part, as JSON.
    pub text: String,
}

/// The artifact that a tag speaks of: `sha256-….sig`, `.att` or `.sbom` (cosign `specs/SIGNATURE_SPEC.md`, "Tag-based
/// discovery").
pub fn artifact_of_tag(tag: &str) -> Option<Digest> {
    let (name, suffix) = tag.rsplit_once('.')?;
    let hex = name.strip_prefix("sha256-")?;
    matches!(suffix, "sig" | "att" | "sbom")
        .then(|| format!("sha256:{hex}").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_cosign_name_an_artifact() {
        let digest = Digest::of(b"artifact");
        let hex = digest.hex();
        for suffix in ["sig", "att", "sbom"] {
            let found = artifact_of_tag(&format!("sha256-{hex}.{suffix}"));
            assert_eq!(found, Some(digest), "{suffix}");
        }
        for other in [
            "1.0.0",
            &format!("sha256-{hex}"),
            &format!("sha256-{hex}.txt"),
            &format!("sha512-{hex}.sig"),
            "sha256-00.sig",
        ] {
            assert_eq!(artifact_of_tag(other), None, "{other}");
        }
    }
}
