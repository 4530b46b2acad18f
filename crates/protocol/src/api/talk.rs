//! What people say about anything, who follows it, what they should know of, and who stands in for whom.

use super::{IssueView, TaskView};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody says about something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentRequest {
    /// About what: `release/PRODUCT/VERSION`, `deployment/NUMBER`, `task/NUMBER`, `issue/NUMBER`, `change/NUMBER`,
    /// `train/NAME`, `procedure/NAME`, `handover/PRODUCT/VERSION/KIND`, `message/NUMBER`, `supplier/NAME`, `supplier-notice/NUMBER`, `control/NAME`,
    /// `waiver/NUMBER`, `review/PRODUCT/VERSION`, `group-run/NUMBER` or `runbook/PRODUCT/VERSION/ENVIRONMENT/forward` (or `back`).
    pub subject: String,
    /// Plain text of at most 4,000 characters; `@NAME` and `@team:NAME` tell those people.
    pub text: String,
}

/// What somebody said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CommentView {
    /// Its number.
    pub id: u64,
    /// Who.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What; empty if it was taken back.
    pub text: String,
    /// When it was taken back, if it was.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub withdrawn: Option<Timestamp>,
    /// Whom it named who was not told: there is nobody of that name, or they do not see what it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreached: Vec<String>,
}

/// What is said about something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TalkView {
    /// About what.
    pub subject: String,
    /// In words: `release 1.1.0 of storefront`.
    pub told: String,
    /// Whether whoever asks follows it.
    pub following: bool,
    /// Who follows it.
    pub followers: Vec<String>,
    /// The newest comments, the oldest of them first.
    pub comments: Vec<CommentView>,
}

/// Whether somebody follows something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowRequest {
    /// What.
    pub subject: String,
    /// Whether they do from now on.
    pub follow: bool,
}

/// Something that a person should know of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewsView {
    /// Its number.
    pub id: u64,
    /// About what.
    pub subject: String,
    /// Where its page is.
    pub page: String,
    /// About what, in words.
    pub about: String,
    /// Why it is told: `given`, `named`, `followed` or `due`.
    pub why: String,
    /// Who caused it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened, in a line.
    pub line: String,
}

/// What was seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenRequest {
    /// The number of the newest thing that was seen; it and all before it are not told again.
    pub up_to: u64,
}

/// How often somebody wants to be mailed what is new for them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewsMailRequest {
    /// `at-once`, `daily` or `never`.
    pub often: String,
}

/// How somebody is mailed what is new for them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewsMailView {
    /// What that comes to, in a sentence.
    pub sentence: String,
    /// `at-once`, `daily` or `never`.
    pub often: String,
    /// Whether they said so; it is `daily` while they did not.
    pub chosen: bool,
    /// Where to, if they have an address.
    pub address: Option<String>,
    /// What became of the last mail.
    pub last: Option<String>,
}

/// Who shall stand in for whoever asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationRequest {
    /// Who.
    pub to: String,
    /// Until when, an RFC 3339 time; at most 92 days from now.
    pub until: String,
    /// Why, for those who wonder.
    #[serde(default)]
    pub reason: String,
}

/// Who stands in for whom.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DelegationView {
    /// Whose work.
    pub from: String,
    /// Who does it.
    pub to: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Why.
    pub reason: String,
}

/// Who stands in for whoever asks, and for whom they do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DelegationsView {
    /// Who does the work of whoever asks.
    pub mine: Option<DelegationView>,
    /// Whose work they do.
    pub for_others: Vec<DelegationView>,
}

/// What is to be put into another's hands, at the end of a shift.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassOnRequest {
    /// To whom.
    pub to: String,
    /// What they have to know.
    pub note: String,
    /// Which tasks; all that are theirs alone unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<u64>>,
    /// Which issues; all that fall to them alone, or that they are at, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issues: Option<Vec<u64>>,
    /// Whether it is only shown what would be passed on.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was put into another's hands, or would be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PassedOnView {
    /// In a sentence.
    pub sentence: String,
    /// Tasks.
    pub tasks: Vec<TaskView>,
    /// Issues.
    pub issues: Vec<IssueView>,
    /// What stays, and why: what the other does not see.
    pub kept: Vec<String>,
}

/// What somebody does for another while they stand in for them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LentView {
    /// For whom, until when and why.
    pub delegation: DelegationView,
    /// Their tasks, the most urgent first.
    pub tasks: Vec<TaskView>,
}
