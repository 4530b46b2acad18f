//! Artifacts, what is attached to them, and known vulnerabilities.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything known of an artifact.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ArtifactView {
    /// `PRODUCT/COMPONENT`.
    pub repository: String,
    /// What it is.
    pub digest: String,
    /// The tags that name it.
    pub tags: Vec<String>,
    /// Why it must stay, such as `release storefront 1.1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_for: Option<String>,
    /// Why it is handed only to those who examine it, while it is in quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<QuarantineView>,
    /// Whether as many signed it as every key set about it asks for.
    pub signed: bool,
    /// What is missing for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsigned_because: Option<String>,
    /// What each key set says that lets artifacts go.
    pub signatures: Vec<SignatureView>,
    /// What believed builders state.
    pub statements: Vec<StatementView>,
    /// Its bills of materials.
    pub bills: Vec<BillView>,
    /// Its test reports.
    pub tests: Vec<TestsView>,
    /// All that is attached to it.
    pub attached: Vec<AttachedView>,
    /// How many attachments are still to be read.
    pub waiting: u64,
    /// Where it runs now.
    pub runs: Vec<PlaceView>,
}

/// The artifacts of a component.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RepositoryView {
    /// `PRODUCT/COMPONENT`.
    pub repository: String,
    /// At most 100, the last moved first.
    pub tags: Vec<TaggedView>,
}

/// A tag with what it names.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaggedView {
    /// The tag.
    pub tag: String,
    /// What it names.
    pub digest: String,
    /// What kind of manifest that is.
    pub media_type: String,
    /// Of all the blobs that it names, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Since when the tag names it.
    #[schema(value_type = String, format = DateTime)]
    pub moved_at: Timestamp,
    /// Why it must stay, such as `release storefront 1.1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_for: Option<String>,
    /// What keeps it in quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<String>,
}

/// What keeps an artifact in quarantine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct QuarantineView {
    /// Since when, as far as the journal was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// What does not satisfy the controls that are marked for it.
    pub lacks: Vec<QuarantineLackView>,
}

/// What does not satisfy a control that keeps an artifact in quarantine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct QuarantineLackView {
    /// Which control; empty where nothing that was examined names it.
    pub control: String,
    /// What is missing.
    pub what: String,
    /// How it is supplied, and by whom.
    pub remedy: String,
}

/// From where on artifacts are read again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ArtifactCheckRequest {
    /// The last blob of the slice before; none to begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A slice of a check of everything that lies in the registry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ArtifactCheckView {
    /// How many blobs were read.
    pub blobs: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// Those whose bytes are damaged, gone or out of reach.
    pub damaged: Vec<String>,
    /// The last blob, if there may be more behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// Whether what is over is to go now.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionRequest {
    /// Only to be shown.
    #[serde(default)]
    pub dry_run: bool,
}

/// A tag that goes, because nothing needs what it names and its time is over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RetiredView {
    /// Where.
    pub repository: String,
    /// It.
    pub tag: String,
    /// What it names.
    pub digest: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// What a key set says of an artifact.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignatureView {
    /// Which set.
    pub key_set: String,
    /// Whether enough of it signed.
    pub met: bool,
    /// How many it takes.
    pub threshold: u32,
    /// Who signed, by their names in the set.
    pub signers: Vec<String>,
    /// In words, with why other signatures do not count.
    pub verdict: String,
}

/// What a believed signer states about an artifact.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatementView {
    /// Who: the key set, and the name in it.
    pub by: String,
    /// What kind of statement.
    pub predicate_type: String,
    /// Who built it, where that is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<String>,
    /// From which sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// A bill of materials.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BillView {
    /// `CycloneDX 1.6`, `SPDX 2.3`.
    pub format: String,
    /// Whether it says itself that it is about this artifact.
    pub about_it: bool,
    /// How many parts it names.
    pub parts: u64,
    /// The identifiers of their licences.
    pub licences: Vec<String>,
    /// What is known against its parts, the worst first; none as long as no advisories were imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerabilities: Option<Vec<VulnerabilityView>>,
    /// The ecosystems of its parts of which no advisory was imported: nothing is known of those parts.
    pub unmatched: Vec<String>,
    /// Whether it has more parts than are looked at: nothing is known of the rest.
    pub cut: bool,
    /// What was odd in it.
    pub remarks: Vec<String>,
    /// How many more vulnerabilities there are.
    pub untold: u64,
    /// When it was matched against advisories last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub matched_at: Option<Timestamp>,
}

/// A known vulnerability of a part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VulnerabilityView {
    /// Which advisory says so.
    pub advisory: String,
    /// Other names of the same.
    pub aliases: Vec<String>,
    /// In a sentence.
    pub summary: String,
    /// The part.
    pub part: String,
    /// Its version; none if the bill does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `critical`, `high`, `medium`, `low` or `unknown`.
    pub severity: String,
    /// The oldest newer version that is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
}

/// A test report.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TestsView {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed or broke.
    pub failed: u64,
    /// Tests that did not run.
    pub skipped: u64,
    /// The first of those that failed.
    pub failures: Vec<String>,
}

/// Something attached to an artifact.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttachedView {
    /// The manifest that attaches it.
    pub manifest: String,
    /// What its manifest says it is.
    pub media_type: String,
    /// What it turned out to be: `signature`, `bill`, `tests`, `other`, `unreadable`, or `beyond`: there is no room
    /// for it beside what was attached before.
    pub kind: String,
    /// When the server received it.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// Why it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Where an artifact runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct PlaceView {
    /// The environment.
    pub environment: String,
    /// The target.
    pub target: String,
    /// The product.
    pub product: String,
    /// Its release.
    pub release: String,
}

/// Parts of artifacts that were looked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BillPartsView {
    /// What was found; what runs comes first.
    pub parts: Vec<BillPartView>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// A part of an artifact.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BillPartView {
    /// The part.
    pub name: String,
    /// Its version, if its bill knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its package URL, if its bill has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// The artifact's repository.
    pub repository: String,
    /// The artifact.
    pub digest: String,
    /// The tags that name it.
    pub tags: Vec<String>,
    /// Where it runs now.
    pub runs: Vec<PlaceView>,
}

/// A known vulnerability of something that runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VulnerableView {
    /// What is known.
    pub vulnerability: VulnerabilityView,
    /// The artifact's repository.
    pub repository: String,
    /// The artifact.
    pub digest: String,
    /// Where it runs.
    pub runs: Vec<PlaceView>,
}

/// What runs, and what is known against it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VulnerabilitiesView {
    /// How many advisories were imported.
    pub advisories: u64,
    /// When the last of them were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub imported_at: Option<Timestamp>,
    /// How many artifacts run.
    pub running: u64,
    /// Those of them of which no bill of materials is known: nothing can be said of what is in them.
    pub without_bill: Vec<String>,
    /// Those whose bill was not matched against advisories yet, or has more parts than are looked at.
    pub not_matched: Vec<String>,
    /// How many more vulnerabilities there are than are told.
    pub untold: u64,
    /// The ecosystems of parts that run of which no advisory was imported.
    pub unmatched: Vec<String>,
    /// What is known, the worst first.
    pub vulnerabilities: Vec<VulnerableView>,
}

/// What came of an import of advisories.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    /// How many were read.
    pub advisories: u64,
    /// How many records were skipped because they are broken.
    pub broken: u64,
    /// Some of them, and why.
    pub remarks: Vec<String>,
}
