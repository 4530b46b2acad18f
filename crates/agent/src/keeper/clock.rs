//! The clock that agent and keeper share: milliseconds since boot, which no one can set.

use rustix::time::{ClockId, clock_gettime};

/// Now. Only differences mean anything.
pub(crate) fn now_ms() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
}
