//! The checks of a deployment as they are shown.

use super::super::Error;
use tidegate_domain::{
    analysis::{MetricResult, MetricVerdict},
    deployment::{CheckRun, Deployment, Measurement, Reading, Sign},
    name::Name,
    plan::{Check, Question},
};
use tidegate_protocol::api::{CheckView, JudgedView, MeasurementView};
use tidegate_store::Tx;

/// As many measurements of one check are shown.
const SHOWN: usize = 200;

/// Every check that began, with what it was answered.
pub(super) async fn of(tx: &mut Tx, deployment: &Deployment) -> Result<Vec<CheckView>, Error> {
    let mut views = Vec::with_capacity(deployment.checks.len());
    for run in &deployment.checks {
        let Some(check) = deployment.plan.check(&run.check) else {
            continue;
        };
        let all = tx.measurements((deployment.id, run.wave)).await?;
        let own: Vec<&Measurement> = all.iter().filter(|m| m.check == run.check).collect();
        let shown = own.len().saturating_sub(SHOWN);
        views.push(view(run, check, &own[shown..]));
    }
    Ok(views)
}

pub(in crate::app) fn view(
    run: &CheckRun,
    check: &Check,
    measurements: &[&Measurement],
) -> CheckView {
    let outcome = run.ended.as_ref().map(|(_, outcome)| outcome);
    let (state, reason) = match (&run.accepted, outcome) {
        (Some(word), _) => ("accepted", Some(format!("{}: {}", word.by, word.reason))),
        (None, Some(outcome)) => (outcome.word(), outcome.reason().map(str::to_owned)),
        (None, None) => ("asking", None),
    };
    let bounds = match check.question() {
        Some(Question::Metric(metric)) => Some(metric.passes),
        Some(Question::Http(_) | Question::Exec(_) | Question::Judge(_)) | None => None,
    };
    CheckView {
        check: run.check.to_string(),
        wave: run.wave + 1,
        state: state.to_owned(),
        dry_run: check.dry_run,
        question: check.to_string(),
        reason,
        above: bounds
            .and_then(|bounds| bounds.above)
            .map(|bound| bound.get()),
        below: bounds
            .and_then(|bounds| bounds.below)
            .map(|bound| bound.get()),
        measurements: measurements.iter().map(|m| measured(m, check)).collect(),
    }
}

fn measured(measurement: &Measurement, check: &Check) -> MeasurementView {
    let reading = &measurement.reading;
    let (value, metrics) = match reading {
        Reading::Value { value } => (Some(*value), Vec::new()),
        Reading::Judged { analysis } => (
            Some(analysis.score.get()),
            analysis.metrics.iter().map(judged).collect(),
        ),
        Reading::Answer { .. } | Reading::NoData { .. } => (None, Vec::new()),
    };
    MeasurementView {
        at: measurement.at,
        sign: match reading.sign(check) {
            Sign::Good => "good",
            Sign::Bad => "bad",
            Sign::Neither => "neither",
            Sign::None => "no_data",
        }
        .to_owned(),
        text: reading.to_string(),
        value,
        metrics,
    }
}

fn judged((metric, result): (&Name, &MetricResult)) -> JudgedView {
    let measure = result.measure.as_ref();
    JudgedView {
        metric: metric.to_string(),
        verdict: match result.verdict {
            MetricVerdict::Pass => "pass",
            MetricVerdict::High => "high",
            MetricVerdict::Low => "low",
            MetricVerdict::NoData => "no_data",
        }
        .to_owned(),
        detail: result.detail.clone(),
        canary: measure.map(|m| m.canary_median),
        baseline: measure.map(|m| m.baseline_median),
        shift_low: measure.map(|m| m.comparison.shift_low),
        shift_high: measure.map(|m| m.comparison.shift_high),
    }
}
