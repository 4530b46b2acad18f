//! The steps over time: a bar each, in the order in which they are written, with the point of no return across.

use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;
use tidegate_protocol::api::TimelineView;

/// The picture's width, and the height of one bar with the room below, in units of its own.
const WIDTH: f64 = 600.0;
const ROW: usize = 14;
/// No bar is narrower.
const LEAST: f64 = 2.0;

/// Bars over time.
#[derive(Debug, Template)]
#[template(path = "parts/timeline.html")]
pub(in crate::web) struct Picture {
    height: usize,
    words: String,
    bars: Vec<Bar>,
    /// Where nothing goes back by itself any more.
    no_return: Option<String>,
    /// Where things stand.
    now: Option<String>,
}

impl HtmlSafe for Picture {}

#[derive(Debug)]
struct Bar {
    x: String,
    y: usize,
    width: String,
    /// `manual`, `automatic`, `decision` or `message`.
    kind: String,
    state: String,
    label: String,
}

impl Picture {
    /// Draws a timeline; as things are at `now`, if it is under way.
    pub(in crate::web) fn of(timeline: &TimelineView, now: Option<Timestamp>) -> Self {
        let begins = timeline.begins;
        let length = timeline.ends.duration_since(begins).as_secs_f64().max(1.0);
        let x = |at: Timestamp| {
            let share = at.duration_since(begins).as_secs_f64() / length;
            share.clamp(0.0, 1.0) * WIDTH
        };
        let bar = |(row, step): (usize, &tidegate_protocol::api::StepView)| {
            let (from, to) = (x(step.begins), x(step.ends));
            let width = (to - from).max(LEAST);
            Bar {
                x: format!("{:.1}", from.min(WIDTH - width)),
                y: row * ROW,
                width: format!("{width:.1}"),
                kind: step.kind.clone(),
                state: step.state.clone(),
                label: format!(
                    "{}: {} to {}",
                    step.title,
                    step.begins.strftime("%H:%M:%S"),
                    step.ends.strftime("%H:%M:%S UTC")
                ),
            }
        };
        let place = |at: Timestamp| format!("{:.1}", x(at));
        let is_within = |at: &Timestamp| (begins..=timeline.ends).contains(at);
        Self {
            height: timeline.steps.len().max(1) * ROW,
            words: format!("{} steps over time", timeline.steps.len()),
            bars: timeline.steps.iter().enumerate().map(bar).collect(),
            no_return: timeline.no_return.filter(is_within).map(place),
            now: now.filter(is_within).map(place),
        }
    }
}
