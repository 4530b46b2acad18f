//! Reviews of releases, retrospectives, and the actions that come of them.

use super::ReportView;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How a review begins.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewRequest {
    /// Who takes part beside those whom the record names.
    #[serde(default)]
    pub participants: Vec<String>,
    /// How many votes everybody gets, 1 to 20; 3 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub votes_each: Option<u8>,
}

/// A note of a retrospective.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewNoteRequest {
    /// `well`, `badly` or `idea`.
    pub column: String,
    /// Plain text, of at most 4,000 characters.
    pub text: String,
}

/// What notes have in common, and which they are. What is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewGroupRequest {
    /// In a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What comes up again and again, by the name that other reviews call it as well; empty takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// Notes that come into the group, wherever they were.
    #[serde(default)]
    pub add: Vec<u64>,
    /// Notes that leave it.
    #[serde(default)]
    pub remove: Vec<u64>,
}

/// Somebody's votes, in place of those that they gave before.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewVotesRequest {
    /// Votes by the numbers of groups.
    pub votes: BTreeMap<u64, u8>,
}

/// Whether an objective was met.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewObjectiveRequest {
    /// `met`, `partly` or `missed`.
    pub verdict: String,
    /// What shows it.
    pub note: String,
}

/// What is to be remembered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewConclusionRequest {
    /// Plain text, of at most 4,000 characters.
    pub text: String,
    /// The edition of the conclusion that was looked at; 0 before there is one.
    pub edition: u64,
}

/// Somebody who takes part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewParticipantRequest {
    /// Their name.
    pub person: String,
}

/// What moves a review on: its notes are revealed, votes opened, matters discussed, it is closed or taken up again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDeedRequest {
    /// Why; only what is taken up again has to say it.
    #[serde(default)]
    pub reason: String,
}

/// An action that a review agrees on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewActionRequest {
    /// In a line.
    pub title: String,
    /// How, and what for, in Markdown.
    #[serde(default)]
    pub document: String,
    /// Whom it falls to: a person's name, or `team:NAME`.
    pub owner: String,
    /// By when, in RFC 3339.
    pub due: String,
    /// The group of notes that it answers; its theme is the action's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<u64>,
    /// What it is to change: `control:NAME`, `release-template:NAME`…
    #[serde(default)]
    pub changes: Vec<String>,
}

/// The review of a release: what happened, and what people make of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// `none` before it is begun, `writing`, `grouping`, `voting`, `discussing` or `closed`.
    pub stage: String,
    /// What comes next, in words.
    pub next: String,
    /// What happened; as it was in front of people, once it is closed.
    pub report: ReportView,
    /// What it was to achieve, and what was found of it.
    pub objectives: Vec<ObjectiveView>,
    /// Who took part by the record, and who was invited.
    pub participants: Vec<ParticipantView>,
    /// What people wrote, as far as the asker may see it now; none before it is begun.
    pub retrospective: Option<RetrospectiveView>,
    /// What is to be better next time.
    pub actions: Vec<ReviewActionView>,
}

/// What people make of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RetrospectiveView {
    /// Who leads it.
    pub facilitator: String,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub begun: Timestamp,
    /// How many notes there are, those that are not shown yet among them.
    pub notes_in_all: u64,
    /// How many wrote one; while people vote, how many voted.
    pub took_part: u64,
    /// Those that the asker may see, in the order in which they were written.
    pub notes: Vec<ReviewNoteView>,
    /// What belongs together; after the vote, those first that got most.
    pub groups: Vec<ReviewGroupView>,
    /// How many votes everybody has.
    pub votes_each: u8,
    /// How many the asker has left.
    pub votes_left: u8,
    /// Whether the asker takes part.
    pub takes_part: bool,
    /// What is to be remembered.
    pub conclusion: String,
    /// Its edition; 0 before there is one.
    pub edition: u64,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// The hash of the report that was in front of them.
    pub report_hash: Option<String>,
}

/// A note.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewNoteView {
    /// Its number in this review.
    pub id: u64,
    /// `well`, `badly` or `idea`.
    pub column: String,
    /// Plain text.
    pub text: String,
    /// Who wrote it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The group that it is in.
    pub group: Option<u64>,
}

/// Notes that belong together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewGroupView {
    /// Its number in this review.
    pub id: u64,
    /// What they have in common.
    pub title: String,
    /// What comes up again and again.
    pub theme: Option<String>,
    /// How often that came up so far, this time with it, in words: `the third time: also in shop 1.0.0 and shop 1.2.0`.
    pub again: Option<String>,
    /// The numbers of its notes.
    pub notes: Vec<u64>,
    /// How many votes it got; none while people vote.
    pub votes: Option<u64>,
    /// How many the asker gave.
    pub own_votes: u8,
}

/// An objective of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObjectiveView {
    /// Whether the plan has it as it is told here, so that it can be judged.
    pub planned: bool,
    /// Its name in the plan.
    pub name: String,
    /// For people.
    pub title: String,
    /// By what it will be seen.
    pub measure: String,
    /// `met`, `partly` or `missed`; none before it is judged.
    pub verdict: Option<String>,
    /// What shows it.
    pub note: String,
    /// Who judged it.
    pub by: Option<String>,
}

/// Somebody who takes part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ParticipantView {
    /// Who.
    pub person: String,
    /// What they did, in words; nothing of whom somebody invited.
    pub parts: Vec<String>,
    /// Whether they are among those who write and vote.
    pub takes_part: bool,
}

/// An action of a review.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewActionView {
    /// The number of the task that it is.
    pub task: u64,
    /// The product whose release was looked back at.
    pub product: String,
    /// Which release.
    pub version: String,
    /// In a line.
    pub title: String,
    /// Whom it falls to.
    pub owner: String,
    /// Who does it.
    pub assignee: Option<String>,
    /// By when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// Whether that is over.
    pub is_late: bool,
    /// `open`, `started`, `done`, `skipped`.
    pub state: String,
    /// The group of notes that it answers.
    pub group: Option<u64>,
    /// What comes up again and again.
    pub theme: Option<String>,
    /// What it is to change.
    pub changes: Vec<String>,
    /// Which of that was changed, or is declared no more, since the action was agreed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangedSinceView>,
}

/// What became of something that an action is to change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangedSinceView {
    /// What: `control:fresh-data`.
    pub what: String,
    /// In words: `changed since, version 3`.
    pub told: String,
    /// Its newest version; none when it is declared no more.
    pub version: Option<u64>,
    /// Since when that is there.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// All reviews, what is due, and what comes up again and again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewsView {
    /// Releases that are live and were not looked back at, those first that are longest.
    pub due: Vec<DueReviewView>,
    /// Reviews, those first that were begun last.
    pub reviews: Vec<ReviewRowView>,
    /// Actions that are still to be done, the most urgent first.
    pub actions: Vec<ReviewActionView>,
    /// What came up, most often first.
    pub themes: Vec<ThemeView>,
    /// Whether there is more than is shown.
    pub cut: bool,
}

/// A release that is live and was not looked back at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DueReviewView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// Since when it is live.
    #[schema(value_type = String, format = DateTime)]
    pub live_since: Timestamp,
    /// Who leads it by the release's plan: a person's name, or `team:NAME`.
    #[serde(default)]
    pub lead: Option<String>,
    /// By when it is to be over, by the plan.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
}

/// A review in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewRowView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// How far it is.
    pub stage: String,
    /// Who leads it.
    pub facilitator: String,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub begun: Timestamp,
    /// How many objectives were met, and how many were judged.
    pub objectives_met: u64,
    /// How many were judged.
    pub objectives: u64,
    /// How many of its actions are still to be done.
    pub open_actions: u64,
}

/// What comes up again and again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ThemeView {
    /// As reviews call it.
    pub name: String,
    /// Where it came up, the newest first.
    pub heard: Vec<HeardView>,
    /// The tasks that are to change it.
    pub open: Vec<u64>,
    /// Those that are done.
    pub done: Vec<u64>,
    /// In a sentence: `the third time, though action 12 is done`.
    pub told: String,
}

/// A review in which something came up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HeardView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// What its notes have in common there.
    pub title: String,
    /// When the review was begun.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}
