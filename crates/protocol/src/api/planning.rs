//! Release plans and tasks.

use super::{
    Difference, DueReviewView, IssueView, LentView, NamedProcedureView, NewsView,
    ProcedureWorkView, WaitingHandoverView, WaitingStepView,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A release plan to begin from a template.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanBeginRequest {
    /// The template's name; an empty plan without one.
    #[serde(default)]
    pub template: Option<String>,
    /// When the release is to be live, in local time: `2026-12-10T20:00`.
    #[serde(default)]
    pub target: Option<String>,
    /// Whose local time; UTC unless set.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// A release plan to save.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanSaveRequest {
    /// The edition that it was made from; 0 for the first.
    pub base: u64,
    /// The plan in YAML.
    pub text: String,
    /// Whether only to say what saving would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What saving a release plan changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanSavedView {
    /// Whether it is saved.
    pub saved: bool,
    /// The newest edition.
    pub edition: u64,
    /// Whether somebody else saved in between, and their changes are in it.
    pub merged: bool,
    /// What differs from the edition before.
    pub differences: Vec<Difference>,
    /// What both changed in different ways. Nothing is saved while there is one.
    pub conflicts: Vec<PlanConflictView>,
    /// What would be late by it and is not late now.
    pub newly_late: Vec<String>,
    /// The plan as it is now, or would be, in YAML.
    pub text: String,
}

/// What two people changed in different ways.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanConflictView {
    /// Where, such as `tasks.notes.due`.
    pub path: String,
    /// As it was before either changed it; nothing if it was not there. Likewise below.
    pub base: Option<String>,
    /// As it is saved.
    pub theirs: Option<String>,
    /// As it was asked for.
    pub mine: Option<String>,
}

/// The plan of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReleasePlanView {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// How things stand, in a sentence.
    pub sentence: String,
    /// Which edition this is.
    pub edition: u64,
    /// Who saved it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The template that it began from.
    pub template: Option<String>,
    /// What the release is for, in Markdown.
    pub purpose: String,
    /// When it is to be live.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub target: Option<Timestamp>,
    /// When the last task ends at the earliest; none when nothing is left to be done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// The time zone of the plan.
    pub time_zone: String,
    /// Who has which part in it.
    pub involved: Vec<InvolvedView>,
    /// The phases by name and title, in order.
    pub phases: Vec<PhaseView>,
    /// What is reached on the way.
    pub milestones: Vec<MilestoneView>,
    /// What has to be done.
    pub tasks: Vec<TaskView>,
    /// The names of the tasks that decide when all is done, in order.
    pub critical_path: Vec<String>,
    /// The environments that it needs for itself.
    pub bookings: Vec<BookingView>,
    /// What it has ready before it is needed, and what is missing of it.
    pub prepared: Vec<PreparedView>,
    /// The stakeholders who are to be informed, and whom no message about the release would reach.
    pub unreached: Vec<String>,
    /// Those who have more to do than they have time for.
    pub overloads: Vec<OverloadView>,
    /// The plan in YAML.
    pub text: String,
}

/// What a plan has ready before it is needed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PreparedView {
    /// `control`, `deployment plan`, `backout plan`, `message` or `review`.
    pub kind: String,
    /// Which: the control or message by its name, the runbook by its environment, the review by who leads it.
    pub name: String,
    /// How far it is, in words.
    pub state: String,
    /// Whether it is there.
    pub ready: bool,
    /// The page that shows it, if there is one.
    pub page: Option<String>,
    /// The command that makes it, or says why it cannot be made.
    pub remedy: Option<String>,
}

/// Somebody who has more to do than there is time for, in whichever order it is done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OverloadView {
    /// A person's name, or `team:NAME`.
    pub party: String,
    /// How many people that is.
    pub people: u32,
    /// From when it is too much.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How long all of it takes, one after the other.
    pub takes_minutes: i64,
    /// How much longer that is than everybody has together.
    pub over_minutes: i64,
    /// What has to be done within that time.
    pub tasks: Vec<String>,
}

/// A saving of a release plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanEditionView {
    /// Its number.
    pub edition: u64,
    /// Who saved it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What differs from the edition before.
    pub differences: Vec<Difference>,
}

/// Somebody's part in a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvolvedView {
    /// A person's name, or `team:NAME`.
    pub party: String,
    /// `accountable`, `responsible`, `consulted` or `informed`.
    pub part: String,
}

/// A part of a release plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PhaseView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
}

/// What is reached on the way.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MilestoneView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// By when it is to be reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// When its last task ends at the earliest, or ended; none when no task leads to it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// Whether nothing is left to be done for it.
    pub reached: bool,
    /// Whether it will not be reached in time, as things are.
    pub late: bool,
}

/// An environment that a release needs for itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BookingView {
    /// Which.
    pub environment: String,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Whether others may be there at the same time.
    pub shared: bool,
    /// What for.
    pub reason: String,
    /// Who else wants it for themselves at that time, in words.
    pub clashes: Vec<String>,
}

/// A task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskView {
    /// Its number.
    pub id: u64,
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// Its name in the release plan; none for one that was added beside it.
    pub name: Option<String>,
    /// In a sentence.
    pub title: String,
    /// How it is done, in Markdown.
    pub document: String,
    /// The procedure by which it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<NamedProcedureView>,
    /// The part of the plan that it belongs to.
    pub phase: Option<String>,
    /// The milestone that it leads to.
    pub milestone: Option<String>,
    /// A person's name, or `team:NAME`.
    pub owner: String,
    /// Who does it.
    pub assignee: Option<String>,
    /// The names of the tasks that have to be done before.
    pub needs: Vec<String>,
    /// Those of them that are still to be done.
    pub waits_for: Vec<String>,
    /// `open`, `started`, `done`, `skipped` or `dropped`.
    pub state: String,
    /// The same with who, and what they said: `done by ada: sent`.
    pub told: String,
    /// By when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// Whether it is late already.
    pub overdue: bool,
    /// When it begins at the earliest, or began; known with the whole plan.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub starts: Option<Timestamp>,
    /// When it ends at the earliest, or ended; known with the whole plan.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// How many minutes it may take longer until something is late; negative when something will be.
    pub float_minutes: Option<i64>,
    /// Whether no other task of its plan has less room.
    pub critical: bool,
}

/// A task beside the plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRequest {
    /// The product.
    pub product: String,
    /// The release.
    pub version: String,
    /// In a sentence.
    pub title: String,
    /// How it is done, in Markdown.
    #[serde(default)]
    pub document: String,
    /// A person's name, or `team:NAME`; whoever asks unless set.
    #[serde(default)]
    pub owner: Option<String>,
    /// By when, an RFC 3339 time.
    #[serde(default)]
    pub due: Option<String>,
}

/// What is done to a task.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskDeedRequest {
    /// What came of it, or why it is not needed.
    #[serde(default)]
    pub note: String,
    /// Who shall do it, for `assign`; nobody if empty.
    #[serde(default)]
    pub to: Option<String>,
}

/// What is somebody's to do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkView {
    /// In a sentence.
    pub sentence: String,
    /// Tasks that they took or were asked to do, or that fall to them alone; the most urgent first.
    pub mine: Vec<TaskView>,
    /// Tasks of their teams that nobody took; the most urgent first.
    pub waiting: Vec<TaskView>,
    /// Steps of deployments that are up, theirs and their teams'; the most urgent first.
    pub steps: Vec<WaitingStepView>,
    /// Procedures that they have to read, and those whose review is overdue.
    #[serde(default)]
    pub procedures: Vec<ProcedureWorkView>,
    /// What is to be seen to, offered or accepted of handovers, by them or their teams.
    #[serde(default)]
    pub handovers: Vec<WaitingHandoverView>,
    /// Reviews of live releases that they or their teams lead, and that nobody began; the most urgent first.
    #[serde(default)]
    pub reviews: Vec<DueReviewView>,
    /// Issues that fall to them, their teams, or those for whom they stand in; the worst first.
    #[serde(default)]
    pub issues: Vec<IssueView>,
    /// What somebody of level 2 asked for, and that they may let go.
    #[serde(default)]
    pub supervised: Vec<SupervisedView>,
    /// What is to do for those for whom they stand in.
    #[serde(default)]
    pub lent: Vec<LentView>,
    /// What they should know of and have not seen, the newest first.
    #[serde(default)]
    pub news: Vec<NewsView>,
}

/// What waits for somebody of level 3 or above to let it go: a deployment, or a rollback of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SupervisedView {
    /// Its number.
    pub deployment: u64,
    /// The product.
    pub product: String,
    /// The release.
    pub release: String,
    /// Where to.
    pub environment: String,
    /// What for: `deployment`, or `rollback`: that it is rolled back.
    #[serde(default)]
    pub asks: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why it is to be rolled back.
    #[serde(default)]
    pub reason: String,
}

/// What a draft is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentsRequest {
    /// Component → version (a tag of its repository) or digest; those that are not named stay as they are.
    pub components: std::collections::BTreeMap<String, String>,
}
