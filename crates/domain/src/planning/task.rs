//! What becomes of one task: the only place where it changes its state.

use super::Party;
use crate::{id::TaskId, name::Name, review::Improvement, version::Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that has to be done for a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number.
    pub id: TaskId,
    /// The product whose release it is for.
    pub product: Name,
    /// Which release.
    pub version: Version,
    /// Its name in the release plan; none for one that was added beside it.
    pub name: Option<Name>,
    /// In a sentence.
    pub title: String,
    /// How it is done, in Markdown.
    pub document: String,
    /// Whom it falls to.
    pub owner: Party,
    /// Who does it, once somebody took it or was asked to.
    pub assignee: Option<Name>,
    /// By when.
    pub due: Option<Timestamp>,
    /// Who brought it up.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub state: TaskState,
    /// What makes it an action of the release's review, if it is one: nothing of the release waits for it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub improvement: Option<Improvement>,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum TaskState {
    /// Nobody began it.
    Open,
    /// Somebody is at it.
    Started {
        /// Who.
        by: Name,
        /// Since when.
        at: Timestamp,
    },
    /// It is done.
    Done {
        /// By whom.
        by: Name,
        /// When.
        at: Timestamp,
        /// When it was begun, if that was told.
        started: Option<Timestamp>,
        /// What came of it.
        note: String,
    },
    /// It is not needed.
    Skipped {
        /// Who said so.
        by: Name,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// The plan does not have it any more.
    Dropped {
        /// Since when.
        at: Timestamp,
    },
}

/// What can happen to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEvent {
    /// Somebody begins it.
    Started,
    /// It is done, and this came of it.
    Finished(String),
    /// It is not needed, and why.
    Skipped(String),
    /// It has to be done after all, or again.
    Reopened,
    /// The plan does not have it any more.
    Dropped,
}

/// Why something cannot happen to a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// It is in another state.
    #[error("task {0} is {1}")]
    State(TaskId, &'static str),
    /// Whoever asks later what happened reads that.
    #[error("say why task {0} is not needed")]
    NoReason(TaskId),
}

impl Task {
    /// The state after something that `by` did at `at`.
    ///
    /// # Errors
    /// When that cannot happen in the state that it is in.
    pub fn after(
        &self,
        event: &TaskEvent,
        by: &Name,
        at: Timestamp,
    ) -> Result<TaskState, TaskError> {
        use TaskState::{Done, Dropped, Open, Skipped, Started};
        let by = by.clone();
        let unfit = TaskError::State(self.id, self.state.word());
        match (&self.state, event) {
            (Open, TaskEvent::Started) => Ok(Started { by, at }),
            (Open, TaskEvent::Finished(note)) => Ok(Done {
                by,
                at,
                started: None,
                note: note.clone(),
            }),
            (Started { at: since, .. }, TaskEvent::Finished(note)) => Ok(Done {
                by,
                at,
                started: Some(*since),
                note: note.clone(),
            }),
            (Open | Started { .. }, TaskEvent::Skipped(reason)) => match reason.trim().is_empty() {
                true => Err(TaskError::NoReason(self.id)),
                false => Ok(Skipped {
                    by,
                    at,
                    reason: reason.clone(),
                }),
            },
            (
                Started { .. } | Done { .. } | Skipped { .. } | Dropped { .. },
                TaskEvent::Reopened,
            ) => Ok(Open),
            (Open | Started { .. }, TaskEvent::Dropped) => Ok(Dropped { at }),
            (Open, TaskEvent::Reopened)
            | (
                Done { .. } | Skipped { .. } | Dropped { .. },
                TaskEvent::Finished(_)
                | TaskEvent::Skipped(_)
                | TaskEvent::Dropped
                | TaskEvent::Started,
            )
            | (Started { .. }, TaskEvent::Started) => Err(unfit),
        }
    }

    /// Whether the release needs it, as it does not need what its review wants to be better next time.
    pub const fn is_for_release(&self) -> bool {
        self.improvement.is_none()
    }

    /// Whether it is late at `now`.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.state.is_pending() && self.due.is_some_and(|due| due < now)
    }
}

impl TaskState {
    /// Whether it is still to be done.
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Open | Self::Started { .. })
    }

    /// Who did last what it tells of.
    pub const fn by(&self) -> Option<&Name> {
        match self {
            Self::Started { by, .. } | Self::Done { by, .. } | Self::Skipped { by, .. } => Some(by),
            Self::Open | Self::Dropped { .. } => None,
        }
    }

    /// When it was done or left out.
    pub const fn ended(&self) -> Option<Timestamp> {
        match self {
            Self::Done { at, .. } | Self::Skipped { at, .. } | Self::Dropped { at } => Some(*at),
            Self::Open | Self::Started { .. } => None,
        }
    }

    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Started { .. } => "started",
            Self::Done { .. } => "done",
            Self::Skipped { .. } => "skipped",
            Self::Dropped { .. } => "dropped",
        }
    }
}

impl TaskEvent {
    /// The word for the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Started => "task.started",
            Self::Finished(_) => "task.finished",
            Self::Skipped(_) => "task.skipped",
            Self::Reopened => "task.reopened",
            Self::Dropped => "task.dropped",
        }
    }
}

/// As people speak of it: `done by ada`.
impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open | Self::Dropped { .. } => f.write_str(self.word()),
            Self::Started { by, .. } | Self::Done { by, .. } | Self::Skipped { by, .. } => {
                write!(f, "{} by {by}", self.word())
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    pub(in crate::planning) fn task(name: &str, state: TaskState) -> Task {
        Task {
            id: TaskId(7),
            product: "shop".parse().unwrap(),
            version: "1.0.0".parse().unwrap(),
            name: Some(name.parse().unwrap()),
            title: name.to_owned(),
            document: String::new(),
            owner: "team:shop".parse().unwrap(),
            assignee: None,
            due: Some(at(100)),
            by: "ada".parse().unwrap(),
            at: at(0),
            state,
            improvement: None,
        }
    }

    fn ben() -> Name {
        "ben".parse().unwrap()
    }

    /// One letter for each event: started, finished, skipped, reopened, dropped.
    fn words(letters: &str) -> Result<String, TaskError> {
        let mut it = task("notes", TaskState::Open);
        let by = ben();
        for (letter, second) in letters.chars().zip(10..) {
            let event = match letter {
                's' => TaskEvent::Started,
                'f' => TaskEvent::Finished("all well".to_owned()),
                'k' => TaskEvent::Skipped("no news this time".to_owned()),
                'r' => TaskEvent::Reopened,
                _ => TaskEvent::Dropped,
            };
            it.state = it.after(&event, &by, at(second))?;
        }
        Ok(it.state.to_string())
    }

    #[test]
    fn every_state_allows_what_makes_sense_in_it() {
        for (letters, expect) in [
            ("", "open"),
            ("s", "started by ben"),
            ("sf", "done by ben"),
            ("f", "done by ben"),
            ("k", "skipped by ben"),
            ("sk", "skipped by ben"),
            ("d", "dropped"),
            ("sr", "open"),
            ("sfr", "open"),
            ("kr", "open"),
            ("dr", "open"),
        ] {
            assert_eq!(words(letters).unwrap(), expect, "{letters}");
        }
        for (letters, word) in [
            ("r", "open"),
            ("ss", "started"),
            ("fs", "done"),
            ("ff", "done"),
            ("fk", "done"),
            ("fd", "done"),
            ("kf", "skipped"),
            ("kd", "skipped"),
            ("df", "dropped"),
            ("ds", "dropped"),
        ] {
            let refused = TaskError::State(TaskId(7), word);
            assert_eq!(words(letters), Err(refused), "{letters}");
        }
    }

    #[test]
    fn what_is_not_needed_says_why_and_what_is_over_is_not_late() {
        let open = task("notes", TaskState::Open);
        let by: Name = "ben".parse().unwrap();
        let skip = open.after(&TaskEvent::Skipped(" ".to_owned()), &by, at(1));
        assert_eq!(skip, Err(TaskError::NoReason(TaskId(7))));
        assert!(!open.is_late(at(100)));
        assert!(open.is_late(at(101)));
        let state = open.after(&TaskEvent::Finished(String::new()), &by, at(200));
        assert!(!task("notes", state.unwrap()).is_late(at(201)));
    }
}
