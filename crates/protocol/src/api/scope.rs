//! The scope of a release, notes, and work items.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The scope of a release: the changes that it brings to an environment since what runs there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// Where it would go; nothing when the product has no promotion path.
    pub environment: Option<String>,
    /// The promotion path: all environments that can be asked about.
    pub environments: Vec<String>,
    /// What runs there; nothing when nothing was deployed there.
    pub since: Option<ScopeSinceView>,
    /// The releases whose changes are put together, the oldest first; the last is this one.
    pub releases: Vec<String>,
    /// What it comes to, as a person would say it.
    pub sentence: String,
    /// How many changes count.
    pub changes: u64,
    /// How many of them break something.
    pub breaking: u64,
    /// The changes by heading. All headings are here; under them, as many changes as were asked for.
    pub groups: Vec<ScopeGroupView>,
    /// The work items that changes name.
    pub items: Vec<ScopeItemView>,
    /// Who contributed, whoever contributed most first.
    pub contributors: Vec<ContributorView>,
    /// How many older commits there are beyond those that were read.
    pub left_out: u64,
    /// What runs there and is not in the release: it would be taken away.
    pub lost: Vec<ScopeLostView>,
    /// What people decided that did nothing.
    pub unmatched: Vec<ScopeUnmatchedView>,
    /// The components whose history is not known.
    pub unread: Vec<ScopeUnreadView>,
}

/// What runs in an environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeSinceView {
    /// The release.
    pub version: String,
    /// The deployment that brought it.
    pub deployment: u64,
    /// When that was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Changes under one heading.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeGroupView {
    /// The heading, such as `Breaking changes`.
    pub title: String,
    /// How many there are.
    pub count: u64,
    /// The newest of them.
    pub changes: Vec<ScopeChangeView>,
}

/// A change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeChangeView {
    /// Its name: the commit's, or `+NAME` if a person wrote it down.
    pub change: String,
    /// The first digits of a commit, or `+NAME`: enough for people.
    pub short: String,
    /// What part it is about.
    pub area: Option<String>,
    /// What it does, in one line.
    pub description: String,
    /// What it breaks, if it breaks anything.
    pub breaking: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was brought in.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// The work items that it names.
    pub items: Vec<String>,
    /// The components that have it.
    pub components: Vec<String>,
    /// The releases that brought it.
    pub releases: Vec<String>,
    /// `counts`, `added`, `taken-out`, or `cancelled-out`.
    pub standing: String,
    /// Why it stands so: who decided it, or what took it back.
    pub told: Option<String>,
}

/// A work item that changes name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeItemView {
    /// The tracker.
    pub tracker: String,
    /// Its key.
    pub key: String,
    /// What it is about, if it was imported.
    pub title: Option<String>,
    /// How far it is, in the tracker's word, if it was imported.
    pub state: Option<String>,
    /// Where it is read.
    pub url: Option<String>,
    /// Whether a change says that it is done.
    pub closes: bool,
    /// How many changes name it.
    pub changes: u64,
}

/// Who contributed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContributorView {
    /// By the name of their newest change.
    pub name: String,
    /// How many changes.
    pub changes: u64,
}

/// What runs and is not in the release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeLostView {
    /// The component.
    pub component: String,
    /// The newest commits, each with its first digits and its first line.
    pub commits: Vec<String>,
    /// How many more there are.
    pub more: u64,
}

/// What somebody decided that did nothing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeUnmatchedView {
    /// The change that was named.
    pub change: String,
    /// Who decided.
    pub by: String,
    /// Why it did nothing.
    pub why: String,
}

/// A component whose history is not known.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeUnreadView {
    /// The component.
    pub component: String,
    /// Why.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// What a person decides about a change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentRequest {
    /// `take-out`: it is no part of the release. `add`: it is, though it was not found or was taken out; a commit of a
    /// component's source. `write`: what no commit brings.
    pub act: String,
    /// The change: the first digits of its commit, at least 7, or `+NAME`.
    pub change: String,
    /// Why.
    pub reason: String,
    /// The component whose source has the commit to add.
    #[serde(default)]
    pub component: Option<String>,
    /// What kind of change is written down: `feature`, `fix`, `performance`, `operations`, `documentation`…
    #[serde(default)]
    pub kind: Option<String>,
    /// What it does, in one line.
    #[serde(default)]
    pub description: Option<String>,
}

/// What an audience is told about a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NotesView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// Where it would go.
    pub environment: Option<String>,
    /// The release that runs there.
    pub since: Option<String>,
    /// `developer`, `operator` or `customer`.
    pub audience: String,
    /// The notes as Markdown, in which nothing that others wrote means anything.
    pub markdown: String,
    /// What they begin with.
    pub introduction: Option<String>,
    /// Their parts.
    pub chapters: Vec<NotesChapterView>,
    /// The changes of which customers are not told because nobody says it in their words.
    pub unworded: Vec<UnwordedView>,
    /// What people wrote about that is not there.
    pub unplaced: Vec<String>,
    /// Who wrote words of them.
    pub writers: Vec<String>,
    /// How often somebody wrote something of this release: whoever writes says up to where they read.
    pub written: u64,
}

/// A part of notes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NotesChapterView {
    /// The heading.
    pub title: String,
    /// The lines.
    pub lines: Vec<NotesLineView>,
}

/// A line of notes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NotesLineView {
    /// What a wording of it is about: a change, or `TRACKER:KEY` for a work item.
    pub subject: String,
    /// What part it is about.
    pub area: Option<String>,
    /// What it says.
    pub text: String,
    /// More of it, below the line.
    pub detail: Option<String>,
    /// Why it does not count.
    pub remark: Option<String>,
    /// Who wrote the words, the last of them last; nobody if they were generated.
    pub written_by: Vec<String>,
}

/// A change of which customers are not told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UnwordedView {
    /// The change.
    pub change: String,
    /// The first digits of it.
    pub short: String,
    /// What it does, in a developer's words.
    pub description: String,
}

/// What a person writes in the place of a generated line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordingRequest {
    /// `developer`, `operator` or `customer`.
    pub audience: String,
    /// `introduction`, a change, or `TRACKER:KEY` for a work item.
    pub subject: String,
    /// The words; nothing when the audience is not told about it.
    pub text: Option<String>,
    /// How often something was written of the release when it was read last; what somebody else wrote about the same since then
    /// is not written over. Left out, it is.
    #[serde(default)]
    pub seen: Option<u64>,
}

/// What a tracker knows of its items.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemsRequest {
    /// At most 10,000 at a time, each as GitHub, GitLab or Jira write it, or with `key` and `title`, and perhaps `kind`, `state`,
    /// `url`, `labels` and `updated`.
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<serde_json::Value>,
}

/// Where work items are kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrackerView {
    /// Its name.
    pub name: String,
    /// `github`, `gitlab` or `jira`.
    pub system: String,
    /// The only projects whose items count; all when none is named.
    pub projects: Vec<String>,
    /// What a key of it looks like.
    pub example: String,
}

/// A work item as its tracker knows it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkItemView {
    /// Its key as changes name it: `SHOP-12`, `owner/name#12`, `group/name!34`.
    pub key: String,
    /// What it is about, in one line.
    pub title: String,
    /// What it is, in the tracker's word: `bug`, `story`.
    pub kind: String,
    /// How far it is, in the tracker's word: `open`, `Done`.
    pub state: String,
    /// Where it is read.
    pub url: Option<String>,
    /// What was stuck on it.
    pub labels: Vec<String>,
    /// When its tracker changed it last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated: Option<Timestamp>,
}

/// What an import came to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ItemsImportedView {
    /// How many were sent.
    pub items: u64,
    /// How many of them are news.
    pub changed: u64,
}
