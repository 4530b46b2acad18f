//! Reviews, told to people.

use crate::{commands::task::due, ui::table};
use jiff::Timestamp;
use std::fmt::Write;
use tidegate_domain::duration::Millis;
use tidegate_protocol::api::{
    DueReviewView, HandoverTakenView, IssueTakenView, MetricsView, ReportView, RetrospectiveView,
    ReviewActionView, ReviewView, ReviewsView, TrainTakenView,
};

/// A review: what happened, what people wrote, what is to be better.
pub(super) fn told(view: &ReviewView) -> String {
    let mut text = format!(
        "{} {} is {}\nnext: {}\n",
        view.product,
        view.version,
        match view.stage.as_str() {
            "none" => "not looked back at yet",
            stage => stage,
        },
        view.next
    );
    report(&mut text, &view.report);
    if !view.objectives.is_empty() {
        let rows = view.objectives.iter().map(|it| {
            let verdict = it.verdict.clone().unwrap_or_else(|| "open".to_owned());
            vec![it.name.clone(), verdict, it.title.clone(), it.note.clone()]
        });
        text.push_str("\nobjectives\n");
        text.push_str(&table(&["NAME", "MET?", "WHAT", "WHAT SHOWS IT"], rows));
    }
    let taking_part = view.participants.iter().map(|it| {
        let parts = match it.parts.is_empty() {
            true => "was invited".to_owned(),
            false => it.parts.join(", "),
        };
        let is_in = if it.takes_part { "yes" } else { "" };
        vec![it.person.clone(), is_in.to_owned(), parts]
    });
    text.push_str("\nwho took part\n");
    text.push_str(&table(&["PERSON", "WRITES", "WHAT THEY DID"], taking_part));
    if let Some(retrospective) = &view.retrospective {
        board(&mut text, retrospective);
    }
    if !view.actions.is_empty() {
        text.push_str("\nactions\n");
        text.push_str(&actions(&view.actions));
    }
    text
}

fn report(text: &mut String, report: &ReportView) {
    against_plan(text, report);
    went_wrong(text, report);
    listed_under(text, "handovers", report.handovers.iter().flat_map(handed));
    for train in &report.trains {
        let title = format!("train {}, {}", train.train, train.state.replace('_', " "));
        listed_under(text, &title, ride(train));
    }
    let moments = report.timeline.iter().map(|it| {
        let by = it
            .by
            .as_ref()
            .map(|by| format!(" ({by})"))
            .unwrap_or_default();
        format!("{} {}{by}", it.at, it.text)
    });
    listed_under(text, "what happened", moments);
}

/// When it went live, against when it was planned, and how deployments went before and since.
fn against_plan(text: &mut String, report: &ReportView) {
    let when = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let _ = writeln!(text, "went live: {}", when(report.went_live));
    if report.planned_last.is_some() {
        let _ = writeln!(
            text,
            "planned for: {} (first {}, moved {} times)",
            when(report.planned_last),
            when(report.planned_first),
            report.moved
        );
    }
    for (title, metrics) in [
        ("four weeks before", &report.before),
        ("since then", &report.since),
    ] {
        if let Some(metrics) = metrics {
            let _ = writeln!(text, "{title}: {}", measured(metrics));
        }
    }
}

fn went_wrong(text: &mut String, report: &ReportView) {
    let late = report.tasks.iter().filter_map(|it| Some((it, it.late_ms?)));
    let late = late.map(|(it, late)| {
        format!(
            "task {}, {}: {} late",
            it.id,
            it.title,
            Millis(late).rough()
        )
    });
    let slow = report.steps.iter().filter(|it| it.took_ms > it.planned_ms);
    let slow = slow.map(|it| {
        let (took, planned) = (Millis(it.took_ms).rough(), Millis(it.planned_ms).rough());
        format!(
            "step {} of deployment {}: {took} instead of {planned}",
            it.step, it.deployment
        )
    });
    let failures = report.failures.iter();
    let failures = failures.map(|it| {
        format!(
            "deployment {} in {}: {}",
            it.deployment, it.environment, it.told
        )
    });
    let exceptions = report.exceptions.iter();
    let exceptions = exceptions.map(|it| format!("{}: {}", it.what, it.told));
    let lost = report.messages.iter().filter(|it| it.lost > 0);
    let lost = lost.map(|it| format!("message {} did not reach {}", it.message, it.lost));
    let surprises = report.suppliers.iter().filter(|it| it.surprise);
    let surprises = surprises.map(|it| format!("{}: {}", it.supplier, it.told));
    let further = report.suppliers.iter();
    let further = further.filter_map(|it| {
        let through = it.through.as_ref()?;
        Some(format!("{}: {} ({through})", it.supplier, it.told))
    });
    listed_under(
        text,
        "what went wrong",
        failures.chain(lost).chain(surprises),
    );
    listed_under(text, "issues", report.issues.iter().map(issue));
    listed_under(text, "what was late", late.chain(slow));
    listed_under(text, "what was let pass", exceptions);
    listed_under(text, "what reached it through others", further);
}

fn handed(it: &HandoverTakenView) -> Vec<String> {
    let mut lines = vec![format!("{}, {}: {}", it.kind, it.state, it.told)];
    lines.extend(it.words.iter().map(|word| {
        let told = format!("  {} {} by {}", word.at, word.what, word.by);
        match word.note.is_empty() {
            true => told,
            false => format!("{told}: {}", word.note),
        }
    }));
    lines
}

fn ride(train: &TrainTakenView) -> impl Iterator<Item = String> {
    let when = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let departures = train.departures.iter().map(move |it| {
        let (planned, left) = (when(it.planned), when(it.left));
        format!("to {}: planned {planned}, left {left}", it.environment)
    });
    let happened = train.happened.iter().map(|it| {
        let by = it.by.as_ref();
        let by = by.map_or_else(String::new, |by| format!(" ({by})"));
        format!("{} {}{by}", it.at, it.told)
    });
    departures.chain(happened)
}

fn issue(it: &IssueTakenView) -> String {
    format!(
        "issue {}, {}: {}; {}",
        it.id, it.severity, it.title, it.told
    )
}

/// A release that nobody looked back at.
fn to_lead(it: &DueReviewView) -> String {
    let by = it.due.map(|by| format!(", due {}", due(Some(by))));
    let lead = it.lead.as_ref().map(|lead| format!(", led by {lead}"));
    format!(
        "{} {}, live since {}{}{}: `tidegate review begin {} {}`",
        it.product,
        it.version,
        it.live_since,
        by.unwrap_or_default(),
        lead.unwrap_or_default(),
        it.product,
        it.version
    )
}

/// The live releases that somebody is to look back at, among what they have to do.
pub(in crate::commands) fn waiting(all: &[DueReviewView]) -> String {
    let mut text = String::new();
    listed_under(&mut text, "to look back at", all.iter().map(to_lead));
    text.trim().to_owned()
}

fn listed_under(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        let _ = writeln!(text, "\n{title}");
    }
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

/// `2 went live (0.5 a week), 1 failed (33 %), 3 h 20 min from draft to live, mended after 12 min`.
fn measured(metrics: &MetricsView) -> String {
    let mut told = format!(
        "{} went live ({:.1} a week)",
        metrics.went_live, metrics.per_week
    );
    if let Some(share) = metrics.failure_share {
        let _ = write!(told, ", {} failed ({:.0} %)", metrics.failed, share * 100.0);
    }
    if let Some(lead) = metrics.lead_time_ms {
        let _ = write!(told, ", {} from draft to live", Millis(lead).rough());
    }
    if let Some(mended) = metrics.mended_after_ms {
        let _ = write!(told, ", mended after {}", Millis(mended).rough());
    }
    told
}

fn board(text: &mut String, view: &RetrospectiveView) {
    let _ = writeln!(
        text,
        "\nretrospective, led by {}: {} notes, {} took part",
        view.facilitator, view.notes_in_all, view.took_part
    );
    let note = |id: u64| view.notes.iter().find(|it| it.id == id);
    for group in &view.groups {
        let votes = match group.votes {
            Some(votes) => format!("{votes} votes"),
            None => format!("{} of your votes", group.own_votes),
        };
        let _ = write!(text, "  group {}, {votes}: {}", group.id, group.title);
        if let Some(theme) = &group.theme {
            let _ = write!(text, " [{theme}]");
        }
        if let Some(again) = &group.again {
            let _ = write!(text, " {again}");
        }
        text.push('\n');
        for it in group.notes.iter().filter_map(|id| note(*id)) {
            let _ = writeln!(
                text,
                "    note {} ({}, {}): {}",
                it.id, it.column, it.by, it.text
            );
        }
    }
    for it in view.notes.iter().filter(|it| it.group.is_none()) {
        let _ = writeln!(
            text,
            "  note {} ({}, {}): {}",
            it.id, it.column, it.by, it.text
        );
    }
    if !view.conclusion.is_empty() {
        let _ = writeln!(
            text,
            "conclusion (edition {}): {}",
            view.edition, view.conclusion
        );
    }
    if let (Some(by), Some(hash)) = (&view.closed_by, &view.report_hash) {
        let _ = writeln!(text, "closed by {by}; the report is {hash}");
    }
}

fn actions(all: &[ReviewActionView]) -> String {
    let rows = all.iter().map(|it| {
        let due = it.due.map(|at| at.to_string()).unwrap_or_default();
        let late = if it.is_late { " (late)" } else { "" };
        vec![
            it.task.to_string(),
            it.state.clone(),
            it.assignee.clone().unwrap_or_else(|| it.owner.clone()),
            format!("{due}{late}"),
            it.title.clone(),
            changes(it),
        ]
    });
    table(&["TASK", "STATE", "WHO", "DUE", "WHAT", "CHANGES"], rows)
}

/// `control:fresh-data (changed since, version 3)`.
fn changes(it: &ReviewActionView) -> String {
    let one = |what: &String| {
        let since = it.changed.iter().find(|it| it.what == *what);
        since.map_or_else(|| what.clone(), |it| format!("{what} ({})", it.told))
    };
    let all: Vec<String> = it.changes.iter().map(one).collect();
    all.join(", ")
}

/// All reviews, and what is due.
pub(super) fn listed(view: &ReviewsView) -> String {
    let mut text = String::new();
    if view.reviews.is_empty() {
        text.push_str("no release was looked back at yet\n");
    } else {
        let rows = view.reviews.iter().map(|it| {
            vec![
                it.product.clone(),
                it.version.clone(),
                it.stage.clone(),
                it.facilitator.clone(),
                format!("{} of {}", it.objectives_met, it.objectives),
                it.open_actions.to_string(),
            ]
        });
        let header = [
            "PRODUCT",
            "RELEASE",
            "STAGE",
            "LED BY",
            "OBJECTIVES MET",
            "OPEN ACTIONS",
        ];
        text.push_str(&table(&header, rows));
    }
    let due = view.due.iter().map(to_lead);
    listed_under(&mut text, "live, and nobody looked back", due);
    if !view.actions.is_empty() {
        text.push_str("\nstill to be done\n");
        text.push_str(&actions(&view.actions));
    }
    if view.cut {
        text.push_str("\nthere are more than are shown\n");
    }
    text
}

/// What comes up again and again.
pub(super) fn themes(view: &ReviewsView) -> String {
    if view.themes.is_empty() {
        return "no review named a theme yet: `tidegate review group … --theme NAME`\n".to_owned();
    }
    let rows = view.themes.iter().map(|it| {
        let heard = it.heard.iter();
        let heard: Vec<String> = heard
            .map(|at| format!("{} {}", at.product, at.version))
            .collect();
        vec![it.name.clone(), it.told.clone(), heard.join(", ")]
    });
    table(&["THEME", "HOW OFTEN", "WHERE"], rows)
}
