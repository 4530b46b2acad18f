//! Procedures: their versions, who has to acknowledge them, and what still goes by an older one.

use super::PlanConflictView;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A procedure, in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureLineView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// A person's name, or `team:NAME`.
    pub owner: String,
    /// The version in force.
    pub version: u32,
    /// The day by which it is to be reviewed, such as `2027-01-31`.
    pub review_by: Option<String>,
    /// Whether that day is past.
    pub overdue: bool,
    /// How many people who are bound have not acknowledged it.
    pub unread: usize,
    /// How many are bound, of those whom the asker sees.
    pub bound: usize,
    /// Whether whoever asks has to acknowledge it.
    pub unread_by_me: bool,
    /// Whether it is not in use any more.
    pub retired: bool,
}

/// A procedure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct ProcedureView {
    /// Its name.
    pub name: String,
    /// How it stands, in a sentence.
    pub sentence: String,
    /// A person's name, or `team:NAME`.
    pub owner: String,
    /// Whom it binds: `level:3`, `team:NAME`, `role:NAME`, or a person's name.
    pub binds: Vec<String>,
    /// The day by which it is to be reviewed, such as `2027-01-31`.
    pub review_by: Option<String>,
    /// The day that its document names, whatever a review said since.
    pub declared_review_by: Option<String>,
    /// How many months after each review the next is due.
    pub review_every_months: Option<u8>,
    /// Whether the day by which it is to be reviewed is past.
    pub overdue: bool,
    /// The last review, in words.
    pub reviewed: Option<String>,
    /// Since when it is not in use, and by whom, in words.
    pub retired: Option<String>,
    /// What it was but for its text, by a hash: whoever changes that says which they saw.
    pub settings: String,
    /// The version in force.
    pub version: ProcedureVersionView,
    /// Who has acknowledged it, and who has not.
    pub gap: ProcedureGapView,
    /// What names it, in words.
    pub links: Vec<String>,
    /// Whether whoever asks is bound by it.
    pub binds_me: bool,
    /// Whether whoever asks has to acknowledge it.
    pub unread_by_me: bool,
    /// Whether whoever asks may write it.
    pub may_write: bool,
}

/// A version of a procedure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureVersionView {
    /// Its number.
    pub number: u32,
    /// For people.
    pub title: String,
    /// What it says, in Markdown.
    pub body: String,
    /// The same in HTML, in which nothing runs.
    pub html: String,
    /// What is new in it.
    pub change: String,
    /// Whether that is so small that nobody was asked to read it again.
    pub minor: bool,
    /// The last version that asked people to read it.
    pub asks: u32,
    /// Where it was written: `file`, or `page`.
    pub origin: String,
    /// Who brought it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// What became of a procedure between two versions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureDifferenceView {
    /// The older version.
    pub from: u32,
    /// The newer.
    pub to: u32,
    /// In words.
    pub changes: Vec<String>,
    /// Every line of both texts in order.
    pub lines: Vec<ProcedureLineChangeView>,
}

/// A line of a comparison.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureLineChangeView {
    /// `+` of a new line, `-` of one that is gone, else a blank.
    pub mark: String,
    /// Its text.
    pub text: String,
}

/// A text of a procedure to save, or a procedure to begin. What is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureRequest {
    /// The version that the text was made from; 0 begins a procedure.
    pub base: u32,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it says, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What is new in it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub change: String,
    /// Whether that is so small that nobody has to read it again.
    #[serde(default)]
    pub minor: bool,
    /// Who owns it, whom it binds, and when it is reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<ProcedureSettingsRequest>,
    /// Whether only to say what would come of it.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a procedure is but for its text.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureSettingsRequest {
    /// The hash of what they were when they were looked at; none where a procedure begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// A person's name, or `team:NAME`.
    pub owner: String,
    /// Whom it binds: `level:3`, `team:NAME`, `role:NAME`, or a person's name.
    #[serde(default)]
    pub binds: Vec<String>,
    /// The day by which it is to be reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<String>,
    /// How many months after each review the next is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_every_months: Option<u8>,
}

/// What saving a procedure changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureSavedView {
    /// Whether it is saved.
    pub saved: bool,
    /// The newest version.
    pub version: u32,
    /// Whether somebody else saved in between, and their changes are in it.
    pub merged: bool,
    /// What changes, in words.
    pub changes: Vec<String>,
    /// What both changed in different ways. Nothing is saved while there is one.
    pub conflicts: Vec<PlanConflictView>,
    /// The title as it is now, or would be.
    pub title: String,
    /// The text as it is now, or would be.
    pub body: String,
    /// The same in HTML.
    pub html: String,
}

/// Says that a version was read.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureReadRequest {
    /// Which version.
    pub version: u32,
}

/// Says that a procedure is still right.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureReviewRequest {
    /// The version that was looked at.
    pub version: u32,
    /// The day of the next review, such as `2027-01-31`; so many months from now as the procedure says unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Who has acknowledged the version in force of a procedure, and who has not, of those whom the asker sees.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureGapView {
    /// The procedure.
    pub name: String,
    /// The version in force.
    pub version: u32,
    /// Those who are bound and have.
    pub read_by: Vec<String>,
    /// Those who are bound and have not.
    pub unread_by: Vec<ProcedureReaderView>,
}

/// Somebody who has not acknowledged the version in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureReaderView {
    /// Who.
    pub person: String,
    /// The version that they acknowledged last, if they did one.
    pub last: Option<u32>,
}

/// Something that goes by a version of a procedure that is not in force any more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OldProcedureView {
    /// The procedure.
    pub procedure: String,
    /// The version that it goes by.
    pub version: u32,
    /// The version in force.
    pub in_force: u32,
    /// `deployment`, `runbook`, `task` or `person`.
    pub kind: String,
    /// What it is, in words.
    pub what: String,
    /// What brings it up to date.
    pub remedy: String,
    /// The address of its page.
    pub page: String,
}

/// A procedure that a step, a task or a control names.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NamedProcedureView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// The version that goes with it; that in force unless it was made with another.
    pub version: u32,
    /// The version in force.
    pub in_force: u32,
    /// Whether the version that goes with it is not in force any more.
    pub old: bool,
    /// Whether it binds whoever asks, and they have not acknowledged the version in force.
    pub unread_by_me: bool,
}

/// Something that a procedure wants of somebody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcedureWorkView {
    /// The procedure.
    pub name: String,
    /// For people.
    pub title: String,
    /// `read`, or `review`.
    pub deed: String,
    /// The version in force.
    pub version: u32,
    /// A person's name, or `team:NAME`.
    pub owner: String,
    /// Of a review: the day by which it was due.
    pub due: Option<String>,
}
