//! Virtual time: what is to happen, soonest first.
//!
//! Moments are rounded up to a grid, so that what happens to many targets at nearly one time is one visit. What happens at
//! one moment comes in the order in which it was put down.

use std::{cmp::Reverse, collections::BinaryHeap};

/// Milliseconds since the beginning.
pub(super) type Moment = u64;

/// What is to happen to one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happening {
    /// The new revision lies ready, or cannot.
    Prepared,
    /// What was started is healthy, or has failed.
    Judged,
    /// It was healthy for as long as the plan asks.
    Proved,
    /// It becomes unhealthy.
    Fades,
    /// A job ends; `start` is its fence.
    JobEnds,
    /// The line to its agent breaks.
    LosesTouch,
    /// The line is there again.
    InTouch,
}

/// Something that is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) at: Moment,
    order: u64,
    pub(super) host: usize,
    /// The start that it is about; a later one makes it void.
    pub(super) start: u32,
    pub(super) what: Happening,
}

/// What is to happen.
#[derive(Debug)]
pub(super) struct Queue {
    grid: Moment,
    order: u64,
    events: BinaryHeap<Reverse<Event>>,
}

impl Queue {
    pub(super) fn new(grid: Moment) -> Self {
        Self {
            grid: grid.max(1),
            order: 0,
            events: BinaryHeap::new(),
        }
    }

    /// Puts down that something happens to a host at `at` or a little later.
    pub(super) fn put(&mut self, at: Moment, (host, start): (usize, u32), what: Happening) {
        self.order += 1;
        let order = self.order;
        let at = at.div_ceil(self.grid).saturating_mul(self.grid);
        self.events.push(Reverse(Event {
            at,
            order,
            host,
            start,
            what,
        }));
    }

    /// When the next happens.
    pub(super) fn next_at(&self) -> Option<Moment> {
        self.events.peek().map(|next| next.0.at)
    }

    /// Takes what happens until `now`, one after the other.
    pub(super) fn take_until(&mut self, now: Moment) -> Option<Event> {
        self.next_at().filter(|at| *at <= now)?;
        self.events.pop().map(|next| next.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rounded_up_and_one_moment_keeps_its_order() {
        let mut queue = Queue::new(10);
        queue.put(11, (1, 0), Happening::Judged);
        queue.put(3, (0, 0), Happening::Proved);
        queue.put(15, (2, 0), Happening::Prepared);
        assert_eq!(queue.next_at(), Some(10));
        assert_eq!(queue.take_until(9), None);
        let taken = std::iter::from_fn(|| queue.take_until(20));
        let taken: Vec<_> = taken.map(|event| (event.at, event.host)).collect();
        assert_eq!(taken, [(10, 0), (20, 1), (20, 2)]);
    }
}
