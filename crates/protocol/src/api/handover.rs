//! Handovers of releases, to Marketing for general availability and to Operations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A handover to begin.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverRequest {
    /// The template; that of the product unless set, else what comes with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Who gives: a person's name, or `team:NAME`; as the template says unless set, else the team that owns the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<String>,
    /// Who takes; as the template says unless set, else the team `marketing` or `operations`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<String>,
}

/// What somebody says of an item of a handover.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverItemRequest {
    /// In words: what came of it, or why it does not apply.
    #[serde(default)]
    pub note: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What somebody does with a handover.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverDeedRequest {
    /// In words; a rejection and a withdrawal say why.
    #[serde(default)]
    pub note: String,
    /// Of an acceptance, the hash of what was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Of a rejection, the items that have to be seen to again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<RejectedItemView>,
}

/// An item that was rejected.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectedItemView {
    /// Which.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A handover.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverView {
    /// The product.
    pub product: String,
    /// Its release.
    pub version: String,
    /// `operations`, or `general-availability`.
    pub kind: String,
    /// `open`, `offered`, `accepted`, `rejected`, `withdrawn`; or `stale`, when what was offered or accepted is not what is there.
    pub state: String,
    /// How it stands, in a sentence.
    pub sentence: String,
    /// Which edition this is; each change makes another.
    pub edition: u64,
    /// The template that it began from.
    pub template: String,
    /// Who gives.
    pub gives: String,
    /// Who takes.
    pub takes: String,
    /// Who of those accepts or rejects it, in words.
    pub takers: String,
    /// What is handed over.
    pub items: Vec<HandoverItemView>,
    /// The items that it is not offered without.
    pub lacks: Vec<String>,
    /// Whether it can be offered now.
    pub ready: bool,
    /// Whether whoever asks may accept or reject it now.
    pub yours: bool,
    /// What would be accepted now, by its hash.
    pub hash: String,
    /// What changed since it was offered, in words.
    pub changes: Vec<String>,
    /// Who offered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<HandoverWordView>,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<HandoverWordView>,
    /// Who rejected it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<HandoverWordView>,
    /// Its sheet: what those who take it have to know.
    pub sheet: SheetView,
    /// The same in YAML, as people write it.
    pub text: String,
    /// The dates of the release.
    pub availability: AvailabilityView,
    /// Who made this edition.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// The sheet of a handover: what those who take it have to know.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SheetView {
    /// What customers may see, in Markdown.
    pub visible: String,
    /// What is shown and handed out.
    pub assets: Vec<SheetLinkView>,
    /// What goes wrong, and what helps.
    pub known_errors: Vec<KnownErrorView>,
    /// What watches it.
    pub monitors: Vec<SheetLinkView>,
    /// Whom one asks, and when they answer.
    pub contacts: Vec<SheetContactView>,
    /// Who was taught what.
    pub taught: Vec<LessonView>,
}

/// Something that is elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SheetLinkView {
    /// Its name.
    pub name: String,
    /// In a sentence.
    pub title: String,
    /// Where it is.
    pub link: String,
}

/// Something that goes wrong.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KnownErrorView {
    /// Its name.
    pub name: String,
    /// What goes wrong.
    pub text: String,
    /// What helps.
    pub workaround: String,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
}

/// Somebody whom one asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SheetContactView {
    /// Its name.
    pub name: String,
    /// Who.
    pub who: String,
    /// For what, and how they are reached.
    pub about: String,
    /// When they answer.
    pub hours: String,
}

/// Who was taught what.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LessonView {
    /// Its name.
    pub name: String,
    /// Who.
    pub who: String,
    /// What.
    pub about: String,
    /// When, such as `2026-12-01`.
    pub on: String,
}

/// What somebody said of a handover.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverWordView {
    /// Who.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In their words.
    pub note: String,
}

/// An item of a handover.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverItemView {
    /// Its name.
    pub name: String,
    /// In a sentence.
    pub title: String,
    /// What it takes, in Markdown.
    pub document: String,
    /// Who sees to it.
    pub gives: String,
    /// Who takes it over.
    pub takes: String,
    /// Whether nothing is offered without it.
    pub required: bool,
    /// What shows that it is done: `text`, `link`, `evidence:KIND`, or something that is on record.
    pub wants: String,
    /// What helps while it is open.
    pub remedy: String,
    /// `open`, `done` or `not applicable`.
    pub state: String,
    /// Whether it is done once it is on record; nobody says so.
    pub seen: bool,
    /// Who said something of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<HandoverWordView>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why it was rejected, until it is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
}

/// The dates of a release: live, announced, and generally available.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AvailabilityView {
    /// `generally available`, or `not generally available`.
    pub state: String,
    /// In a sentence.
    pub sentence: String,
    /// Since when it is live in the last environment of its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub live_since: Option<Timestamp>,
    /// When it is announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub announced_at: Option<Timestamp>,
    /// Until when customers are told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub embargo_until: Option<Timestamp>,
    /// Since when it is generally available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub available_since: Option<Timestamp>,
    /// What it lacks, in words.
    pub lacks: Vec<String>,
}

/// A handover in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverLineView {
    /// The product.
    pub product: String,
    /// Its release.
    pub version: String,
    /// `operations`, or `general-availability`.
    pub kind: String,
    /// As that of the handover.
    pub state: String,
    /// How it stands, in a sentence.
    pub sentence: String,
    /// Who takes.
    pub takes: String,
}

/// The handovers of a release, and its dates.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoversView {
    /// Those that were begun.
    pub handovers: Vec<HandoverLineView>,
    /// The dates of the release.
    pub availability: AvailabilityView,
}

/// Something of a handover that waits for somebody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WaitingHandoverView {
    /// The product.
    pub product: String,
    /// Its release.
    pub version: String,
    /// `operations`, or `general-availability`.
    pub kind: String,
    /// The item to be seen to; none where the handover waits to be offered or accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// What is to be done, in a sentence.
    pub title: String,
    /// Whom it falls to.
    pub owner: String,
    /// What is not as it was when it was offered or accepted, in words; none unless that makes it stale.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// The same in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}
