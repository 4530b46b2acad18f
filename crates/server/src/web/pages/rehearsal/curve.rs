//! The picture of a scenario: how many targets run the new revision at which time, as steps.

use std::fmt::Write as _;
use tidegate_domain::duration::Millis;
use tidegate_protocol::api::ExposureView;

/// Units of the picture's width.
const WIDTH: u64 = 600;
/// Units of its height.
const HEIGHT: u64 = 120;
/// Rows of the table beside it.
const ROWS: usize = 12;

/// The picture, and the table of its values.
#[derive(Debug)]
pub(super) struct Curve {
    /// The path of the run of middle length.
    pub(super) usual: String,
    /// The path around what any run reaches.
    pub(super) most: String,
    /// How long it is.
    pub(super) length: String,
    /// What it shows, in words.
    pub(super) description: String,
    pub(super) rows: Vec<Row>,
}

/// One line of the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) at: String,
    pub(super) usual: u32,
    pub(super) most: u32,
}

impl Curve {
    /// Of those points, in a fleet of so many targets.
    pub(super) fn of(points: &[ExposureView], targets: u32) -> Self {
        let last = points.last().map_or(0, |point| point.at_ms);
        let x = |point: &ExposureView| point.at_ms * WIDTH / last.max(1);
        let y = |count: u32| HEIGHT - u64::from(count) * HEIGHT / u64::from(targets.max(1));
        let usual = steps(points.iter().map(|point| (x(point), y(point.usual))));
        let most = steps(points.iter().map(|point| (x(point), y(point.most))));
        let length = Millis(last).rough();
        let highest = points.iter().map(|point| point.most).max().unwrap_or(0);
        Self {
            usual,
            most: format!("M0 {HEIGHT}{}V{HEIGHT}Z", most.replacen('M', "L", 1)),
            description: format!(
                "At most {highest} of {targets} targets run the new revision at one time, within {length}."
            ),
            length,
            rows: rows(points),
        }
    }
}

/// A line that goes along and then up or down.
fn steps(points: impl Iterator<Item = (u64, u64)>) -> String {
    let mut path = String::new();
    let mut level = None;
    for (x, y) in points {
        // Writing to a string cannot fail.
        let wrote = match level {
            None => write!(path, "M{x} {y}"),
            Some(before) if before == y => Ok(()),
            Some(_) => write!(path, "H{x}V{y}"),
        };
        wrote.ok();
        level = Some(y);
    }
    match level {
        Some(_) => format!("{path}H{WIDTH}"),
        None => path,
    }
}

/// A few points, evenly over time.
fn rows(points: &[ExposureView]) -> Vec<Row> {
    let last = points.len().saturating_sub(1);
    let count = points.len().min(ROWS);
    let chosen = (0..count).filter_map(|i| points.get(i * last / (count - 1).max(1)));
    chosen
        .map(|point| Row {
            at: Millis(point.at_ms).rough(),
            usual: point.usual,
            most: point.most,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_in_steps() {
        let point = |at_ms, usual, most| ExposureView { at_ms, usual, most };
        let points = [point(0, 0, 0), point(500, 1, 2), point(1000, 1, 4)];
        let curve = Curve::of(&points, 4);
        assert_eq!(curve.usual, "M0 120H300V90H600");
        assert_eq!(curve.most, "M0 120L0 120H300V60H600V0H600V120Z");
        assert_eq!(curve.rows.len(), 3);
        assert_eq!(curve.rows[2].at, "1.0 s");
        assert_eq!(Curve::of(&[], 0).usual, "");
    }
}
