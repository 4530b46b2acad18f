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

/// The most bytes of signatures and statements of one artifact that are kept: whenever somebody asks, all are judged.
const JUDGED_MAX: usize = 32 << 20;

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
    /// There is no room for it beside what was attached before, so nothing is known of it.
    Beyond {
        /// What it would be.
        of: AttachedKind,
    },
    /// It is not what its type says.
    Unreadable {
        /// Why, in words.
        why: String,
    },
}

/// What room is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachedKind {
    /// Signatures and signed statements.
    Signature,
    /// Bills of materials.
    Bill,
    /// Test reports.
    Tests,
    /// All that says nothing.
    Other,
}

impl AttachedContent {
    /// What room it takes.
    pub const fn kind(&self) -> AttachedKind {
        match self {
            Self::Signature { .. } => AttachedKind::Signature,
            Self::Bill { .. } => AttachedKind::Bill,
            Self::Tests { .. } => AttachedKind::Tests,
            Self::Other | Self::Unreadable { .. } | Self::Beyond { .. } => AttachedKind::Other,
        }
    }

    /// How many bytes are judged whenever somebody asks.
    fn judged(&self) -> usize {
        let Self::Signature {
            text, annotations, ..
        } = self
        else {
            return 0;
        };
        let annotations = annotations
            .iter()
            .map(|(name, text)| name.len() + text.len());
        text.len() + annotations.sum::<usize>()
    }
}

impl AttachedKind {
    /// How many of it are kept of one artifact.
    const fn room(self) -> usize {
        match self {
            Self::Signature => 128,
            Self::Bill => 16,
            Self::Tests => 256,
            Self::Other => 200,
        }
    }

    /// The word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Bill => "bill",
            Self::Tests => "tests",
            Self::Other => "other",
        }
    }
}

/// What of `read` there is room for beside `others`, which came before. What there is none for is told as long as there is
/// room for that.
pub fn within_room<T>(
    read: Vec<(Attachment, T)>,
    others: &[&Attachment],
) -> Vec<(Attachment, Option<T>)> {
    let mut count: BTreeMap<AttachedKind, usize> = BTreeMap::new();
    let mut judged = 0;
    for other in others {
        *count.entry(other.content.kind()).or_default() += 1;
        judged += other.content.judged();
    }
    let mut kept = Vec::with_capacity(read.len());
    for (mut attachment, beside) in read {
        let mut beside = Some(beside);
        let kind = attachment.content.kind();
        let length = attachment.content.judged();
        let is_full = count.get(&kind).is_some_and(|count| *count >= kind.room());
        if kind != AttachedKind::Other && (is_full || judged + length > JUDGED_MAX) {
            attachment.content = AttachedContent::Beyond { of: kind };
            beside = None;
        } else {
            judged += length;
        }
        let kind = attachment.content.kind();
        let taken = count.entry(kind).or_default();
        if *taken < kind.room() {
            *taken += 1;
            kept.push((attachment, beside));
        }
    }
    kept
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
    /// Whether it has more parts than are looked at: nothing is known of the rest.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// What was odd in it, in words, as far as there is room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
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

/// The most characters of what parts are looked for by: databases bound what they index.
const SEARCH_KEY_MAX: usize = 200;

/// What a part and a question about it have in common at least: the last segment of the name, loosely written.
///
/// An index by it finds every part that is meant, and some that are not.
pub fn search_key(name: &str) -> String {
    let last = name
        .rsplit(['/', ':'])
        .next()
        .unwrap_or(name)
        .to_lowercase();
    let words = last.split(['-', '_', '.']).filter(|word| !word.is_empty());
    let key = words.collect::<Vec<_>>().join("-");
    key.chars().take(SEARCH_KEY_MAX).collect()
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attached(content: AttachedContent) -> Attachment {
        Attachment {
            manifest: Digest::of(b"manifest"),
            blob: Digest::of(b"blob"),
            media_type: String::new(),
            received: Timestamp::UNIX_EPOCH,
            content,
        }
    }

    fn signature(megabytes: usize, noted: usize) -> Attachment {
        attached(AttachedContent::Signature {
            form: SignatureForm::Bundle,
            text: "x".repeat(megabytes << 20),
            annotations: [(String::new(), "x".repeat(noted << 20))].into(),
        })
    }

    fn kinds(kept: &[(Attachment, Option<u8>)]) -> Vec<&'static str> {
        let word = |(it, _): &(Attachment, _)| {
            let is_beyond = matches!(it.content, AttachedContent::Beyond { .. });
            if is_beyond {
                "beyond"
            } else {
                it.content.kind().word()
            }
        };
        kept.iter().map(word).collect()
    }

    #[test]
    fn signatures_take_the_room_that_there_is_and_no_more() {
        let other = signature(10, 10);
        let read = [signature(10, 0), signature(0, 5), signature(1, 1)];
        let read = read.into_iter().map(|it| (it, 7)).collect();
        let kept = within_room(read, &[&other]);
        assert_eq!(kinds(&kept), ["signature", "beyond", "signature"]);
        assert_eq!(kept[0].1, Some(7));
        assert_eq!(kept[1].1, None, "nothing of it is kept");
    }

    #[test]
    fn what_says_nothing_takes_no_room_of_what_does() {
        let others: Vec<Attachment> = (0..500).map(|_| attached(AttachedContent::Other)).collect();
        let others: Vec<&Attachment> = others.iter().collect();
        let tests = || {
            attached(AttachedContent::Tests {
                tests: TestSummary {
                    passed: 1,
                    failed: 0,
                    skipped: 0,
                    failures: Vec::new(),
                },
            })
        };
        let read = vec![(tests(), 0), (attached(AttachedContent::Other), 0)];
        assert_eq!(kinds(&within_room(read, &others)), ["tests"]);
        let many = (0..300).map(|_| (tests(), 0)).collect();
        let kept = within_room(many, &[]);
        let beyond = kinds(&kept).iter().filter(|it| **it == "beyond").count();
        assert_eq!((kept.len(), beyond), (300, 44));
    }

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
