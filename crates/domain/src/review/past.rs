//! What a report is compiled from.

use super::Ride;
use crate::{
    communication::message::{Message, Tally},
    control::{Approval, Change, Waiver},
    deployment::Deployment,
    issue::Issue,
    name::Name,
    planning::{PlanEdition, Task},
    release::Release,
    runbook::Conducted,
    supplier::{Notice, Observation},
};

/// Everything of the record that a report is compiled from.
#[derive(Debug, Clone)]
pub struct Past {
    /// The release.
    pub release: Release,
    /// Its plan, each saving of it, the oldest first.
    pub plans: Vec<PlanEdition>,
    /// Its tasks, but for actions of reviews.
    pub tasks: Vec<Task>,
    /// What was wrong with it.
    pub issues: Vec<Issue>,
    /// Its deployments, and those that took them back, the oldest first.
    pub deployments: Vec<Deployment>,
    /// What people said of them.
    pub approvals: Vec<Approval>,
    /// The change requests that they ran under.
    pub changes: Vec<Change>,
    /// The exceptions that concerned it.
    pub waivers: Vec<Waiver>,
    /// The deployment plans and backout plans that they followed.
    pub conducted: Vec<Conducted>,
    /// The messages about it, and what became of their deliveries.
    pub messages: Vec<(Message, Tally)>,
    /// What suppliers announced in its time, of what it needs.
    pub notices: Vec<Notice>,
    /// What they deployed in its time.
    pub observations: Vec<Observation>,
    /// The environment that is live: the last of the product's path.
    pub live: Option<Name>,
    /// All deployments of the product to live, of whichever release.
    pub rides: Vec<Ride>,
}
