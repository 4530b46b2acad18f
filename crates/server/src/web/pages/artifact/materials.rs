//! What an artifact is made of, what is known against that, and how its tests went.

use super::super::super::{moment::Moment, state::State as Shown};
use jiff::Timestamp;
use tidegate_protocol::api::{BillView, TestsView, VulnerabilityView};

/// A bill of materials.
pub(super) struct Bill {
    pub format: String,
    pub parts: u64,
    pub about_it: bool,
    pub licences: String,
    pub known: String,
    pub matched: Option<Moment>,
    /// What is not known, or odd.
    pub remarks: Vec<String>,
}

/// A known vulnerability of a part.
pub(super) struct Weakness {
    pub severity: Shown,
    pub advisory: String,
    pub aliases: String,
    pub part: String,
    pub fixed_in: Option<String>,
    pub summary: String,
}

/// A test report.
pub(super) struct Tests {
    pub state: Shown,
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
    pub failures: Vec<String>,
}

/// A bill as the page shows it.
pub(super) fn bill(view: &BillView, now: Timestamp) -> Bill {
    Bill {
        format: view.format.clone(),
        parts: view.parts,
        about_it: view.about_it,
        licences: match view.licences.is_empty() {
            true => "none is named".to_owned(),
            false => view.licences.join(", "),
        },
        known: known(view),
        matched: view.matched_at.map(|at| Moment::seen(at, now)),
        remarks: remarks(view),
    }
}

fn known(view: &BillView) -> String {
    let Some(known) = &view.vulnerabilities else {
        return "not matched: no advisories were imported".to_owned();
    };
    match known.len() as u64 + view.untold {
        0 => "nothing".to_owned(),
        1 => "1 vulnerability".to_owned(),
        count => format!("{count} vulnerabilities"),
    }
}

fn remarks(view: &BillView) -> Vec<String> {
    let about = (!view.about_it).then(|| {
        "It does not say that it is about this artifact, so it proves nothing about it.".to_owned()
    });
    let unmatched = (!view.unmatched.is_empty()).then(|| {
        format!(
            "Nothing is known of its parts from {}: no advisory of those was imported.",
            view.unmatched.join(", ")
        )
    });
    let cut = view
        .cut
        .then(|| "It has more parts than are looked at; nothing is known of the rest.".to_owned());
    let untold =
        (view.untold > 0).then(|| format!("{} more are known than are listed here.", view.untold));
    let own = [about, unmatched, cut, untold].into_iter().flatten();
    own.chain(view.remarks.iter().cloned()).collect()
}

/// What is known against the parts of a bill, the worst first.
pub(super) fn weaknesses(view: &BillView) -> Vec<Weakness> {
    let known = view.vulnerabilities.iter().flatten();
    known.map(weakness).collect()
}

fn weakness(view: &VulnerabilityView) -> Weakness {
    let version = view.version.as_deref().unwrap_or("of unknown version");
    let shape = match view.severity.as_str() {
        "critical" | "high" => "failing",
        "medium" => "held",
        "low" => "waiting",
        _ => "unknown",
    };
    Weakness {
        severity: Shown::new(shape, view.severity.clone()),
        advisory: view.advisory.clone(),
        aliases: view.aliases.join(", "),
        part: format!("{} {version}", view.part),
        fixed_in: view.fixed_in.clone(),
        summary: view.summary.clone(),
    }
}

/// A report as the page shows it.
pub(super) fn tests(view: &TestsView) -> Tests {
    let state = match (view.failed, view.passed) {
        (0, 0) => Shown::new("unknown", "none ran"),
        (0, _) => Shown::new("steady", "passed"),
        _ => Shown::new("failing", "failed"),
    };
    Tests {
        state,
        passed: view.passed,
        failed: view.failed,
        skipped: view.skipped,
        failures: view.failures.clone(),
    }
}
