//! What happened, as the page of a review shows it.

use super::super::super::super::{moment::Moment, parts::Prose};
use jiff::Timestamp;
use tidegate_domain::{duration::Millis, handover::HandoverKind};
use tidegate_protocol::api::{
    HandoverSaidView, HandoverTakenView, MetricsView, ReportView, TrainTakenView,
};

/// What happened.
pub(super) struct Report {
    pub(super) went_live: Option<Moment>,
    pub(super) planned: Option<Moment>,
    pub(super) moved: u64,
    /// What is measured: what, before, since.
    pub(super) figures: Vec<(&'static str, String, String)>,
    pub(super) wrong: Vec<(Prose, Moment)>,
    /// What people raised: number, and what became of it.
    pub(super) issues: Vec<(u64, Prose)>,
    pub(super) late: Vec<String>,
    pub(super) passed: Vec<(Prose, Moment)>,
    pub(super) told: Vec<(u64, String)>,
    pub(super) suppliers: Vec<(Prose, Moment)>,
    pub(super) handovers: Vec<Handed>,
    pub(super) trains: Vec<Ride>,
    pub(super) timeline: Vec<(Moment, String, Prose)>,
}

/// What became of a handover.
pub(super) struct Handed {
    pub(super) href: String,
    pub(super) title: &'static str,
    pub(super) told: Prose,
    /// Who said what.
    pub(super) words: Vec<(Prose, Moment)>,
}

/// How it travelled by a train.
pub(super) struct Ride {
    pub(super) name: String,
    pub(super) state: String,
    /// Where to, planned and real.
    pub(super) departures: Vec<(String, Option<Moment>, Option<Moment>)>,
    pub(super) happened: Vec<(Prose, Moment)>,
}

pub(super) fn report(view: &ReportView, of: (&str, &str), now: Timestamp) -> Report {
    let seen = |at| Moment::seen(at, now);
    let failures = view.failures.iter().map(|it| {
        let told = format!(
            "deployment {} in {}: {}",
            it.deployment, it.environment, it.told
        );
        (Prose::exactly(&told), seen(it.at))
    });
    let tasks = view.tasks.iter().filter_map(|it| Some((it, it.late_ms?)));
    let tasks = tasks
        .map(|(it, late)| format!("{} ({}): {} late", it.title, it.state, Millis(late).rough()));
    let steps = view.steps.iter().filter(|it| it.took_ms > it.planned_ms);
    let steps = steps.map(|it| {
        let (took, planned) = (Millis(it.took_ms).rough(), Millis(it.planned_ms).rough());
        format!(
            "step {} of deployment {}: {took} instead of {planned}",
            it.step, it.deployment
        )
    });
    let passed = view.exceptions.iter();
    let passed = passed.map(|it| {
        let by = it
            .by
            .as_ref()
            .map(|by| format!(", by {by}"))
            .unwrap_or_default();
        let told = format!("{}: {}{by}", it.what, it.told);
        (Prose::exactly(&told), seen(it.at))
    });
    let issues = view.issues.iter().map(|it| {
        let took = Millis(it.took_ms).rough();
        let told = format!("{} ({}): {}, after {took}", it.title, it.severity, it.told);
        (it.id, Prose::exactly(&told))
    });
    let timeline = view.timeline.iter().map(|it| {
        let by = it.by.clone().unwrap_or_default();
        (seen(it.at), by, Prose::exactly(&it.text))
    });
    Report {
        went_live: view.went_live.map(seen),
        planned: view.planned_last.map(seen),
        moved: view.moved,
        figures: figures(view),
        wrong: failures.collect(),
        issues: issues.collect(),
        late: tasks.chain(steps).collect(),
        passed: passed.collect(),
        told: told(view),
        suppliers: suppliers(view, now),
        handovers: view
            .handovers
            .iter()
            .map(|it| handed(it, of, now))
            .collect(),
        trains: view.trains.iter().map(|it| ride(it, now)).collect(),
        timeline: timeline.collect(),
    }
}

fn suppliers(view: &ReportView, now: Timestamp) -> Vec<(Prose, Moment)> {
    let suppliers = view.suppliers.iter().map(|it| {
        let through = it.through.as_ref();
        let through = through.map_or_else(String::new, |it| format!(" ({it})"));
        let told = format!("{}: {}{through}", it.supplier, it.told);
        (Prose::exactly(&told), Moment::seen(it.at, now))
    });
    suppliers.collect()
}

/// Which messages went out, and what became of each.
fn told(view: &ReportView) -> Vec<(u64, String)> {
    let told = view.messages.iter().map(|it| {
        let lost = match it.lost {
            0 => String::new(),
            lost => format!(", {lost} not reached"),
        };
        let told = format!(
            "{}: {}, {} delivered{lost}",
            it.subject, it.status, it.delivered
        );
        (it.message, told)
    });
    told.collect()
}

fn handed(view: &HandoverTakenView, (product, version): (&str, &str), now: Timestamp) -> Handed {
    let word = |it: &HandoverSaidView| {
        let note = match it.note.is_empty() {
            true => String::new(),
            false => format!(": {}", it.note),
        };
        let told = format!("{} by {}{note}", it.what, it.by);
        (Prose::exactly(&told), Moment::seen(it.at, now))
    };
    let kind = view.kind.parse::<HandoverKind>();
    Handed {
        href: format!(
            "/products/{product}/releases/{version}/handovers/{}",
            view.kind
        ),
        title: kind.map_or("Handover", HandoverKind::title),
        told: Prose::exactly(&format!("{}. {}", view.state, view.told)),
        words: view.words.iter().map(word).collect(),
    }
}

fn ride(view: &TrainTakenView, now: Timestamp) -> Ride {
    let seen = |at: Timestamp| Moment::seen(at, now);
    let departures = view.departures.iter().map(|it| {
        let environment = it.environment.clone();
        (environment, it.planned.map(seen), it.left.map(seen))
    });
    let happened = view.happened.iter().map(|it| {
        let by = it.by.as_ref();
        let by = by.map_or_else(String::new, |by| format!(", by {by}"));
        (Prose::exactly(&format!("{}{by}", it.told)), seen(it.at))
    });
    Ride {
        name: view.train.clone(),
        state: view.state.replace('_', " "),
        departures: departures.collect(),
        happened: happened.collect(),
    }
}

/// What is measured of deployments to live, before and since.
fn figures(view: &ReportView) -> Vec<(&'static str, String, String)> {
    let (Some(before), Some(since)) = (&view.before, &view.since) else {
        return Vec::new();
    };
    let rough = |ms: Option<u64>| ms.map_or_else(|| "–".to_owned(), |ms| Millis(ms).rough());
    let share = |it: &MetricsView| {
        let share = it
            .failure_share
            .map(|share| format!("{:.0} %", share * 100.0));
        share.unwrap_or_else(|| "–".to_owned())
    };
    let both = |of: &dyn Fn(&MetricsView) -> String| (of(before), of(since));
    let rows: [(&'static str, (String, String)); 4] = [
        (
            "Went live in a week",
            both(&|it| format!("{:.1}", it.per_week)),
        ),
        ("Failed or went back", both(&share)),
        ("From draft to live", both(&|it| rough(it.lead_time_ms))),
        ("Mended after", both(&|it| rough(it.mended_after_ms))),
    ];
    let rows = rows.into_iter();
    rows.map(|(what, (before, since))| (what, before, since))
        .collect()
}
