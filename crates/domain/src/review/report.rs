//! What happened, compiled from the record: nobody writes it, and nobody can leave anything out.

pub(super) mod handed;
mod lines;
mod rode;
mod supplied;

pub use handed::{HandoverPast, HandoverSaid, HandoverTaken};
pub use lines::{Exception, Failure, IssueTaken, StepTaken, TaskTaken, Told};
pub use rode::{DepartureTaken, TrainMoment, TrainPast, TrainTaken};
pub use supplied::{Declared, Did, Further, SupplierEvent};

use super::{
    Metrics, Moment, Past,
    metrics::between,
    timeline::{ending, timeline},
};
use crate::{
    communication::message::{Message, Tally},
    control::{ChangeKind, ChangeState},
    deployment::{Deployment, Purpose, Status},
    issue::Issue,
    name::Name,
    planning::{Task, TaskState},
    runbook::{Conducted, StepStatus},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// So long before and after going live deployments are measured.
const MEASURED: SignedDuration = SignedDuration::from_hours(28 * 24);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// When it was live first; not yet, when none.
    pub went_live: Option<Timestamp>,
    /// When it was to be live, and how often that moved.
    pub target: PlannedTarget,
    /// Its tasks that are over, or should be.
    pub tasks: Vec<TaskTaken>,
    /// How long people's steps took.
    pub steps: Vec<StepTaken>,
    /// What went wrong.
    pub failures: Vec<Failure>,
    /// What was let pass.
    pub exceptions: Vec<Exception>,
    /// What was wrong with it, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<IssueTaken>,
    /// What was told to whom.
    pub messages: Vec<Told>,
    /// What suppliers did in its time.
    pub suppliers: Vec<SupplierEvent>,
    /// What became of its handovers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handovers: Vec<HandoverTaken>,
    /// The trains on which it travelled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trains: Vec<TrainTaken>,
    /// How deployments to live went in the four weeks before it was.
    pub before: Option<Metrics>,
    /// How they go since, with its own, for four weeks at most.
    pub since: Option<Metrics>,
    /// One line after the other.
    pub timeline: Vec<Moment>,
}

/// When a release was to be live.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTarget {
    /// As it was planned first.
    pub first: Option<Timestamp>,
    /// As it was planned last.
    pub last: Option<Timestamp>,
    /// How often it was moved.
    pub moved: u64,
}

impl Report {
    /// What the record says at `now`.
    pub fn of(past: &Past, now: Timestamp) -> Self {
        let went_live = went_live(past);
        let measured = |from: Timestamp, until: Timestamp| Metrics::of(&past.rides, from, until);
        let before = went_live.map(|live| measured(ago(live), live));
        let since = went_live.map(|live| measured(live, now.min(later(live))));
        Self {
            went_live,
            target: target(past),
            tasks: past
                .tasks
                .iter()
                .filter_map(|task| task_taken(task, now))
                .collect(),
            steps: past.conducted.iter().flat_map(steps).collect(),
            failures: past.deployments.iter().filter_map(failure).collect(),
            exceptions: exceptions(past),
            issues: issues(past, now),
            messages: past.messages.iter().map(told).collect(),
            suppliers: supplied::suppliers(past),
            handovers: handed::handovers(&past.handovers),
            trains: rode::rides(&past.trains, &past.release.product),
            before,
            since,
            timeline: timeline(past),
        }
    }
}

fn ago(at: Timestamp) -> Timestamp {
    at.checked_sub(MEASURED).unwrap_or(Timestamp::MIN)
}

fn later(at: Timestamp) -> Timestamp {
    at.checked_add(MEASURED).unwrap_or(Timestamp::MAX)
}

fn went_live(past: &Past) -> Option<Timestamp> {
    let there = past
        .deployments
        .iter()
        .filter(|it| it.purpose == Purpose::Promotion)
        .filter(|it| Some(&it.environment) == past.live.as_ref());
    let live = there.filter_map(|it| {
        let Status::Succeeded { at } = it.status else {
            return None;
        };
        Some(at)
    });
    live.min()
}

fn target(past: &Past) -> PlannedTarget {
    let targets = past.plans.iter().map(|edition| {
        let target = edition.plan.target().ok().flatten();
        target.map(|it| it.timestamp())
    });
    let mut targets: Vec<Timestamp> = targets.flatten().collect();
    targets.dedup();
    PlannedTarget {
        first: targets.first().copied(),
        last: targets.last().copied(),
        moved: targets.len().saturating_sub(1) as u64,
    }
}

fn task_taken(task: &Task, now: Timestamp) -> Option<TaskTaken> {
    let ended = match &task.state {
        TaskState::Done { at, .. } | TaskState::Skipped { at, .. } => Some(*at),
        TaskState::Open | TaskState::Started { .. } if task.is_late(now) => None,
        TaskState::Open | TaskState::Started { .. } | TaskState::Dropped { .. } => return None,
    };
    let late = task.due.map(|due| between(due, ended.unwrap_or(now)));
    Some(TaskTaken {
        id: task.id,
        title: task.title.clone(),
        state: task.state.to_string(),
        due: task.due,
        ended,
        late_ms: late.filter(|late| *late > 0),
    })
}

fn issues(past: &Past, now: Timestamp) -> Vec<IssueTaken> {
    let taken = |issue: &Issue| IssueTaken {
        id: issue.id,
        title: issue.title.to_string(),
        severity: issue.severity,
        deployment: issue.deployment,
        by: issue.by.clone(),
        at: issue.at,
        told: issue.state.to_string(),
        took_ms: between(issue.at, issue.state.ended().unwrap_or(now)),
    };
    let mut all: Vec<IssueTaken> = past.issues.iter().map(taken).collect();
    all.sort_by_key(|it| (std::cmp::Reverse(it.severity), it.id));
    all
}

fn steps(conducted: &Conducted) -> Vec<StepTaken> {
    let steps = conducted.runbook.steps.iter();
    let people = steps.filter(|step| step.phase().is_none());
    let taken = |step: &crate::runbook::Step| {
        let status = conducted.run.status(&step.name);
        let (began, ended) = (status.since()?, status.ended()?);
        Some(StepTaken {
            deployment: conducted.deployment,
            step: step.name.clone(),
            planned_ms: step.takes.0,
            took_ms: between(began, ended),
        })
    };
    people.filter_map(taken).collect()
}

fn failure(deployment: &Deployment) -> Option<Failure> {
    let (at, told) = match (&deployment.purpose, &deployment.status) {
        (_, Status::RolledBack { at, .. } | Status::Failed { at, .. }) => {
            (*at, ending(&deployment.status))
        }
        (Purpose::Rollback { of }, Status::Succeeded { at }) => {
            (*at, format!("deployment {of} was taken back"))
        }
        (Purpose::Promotion, Status::Succeeded { .. })
        | (
            _,
            Status::Requested
            | Status::Preparing { .. }
            | Status::Rolling { .. }
            | Status::RollingBack { .. }
            | Status::Cancelling { .. }
            | Status::Cancelled { .. }
            | Status::Superseded { .. },
        ) => return None,
    };
    Some(Failure {
        at,
        deployment: deployment.id,
        environment: deployment.environment.clone(),
        told,
        took_ms: between(deployment.requested_at, at),
    })
}

fn exceptions(past: &Past) -> Vec<Exception> {
    let waivers = past.waivers.iter().filter_map(|waiver| {
        let (by, at) = waiver.signed.as_ref()?;
        let told = format!("control {}: {}", waiver.control, waiver.reason);
        Some(exception(*at, "waiver", Some(by), told))
    });
    let against = past.deployments.iter().flat_map(|deployment| {
        let confirmed = deployment.overrides.iter();
        let confirmed = confirmed.filter_map(|it| Some((it, it.confirmed_by.as_ref()?)));
        confirmed.map(move |(it, second)| {
            let told = format!(
                "deployment {} against the calendar, asked for by {}: {}",
                deployment.id, it.by, it.reason
            );
            exception(it.at, "override", Some(second), told)
        })
    });
    let emergencies = past
        .changes
        .iter()
        .filter(|it| it.kind == ChangeKind::Emergency)
        .filter(|it| match it.state {
            ChangeState::Approved { .. } | ChangeState::Closed { .. } => true,
            ChangeState::Open | ChangeState::TurnedDown { .. } => false,
        });
    let emergencies = emergencies.map(|it| {
        let told = format!("change request {}: {}", it.id, it.title);
        exception(it.at, "emergency", Some(&it.by.0), told)
    });
    let tasks = past.tasks.iter().filter_map(|task| match &task.state {
        TaskState::Skipped { by, at, reason } => {
            let told = format!("{} was left out: {reason}", task.title);
            Some(exception(*at, "task", Some(by), told))
        }
        TaskState::Open
        | TaskState::Started { .. }
        | TaskState::Done { .. }
        | TaskState::Dropped { .. } => None,
    });
    let all = waivers.chain(against).chain(emergencies);
    let mut all: Vec<Exception> = all.chain(tasks).chain(left_out(past)).collect();
    all.sort_by_key(|it| it.at);
    all
}

fn exception(at: Timestamp, what: &str, by: Option<&Name>, told: String) -> Exception {
    Exception {
        at,
        what: what.to_owned(),
        by: by.cloned(),
        told,
    }
}

/// The steps of deployments that somebody left out.
fn left_out(past: &Past) -> impl Iterator<Item = Exception> {
    past.conducted.iter().flat_map(|conducted| {
        conducted
            .run
            .steps
            .iter()
            .filter_map(|(step, status)| match status {
                // What is left out by itself, such as the way back of what went well, nobody let pass.
                StepStatus::Skipped {
                    by: Some(by),
                    at,
                    reason,
                } => {
                    let told = format!(
                        "step {step} of deployment {}: {reason}",
                        conducted.deployment
                    );
                    Some(exception(*at, "step", Some(by), told))
                }
                StepStatus::Skipped { by: None, .. }
                | StepStatus::Waiting
                | StepStatus::Ready { .. }
                | StepStatus::Started { .. }
                | StepStatus::Done { .. }
                | StepStatus::Failed { .. }
                | StepStatus::TimedOut { .. } => None,
            })
    })
}

fn told((message, tally): &(Message, Tally)) -> Told {
    Told {
        message: message.id,
        subject: message.writing.subject.clone(),
        status: message.status.word().to_owned(),
        at: message.out.as_ref().map(|out| out.at),
        delivered: tally.delivered,
        lost: tally.refused + tally.gave_up + tally.unknown,
    }
}

#[cfg(test)]
mod tests;
