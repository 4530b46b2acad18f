//! The one transition function: (status, event) → status. Every pair that is not listed is [`TaskIllegal`].

use super::{TaskEvent, TaskStatus};
use jiff::Timestamp;

/// An event that cannot happen to a supplier's task now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a task that is {state}")]
pub struct TaskIllegal {
    /// The event's word.
    pub event: &'static str,
    /// The word of the status.
    pub state: &'static str,
}

impl TaskStatus {
    /// The status after something that happened at `at`.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub fn after(&self, event: &TaskEvent, at: Timestamp) -> Result<Self, TaskIllegal> {
        use TaskStatus::{Acknowledged, Asked, Finished, Withdrawn};
        match (self, event) {
            (Asked, TaskEvent::Acknowledged { by }) => Ok(Acknowledged { by: by.clone(), at }),
            (Asked, TaskEvent::Finished { by, note }) => Ok(Finished {
                by: by.clone(),
                at,
                answered: at,
                note: note.clone(),
            }),
            (Acknowledged { at: answered, .. }, TaskEvent::Finished { by, note }) => Ok(Finished {
                by: by.clone(),
                at,
                answered: *answered,
                note: note.clone(),
            }),
            (Finished { .. } | Withdrawn { .. }, TaskEvent::Reopened { .. }) => Ok(Asked),
            (Asked | Acknowledged { .. }, TaskEvent::Withdrawn { by }) => {
                Ok(Withdrawn { by: by.clone(), at })
            }
            (
                Asked | Acknowledged { .. } | Finished { .. } | Withdrawn { .. },
                TaskEvent::Acknowledged { .. }
                | TaskEvent::Finished { .. }
                | TaskEvent::Reopened { .. }
                | TaskEvent::Withdrawn { .. },
            ) => Err(TaskIllegal {
                event: event.word(),
                state: self.word(),
            }),
        }
    }

    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Finished { .. } => "finished",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl TaskEvent {
    /// As people and programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Acknowledged { .. } => "acknowledged",
            Self::Finished { .. } => "finished",
            Self::Reopened { .. } => "reopened",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supplier::Paragraphs;

    #[test]
    fn each_event_happens_in_some_statuses_only() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let by: crate::communication::MailAddress = "eve@acme.example".parse().unwrap();
        let ada: crate::name::Name = "ada".parse().unwrap();
        let note = Paragraphs::of("done");
        let acknowledged = TaskStatus::Acknowledged {
            by: by.clone(),
            at: at(1),
        };
        let finish = TaskEvent::Finished {
            by: by.clone(),
            note: note.clone(),
        };
        let finished = acknowledged.after(&finish, at(2)).unwrap();
        assert_eq!(
            finished,
            TaskStatus::Finished {
                by: by.clone(),
                at: at(2),
                answered: at(1),
                note
            }
        );
        let states = [
            TaskStatus::Asked,
            acknowledged,
            finished,
            TaskStatus::Withdrawn {
                by: ada.clone(),
                at: at(0),
            },
        ];
        for (event, expect) in [
            (TaskEvent::Acknowledged { by }, "acknowledged - - -"),
            (finish, "finished finished - -"),
            (TaskEvent::Reopened { by: ada.clone() }, "- - asked asked"),
            (TaskEvent::Withdrawn { by: ada }, "withdrawn withdrawn - -"),
        ] {
            let after = |state: &TaskStatus| state.after(&event, at(3)).map_or("-", |it| it.word());
            assert_eq!(
                states.iter().map(after).collect::<Vec<_>>().join(" "),
                expect
            );
        }
        let again = TaskStatus::Asked.after(
            &TaskEvent::Reopened {
                by: "ada".parse().unwrap(),
            },
            at(3),
        );
        assert_eq!(
            again.unwrap_err().to_string(),
            "`reopened` cannot happen to a task that is asked"
        );
    }
}
