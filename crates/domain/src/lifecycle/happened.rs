//! When something happened, as far as its clock can be believed.

use jiff::{SignedDuration, Timestamp};

/// So far a clock may be ahead of the server's: what is beyond never is believed, what is within counts as now.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);

/// The time is in the future.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it would have happened at {told}, and it is {now} now: set the clock of what tells it")]
pub struct ClockError {
    /// When it is said to have happened.
    pub told: Timestamp,
    /// The server's time.
    pub now: Timestamp,
}

/// When something happened that is told at `now`; nobody saying when, it is now.
///
/// # Errors
/// When that is in the future by more than [`AHEAD_MAX`].
pub fn happened(told: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, ClockError> {
    let Some(told) = told else {
        return Ok(now);
    };
    if told.duration_since(now) > AHEAD_MAX {
        return Err(ClockError { told, now });
    }
    Ok(told.min(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_happens_in_the_future() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (told, expect) in [
            (None, Some(1000)),
            (Some(0), Some(0)),
            (Some(1000), Some(1000)),
            (Some(1300), Some(1000)),
            (Some(1301), None),
        ] {
            let found = happened(told.map(at), at(1000)).ok();
            assert_eq!(found, expect.map(at), "{told:?}");
        }
    }
}
