//! Counts how long the other end was waited for against what it moved.

use super::Patience;
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// The other end was waited for too long.
#[derive(Debug, thiserror::Error)]
#[error("it came too slowly: after {} s of waiting nothing, or less than {bytes_per_second} bytes a second", stall.as_secs_f32())]
pub(crate) struct Stalled {
    stall: Duration,
    bytes_per_second: u64,
}

/// One direction of a connection.
#[derive(Debug)]
pub(super) struct Meter {
    patience: Patience,
    moved: u64,
    /// How long it was waited for before.
    waited: Duration,
    /// Since when it is waited for.
    since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Meter {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            patience,
            moved: 0,
            waited: Duration::ZERO,
            since: None,
            alarm: None,
        }
    }

    /// Something came or went.
    pub(super) fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
        self.moved = self.moved.saturating_add(bytes as u64);
    }

    /// Nothing moves at this moment: ready when it has been so for too long.
    pub(super) fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<Stalled> {
        let now = Instant::now();
        let left = self.left();
        if self.since.is_none() {
            self.since = Some(now);
            match &mut self.alarm {
                Some(alarm) => alarm.as_mut().reset(now + left),
                None => self.alarm = Some(Box::pin(sleep_until(now + left))),
            }
        }
        match self
            .alarm
            .as_mut()
            .map(|alarm| alarm.as_mut().poll(context))
        {
            Some(Poll::Ready(())) => Poll::Ready(Stalled {
                stall: self.patience.stall,
                bytes_per_second: self.patience.bytes_per_second,
            }),
            Some(Poll::Pending) | None => Poll::Pending,
        }
    }

    /// How long it may still be waited for at a stretch.
    fn left(&self) -> Duration {
        let earned = Duration::from_secs(self.moved / self.patience.bytes_per_second.max(1));
        let all = self.patience.stall.saturating_add(earned);
        self.patience.stall.min(all.saturating_sub(self.waited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn who_trickles_has_less_left_and_who_moves_has_all_of_it() {
        let patience = Patience {
            stall: 30 * SECOND,
            bytes_per_second: 100,
            ..Patience::default()
        };
        for (moved, waited, left) in [
            (0, 0, 30),
            (0, 10, 20),
            (0, 40, 0),
            // A byte every second for 20 s, and a whole megabyte in 100 s.
            (20, 20, 10),
            (1_000_000, 100, 30),
            // As fast as it has to be.
            (10_000, 100, 30),
            (10_000, 120, 10),
        ] {
            let mut meter = Meter::new(patience);
            meter.moved = moved;
            meter.waited = waited * SECOND;
            assert_eq!(meter.left(), left * SECOND, "{moved} bytes, {waited} s");
        }
    }
}
