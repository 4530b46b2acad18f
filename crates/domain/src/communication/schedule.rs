//! What a message waits for: a milestone, something that a deployment comes to, a time, or a person.

use super::Placeholder;
use crate::{calendar::Zone, name::Name, planning::Due};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// What a message waits for. Written `by hand`, `milestone code-freeze`, `deployment succeeded in live`, `at -1d 09:00`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Schedule {
    /// A person who sends it.
    #[default]
    ByHand,
    /// A milestone of the release plan.
    Milestone(Name),
    /// What a deployment of the release to an environment comes to.
    Deployment(Moment, Name),
    /// A time, which may count from the release plan's target.
    At(Due),
}

/// What a deployment comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// It changes its first target.
    Began,
    /// Every target attests the release.
    Succeeded,
    /// What it changed is back.
    RolledBack,
    /// It ended short of both.
    Failed,
}

/// The text is no [`Schedule`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nothing to wait for: write `by hand`, `milestone NAME`, `at TIME`, or `deployment began in ENVIRONMENT` (or succeeded, rolled back, failed)"
)]
pub struct ScheduleError(String);

/// What is known of what messages of a release wait for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occasions {
    /// When the release is to be live, by its plan.
    pub target: Option<Zoned>,
    /// The plan's time zone.
    pub zone: Zone,
    /// The milestones that are reached, and since when.
    pub milestones: BTreeMap<Name, Timestamp>,
    /// What deployments of the release came to, the first of each.
    pub deployments: BTreeMap<(Name, Moment), Occasion>,
}

/// What a deployment came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// When the deployment began.
    pub began: Timestamp,
    /// When it came to this.
    pub at: Timestamp,
    /// Why, where it did not succeed.
    pub reason: Option<String>,
}

/// Whether what a message waits for has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// It came at this moment.
    Came(Timestamp),
    /// It comes at this moment.
    Comes(Timestamp),
    /// Nobody knows when, or whether.
    Unknown,
}

impl Schedule {
    /// Whether it has come by `now`.
    pub fn awaited(&self, known: &Occasions, now: Timestamp) -> Awaited {
        let came = |at: Option<Timestamp>| at.map_or(Awaited::Unknown, Awaited::Came);
        match self {
            Self::ByHand => Awaited::Unknown,
            Self::Milestone(name) => came(known.milestones.get(name).copied()),
            Self::Deployment(moment, environment) => {
                let key = (environment.clone(), *moment);
                came(known.deployments.get(&key).map(|occasion| occasion.at))
            }
            Self::At(due) => match due.place(known.target.as_ref(), &known.zone) {
                Err(_) => Awaited::Unknown,
                Ok(at) if at.timestamp() <= now => Awaited::Came(at.timestamp()),
                Ok(at) => Awaited::Comes(at.timestamp()),
            },
        }
    }

    /// Whether a person sends it.
    pub fn is_by_hand(&self) -> bool {
        *self == Self::ByHand
    }

    /// Whether it moves with the release plan's target.
    pub const fn counts_from_target(&self) -> bool {
        match self {
            Self::At(Due::FromTarget { .. }) => true,
            Self::ByHand | Self::Milestone(_) | Self::Deployment(..) | Self::At(Due::At(_)) => {
                false
            }
        }
    }

    /// What may stay open in a message that waits for this, because it is known by then.
    pub const fn fills(&self) -> &'static [Placeholder] {
        use Placeholder::{Began, Ended, Reached, Reason, Target};
        match self {
            Self::ByHand | Self::At(_) => &[Target],
            Self::Milestone(_) => &[Reached, Target],
            Self::Deployment(Moment::Began, _) => &[Began, Target],
            Self::Deployment(Moment::Succeeded, _) => &[Began, Ended, Target],
            Self::Deployment(Moment::RolledBack | Moment::Failed, _) => {
                &[Began, Ended, Reason, Target]
            }
        }
    }
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Began, Self::Succeeded, Self::RolledBack, Self::Failed];

    /// As people write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Succeeded => "succeeded",
            Self::RolledBack => "rolled back",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let read = || {
            let (what, rest) = text.trim().split_once(' ')?;
            let rest = rest.trim();
            match what {
                "by" if rest == "hand" => Some(Self::ByHand),
                "milestone" => rest.parse().ok().map(Self::Milestone),
                "at" => rest.parse().ok().map(Self::At),
                "deployment" => {
                    let (word, environment) = rest.rsplit_once(" in ")?;
                    let moment = Moment::ALL
                        .into_iter()
                        .find(|it| it.word() == word.trim())?;
                    let environment = environment.trim().parse().ok()?;
                    Some(Self::Deployment(moment, environment))
                }
                _ => None,
            }
        };
        read().ok_or_else(|| ScheduleError(text.chars().take(80).collect()))
    }
}

/// As it is written.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByHand => f.write_str("by hand"),
            Self::Milestone(name) => write!(f, "milestone {name}"),
            Self::Deployment(moment, environment) => {
                write!(f, "deployment {} in {environment}", moment.word())
            }
            Self::At(due) => write!(f, "at {due}"),
        }
    }
}

impl TryFrom<String> for Schedule {
    type Error = ScheduleError;
    fn try_from(text: String) -> Result<Self, ScheduleError> {
        text.parse()
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_reads_as_it_is_written() {
        for text in [
            "by hand",
            "milestone code-freeze",
            "deployment began in live",
            "deployment rolled back in live-eu",
            "at -1d 09:00",
            "at 2026-12-03T12:00",
        ] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "by foot",
            "milestone",
            "milestone A",
            "deployment live",
            "deployment paused in live",
            "at noon",
        ] {
            assert!(bad.parse::<Schedule>().is_err(), "{bad}");
        }
        assert_eq!(
            "soon".parse::<Schedule>().unwrap_err().to_string(),
            "`soon` is nothing to wait for: write `by hand`, `milestone NAME`, `at TIME`, or `deployment began in ENVIRONMENT` (or succeeded, rolled back, failed)"
        );
    }

    #[test]
    fn what_is_waited_for_comes_when_it_is_known() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let zone: Zone = "Europe/Amsterdam".parse().unwrap();
        let mut known = Occasions {
            target: zone.at("2026-12-04T20:00".parse().unwrap()),
            zone,
            ..Occasions::default()
        };
        let (began, ended) = (at("2026-12-04T19:00:00Z"), at("2026-12-04T19:20:00Z"));
        known
            .milestones
            .insert("ready".parse().unwrap(), at("2026-12-01T10:00:00Z"));
        known.deployments.insert(
            ("live".parse().unwrap(), Moment::Succeeded),
            Occasion {
                began,
                at: ended,
                reason: None,
            },
        );
        let now = at("2026-12-03T08:00:00Z");
        for (text, expect) in [
            ("by hand", Awaited::Unknown),
            ("milestone ready", Awaited::Came(at("2026-12-01T10:00:00Z"))),
            ("milestone code-freeze", Awaited::Unknown),
            ("deployment succeeded in live", Awaited::Came(ended)),
            ("deployment failed in live", Awaited::Unknown),
            ("deployment succeeded in staging", Awaited::Unknown),
            ("at -1d 09:00", Awaited::Came(now)),
            ("at -1d 09:01", Awaited::Comes(at("2026-12-03T08:01:00Z"))),
            ("at -1d", Awaited::Comes(at("2026-12-03T19:00:00Z"))),
        ] {
            let schedule: Schedule = text.parse().unwrap();
            assert_eq!(schedule.awaited(&known, now), expect, "{text}");
        }
        known.target = None;
        let schedule: Schedule = "at -1d".parse().unwrap();
        assert_eq!(schedule.awaited(&known, now), Awaited::Unknown);
    }
}
