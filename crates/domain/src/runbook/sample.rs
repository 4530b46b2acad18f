//! Runbooks for tests.

use super::{Heading, Run, Runbook, Step, Timeline, backout_plan, deployment_plan};
use crate::{
    deployment::sample,
    duration::Millis,
    plan::{Plan, PlannedJob, Reversible, When},
    rehearsal::{Draws, Profile},
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Four targets, two at a time, one check after each wave.
pub(super) fn plan(jobs: &[(&str, When, Reversible)]) -> Plan {
    let check =
        r#"{"name":"errors","http":{"url":"http://shop.example/ok"},"interval":"30s","count":2}"#;
    let job = |(job, when, reversible): &(&str, When, Reversible)| PlannedJob {
        job: job.parse().unwrap(),
        when: *when,
        reversible: *reversible,
        deadline: Millis::from_secs(600),
    };
    Plan {
        jobs: jobs.iter().map(job).collect(),
        ..sample::plan(4, 2, &[check])
    }
}

/// The same with a migration before the first wave, which cannot be undone.
pub(super) fn migrating() -> Plan {
    plan(&[("web/migrate", When::Before, Reversible::No)])
}

pub(super) fn profile() -> Profile {
    let length = |seconds| Draws::between(Millis::from_secs(seconds), Millis::from_secs(seconds));
    Profile {
        prepare: length(120),
        start: length(57),
        fail: length(60),
        restore: length(90),
        own: BTreeMap::new(),
        failures_per_mille: 10,
        basis: Vec::new(),
    }
}

pub(super) fn heading() -> Heading {
    Heading {
        title: "Shop 1.4.0 to live".to_owned(),
        owner: "team:shop".parse().unwrap(),
        time_zone: "Europe/Amsterdam".parse().unwrap(),
    }
}

pub(super) fn forward(plan: &Plan) -> Runbook {
    deployment_plan(plan, &profile(), &heading())
}

pub(super) fn back(plan: &Plan) -> Runbook {
    backout_plan(plan, &profile(), &heading())
}

pub(super) fn step(value: Value) -> Step {
    serde_json::from_value(value).unwrap()
}

/// With more steps.
pub(super) fn with(mut runbook: Runbook, steps: impl IntoIterator<Item = Value>) -> Runbook {
    runbook.steps.extend(steps.into_iter().map(step));
    runbook
}

/// 20:00 in Amsterdam.
pub(super) fn begin() -> Timestamp {
    "2026-12-04T19:00:00Z".parse().unwrap()
}

/// So many seconds after the beginning.
pub(super) fn at(seconds: i64) -> Timestamp {
    begin() + jiff::SignedDuration::from_secs(seconds)
}

pub(super) fn planned(runbook: &Runbook) -> Timeline {
    Timeline::of(runbook, &Run::new(begin()), begin()).unwrap()
}

/// `NAME begin-end`, in seconds after the beginning.
pub(super) fn told(timeline: &Timeline) -> Vec<String> {
    let seconds = |at: Timestamp| at.duration_since(begin()).as_secs();
    let line = |span: &super::Span| {
        format!(
            "{} {}-{}",
            span.step,
            seconds(span.begins),
            seconds(span.ends)
        )
    };
    timeline.steps.iter().map(line).collect()
}
