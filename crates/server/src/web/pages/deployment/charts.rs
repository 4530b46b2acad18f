//! What checks measured, as small charts: numbers with their bounds, and a canary beside its baseline.

use std::collections::BTreeSet;
use tidegate_protocol::api::{CheckView, JudgedView, MeasurementView};

/// A chart's size in units of its own.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 48.0;
/// So much of it stays free at each edge.
const MARGIN: f64 = 4.0;

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

/// The medians of one metric over time, on both sides of a judge.
#[derive(Debug)]
pub(super) struct Pair {
    pub metric: String,
    pub canary: Side,
    pub baseline: Side,
    /// In words, for whoever does not see it.
    pub words: String,
}

/// One of the two.
#[derive(Debug)]
pub(super) struct Side {
    pub line: String,
    /// One point per measurement.
    pub points: Vec<Point>,
}

/// The median of one measurement.
#[derive(Debug)]
pub(super) struct Point {
    pub x: String,
    pub y: String,
    pub title: String,
}

/// None without at least one number.
pub(super) fn chart(check: &CheckView) -> Option<Chart> {
    let values: Vec<(usize, f64, &MeasurementView)> = check
        .measurements
        .iter()
        .enumerate()
        .filter_map(|(i, m)| Some((i, m.value?, m)))
        .collect();
    let bounds: Vec<f64> = check.above.into_iter().chain(check.below).collect();
    let numbers = values.iter().map(|(_, value, _)| *value);
    let scale = Scale::of(numbers.chain(bounds.iter().copied()), check)?;
    let last = values.last()?;
    let dot = |(i, value, measurement): &(usize, f64, &MeasurementView)| Dot {
        x: scale.x(*i),
        y: scale.y(*value),
        sign: measurement.sign.clone(),
        title: format!("{} at {:.0}", measurement.text, measurement.at),
    };
    let dots: Vec<Dot> = values.iter().map(dot).collect();
    Some(Chart {
        line: line(dots.iter().map(|dot| (&dot.x, &dot.y))),
        dots,
        bounds: bounds.into_iter().map(|bound| scale.y(bound)).collect(),
        words: format!(
            "{} numbers from {} to {}, the last {}",
            values.len(),
            scale.low,
            scale.high,
            last.1
        ),
    })
}

/// One for each metric that a judge has compared.
pub(super) fn pairs(check: &CheckView) -> Vec<Pair> {
    let metrics = check.measurements.iter().flat_map(|m| &m.metrics);
    let names: BTreeSet<&str> = metrics.map(|judged| judged.metric.as_str()).collect();
    names
        .into_iter()
        .filter_map(|name| pair(check, name))
        .collect()
}

/// None without at least one median of each.
fn pair(check: &CheckView, metric: &str) -> Option<Pair> {
    let canary = medians(check, metric, |judged| judged.canary);
    let baseline = medians(check, metric, |judged| judged.baseline);
    let (first, last) = (range(&canary)?, range(&baseline)?);
    let all = canary.iter().chain(&baseline).map(|(_, median, _)| *median);
    let scale = Scale::of(all, check)?;
    Some(Pair {
        metric: metric.to_owned(),
        words: format!("Medians of {metric}: canary {first}; baseline {last}"),
        canary: side(&scale, ("canary", &canary)),
        baseline: side(&scale, ("baseline", &baseline)),
    })
}

/// Which measurement, and what was found.
type Median<'a> = (usize, f64, &'a MeasurementView);

fn medians<'a>(
    check: &'a CheckView,
    metric: &str,
    of: fn(&JudgedView) -> Option<f64>,
) -> Vec<Median<'a>> {
    let found = |(i, measurement): (usize, &'a MeasurementView)| {
        let judged = measurement.metrics.iter().find(|it| it.metric == metric)?;
        Some((i, of(judged)?, measurement))
    };
    check
        .measurements
        .iter()
        .enumerate()
        .filter_map(found)
        .collect()
}

fn range(medians: &[Median<'_>]) -> Option<String> {
    let all = || medians.iter().map(|(_, median, _)| *median);
    let (low, high) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
    let last = all().next_back()?;
    Some(match medians.len() {
        1 => format!("{last:.4}"),
        _ => format!("from {low:.4} to {high:.4}, the last {last:.4}"),
    })
}

fn side(scale: &Scale, (name, medians): (&str, &[Median<'_>])) -> Side {
    let point = |(i, median, measurement): &Median<'_>| Point {
        x: scale.x(*i),
        y: scale.y(*median),
        title: format!("{name} {median:.4} at {:.0}", measurement.at),
    };
    let points: Vec<Point> = medians.iter().map(point).collect();
    Side {
        line: line(points.iter().map(|point| (&point.x, &point.y))),
        points,
    }
}

fn line<'a>(points: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let points: Vec<String> = points.map(|(x, y)| format!("{x},{y}")).collect();
    points.join(" ")
}

/// Where numbers lie in a chart.
struct Scale {
    low: f64,
    high: f64,
    steps: f64,
}

impl Scale {
    fn of(numbers: impl Iterator<Item = f64> + Clone, check: &CheckView) -> Option<Self> {
        Some(Self {
            low: numbers.clone().reduce(f64::min)?,
            high: numbers.reduce(f64::max)?,
            steps: (check.measurements.len().max(2) - 1) as f64,
        })
    }

    fn x(&self, i: usize) -> String {
        format!(
            "{:.1}",
            MARGIN + (WIDTH - 2.0 * MARGIN) * i as f64 / self.steps
        )
    }

    fn y(&self, value: f64) -> String {
        let span = if self.high > self.low {
            self.high - self.low
        } else {
            1.0
        };
        let part = (value - self.low) / span;
        format!("{:.1}", HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn measured(value: Option<f64>, metrics: Vec<JudgedView>) -> MeasurementView {
        MeasurementView {
            at: Timestamp::UNIX_EPOCH,
            sign: if value.is_some() { "good" } else { "no_data" }.to_owned(),
            text: "x".to_owned(),
            value,
            metrics,
        }
    }

    fn check(measurements: Vec<MeasurementView>) -> CheckView {
        CheckView {
            check: "errors".into(),
            wave: 1,
            state: "asking".into(),
            dry_run: false,
            question: "e is below 1".into(),
            reason: None,
            above: None,
            below: Some(1.0),
            measurements,
        }
    }

    fn numbers(values: &[Option<f64>]) -> CheckView {
        check(values.iter().map(|v| measured(*v, Vec::new())).collect())
    }

    fn judged(medians: &[Option<(f64, f64)>]) -> CheckView {
        let one = |medians: &Option<(f64, f64)>| {
            let metric = JudgedView {
                metric: "latency".into(),
                verdict: "pass".into(),
                detail: String::new(),
                canary: medians.map(|(canary, _)| canary),
                baseline: medians.map(|(_, baseline)| baseline),
                shift_low: None,
                shift_high: None,
            };
            measured(Some(100.0), vec![metric])
        };
        check(medians.iter().map(one).collect())
    }

    #[test]
    fn numbers_and_bounds_lie_within_the_chart() {
        let drawn = chart(&numbers(&[Some(0.0), None, Some(2.0)])).unwrap();
        assert_eq!(drawn.line, "4.0,44.0 236.0,4.0");
        assert_eq!(drawn.bounds, ["24.0"]);
        assert_eq!(drawn.words, "2 numbers from 0 to 2, the last 2");
    }

    #[test]
    fn without_numbers_there_is_nothing_to_draw() {
        assert!(chart(&numbers(&[None])).is_none());
        assert!(chart(&numbers(&[])).is_none());
        assert!(chart(&numbers(&[Some(1.0)])).is_some());
    }

    #[test]
    fn a_canary_is_drawn_beside_its_baseline() {
        let drawn = pairs(&judged(&[Some((1.0, 1.0)), None, Some((3.0, 1.0))]));
        let [pair] = drawn.as_slice() else {
            panic!("one metric is one picture: {drawn:?}");
        };
        assert_eq!(pair.canary.line, "4.0,44.0 236.0,4.0");
        assert_eq!(pair.baseline.line, "4.0,44.0 236.0,44.0");
        assert_eq!(
            pair.words,
            "Medians of latency: canary from 1.0000 to 3.0000, the last 3.0000; \
            baseline from 1.0000 to 1.0000, the last 1.0000"
        );
        let once = pairs(&judged(&[Some((3.0, 1.0))]));
        assert_eq!(
            once[0].words,
            "Medians of latency: canary 3.0000; baseline 1.0000"
        );
        assert!(pairs(&judged(&[None])).is_empty());
        assert!(pairs(&numbers(&[Some(1.0)])).is_empty());
    }
}
