//! What was measured, and what of it can be compared.
//!
//! Canary and baseline are compared over the same time only: load has its hours, and a side that was measured longer
//! would bring in others. A series that ended before the window did says nothing of how things are now.

use super::{
    sample::{Sample, SampleError},
    settings::{Gaps, Settings},
    verdict::{NoData, Side},
};
use jiff::{SignedDuration, Timestamp};

/// What one side was seen to do, in any order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series(pub Vec<Point>);

/// One value at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// What; not a number where the source had a gap.
    pub value: f64,
}

/// What was measured of one metric; none where the source knows no such series.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// On the targets that run what is new.
    pub canary: Option<Series>,
    /// On fresh targets that run what is live already.
    pub baseline: Option<Series>,
}

/// The time that is judged, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

/// Both sides, ready to be compared.
pub(super) struct Samples {
    pub(super) canary: Sample,
    pub(super) baseline: Sample,
}

impl Samples {
    /// What both sides hold of the same time, if it is enough.
    pub(super) fn of(
        measured: &Measured,
        window: Window,
        gaps: Gaps,
        settings: &Settings,
    ) -> Result<Self, NoData> {
        let fresh = |series: &Option<Series>, side| {
            let points = inside(series.as_ref(), window, gaps);
            Fresh::new(points, side, window, settings)
        };
        let canary = fresh(&measured.canary, Side::Canary)?;
        let baseline = fresh(&measured.baseline, Side::Baseline)?;
        let slack = settings.stale_after.as_signed();
        let shared = Window {
            from: earlier(canary.first.max(baseline.first), slack),
            until: later(canary.last.min(baseline.last), slack),
        };
        let needed = settings.points_min.get();
        Ok(Self {
            canary: canary.sample(shared, needed)?,
            baseline: baseline.sample(shared, needed)?,
        })
    }
}

/// The points of a side that reaches to the end of the window.
struct Fresh {
    side: Side,
    points: Vec<Point>,
    first: Timestamp,
    last: Timestamp,
}

impl Fresh {
    fn new(
        points: Vec<Point>,
        side: Side,
        window: Window,
        settings: &Settings,
    ) -> Result<Self, NoData> {
        let times = || points.iter().map(|point| point.at);
        let (Some(first), Some(last)) = (times().min(), times().max()) else {
            return Err(NoData::Missing { side });
        };
        if last < earlier(window.until, settings.stale_after.as_signed()) {
            return Err(NoData::Stale { side, newest: last });
        }
        Ok(Self {
            side,
            points,
            first,
            last,
        })
    }

    fn sample(self, shared: Window, needed: u32) -> Result<Sample, NoData> {
        let side = self.side;
        let of_then = self.points.iter().filter(|point| shared.holds(point.at));
        let values: Vec<f64> = of_then.map(|point| point.value).collect();
        let points = u32::try_from(values.len()).unwrap_or(u32::MAX);
        if points < needed {
            return Err(NoData::TooFew {
                side,
                points,
                needed,
            });
        }
        Sample::new(values).map_err(|error| match error {
            SampleError::Empty => NoData::Missing { side },
            SampleError::NotFinite => NoData::NotFinite { side },
        })
    }
}

/// The points of the window, with its gaps as they are to be taken.
fn inside(series: Option<&Series>, window: Window, gaps: Gaps) -> Vec<Point> {
    let fill = |point: &Point| match (point.value.is_nan(), gaps) {
        (false, _) => Some(*point),
        (true, Gaps::Drop) => None,
        (true, Gaps::Zero) => Some(Point {
            value: 0.0,
            ..*point
        }),
    };
    let points = series.into_iter().flat_map(|series| &series.0);
    points
        .filter(|point| window.holds(point.at))
        .filter_map(fill)
        .collect()
}

impl Window {
    fn holds(&self, at: Timestamp) -> bool {
        (self.from..=self.until).contains(&at)
    }
}

fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
