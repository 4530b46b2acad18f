//! What the calendar says in virtual time. It is asked only when what it said last may no longer hold.

use crate::calendar::{Calendar, Edge, Opening};
use jiff::Timestamp;

/// The calendar of a run.
pub(super) struct Hours<'a> {
    calendar: &'a Calendar<'a>,
    /// When it has to be asked again; never, when none.
    ask_at: Option<Timestamp>,
}

impl<'a> Hours<'a> {
    pub(super) const fn new(calendar: &'a Calendar<'a>) -> Self {
        Self {
            calendar,
            ask_at: Some(Timestamp::MIN),
        }
    }

    /// What it says at `now`, unless that is what it said before. Time goes forward only.
    pub(super) fn changed(&mut self, now: Timestamp) -> Option<Opening> {
        self.ask_at.filter(|at| *at <= now)?;
        let opening = self.calendar.judge(now);
        let edge = match &opening {
            Opening::Open { until } => *until,
            Opening::Closed { opens, .. } => *opens,
        };
        self.ask_at = match edge {
            Edge::At(at) | Edge::NotBefore(at) => Some(at),
            Edge::Never => None,
        };
        Some(opening)
    }
}
