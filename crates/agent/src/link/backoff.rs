//! Pauses between attempts: they double, and no two agents keep step.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LAST: Duration = Duration::from_secs(5);

/// Counts the attempts that failed.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// An attempt succeeded.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Whether the last attempt failed.
    pub(crate) const fn failed(&self) -> bool {
        self.failures > 0
    }

    /// How long to wait after one more failure: between half and the whole of the doubled pause.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = FIRST.saturating_mul(1 << self.failures.min(8)).min(LAST);
        self.failures = self.failures.saturating_add(1);
        jittered(pause)
    }
}

/// Between half of a pause and the whole.
pub(super) fn jittered(pause: Duration) -> Duration {
    let mut byte = [128];
    // Without randomness the pause is merely not jittered.
    getrandom::fill(&mut byte).ok();
    pause.mul_f64(0.5 + f64::from(byte[0]) / 512.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..20).map(|_| backoff.next()).collect();
        assert!(pauses[0] >= FIRST / 2 && pauses[0] <= FIRST);
        assert!(pauses[19] >= LAST / 2 && pauses[19] <= LAST);
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
