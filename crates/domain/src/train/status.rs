//! The statuses of a train, what can happen to it, and the one transition function: (status, event) → status.

use super::{TrainEvent, TrainIllegal};
use crate::{deployment::Hold, group::GroupCause, id::GroupRunId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a train is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum TrainStatus {
    /// Boarding is open: members and their releases may change.
    Planned {
        /// Why it stands still, if it does.
        hold: Option<Hold>,
    },
    /// Boarding is closed, and it waits for its next departure.
    Closed {
        /// The last environment where all of this bill arrived.
        reached: Option<Name>,
        /// Since when.
        since: Timestamp,
        /// Why it stands still, if it does.
        hold: Option<Hold>,
    },
    /// A group run carries it.
    UnderWay {
        /// Where to.
        environment: Name,
        /// Which.
        run: GroupRunId,
        /// Where it comes from.
        reached: Option<Name>,
        /// Since when.
        since: Timestamp,
        /// Why it is to stand still once it is there, if it is.
        #[serde(default)]
        hold: Option<Hold>,
    },
    /// All members are back from where they went, in reverse order.
    RolledBack {
        /// From where.
        environment: Name,
        /// The group run that took it there and back.
        run: GroupRunId,
        /// Why.
        cause: GroupCause,
        /// Where all stand.
        reached: Option<Name>,
        /// When.
        at: Timestamp,
    },
    /// Its members are neither all where they went nor all back; a person is needed.
    Failed {
        /// Where they went.
        environment: Name,
        /// The group run.
        run: GroupRunId,
        /// Why.
        cause: GroupCause,
        /// Where it came from.
        reached: Option<Name>,
        /// When.
        at: Timestamp,
    },
    /// All members are in the last environment.
    Arrived {
        /// When.
        at: Timestamp,
        /// The group run that took it there, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<GroupRunId>,
    },
    /// A person ended it; whatever runs stays as it is.
    Cancelled {
        /// Who.
        by: Name,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

impl TrainStatus {
    /// The status after `event`.
    pub(super) fn after(&self, event: &TrainEvent, now: Timestamp) -> Result<Self, TrainIllegal> {
        match event {
            TrainEvent::Closed => self.closed(now),
            TrainEvent::Amended => self.amended(now),
            TrainEvent::Left { environment, run } => self.left(environment, *run, now),
            TrainEvent::Reached => self.over(|environment, _, _| Self::Closed {
                reached: Some(environment),
                since: now,
                hold: self.hold().cloned(),
            }),
            TrainEvent::Arrived => self.arrived(now),
            TrainEvent::RolledBack { cause } => self.over(|environment, run, reached| {
                let (cause, at) = (cause.clone(), now);
                Self::RolledBack {
                    environment,
                    run,
                    cause,
                    reached,
                    at,
                }
            }),
            TrainEvent::Failed { cause } => self.over(|environment, run, reached| {
                let (cause, at) = (cause.clone(), now);
                Self::Failed {
                    environment,
                    run,
                    cause,
                    reached,
                    at,
                }
            }),
            TrainEvent::Held { reason, by } => self.held(Hold {
                reason: reason.clone(),
                by: by.clone(),
                since: now,
            }),
            TrainEvent::Resumed { .. } => self.resumed(now),
            TrainEvent::Cancelled { by, reason } => self.cancelled(by, reason, now),
        }
        .ok_or(TrainIllegal {
            event: event.word(),
            state: self.word(),
        })
    }

    fn closed(&self, since: Timestamp) -> Option<Self> {
        match self {
            Self::Planned { hold: None } => Some(Self::Closed {
                reached: None,
                since,
                hold: None,
            }),
            Self::Planned { hold: Some(_) }
            | Self::Closed { .. }
            | Self::UnderWay { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// What stood still goes on standing still.
    fn amended(&self, since: Timestamp) -> Option<Self> {
        let hold = match self {
            Self::Closed { hold, .. } => hold.clone(),
            Self::RolledBack { .. } | Self::Failed { .. } => None,
            Self::Planned { .. }
            | Self::UnderWay { .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => return None,
        };
        Some(Self::Closed {
            reached: None,
            since,
            hold,
        })
    }

    fn left(&self, environment: &Name, run: GroupRunId, since: Timestamp) -> Option<Self> {
        match self {
            Self::Closed {
                reached,
                hold: None,
                ..
            } => Some(Self::UnderWay {
                environment: environment.clone(),
                run,
                reached: reached.clone(),
                since,
                hold: None,
            }),
            Self::Closed { hold: Some(_), .. }
            | Self::Planned { .. }
            | Self::UnderWay { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// What becomes of a train whose group run is over.
    fn over(&self, next: impl FnOnce(Name, GroupRunId, Option<Name>) -> Self) -> Option<Self> {
        match self {
            Self::UnderWay {
                environment,
                run,
                reached,
                ..
            } => Some(next(environment.clone(), *run, reached.clone())),
            Self::Planned { .. }
            | Self::Closed { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Also where the departures that were still to come were taken out of the plan.
    fn arrived(&self, at: Timestamp) -> Option<Self> {
        match self {
            Self::UnderWay { run, .. } => Some(Self::Arrived {
                at,
                run: Some(*run),
            }),
            Self::Closed {
                reached: Some(_), ..
            } => Some(Self::Arrived { at, run: None }),
            Self::Closed { reached: None, .. }
            | Self::Planned { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// While a group run carries it, it stands still once it is there.
    fn held(&self, hold: Hold) -> Option<Self> {
        let hold = Some(hold);
        match self {
            Self::UnderWay {
                environment,
                run,
                reached,
                since,
                hold: None,
            } => Some(Self::UnderWay {
                environment: environment.clone(),
                run: *run,
                reached: reached.clone(),
                since: *since,
                hold,
            }),
            Self::Planned { hold: None } => Some(Self::Planned { hold }),
            Self::Closed {
                reached,
                since,
                hold: None,
            } => Some(Self::Closed {
                reached: reached.clone(),
                since: *since,
                hold,
            }),
            Self::Planned { hold: Some(_) }
            | Self::Closed { hold: Some(_), .. }
            | Self::UnderWay { hold: Some(_), .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    fn resumed(&self, now: Timestamp) -> Option<Self> {
        let closed = |reached: &Option<Name>, since| Self::Closed {
            reached: reached.clone(),
            since,
            hold: None,
        };
        match self {
            Self::Planned { hold: Some(_) } => Some(Self::Planned { hold: None }),
            Self::Closed {
                reached,
                since,
                hold: Some(_),
            } => Some(closed(reached, *since)),
            Self::RolledBack { reached, .. } | Self::Failed { reached, .. } => {
                Some(closed(reached, now))
            }
            Self::UnderWay {
                environment,
                run,
                reached,
                since,
                hold: Some(_),
            } => Some(Self::UnderWay {
                environment: environment.clone(),
                run: *run,
                reached: reached.clone(),
                since: *since,
                hold: None,
            }),
            Self::Planned { hold: None }
            | Self::Closed { hold: None, .. }
            | Self::UnderWay { hold: None, .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// While a group run carries it, that is what is cancelled.
    fn cancelled(&self, by: &Name, reason: &str, at: Timestamp) -> Option<Self> {
        match self {
            Self::Planned { .. }
            | Self::Closed { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. } => Some(Self::Cancelled {
                by: by.clone(),
                reason: reason.to_owned(),
                at,
            }),
            Self::UnderWay { .. } | Self::Arrived { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// Whether it has ended.
    pub const fn is_terminal(&self) -> bool {
        match self {
            Self::Arrived { .. } | Self::Cancelled { .. } => true,
            Self::Planned { .. }
            | Self::Closed { .. }
            | Self::UnderWay { .. }
            | Self::RolledBack { .. }
            | Self::Failed { .. } => false,
        }
    }

    /// Why it stands still, or is to once it is where it goes.
    pub const fn hold(&self) -> Option<&Hold> {
        match self {
            Self::Planned { hold } | Self::Closed { hold, .. } | Self::UnderWay { hold, .. } => {
                hold.as_ref()
            }
            Self::RolledBack { .. }
            | Self::Failed { .. }
            | Self::Arrived { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// The last environment where all of this bill arrived, while there is a departure to come.
    pub const fn reached(&self) -> Option<&Name> {
        match self {
            Self::Closed { reached, .. }
            | Self::UnderWay { reached, .. }
            | Self::RolledBack { reached, .. }
            | Self::Failed { reached, .. } => reached.as_ref(),
            Self::Planned { .. } | Self::Arrived { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "planned",
            Self::Closed { .. } => "closed",
            Self::UnderWay { .. } => "under_way",
            Self::RolledBack { .. } => "rolled_back",
            Self::Failed { .. } => "failed",
            Self::Arrived { .. } => "arrived",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    /// One letter for each event; `l` and `L` leave for staging and live.
    fn event(letter: char) -> TrainEvent {
        let (by, reason) = (name("ada"), "it smokes".to_owned());
        let cause = GroupCause::Person {
            by: by.clone(),
            reason: reason.clone(),
        };
        let left = |environment| TrainEvent::Left {
            environment: name(environment),
            run: GroupRunId(4),
        };
        match letter {
            'c' => TrainEvent::Closed,
            'a' => TrainEvent::Amended,
            'l' => left("staging"),
            'L' => left("live"),
            'r' => TrainEvent::Reached,
            'A' => TrainEvent::Arrived,
            'b' => TrainEvent::RolledBack { cause },
            'f' => TrainEvent::Failed { cause },
            'h' => TrainEvent::Held { reason, by: None },
            'g' => TrainEvent::Resumed { by },
            _ => TrainEvent::Cancelled { by, reason },
        }
    }

    fn after(letters: &str) -> Result<TrainStatus, TrainIllegal> {
        let mut status = TrainStatus::Planned { hold: None };
        for letter in letters.chars() {
            status = status.after(&event(letter), Timestamp::UNIX_EPOCH)?;
        }
        Ok(status)
    }

    #[test]
    fn every_status_allows_what_makes_sense_in_it() {
        for (letters, word, reached) in [
            ("", "planned", None),
            ("h", "planned", None),
            ("hg", "planned", None),
            ("c", "closed", None),
            ("chg", "closed", None),
            ("cl", "under_way", None),
            ("clr", "closed", Some("staging")),
            ("clrL", "under_way", Some("staging")),
            ("clrLA", "arrived", None),
            ("clrA", "arrived", None),
            ("clrLb", "rolled_back", Some("staging")),
            ("clrLbg", "closed", Some("staging")),
            ("clrLf", "failed", Some("staging")),
            ("clrLfgL", "under_way", Some("staging")),
            // A changed bill begins again.
            ("clra", "closed", None),
            ("clrLba", "closed", None),
            ("clrha", "closed", None),
            ("x", "cancelled", None),
            ("clbx", "cancelled", None),
        ] {
            let status = after(letters).unwrap();
            let found = (status.word(), status.reached().map(Name::as_str));
            assert_eq!(found, (word, reached), "{letters}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (way, allowed) in [
            ("", "chx"),
            ("h", "gx"),
            ("c", "alhx"),
            ("ch", "agx"),
            ("clr", "alhxA"),
            ("clrh", "agxA"),
            ("cl", "rAbfh"),
            ("clh", "rAbfg"),
            ("clhr", "agxA"),
            ("clhgr", "alhxA"),
            ("clb", "agx"),
            ("clf", "agx"),
            ("clA", ""),
            ("x", ""),
        ] {
            for letter in "calrAbfhgx".chars() {
                let found = after(&format!("{way}{letter}"));
                let expect = allowed.contains(letter);
                assert_eq!(found.is_ok(), expect, "{way} {letter}: {found:?}");
            }
        }
        assert_eq!(
            after("clx").unwrap_err().to_string(),
            "a train that is under way cannot be cancelled"
        );
    }

    #[test]
    fn what_is_held_under_way_stands_still_once_it_is_there() {
        let under_way = after("clh").unwrap();
        assert_eq!(under_way.word(), "under_way");
        let there = after("clhr").unwrap();
        assert_eq!(there.reached().map(Name::as_str), Some("staging"));
        assert_eq!(there.hold(), under_way.hold());
        assert!(after("clhgr").unwrap().hold().is_none());
    }

    #[test]
    fn what_stood_still_stands_still_after_a_change() {
        let TrainStatus::Closed { hold, .. } = after("cha").unwrap() else {
            panic!("boarding is closed");
        };
        assert!(hold.is_some());
    }
}
