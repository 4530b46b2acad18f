//! The checks of a deployment: what they ask, what came of it, their [charts](super::charts), and what the judge found.

use super::{
    super::super::state::State,
    charts::{Chart, Pair, chart, pairs},
};
use tidegate_protocol::api::{CheckView, DeploymentView, JudgedView};

/// One check after one wave.
#[derive(Debug)]
pub(super) struct Check {
    pub name: String,
    pub wave: u32,
    pub state: State,
    pub question: String,
    pub reason: Option<String>,
    pub is_dry: bool,
    /// Whether a person can have it asked anew, or accept it.
    pub is_open: bool,
    pub tally: String,
    pub chart: Option<Chart>,
    /// A canary beside its baseline, metric by metric.
    pub pairs: Vec<Pair>,
    pub judged: Vec<Judged>,
}

/// One metric of the judge.
#[derive(Debug)]
pub(super) struct Judged {
    pub metric: String,
    pub state: State,
    pub canary: String,
    pub baseline: String,
    pub detail: String,
}

/// Every check that began, the newest first.
pub(super) fn of(view: &DeploymentView) -> Vec<Check> {
    let present = view.wave.unwrap_or(0);
    view.checks
        .iter()
        .rev()
        .map(|check| shown(check, present))
        .collect()
}

/// Those of somebody who looks back, as they were asked: nothing can be done about them any more.
pub(super) fn looked_back(checks: &[CheckView]) -> Vec<Check> {
    let past = |check| Check {
        is_open: false,
        ..shown(check, 0)
    };
    checks.iter().map(past).collect()
}

fn shown(check: &CheckView, present: u32) -> Check {
    let good = check
        .measurements
        .iter()
        .filter(|m| m.sign == "good")
        .count();
    let last = check.measurements.last();
    let stands = matches!(check.state.as_str(), "failed" | "inconclusive" | "no_data");
    Check {
        name: check.check.clone(),
        wave: check.wave,
        state: State::of_check(&check.state),
        question: check.question.clone(),
        reason: check.reason.clone(),
        is_dry: check.dry_run,
        is_open: stands && check.wave == present && !check.dry_run,
        tally: format!("{good} of {} good", check.measurements.len()),
        chart: chart(check),
        pairs: pairs(check),
        judged: last
            .map(|last| last.metrics.iter().map(judged).collect())
            .unwrap_or_default(),
    }
}

fn judged(judged: &JudgedView) -> Judged {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.4}"));
    Judged {
        metric: judged.metric.clone(),
        state: State::of_check(&judged.verdict),
        canary: number(judged.canary),
        baseline: number(judged.baseline),
        detail: judged.detail.clone(),
    }
}
