//! The verdict on one metric.
//!
//! A change is bad if it goes the wrong way, is sure, and is large enough:
//!
//! - *sure*: the whole confidence interval of the shift lies on that side of zero, and further from it than the tolerance,
//!   a share of the estimate itself, as Kayenta's judge has it;
//! - *large enough*: the shift is more than the allowed share of the median of the baseline. Against a baseline of zero
//!   no share can be told, and every sure change is large enough.
//!
//! # Mostly equal values
//! If most values are the same, as with a counter of rare errors, the median of all differences is zero whatever the rest
//! does, and so is the interval, while the test itself sees the difference. Then the p-value says what is sure, U which way,
//! and the means how large the change is.

use super::{
    number::{Confidence, Factor},
    rank_sum::compare,
    sample::Sample,
    series::{Measured, Samples, Window},
    settings::{Bad, MetricSettings, Outliers, Settings},
    verdict::{Measure, MetricResult, MetricVerdict},
};

/// Judges one metric.
pub(super) fn judge_metric(
    metric: &MetricSettings,
    measured: &Measured,
    window: Window,
    settings: &Settings,
) -> MetricResult {
    let samples = match Samples::of(measured, window, metric.gaps, settings) {
        Ok(samples) => samples,
        Err(reason) => return MetricResult::without_data(reason),
    };
    let canary = trimmed(samples.canary, metric.outliers);
    let baseline = trimmed(samples.baseline, metric.outliers);
    let measure = measure(&canary, &baseline, settings.confidence);
    let verdict = verdict(&measure, metric, settings.confidence);
    MetricResult::with(verdict, measure, settings.confidence)
}

fn trimmed(sample: Sample, outliers: Outliers) -> Sample {
    match outliers {
        Outliers::Keep => sample,
        Outliers::Remove { factor } => sample.without_outliers(factor.get()),
    }
}

fn measure(canary: &Sample, baseline: &Sample, confidence: Confidence) -> Measure {
    let comparison = compare(canary, baseline, confidence);
    let (by, of) = if comparison.shift == 0.0 {
        (canary.mean() - baseline.mean(), baseline.mean())
    } else {
        (comparison.shift, baseline.median())
    };
    let change = by / of.abs();
    Measure {
        canary_points: canary.values().len(),
        baseline_points: baseline.values().len(),
        canary_median: canary.median(),
        baseline_median: baseline.median(),
        comparison,
        change: change.is_finite().then_some(change),
    }
}

fn verdict(measure: &Measure, metric: &MetricSettings, confidence: Confidence) -> MetricVerdict {
    let (up, down) = (Seen::up(measure, metric), Seen::down(measure, metric));
    let (watches_up, watches_down) = match metric.bad {
        Bad::Increase => (true, false),
        Bad::Decrease => (false, true),
        Bad::Either => (true, true),
    };
    if watches_up && up.is_bad(measure, metric.tolerance, confidence) {
        MetricVerdict::High
    } else if watches_down && down.is_bad(measure, metric.tolerance, confidence) {
        MetricVerdict::Low
    } else {
        MetricVerdict::Pass
    }
}

/// A change as seen in one direction, in which all its numbers are positive.
struct Seen {
    shift: f64,
    /// The end of the interval that is nearer to zero.
    near: f64,
    /// By how many pairs U is off the middle.
    off: f64,
    change: Option<f64>,
    allowed: f64,
}

impl Seen {
    fn up(measure: &Measure, metric: &MetricSettings) -> Self {
        Self {
            shift: measure.comparison.shift,
            near: measure.comparison.shift_low,
            off: off(measure),
            change: measure.change,
            allowed: metric.allowed_increase.get(),
        }
    }

    fn down(measure: &Measure, metric: &MetricSettings) -> Self {
        Self {
            shift: -measure.comparison.shift,
            near: -measure.comparison.shift_high,
            off: -off(measure),
            change: measure.change.map(|change| -change),
            allowed: metric.allowed_decrease.get(),
        }
    }

    fn is_bad(&self, measure: &Measure, tolerance: Factor, confidence: Confidence) -> bool {
        let sure = if self.shift == 0.0 {
            self.off > 0.0 && measure.comparison.p_value < 1.0 - confidence.get()
        } else {
            self.near > 0.0 && self.near > tolerance.get() * self.shift
        };
        sure && self.change.is_none_or(|change| change > self.allowed)
    }
}

fn off(measure: &Measure) -> f64 {
    let pairs = (measure.canary_points * measure.baseline_points) as f64;
    measure.comparison.u - pairs / 2.0
}
