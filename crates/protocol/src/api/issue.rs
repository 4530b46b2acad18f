//! What is wrong with releases.

use super::CommentView;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that is wrong, to be raised.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueRequest {
    /// The product; that of the deployment unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The release; that of the deployment unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The deployment in which it showed, if it showed in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<u64>,
    /// In a line of at most 200 characters.
    pub title: String,
    /// What happens, and how to see it: at most 4,000 characters.
    #[serde(default)]
    pub description: String,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// A person's name, or `team:NAME`; the team of the product unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// What is done to an issue.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueDeedRequest {
    /// What was done about it, why it is none, or what shows that it is still there.
    #[serde(default)]
    pub note: String,
    /// Whom it falls to, for `assign`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How bad it is, for `rate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
}

/// Something that is wrong with a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IssueView {
    /// Its number.
    pub id: u64,
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// The deployment in which it showed, if it showed in one.
    pub deployment: Option<u64>,
    /// In a line.
    pub title: String,
    /// What happens, and how to see it.
    pub description: String,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// A person's name, or `team:NAME`.
    pub owner: String,
    /// Who raised it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `open`, `started`, `resolved` or `dismissed`.
    pub state: String,
    /// The same with who, and what they said: `resolved by ada: the cache was cold`.
    pub told: String,
    /// Whether somebody has to see to it.
    pub open: bool,
    /// What became of it since it was raised, the oldest first.
    pub past: Vec<HappenedView>,
    /// What was said about it, the oldest first; known of one issue, not in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<CommentView>,
}

/// What happened to an issue.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HappenedView {
    /// Who did it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What, as it is told after a name: `resolved it: the cache was cold`.
    pub told: String,
}

/// Issues.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IssuesView {
    /// In a sentence.
    pub sentence: String,
    /// The worst first; of a release those that are over, too.
    pub issues: Vec<IssueView>,
}
