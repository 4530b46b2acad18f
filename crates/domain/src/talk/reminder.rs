//! When people are reminded of what falls to them: once as it comes near, and once when it is over.

use super::Subject;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// How long before something is due people are reminded of it.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// That people were reminded of something that is due at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Of what.
    pub subject: Subject,
    /// When it is due. What is moved is another thing to be reminded of.
    pub due: Timestamp,
    /// How near that was.
    pub nearness: Nearness,
}

/// How near something that is due is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// It is due within a day.
    Soon,
    /// It was due.
    Over,
}

impl Nearness {
    /// How near what is due at a moment is; none, where it is too far away to remind anybody.
    pub fn of(due: Timestamp, now: Timestamp) -> Option<Self> {
        match due.duration_since(now) {
            left if left <= SignedDuration::ZERO => Some(Self::Over),
            left if left <= AHEAD => Some(Self::Soon),
            _ => None,
        }
    }

    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Soon => "soon",
            Self::Over => "over",
        }
    }
}

impl fmt::Display for Nearness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Soon => "is due",
            Self::Over => "was due",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_reminded_a_day_before_and_when_it_is_over() {
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let told = |due: &str| {
            let near = Nearness::of(due.parse().unwrap(), now);
            near.map_or_else(|| "far".to_owned(), |it| it.to_string())
        };
        assert_eq!(told("2026-12-02T12:00:01Z"), "far");
        assert_eq!(told("2026-12-02T12:00:00Z"), "is due");
        assert_eq!(told("2026-12-01T12:00:01Z"), "is due");
        assert_eq!(told("2026-12-01T12:00:00Z"), "was due");
        assert_eq!(told("2026-11-01T12:00:00Z"), "was due");
    }
}
