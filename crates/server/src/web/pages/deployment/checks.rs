//! Checks as small charts: what was measured, the bounds it is held against, and what the judge found.

use super::super::super::state::State;
use tidegate_protocol::api::{CheckView, DeploymentView, JudgedView, MeasurementView};

/// The chart's size in units of its own.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 48.0;

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
    pub judged: Vec<Judged>,
}

/// Measured numbers over time.
#[derive(Debug)]
pub(super) struct Chart {
    /// The points of a line.
    pub line: String,
    pub dots: Vec<Dot>,
    /// The heights of the bounds.
    pub bounds: Vec<String>,
    /// In words, for whoever does not see it.
    pub words: String,
}

/// One measurement.
#[derive(Debug)]
pub(super) struct Dot {
    pub x: String,
    pub y: String,
    /// The class that says good or bad, by shape and colour.
    pub sign: String,
    pub title: String,
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
        judged: last
            .map(|last| last.metrics.iter().map(judged).collect())
            .unwrap_or_default(),
    }
}

/// None without at least one number.
fn chart(check: &CheckView) -> Option<Chart> {
    let values: Vec<(usize, f64, &MeasurementView)> = check
        .measurements
        .iter()
        .enumerate()
        .filter_map(|(i, m)| Some((i, m.value?, m)))
        .collect();
    let bounds: Vec<f64> = check.above.into_iter().chain(check.below).collect();
    let all = || {
        values
            .iter()
            .map(|(_, value, _)| *value)
            .chain(bounds.iter().copied())
    };
    let (low, high) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
    let last = values.last()?;
    let steps = (check.measurements.len().max(2) - 1) as f64;
    let x = |i: usize| format!("{:.1}", 4.0 + (WIDTH - 8.0) * i as f64 / steps);
    let span = if high > low { high - low } else { 1.0 };
    let y = |value: f64| {
        format!(
            "{:.1}",
            HEIGHT - 4.0 - (HEIGHT - 8.0) * (value - low) / span
        )
    };
    let dot = |(i, value, measurement): &(usize, f64, &MeasurementView)| Dot {
        x: x(*i),
        y: y(*value),
        sign: measurement.sign.clone(),
        title: format!("{} at {:.0}", measurement.text, measurement.at),
    };
    let dots: Vec<Dot> = values.iter().map(dot).collect();
    let line: Vec<String> = dots
        .iter()
        .map(|dot| format!("{},{}", dot.x, dot.y))
        .collect();
    Some(Chart {
        line: line.join(" "),
        dots,
        bounds: bounds.into_iter().map(y).collect(),
        words: format!(
            "{} numbers from {low} to {high}, the last {}",
            values.len(),
            last.1
        ),
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn check(values: &[Option<f64>]) -> CheckView {
        let measured = |value: &Option<f64>| MeasurementView {
            at: Timestamp::UNIX_EPOCH,
            sign: if value.is_some() { "good" } else { "no_data" }.to_owned(),
            text: "x".to_owned(),
            value: *value,
            metrics: Vec::new(),
        };
        CheckView {
            check: "errors".into(),
            wave: 1,
            state: "asking".into(),
            dry_run: false,
            question: "e is below 1".into(),
            reason: None,
            above: None,
            below: Some(1.0),
            measurements: values.iter().map(measured).collect(),
        }
    }

    #[test]
    fn numbers_and_bounds_lie_within_the_chart() {
        let drawn = chart(&check(&[Some(0.0), None, Some(2.0)])).unwrap();
        assert_eq!(drawn.line, "4.0,44.0 236.0,4.0");
        assert_eq!(drawn.bounds, ["24.0"]);
        assert_eq!(drawn.words, "2 numbers from 0 to 2, the last 2");
    }

    #[test]
    fn without_numbers_there_is_nothing_to_draw() {
        assert!(chart(&check(&[None])).is_none());
        assert!(chart(&check(&[])).is_none());
        assert!(chart(&check(&[Some(1.0)])).is_some());
    }
}
