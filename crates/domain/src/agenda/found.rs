//! The earliest conflicts of many.

use super::{Conflict, Rule};
use jiff::Timestamp;
use std::collections::BinaryHeap;

/// Keeps the earliest conflicts, and counts all.
pub(super) struct Found {
    max: usize,
    heap: BinaryHeap<Kept>,
    count: u64,
}

/// By when it begins, then by its rule and its entries.
struct Kept(Conflict);

impl Kept {
    const fn key(&self) -> (Timestamp, Rule, usize, Option<usize>) {
        let Self(it) = self;
        (it.span.start, it.rule, it.one, it.other)
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Kept {}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Found {
    pub(super) const fn new(max: usize) -> Self {
        Self {
            max,
            heap: BinaryHeap::new(),
            count: 0,
        }
    }

    /// Takes one that was not there before.
    pub(super) fn take(&mut self, conflict: Conflict) {
        self.count += 1;
        let kept = Kept(conflict);
        if self.heap.len() < self.max {
            self.heap.push(kept);
        } else if let Some(mut last) = self.heap.peek_mut()
            && kept < *last
        {
            *last = kept;
        }
    }

    /// Those that are kept, in order, and how many are not.
    pub(super) fn done(self) -> (Vec<Conflict>, u64) {
        let kept: Vec<Conflict> = self
            .heap
            .into_sorted_vec()
            .into_iter()
            .map(|Kept(it)| it)
            .collect();
        let left_out = self.count - kept.len() as u64;
        (kept, left_out)
    }
}
