//! Who took part in a release, as the record knows it.

use super::{Past, report::handed};
use crate::{
    deployment::{Deployment, Status},
    issue::Issue,
    name::Name,
    planning::{Party, PlanEdition},
};
use std::collections::BTreeMap;

/// Who took part, and in what, in words.
pub type Participants = BTreeMap<Name, Vec<&'static str>>;

/// Everybody whom the record names: who planned, did, approved, decided, wrote or signed anything of it. Teams are not people:
/// their members are found where they did something.
pub fn participants(past: &Past) -> Participants {
    let mut all = Participants::new();
    let mut add = |person: &Name, part: &'static str| {
        let parts = all.entry(person.clone()).or_default();
        if !parts.contains(&part) {
            parts.push(part);
        }
    };
    add(&past.release.created_by, "drafted the release");
    if let Some(sealed) = &past.release.sealed {
        add(&sealed.by, "sealed the release");
    }
    if let Some(block) = &past.release.blocked {
        add(&block.by, "blocked the release");
    }
    of_plans(&past.plans, &mut add);
    for task in &past.tasks {
        if let Some(person) = task.state.by() {
            add(person, "worked on tasks");
        }
    }
    for issue in &past.issues {
        of_issue(issue, &mut add);
    }
    for deployment in &past.deployments {
        of_deployment(deployment, &mut add);
    }
    for approval in &past.approvals {
        add(&approval.by, "judged deployments");
    }
    for change in &past.changes {
        add(&change.by.0, "asked for changes");
        if let Some(person) = change.state.by() {
            add(person, "decided on changes");
        }
    }
    for waiver in &past.waivers {
        add(&waiver.by.0, "asked for waivers");
        if let Some((person, _)) = &waiver.signed {
            add(person, "signed waivers");
        }
    }
    for conducted in &past.conducted {
        for status in conducted.run.steps.values() {
            if let Some(person) = status.by() {
                add(person, "carried out steps");
            }
        }
    }
    for (message, _) in &past.messages {
        for writer in &message.writers {
            add(&writer.name, "wrote messages");
        }
        if let Some(sanction) = message.status.sanction() {
            add(&sanction.by, "sanctioned messages");
        }
    }
    let handovers = handed::handovers(&past.handovers);
    for said in handovers.into_iter().flat_map(|it| it.words) {
        add(&said.by, "handed it over or took it");
    }
    all
}

fn of_plans(plans: &[PlanEdition], add: &mut impl FnMut(&Name, &'static str)) {
    for edition in plans {
        add(&edition.by, "planned");
    }
    let newest = plans.last().into_iter();
    for party in newest.flat_map(|it| it.plan.involved.parties()) {
        if let Party::Person(person) = party {
            add(person, "is named in the plan");
        }
    }
}

fn of_issue(issue: &Issue, add: &mut impl FnMut(&Name, &'static str)) {
    add(&issue.by, "raised issues");
    for happened in &issue.past {
        add(&happened.by, "worked on issues");
    }
}

fn of_deployment(deployment: &Deployment, add: &mut impl FnMut(&Name, &'static str)) {
    add(&deployment.requested_by, "deployed");
    if let Status::Cancelling { by, .. } | Status::Cancelled { by, .. } = &deployment.status {
        add(by, "cancelled deployments");
    }
    for signed in &deployment.sign_offs {
        add(&signed.by, "signed waves off");
    }
    for against in &deployment.overrides {
        add(&against.by, "deployed against the calendar");
        if let Some(second) = &against.confirmed_by {
            add(second, "agreed to deploy against the calendar");
        }
    }
}
