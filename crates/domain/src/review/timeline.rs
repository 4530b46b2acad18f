//! What happened to a release, one line after the other, as the record tells it.

use super::{Did, Past, report::handed};
use crate::{
    control::{ChangeState, Verdict},
    deployment::{Deployment, Purpose, Status},
    issue::Issue,
    name::Name,
    planning::TaskState,
    runbook::{Conducted, StepStatus},
    supplier::{Notice, Observation},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: MomentKind,
    /// Who; none, when the engine or a supplier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// In a line.
    pub text: String,
}

/// What something that happened is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentKind {
    /// The release itself.
    Release,
    /// Its plan.
    Plan,
    /// A task.
    Task,
    /// A deployment.
    Deployment,
    /// Somebody's judgement of one.
    Approval,
    /// A change request.
    Change,
    /// A waiver, or an override of the calendar.
    Exception,
    /// Something that was wrong with it.
    Issue,
    /// A step of a deployment plan or backout plan.
    Step,
    /// A message.
    Message,
    /// A supplier.
    Supplier,
    /// A handover.
    Handover,
}

impl MomentKind {
    /// The word for programs and pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Plan => "plan",
            Self::Task => "task",
            Self::Deployment => "deployment",
            Self::Approval => "approval",
            Self::Change => "change",
            Self::Exception => "exception",
            Self::Issue => "issue",
            Self::Step => "step",
            Self::Message => "message",
            Self::Supplier => "supplier",
            Self::Handover => "handover",
        }
    }
}

/// Everything that happened, the oldest first.
pub(super) fn timeline(past: &Past) -> Vec<Moment> {
    let mut moments = of_release(past);
    moments.extend(of_plan(past));
    moments.extend(past.deployments.iter().flat_map(of_deployment));
    moments.extend(past.issues.iter().flat_map(of_issue));
    moments.extend(of_words(past));
    moments.extend(past.conducted.iter().flat_map(of_steps));
    moments.extend(past.messages.iter().filter_map(|(message, _)| {
        let out = message.out.as_ref()?;
        let text = format!("message {}: {}", message.id, message.writing.subject);
        Some(engine(out.at, MomentKind::Message, text))
    }));
    moments.extend(of_suppliers(past));
    moments.extend(handed::moments(&past.handovers));
    moments.sort_by_key(|it| (it.at, it.kind));
    moments
}

fn person(at: Timestamp, kind: MomentKind, by: &Name, text: String) -> Moment {
    let by = Some(by.clone());
    Moment { at, kind, by, text }
}

const fn engine(at: Timestamp, kind: MomentKind, text: String) -> Moment {
    let by = None;
    Moment { at, kind, by, text }
}

fn of_issue(issue: &Issue) -> Vec<Moment> {
    let kind = MomentKind::Issue;
    let raised = format!(
        "raised issue {}, {}: {}",
        issue.id, issue.raised_as, issue.title
    );
    let mut moments = vec![person(issue.at, kind, &issue.by, raised)];
    moments.extend(issue.past.iter().map(|it| {
        let text = format!("issue {}: {}", issue.id, it.what.told());
        person(it.at, kind, &it.by, text)
    }));
    moments
}

fn of_release(past: &Past) -> Vec<Moment> {
    let release = &past.release;
    let kind = MomentKind::Release;
    let drafted = "the release was drafted".to_owned();
    let mut moments = vec![person(
        release.created_at,
        kind,
        &release.created_by,
        drafted,
    )];
    if let Some(sealed) = &release.sealed {
        let text = "the release was sealed".to_owned();
        moments.push(person(sealed.at, kind, &sealed.by, text));
    }
    if let Some(block) = &release.blocked {
        let text = format!("the release was blocked: {}", block.reason);
        moments.push(person(block.at, kind, &block.by, text));
    }
    moments
}

fn of_plan(past: &Past) -> Vec<Moment> {
    let mut moments = Vec::new();
    let mut before = None;
    for edition in &past.plans {
        let target = edition.plan.target;
        let text = match (before, target) {
            (None, Some(target)) => format!("planned for {target}"),
            (None, None) => "planned, without a date".to_owned(),
            (Some(before), target) if before != target => match target {
                Some(target) => format!("the date was moved to {target}"),
                None => "the date was taken away".to_owned(),
            },
            (Some(_), _) => format!("the plan was changed (edition {})", edition.edition),
        };
        moments.push(person(edition.at, MomentKind::Plan, &edition.by, text));
        before = Some(target);
    }
    for task in &past.tasks {
        let (at, by, what) = match &task.state {
            TaskState::Done { by, at, .. } => (*at, by, "done".to_owned()),
            TaskState::Skipped { by, at, reason } => (*at, by, format!("left out: {reason}")),
            TaskState::Open | TaskState::Started { .. } | TaskState::Dropped { .. } => continue,
        };
        let text = format!("task {}, {}: {what}", task.id, task.title);
        moments.push(person(at, MomentKind::Task, by, text));
    }
    moments
}

fn of_deployment(deployment: &Deployment) -> Vec<Moment> {
    let Deployment {
        id, environment, ..
    } = deployment;
    let kind = MomentKind::Deployment;
    let begun = match &deployment.purpose {
        Purpose::Promotion => format!("deployment {id} to {environment} was asked for"),
        Purpose::Rollback { of } => {
            format!(
                "rolling back deployment {of} in {environment} was asked for, as deployment {id}"
            )
        }
    };
    let by = &deployment.requested_by;
    let mut moments = vec![person(deployment.requested_at, kind, by, begun)];
    for signed in &deployment.sign_offs {
        let text = format!("deployment {id}: wave {} was signed off", signed.wave + 1);
        moments.push(person(signed.at, kind, &signed.by, text));
    }
    for against in &deployment.overrides {
        let agreed = match &against.confirmed_by {
            Some(second) => format!(", and {second} agreed"),
            None => ", and nobody agreed".to_owned(),
        };
        let text = format!(
            "deployment {id} against the calendar: {}{agreed}",
            against.reason
        );
        moments.push(person(against.at, MomentKind::Exception, &against.by, text));
    }
    if let Some(at) = deployment.status.ended_at() {
        let text = format!(
            "deployment {id} to {environment} {}",
            ending(&deployment.status)
        );
        moments.push(engine(at, kind, text));
    }
    moments
}

/// How a deployment ended, in words: `went back: check errors failed`.
pub(super) fn ending(status: &Status) -> String {
    match status {
        Status::Succeeded { .. } => "succeeded".to_owned(),
        Status::RolledBack { cause, .. } => format!("went back: {cause}"),
        Status::Failed { cause, .. } => format!("failed: {cause}"),
        Status::Cancelled { by, .. } => format!("was cancelled by {by}"),
        Status::Superseded { by, .. } => format!("was superseded by deployment {by}"),
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. } => "is under way".to_owned(),
    }
}

fn of_words(past: &Past) -> Vec<Moment> {
    let mut moments = Vec::new();
    for approval in &past.approvals {
        let word = match approval.verdict {
            Verdict::Approved => "approved",
            Verdict::TurnedDown => "turned down",
        };
        let text = format!(
            "deployment {} was {word}{}",
            approval.deployment,
            said(&approval.note)
        );
        moments.push(person(
            approval.at,
            MomentKind::Approval,
            &approval.by,
            text,
        ));
    }
    for change in &past.changes {
        let text = format!(
            "{} change request {}, {}, was made",
            change.kind.word(),
            change.id,
            change.title
        );
        moments.push(person(change.at, MomentKind::Change, &change.by.0, text));
        let (by, at, what) = match &change.state {
            ChangeState::Approved { by: Some(by), at } => (by, at, "approved".to_owned()),
            ChangeState::TurnedDown { by, note, at } => {
                (by, at, format!("turned down{}", said(note)))
            }
            ChangeState::Closed { by, review, at } => (by, at, format!("closed{}", said(review))),
            ChangeState::Open | ChangeState::Approved { by: None, .. } => continue,
        };
        let text = format!("change request {} was {what}", change.id);
        moments.push(person(*at, MomentKind::Change, by, text));
    }
    for waiver in &past.waivers {
        let text = format!(
            "waiver {} of control {} was asked for: {}",
            waiver.id, waiver.control, waiver.reason
        );
        moments.push(person(waiver.at, MomentKind::Exception, &waiver.by.0, text));
        if let Some((by, at)) = &waiver.signed {
            let text = format!("waiver {} was signed", waiver.id);
            moments.push(person(*at, MomentKind::Exception, by, text));
        }
    }
    moments
}

fn of_steps(conducted: &Conducted) -> Vec<Moment> {
    let steps = conducted.runbook.steps.iter();
    let people = steps.filter(|step| step.phase().is_none());
    let moment = |step: &crate::runbook::Step| {
        let status = conducted.run.status(&step.name);
        if matches!(status, StepStatus::Skipped { by: None, .. }) {
            // Nobody did it, and nobody left it out: its turn never came.
            return None;
        }
        let at = status.ended()?;
        let text = format!(
            "step {} of deployment {}: {}",
            step.name,
            conducted.deployment,
            status.told()
        );
        let by = status.by().cloned();
        let kind = MomentKind::Step;
        Some(Moment { at, kind, by, text })
    };
    people.filter_map(moment).collect()
}

fn of_suppliers(past: &Past) -> Vec<Moment> {
    let notices = past.notices.iter().map(of_notice);
    let seen = past.observations.iter().map(of_observation);
    let further = past.further.iter().map(|it| match &it.did {
        Did::Announced(notice) => of_notice(notice),
        Did::Changed(observation) => of_observation(observation),
    });
    notices.chain(seen).chain(further).collect()
}

fn of_notice(notice: &Notice) -> Moment {
    let first = notice.original();
    let text = format!(
        "{} announced a change: {}",
        notice.supplier, first.announcement.title
    );
    engine(first.at, MomentKind::Supplier, text)
}

fn of_observation(observation: &Observation) -> Moment {
    let deployed = &observation.deployed;
    let text = format!(
        "{}/{} changed in {}: {}",
        deployed.supplier, deployed.component, deployed.environment, observation.matched
    );
    engine(deployed.change.by, MomentKind::Supplier, text)
}

/// `: what somebody said`, or nothing.
fn said(words: &str) -> String {
    match words.trim() {
        "" => String::new(),
        words => format!(": {words}"),
    }
}
