//! What a report is compiled from.

use super::{Further, HandoverPast, Ride, TrainPast};
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
    /// What other suppliers announced, or changed unannounced, that reaches it through other products.
    pub further: Vec<Further>,
    /// Its handovers, as far as the product asks for them or somebody began them.
    pub handovers: Vec<HandoverPast>,
    /// The trains that carry it, or did.
    pub trains: Vec<TrainPast>,
    /// The environment that is live: the last of the product's path.
    pub live: Option<Name>,
    /// All deployments of the product to live, of whichever release.
    pub rides: Vec<Ride>,
}

#[cfg(test)]
impl Past {
    /// Of a release of which nothing else is on record.
    pub(crate) const fn bare(release: Release) -> Self {
        Self {
            release,
            plans: Vec::new(),
            tasks: Vec::new(),
            issues: Vec::new(),
            deployments: Vec::new(),
            approvals: Vec::new(),
            changes: Vec::new(),
            waivers: Vec::new(),
            conducted: Vec::new(),
            messages: Vec::new(),
            notices: Vec::new(),
            observations: Vec::new(),
            further: Vec::new(),
            handovers: Vec::new(),
            trains: Vec::new(),
            live: None,
            rides: Vec::new(),
        }
    }
}
