//! The clock that agent and keeper share: milliseconds since boot, which no one can set; and beside it the wall clock.

use rustix::time::{ClockId, clock_gettime};
use std::{fs, sync::OnceLock};
use tidegate_domain::{converge::signed::Moment, digest::Digest, duration::Millis};

/// Names this run of the machine.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Now. Only differences mean anything.
pub(crate) fn now_ms() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
}

/// Now, by both clocks.
pub(crate) fn moment() -> Moment {
    static BOOT: OnceLock<Digest> = OnceLock::new();
    // Without a name every run looks the same: then a reboot makes a signature live longer, and never shorter.
    let boot = BOOT.get_or_init(|| Digest::of(&fs::read(BOOT_ID).unwrap_or_default()));
    Moment {
        wall: jiff::Timestamp::now(),
        boot: *boot,
        since_boot: Millis(now_ms()),
    }
}
