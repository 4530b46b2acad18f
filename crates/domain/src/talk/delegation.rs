//! Who stands in for whom, and until when. Work is lent, never rights: whoever stands in acts by their own.

use crate::{name::Name, text::Line};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Nobody is away longer; what lasts longer is for others altogether.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 92);

/// Somebody who does another's work for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Whose work.
    pub from: Name,
    /// Who does it.
    pub to: Name,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why, for those who wonder.
    pub reason: Line,
}

/// Why work is not lent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DelegationError {
    /// To oneself.
    #[error("nobody stands in for themselves")]
    Oneself,
    /// It would end before it begins.
    #[error("{0} is over")]
    Over(Timestamp),
    /// It would last too long.
    #[error("{0} is more than 92 days away")]
    TooLong(Timestamp),
}

impl Delegation {
    /// Lends somebody's work from now on.
    ///
    /// # Errors
    /// When it would be to oneself, be over already or last longer than 92 days.
    pub fn begin(
        (from, to): (Name, Name),
        (now, until): (Timestamp, Timestamp),
        reason: Line,
    ) -> Result<Self, DelegationError> {
        if from == to {
            return Err(DelegationError::Oneself);
        }
        if until <= now {
            return Err(DelegationError::Over(until));
        }
        if until.duration_since(now) > LONGEST {
            return Err(DelegationError::TooLong(until));
        }
        let since = now;
        Ok(Self {
            from,
            to,
            since,
            until,
            reason,
        })
    }

    /// Whether it holds at a time.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.since <= now && now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_until_it_ends_and_is_never_endless() {
        let at = |hours: i64| Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap();
        let begin = |to: &str, until| {
            let names = ("ada".parse().unwrap(), to.parse().unwrap());
            Delegation::begin(names, (at(0), until), Line::of("on leave"))
        };
        let lent = begin("ben", at(48)).unwrap();
        assert!(
            lent.holds(at(0)) && lent.holds(at(47)) && !lent.holds(at(48)) && !lent.holds(at(-1))
        );
        assert_eq!(begin("ada", at(1)), Err(DelegationError::Oneself));
        assert_eq!(begin("ben", at(0)), Err(DelegationError::Over(at(0))));
        let far = at(24 * 93);
        assert_eq!(begin("ben", far), Err(DelegationError::TooLong(far)));
    }
}
