//! Trains: releases of several products that go out together.

use super::MilestoneView;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member to be dropped from a train.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainDropRequest {
    /// Its product.
    pub product: String,
    /// Why.
    pub reason: String,
}

/// Another release of a member, once boarding is closed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainReplaceRequest {
    /// Its product.
    pub product: String,
    /// The sealed release that goes in place of the one before.
    pub release: String,
    /// Why.
    pub reason: String,
}

/// Why a train is to stand still, or to go nowhere any more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainReasonRequest {
    /// Why.
    pub reason: String,
}

/// A train in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainSummary {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// `planned`, `closed`, `under_way`, `rolled_back`, `failed`, `arrived` or `cancelled`.
    pub status: String,
    /// Whether it is held: it stands still, or will once it is where it goes.
    pub held: bool,
    /// How things stand, in a sentence.
    pub sentence: String,
    /// Its products.
    pub members: Vec<String>,
    /// Where it goes next, if anywhere.
    pub next: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub departure: Option<Timestamp>,
}

/// A train: what was planned, what its members bring, how far they are, and what it waits for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it is for, in Markdown.
    pub purpose: String,
    /// Who answers for it: a person's name, or `team:NAME`.
    pub owner: String,
    /// `planned`, `closed`, `under_way`, `rolled_back`, `failed`, `arrived` or `cancelled`.
    pub status: String,
    /// How things stand, in a sentence.
    pub sentence: String,
    /// Whether it stands still because somebody or the policy for late members held it.
    pub held: bool,
    /// Where it goes, in order.
    pub departures: Vec<DepartureView>,
    /// Its members, in the order of the plan.
    pub members: Vec<TrainMemberView>,
    /// What it waits for, what is to be dealt with first first; nothing once it has ended.
    pub waiting_on: Vec<TrainWaitView>,
    /// What the integration check found; none when it goes nowhere any more.
    pub integration: Option<IntegrationView>,
    /// The tasks with the least room of all that have to be over before the last departure, in the order in which they come.
    pub critical_path: Vec<TrainTaskView>,
    /// How many minutes of room they have, negative when it is too late already.
    pub room_minutes: Option<i64>,
    /// What its members bring, edition by edition since boarding was closed, the newest first.
    pub bills: Vec<TrainBillView>,
    /// What was changed of its members by more than an edit of the plan, the newest first.
    pub amendments: Vec<TrainAmendmentView>,
    /// The group run that carries it, or carried it last as far as that is known from its status.
    pub group_run: Option<u64>,
    /// In whose name it leaves; none while boarding is open.
    pub goes_for: Option<String>,
    /// The newest edition of its plan.
    pub edition: u64,
    /// The plan in YAML.
    pub text: String,
    /// Who planned it first.
    pub created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// When a train leaves for an environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DepartureView {
    /// Where to.
    pub environment: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The environment in which all must have run together before, if they must.
    pub tested_in: Option<String>,
    /// `ahead`, `next`, `under_way` or `reached`.
    pub state: String,
}

/// A member of a train.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainMemberView {
    /// Its product.
    pub product: String,
    /// Its release, if it is made.
    pub release: Option<String>,
    /// How far it is in a word or two, such as `ready`, `draft` or `tasks open`.
    pub state: String,
    /// `in_time`, `expected_late` or `late`.
    pub lateness: String,
    /// When it has to be ready; none when the train goes nowhere any more.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deadline: Option<Timestamp>,
    /// When its last task before the departure is over, as things are.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expected: Option<Timestamp>,
    /// What it lacks, and what helps.
    pub lacks: Vec<TrainWaitView>,
    /// The members that change before it, and why.
    pub after: Vec<TrainOrderView>,
    /// The milestones of its release plan.
    pub milestones: Vec<MilestoneView>,
}

/// A member that changes before another.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainOrderView {
    /// Which.
    pub product: String,
    /// Why.
    pub because: String,
}

/// What a train or a member of it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainWaitView {
    /// In a sentence.
    pub sentence: String,
    /// What helps.
    pub remedy: String,
}

/// What the integration check found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IntegrationView {
    /// Where it goes next.
    pub environment: String,
    /// Whether nothing was found that stops it.
    pub holds: bool,
    /// Since when all run together in the environment before, where they have to.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub together_since: Option<Timestamp>,
    /// What was found.
    pub findings: Vec<TrainFindingView>,
}

/// Something that the integration check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainFindingView {
    /// In a sentence.
    pub sentence: String,
    /// What helps.
    pub remedy: String,
    /// Whether the train goes nowhere before it is dealt with.
    pub stops: bool,
}

/// A task that decides when a train can leave.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainTaskView {
    /// Of which member.
    pub product: String,
    /// Its name.
    pub name: String,
    /// When it ends at the earliest.
    #[schema(value_type = String, format = DateTime)]
    pub ends: Timestamp,
    /// When it has to be over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub latest: Option<Timestamp>,
}

/// What the members bring.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainBillView {
    /// Its number; none while boarding is open.
    pub edition: Option<u64>,
    /// The hash of all of it.
    pub hash: String,
    /// Since when it holds; none while boarding is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Component by component.
    pub parts: Vec<TrainPartView>,
}

/// A component that a train brings.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainPartView {
    /// Its product.
    pub product: String,
    /// The release.
    pub release: String,
    /// The component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// What runs.
    pub digest: String,
    /// The contracts that it provides, such as `orders-api 2.1.0`.
    pub provides: Vec<String>,
    /// What it needs, such as `orders-api ^2`.
    pub needs: Vec<String>,
}

/// A change of what members bring.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrainAmendmentView {
    /// Whose.
    pub product: String,
    /// Which release goes no more; none where none was made.
    pub release: Option<String>,
    /// What goes in its place; none for a member that was dropped.
    pub replaced_by: Option<String>,
    /// The edition of the bill that it made; none while boarding was open.
    pub edition: Option<u64>,
    /// Who wanted it; none when the policy for late members did it.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}
