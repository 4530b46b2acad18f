//! How long a signature lives. Agents measure that from the moment they received it, on a clock that nobody can set; only across
//! a reboot, and for what was under way before it was received, the wall clock is all there is.

use super::Statement;
use crate::{digest::Digest, duration::Millis};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a signature lives unless the server was told otherwise.
pub const LIFETIME: Millis = Millis::from_secs(24 * 3600);
/// A longer life is refused: a signature that is always good can be held back for ever.
pub const LIFETIME_MAX: Millis = Millis::from_secs(7 * 24 * 3600);

/// A moment, by both clocks of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The wall clock, which can be set.
    pub wall: Timestamp,
    /// Names the run of the machine.
    pub boot: Digest,
    /// How long that lasts, which nobody can set.
    pub since_boot: Millis,
}

/// What an agent keeps of the statement it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The hash of the state.
    pub state: Digest,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// Until when it lives, by the server's clock.
    pub expires_at: Timestamp,
    /// When the agent received it.
    pub received: Moment,
}

impl Held {
    pub(super) fn of(statement: &Statement, received: &Moment) -> Self {
        Self {
            state: statement.state,
            issued_at: statement.issued_at,
            expires_at: statement.expires_at,
            received: received.clone(),
        }
    }

    /// How long it may still be acted upon; 0 when nothing new may be begun because of it.
    pub fn left(&self, now: &Moment) -> Millis {
        if now.boot != self.received.boot {
            return self.left_at(now.wall);
        }
        let elapsed = now.since_boot.0.saturating_sub(self.received.since_boot.0);
        Millis(self.left_at(self.received.wall).0.saturating_sub(elapsed))
    }

    /// How long it lives in all.
    pub fn lifetime(&self) -> Millis {
        between(self.issued_at, self.expires_at)
    }

    /// By the wall clock. One that is behind grants no more than the whole life.
    fn left_at(&self, wall: Timestamp) -> Millis {
        between(wall, self.expires_at).min(self.lifetime())
    }
}

/// 0 where `until` is not later.
fn between(since: Timestamp, until: Timestamp) -> Millis {
    let span = until.duration_since(since).as_millis();
    Millis(u64::try_from(span).unwrap_or(0))
}
