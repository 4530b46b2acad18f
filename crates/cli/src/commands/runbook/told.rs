//! Runbooks, and the steps of deployments, in words.

use super::super::procedure;
use crate::ui::{ago, table};
use jiff::Timestamp;
use tidegate_protocol::api::{
    ConductedView, RunbookEditionView, RunbookSavedView, RunbookView, StepView, TimelineView,
};

pub(super) fn told(view: &RunbookView) -> String {
    let mut lines = vec![
        format!(
            "{}, edition {} by {}, {}",
            view.title,
            view.edition,
            view.by,
            ago(view.at)
        ),
        view.sentence.clone(),
        format!("approved as {}", view.hash),
    ];
    if !view.strays.is_empty() {
        lines.push(format!(
            "! the usual strategy would have the engine do {} otherwise: `tidegate runbook renew`",
            view.strays.join(", ")
        ));
    }
    lines.extend(view.findings.iter().map(|it| format!("! {it}")));
    lines.push(format!("\n{}", laid(&view.timeline)));
    let contacts = view
        .contacts
        .iter()
        .map(|it| vec![it.name.clone(), it.about.clone(), it.reached.clone()]);
    if !view.contacts.is_empty() {
        lines.push(format!(
            "\n{}",
            table(&["contact", "about", "reached"], contacts)
        ));
    }
    let risks = view.risks.iter().map(|it| {
        let weight = format!("{}, {}", it.likelihood, it.impact);
        vec![it.what.clone(), weight, it.answer.clone()]
    });
    if !view.risks.is_empty() {
        lines.push(format!("\n{}", table(&["risk", "", "answer"], risks)));
    }
    if !view.deviations.is_empty() {
        let decides = view.decides.as_ref().map(|it| format!(" ({it} decides)"));
        let decides = decides.unwrap_or_default();
        lines.push(format!("\ndeviations: {}{decides}", view.deviations));
    }
    lines.join("\n")
}

/// The steps with their times, and what comes too late.
fn laid(timeline: &TimelineView) -> String {
    let rows = timeline.steps.iter().map(|it| {
        vec![
            clock(it.begins),
            it.title.clone(),
            it.owner.clone().unwrap_or_else(|| "the engine".to_owned()),
            it.takes.clone(),
            it.place.clone(),
            it.name.clone(),
        ]
    });
    let header = ["at", "", "who", "takes", "", "step"];
    let warnings = timeline.warnings.iter().map(|it| format!("! {it}"));
    let lines = std::iter::once(table(&header, rows)).chain(warnings);
    let lines = lines.chain(procedures(timeline));
    lines.collect::<Vec<_>>().join("\n")
}

/// The steps of a deployment by one of its runbooks.
pub(in super::super) fn steps_of(runbook: &ConductedView) -> String {
    let timeline = &runbook.timeline;
    let row = |it: &StepView| {
        let due = it.due.map(|at| format!(", due {}", clock(at)));
        vec![
            mark(it).to_owned(),
            it.name.clone(),
            it.title.clone(),
            it.owner.clone().unwrap_or_else(|| "the engine".to_owned()),
            format!("{} to {}", clock(it.begins), clock(it.ends)),
            format!("{}{}", it.told, due.unwrap_or_default()),
        ]
    };
    let header = ["", "step", "", "who", "when", "state"];
    let table = table(&header, timeline.steps.iter().map(row));
    let warnings = timeline.warnings.iter().map(|it| format!("! {it}"));
    let lines = std::iter::once(table).chain(warnings);
    let lines = lines.chain(procedures(timeline));
    lines.collect::<Vec<_>>().join("\n")
}

/// The procedures that steps name, a line each.
fn procedures(timeline: &TimelineView) -> impl Iterator<Item = String> {
    timeline.steps.iter().filter_map(|step| {
        let told = procedure::named(step.procedure.as_ref()?);
        Some(format!("{}: {told}", step.name))
    })
}

const fn mark(step: &StepView) -> &'static str {
    match step.state.as_bytes() {
        b"done" => "✓",
        b"failed" | b"timed_out" => "✗",
        b"ready" | b"started" => "▶",
        b"skipped" => "–",
        _ => "",
    }
}

/// How long it is between two moments, roughly.
pub(in super::super) fn lasts(from: Timestamp, to: Timestamp) -> String {
    match to.duration_since(from).as_mins() {
        ..=0 => "less than a minute".to_owned(),
        minutes @ 1..=119 => format!("{minutes} min"),
        minutes => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

/// What saving changed, or would change, in words.
pub(super) fn saved(view: &RunbookSavedView) -> String {
    let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let changes = view.changes.iter().map(|it| format!("  {it}"));
    let both = view.conflicts.iter().map(|it| {
        let (theirs, mine) = (or_nothing(&it.theirs), or_nothing(&it.mine));
        format!("! {}: {theirs} there, {mine} here", it.path)
    });
    let lost = view.lost.iter().map(|it| format!("! {it}"));
    let merged = "what others saved in between is in it".to_owned();
    let lines = changes.chain(both).chain(lost);
    let lines = lines
        .chain(view.merged.then_some(merged))
        .chain([came_to(view)]);
    lines.collect::<Vec<String>>().join("\n")
}

fn came_to(view: &RunbookSavedView) -> String {
    let is_whole = view.conflicts.is_empty() && view.lost.is_empty();
    match (view.saved, is_whole, view.changes.is_empty()) {
        (true, ..) => format!("edition {} is saved", view.edition),
        (false, false, _) => "that has to be settled first".to_owned(),
        (false, true, true) => format!("nothing differs from edition {}", view.edition),
        (false, true, false) => "that would be changed".to_owned(),
    }
}

/// The editions, a line each.
pub(super) fn history(editions: &[RunbookEditionView]) -> String {
    let row = |it: &RunbookEditionView| {
        vec![
            it.edition.to_string(),
            it.by.clone(),
            ago(it.at),
            it.changes.join("; "),
        ]
    };
    table(
        &["edition", "by", "saved", "changed"],
        editions.iter().map(row),
    )
}
