//! The train as the page shows it.

use super::{
    super::super::{
        moment::Moment,
        parts::{Fingerprint, Hurdles, Prose, sentence},
        state::State as Shown,
    },
    May,
    deeds::{Deed, possible},
};
use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;
use tidegate_protocol::api::{
    DepartureView, HurdlesView, IntegrationView, TrainAmendmentView, TrainBillView,
    TrainMemberView, TrainView, TrainWaitView,
};

/// What is refreshed.
#[derive(Debug, Template)]
#[template(path = "train_live.html")]
pub(super) struct Train {
    name: String,
    title: String,
    purpose: String,
    owner: String,
    created_by: String,
    created: Moment,
    sentence: String,
    state: Shown,
    pub(super) has_ended: bool,
    pub(super) can_be_planned: bool,
    hurdles: Hurdles,
    deeds: Vec<Deed>,
    departures: Vec<Departure>,
    group_run: Option<u64>,
    goes_for: Option<String>,
    members: Vec<Member>,
    critical: String,
    integration: Option<Check>,
    bills: Vec<Bill>,
    amendments: Vec<String>,
}

impl HtmlSafe for Train {}

#[derive(Debug)]
struct Departure {
    environment: String,
    state: Shown,
    at: Moment,
    tested_in: Option<String>,
}

#[derive(Debug)]
struct Member {
    product: String,
    release: Option<String>,
    state: Shown,
    deadline: Option<Moment>,
    after: Vec<(String, String)>,
    lacks: Vec<(Prose, Prose)>,
}

#[derive(Debug)]
struct Check {
    environment: String,
    holds: bool,
    together_since: Option<Moment>,
    findings: Vec<(Prose, Prose)>,
}

#[derive(Debug)]
struct Bill {
    title: String,
    told: &'static str,
    hash: Fingerprint,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    release: String,
    component: String,
    digest: Fingerprint,
    provides: String,
    needs: String,
}

impl Train {
    pub(super) fn of(view: TrainView, between: HurdlesView, (may, now): (May, Timestamp)) -> Self {
        let has_ended = matches!(view.status.as_str(), "arrived" | "cancelled");
        let critical = view.critical_path.iter();
        let critical: Vec<String> = critical
            .map(|it| format!("{} of {}", it.name, it.product))
            .collect();
        Self {
            has_ended,
            can_be_planned: !has_ended && view.status != "under_way",
            created: Moment::seen(view.created_at, now),
            state: Shown::of_train(&view.status, view.held),
            hurdles: Hurdles::of(between, now),
            deeds: possible(&view, may),
            departures: view
                .departures
                .into_iter()
                .map(|it| departure(it, now))
                .collect(),
            members: view.members.into_iter().map(|it| member(it, now)).collect(),
            critical: critical.join(", then "),
            integration: view.integration.map(|it| check(it, now)),
            bills: view.bills.iter().map(bill).collect(),
            amendments: view.amendments.iter().map(amendment).collect(),
            group_run: view.group_run,
            goes_for: view.goes_for,
            name: view.name,
            title: view.title,
            purpose: view.purpose,
            owner: view.owner,
            created_by: view.created_by,
            sentence: sentence(&view.sentence),
        }
    }
}

fn both(it: &TrainWaitView) -> (Prose, Prose) {
    (Prose::of(&it.sentence), Prose::of(&it.remedy))
}

fn departure(it: DepartureView, now: Timestamp) -> Departure {
    let (shape, word) = match it.state.as_str() {
        "reached" => ("steady", "reached"),
        "under_way" => ("moving", "under way"),
        "next" => ("waiting", "next"),
        _ => ("unknown", "ahead"),
    };
    Departure {
        environment: it.environment,
        state: Shown::new(shape, word),
        at: Moment::seen(it.at, now),
        tested_in: it.tested_in,
    }
}

fn member(it: TrainMemberView, now: Timestamp) -> Member {
    let shape = match (it.lacks.is_empty(), it.lateness.as_str()) {
        (true, _) => "steady",
        (false, "late") => "failing",
        (false, "expected_late") => "held",
        (false, _) => "waiting",
    };
    let late = match it.lateness.as_str() {
        "late" => ", late",
        "expected_late" => ", will be late",
        _ => "",
    };
    Member {
        state: Shown::new(shape, format!("{}{late}", it.state)),
        deadline: it.deadline.map(|at| Moment::seen(at, now)),
        after: it
            .after
            .into_iter()
            .map(|it| (it.product, it.because))
            .collect(),
        lacks: it.lacks.iter().map(both).collect(),
        product: it.product,
        release: it.release,
    }
}

fn check(it: IntegrationView, now: Timestamp) -> Check {
    let findings = it.findings.iter();
    Check {
        holds: it.holds,
        together_since: it.together_since.map(|at| Moment::seen(at, now)),
        findings: findings
            .map(|it| (Prose::of(&it.sentence), Prose::of(&it.remedy)))
            .collect(),
        environment: it.environment,
    }
}

fn bill(it: &TrainBillView) -> Bill {
    let part = |part: &tidegate_protocol::api::TrainPartView| Part {
        release: format!("{} {}", part.product, part.release),
        component: format!("{} {}", part.component, part.version),
        digest: Fingerprint::of(&part.digest),
        provides: part.provides.join(", "),
        needs: part.needs.join(", "),
    };
    let (title, told) = match it.edition {
        Some(edition) => (
            format!("What goes, edition {edition}"),
            "Fixed by its hash:",
        ),
        None => (
            "What would go".to_owned(),
            "Boarding is open, and this can change:",
        ),
    };
    Bill {
        title,
        told,
        hash: Fingerprint::of(&it.hash),
        parts: it.parts.iter().map(part).collect(),
    }
}

fn amendment(it: &TrainAmendmentView) -> String {
    let by = it.by.as_deref().unwrap_or("the policy for late members");
    let before = it.release.as_deref().unwrap_or("without a release");
    let what = match &it.replaced_by {
        Some(release) => format!("{} {before} was replaced by {release}", it.product),
        None => format!("{} {before} was dropped", it.product),
    };
    format!("{what} by {by}: {}", it.reason)
}
