//! Controls, waivers, evidence, approvals and change requests.

use super::NamedProcedureView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A control in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ControlView {
    /// Its name.
    pub name: String,
    /// What it asks, in a sentence.
    pub title: String,
    /// Why, and how it is met, in Markdown.
    pub document: String,
    /// The procedure by which it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<NamedProcedureView>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Counted from 1.
    pub version: u32,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// `off`, `observe` or `enforce`.
    pub mode: String,
    /// Whether artifacts stay in quarantine until it holds, while it enforces.
    #[serde(default)]
    pub quarantine: bool,
    /// What has to be supplied for it to hold.
    pub evidence: Vec<String>,
    /// The environments it is about; all where empty.
    pub environments: Vec<String>,
    /// The products it is about; all where empty.
    pub products: Vec<String>,
    /// Its policy.
    pub policy: String,
    /// Who has acknowledged this version.
    pub read_by: Vec<String>,
    /// Who has not, of those who deploy.
    pub unread_by: Vec<String>,
}

/// What a control found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// Which control.
    pub control: String,
    /// What it asks.
    pub title: String,
    /// Which version of it.
    pub version: u32,
    /// `observe` or `enforce`.
    pub mode: String,
    /// Whether it is enforced because the release's plan wants it, and would not be by its own word.
    pub demanded: bool,
    /// How bad it is to go without.
    pub severity: String,
    /// `holds`, `waived`, `lacking` (it would stop it), `stops`, or `objected` where it stopped nothing: it went back.
    pub state: String,
    /// What does not satisfy it.
    pub lacks: Vec<LackView>,
}

/// What does not satisfy a control.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LackView {
    /// The component, `release` or `deployment`.
    pub of: String,
    /// What is missing.
    pub what: String,
    /// How it is supplied, and by whom.
    pub remedy: String,
}

/// What controls and people say of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClearanceView {
    /// Whether nothing stops it.
    pub clear: bool,
    /// Everything that stops it, in words.
    pub stops: Vec<String>,
    /// What each control found.
    pub findings: Vec<FindingView>,
    /// When a waiver that it rests on ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<jiff::Timestamp>,
    /// What was found of each release that it went back to, when it did. It stopped nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<ReturnView>,
}

/// What was found of a release that a deployment went back to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReturnView {
    /// Which release.
    pub release: String,
    /// With which configuration, by its number.
    #[serde(default)]
    pub snapshot: u64,
    /// When it went back.
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
    /// What each control found that is about releases or artifacts; none stopped it.
    pub findings: Vec<FindingView>,
    /// Why nothing could be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<String>,
}

/// An exception to ask for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRequest {
    /// The control that is to be set aside.
    pub control: String,
    /// For which product.
    pub product: String,
    /// For which environment only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// For which release only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Why.
    pub reason: String,
    /// How many hours it is good for.
    #[schema(minimum = 1, maximum = 8760)]
    pub hours: u32,
}

/// An exception from a control.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WaiverView {
    /// Its number.
    pub id: u64,
    /// The control that it sets aside.
    pub control: String,
    /// What for, in words.
    pub scope: String,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub by: String,
    /// Who signed it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: jiff::Timestamp,
    /// `waits for a signature`, `good`, `expired` or `ended`.
    pub state: String,
}

/// Something supplied with a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRequest {
    /// Of which kind, such as `customer-approval` or `handover`.
    pub kind: String,
    /// In words.
    pub note: String,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Something supplied with a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// Of which kind.
    pub kind: String,
    /// In words.
    pub note: String,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who supplied it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
}

/// A control that is to be tried on what went before: one in force, or a file that declares one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestRequest {
    /// A control by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Or the text of a file that declares one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// What a control would have stopped.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BacktestView {
    /// The control.
    pub control: String,
    /// How many deployments it was tried on.
    pub tried: u64,
    /// How many it was about.
    pub about: u64,
    /// Those it would have stopped, the newest last; at most 1,000.
    pub stopped: Vec<StoppedView>,
    /// How many it would have stopped.
    pub stopped_total: u64,
    /// Those that went back to what it does not hold for: it would have objected, and stopped none; at most 1,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<StoppedView>,
}

/// A deployment that a control would have stopped.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StoppedView {
    /// Its number.
    pub deployment: u64,
    /// What went out, and where.
    pub what: String,
    /// What was missing.
    pub lacked: Vec<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
}

/// A person's word about a deployment.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// In their words; needed to turn it down.
    #[serde(default)]
    pub note: String,
    /// The hash of the parts that they looked at; refused when they changed meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<String>,
}

/// Who said what of a deployment, and what exactly is approved.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApprovalsView {
    /// The hash of all parts together: what an approval is bound to.
    pub parts: String,
    /// Each part with its hash.
    pub hashes: Vec<PartView>,
    /// The digest of every component.
    pub contents: Vec<ApprovedContentView>,
    /// What differs from what was approved there last, in words; none where nothing was.
    pub differences: Vec<String>,
    /// The deployment that was approved there last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// What was said.
    pub said: Vec<SaidView>,
    /// What is missing.
    pub lacks: Vec<String>,
    /// Whose yes would count towards that, for whoever sees the organisation.
    #[serde(default)]
    pub could: Vec<String>,
}

/// A part of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PartView {
    /// `contents`, `configuration`, `strategy`, `selector`, `backout` or `communications`.
    pub part: String,
    /// Its hash; none where there is no such part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// A component of what is approved.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApprovedContentView {
    /// Which.
    pub component: String,
    /// Its version.
    pub version: String,
    /// Exactly what it is.
    pub digest: String,
    /// Whether it differs from what was approved last.
    pub changed: bool,
}

/// What one person said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SaidView {
    /// Who.
    pub by: String,
    /// `approved` or `turned down`.
    pub verdict: String,
    /// In their words.
    pub note: String,
    /// Whether it counts now: they may approve, and did not ask for it.
    pub counts: bool,
}

/// A change request to make.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRequest {
    /// `standard`, `normal` or `emergency`.
    pub kind: String,
    /// The template of a standard one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// What changes.
    pub product: String,
    /// Where.
    pub environment: String,
    /// The only release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// In a sentence.
    #[serde(default)]
    pub title: String,
    /// In Markdown.
    #[serde(default)]
    pub description: String,
    /// `low`, `medium` or `high`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<String>,
    /// From when it may be carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<String>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
}

/// A change request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeView {
    /// Its number.
    pub id: u64,
    /// `standard`, `normal` or `emergency`.
    pub kind: String,
    /// What changes.
    pub product: String,
    /// Where.
    pub environment: String,
    /// The only release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// In a sentence.
    pub title: String,
    /// In Markdown.
    pub description: String,
    /// `low`, `medium` or `high`.
    pub risk: String,
    /// From when it may be carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub starts: Option<jiff::Timestamp>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<jiff::Timestamp>,
    /// Where more is written.
    pub links: Vec<String>,
    /// Who asks for it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
    /// `open`, `approved`, `turned down` or `closed`.
    pub state: String,
    /// Who brought it there, and what they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// Whether its review is due.
    pub review_due: bool,
}
