//! What can become of one step, and the only function that says what comes next.

use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a step is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum StepStatus {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// Its turn has come.
    Ready {
        /// When.
        at: Timestamp,
    },
    /// Somebody, or the engine, is at it.
    Started {
        /// Who; none, when the engine. Likewise below.
        by: Option<Name>,
        /// Since when.
        at: Timestamp,
    },
    /// It is done; of a decision: go.
    Done {
        /// Who.
        by: Option<Name>,
        /// When.
        at: Timestamp,
        /// When it was begun, or its turn came, if either was told.
        started: Option<Timestamp>,
        /// What they saw.
        note: String,
    },
    /// It did not go as it should; of a decision: no-go.
    Failed {
        /// Who said so.
        by: Option<Name>,
        /// When.
        at: Timestamp,
        /// When it was begun, or its turn came, if either was told.
        started: Option<Timestamp>,
        /// What is wrong.
        issue: String,
    },
    /// It was left out.
    Skipped {
        /// Who said so.
        by: Option<Name>,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// Nobody finished or answered it in time.
    TimedOut {
        /// When.
        at: Timestamp,
    },
}

/// What can happen to a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum StepEvent {
    /// Its turn comes.
    Ready,
    /// Somebody, or the engine, begins it.
    Started,
    /// It is done; of a decision: go.
    Finished {
        /// What they saw.
        note: String,
    },
    /// It does not go as it should; of a decision: no-go.
    Failed {
        /// What is wrong.
        issue: String,
    },
    /// It is left out.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It has to be done after all, or again.
    Reopened,
    /// Its time is over.
    TimedOut,
}

/// Who did it, none when it was the engine, and when.
pub(super) type Author<'a> = (Option<&'a Name>, Timestamp);

/// The status after an event; none, when it cannot happen.
pub(super) fn next(
    status: &StepStatus,
    event: &StepEvent,
    (by, at): Author<'_>,
) -> Option<StepStatus> {
    use StepStatus::{Done, Failed, Ready, Skipped, Started, TimedOut, Waiting};
    let by = by.cloned();
    let started = status.since();
    Some(match (status, event) {
        (Waiting, StepEvent::Ready)
        | (Done { .. } | Failed { .. } | Skipped { .. } | TimedOut { .. }, StepEvent::Reopened) => {
            Ready { at }
        }
        // Only what the engine does begins without a turn.
        (Waiting, StepEvent::Started) if by.is_some() => return None,
        (Waiting | Ready { .. }, StepEvent::Started) => Started { by, at },
        (Ready { .. } | Started { .. }, StepEvent::Finished { note }) => Done {
            by,
            at,
            started,
            note: note.clone(),
        },
        (Ready { .. } | Started { .. }, StepEvent::Failed { issue }) => Failed {
            by,
            at,
            started,
            issue: issue.clone(),
        },
        (
            Waiting | Ready { .. } | Started { .. } | Failed { .. } | TimedOut { .. },
            StepEvent::Skipped { reason },
        ) => Skipped {
            by,
            at,
            reason: reason.clone(),
        },
        (Waiting | Ready { .. } | Started { .. }, StepEvent::TimedOut) => TimedOut { at },
        (Waiting, StepEvent::Finished { .. } | StepEvent::Failed { .. } | StepEvent::Reopened)
        | (Ready { .. }, StepEvent::Ready | StepEvent::Reopened)
        | (Started { .. }, StepEvent::Ready | StepEvent::Started | StepEvent::Reopened)
        | (
            Done { .. } | Skipped { .. },
            StepEvent::Ready
            | StepEvent::Started
            | StepEvent::Finished { .. }
            | StepEvent::Failed { .. }
            | StepEvent::Skipped { .. }
            | StepEvent::TimedOut,
        )
        | (
            Failed { .. } | TimedOut { .. },
            StepEvent::Ready
            | StepEvent::Started
            | StepEvent::Finished { .. }
            | StepEvent::Failed { .. }
            | StepEvent::TimedOut,
        ) => return None,
    })
}

impl StepStatus {
    /// Whether what needs it may go on: it is done, or was left out.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Skipped { .. })
    }

    /// Whether something may still happen to it by itself.
    pub const fn is_pending(&self) -> bool {
        matches!(
            self,
            Self::Waiting | Self::Ready { .. } | Self::Started { .. }
        )
    }

    /// Who did last what it tells of; none, when that was the engine.
    pub const fn by(&self) -> Option<&Name> {
        match self {
            Self::Started { by, .. }
            | Self::Done { by, .. }
            | Self::Failed { by, .. }
            | Self::Skipped { by, .. } => by.as_ref(),
            Self::Waiting | Self::Ready { .. } | Self::TimedOut { .. } => None,
        }
    }

    /// When it was begun, or its turn came.
    pub const fn since(&self) -> Option<Timestamp> {
        match self {
            Self::Ready { at } | Self::Started { at, .. } => Some(*at),
            Self::Done { started, .. } | Self::Failed { started, .. } => *started,
            Self::Waiting | Self::Skipped { .. } | Self::TimedOut { .. } => None,
        }
    }

    /// When it was settled, well or badly.
    pub const fn ended(&self) -> Option<Timestamp> {
        match self {
            Self::Done { at, .. }
            | Self::Failed { at, .. }
            | Self::Skipped { at, .. }
            | Self::TimedOut { at } => Some(*at),
            Self::Waiting | Self::Ready { .. } | Self::Started { .. } => None,
        }
    }

    /// Who did what, and what they said: `done by ada: all well`.
    pub fn told(&self) -> String {
        let (word, by, said) = match self {
            Self::Waiting | Self::Ready { .. } => (self.word(), None, ""),
            Self::Started { by, .. } => (self.word(), by.as_ref(), ""),
            Self::Done { by, note, .. } => (self.word(), by.as_ref(), note.as_str()),
            Self::Failed { by, issue, .. } => (self.word(), by.as_ref(), issue.as_str()),
            Self::Skipped { by, reason, .. } => (self.word(), by.as_ref(), reason.as_str()),
            Self::TimedOut { .. } => ("not done in time", None, ""),
        };
        let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
        match said.is_empty() {
            true => format!("{word}{by}"),
            false => format!("{word}{by}: {said}"),
        }
    }

    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready { .. } => "ready",
            Self::Started { .. } => "started",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Skipped { .. } => "skipped",
            Self::TimedOut { .. } => "timed_out",
        }
    }
}

impl StepEvent {
    /// The word for the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ready => "step.ready",
            Self::Started => "step.started",
            Self::Finished { .. } => "step.finished",
            Self::Failed { .. } => "step.failed",
            Self::Skipped { .. } => "step.skipped",
            Self::Reopened => "step.reopened",
            Self::TimedOut => "step.timed_out",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(letter: char) -> StepEvent {
        match letter {
            'r' => StepEvent::Ready,
            's' => StepEvent::Started,
            'f' => StepEvent::Finished {
                note: String::new(),
            },
            'x' => StepEvent::Failed {
                issue: "it smokes".to_owned(),
            },
            'k' => StepEvent::Skipped {
                reason: "not today".to_owned(),
            },
            'o' => StepEvent::Reopened,
            _ => StepEvent::TimedOut,
        }
    }

    /// One letter for each event: ready, started, finished, failed (x), skipped (k), reopened (o), timed out (t).
    fn word(letters: &str) -> &'static str {
        let at = Timestamp::UNIX_EPOCH;
        let after = |status: Option<StepStatus>, letter| next(&status?, &event(letter), (None, at));
        let last = letters.chars().fold(Some(StepStatus::Waiting), after);
        last.map_or("never", |status| status.word())
    }

    #[test]
    fn every_status_allows_what_makes_sense_in_it() {
        for (before, allowed) in [
            ("", "r:ready s:started k:skipped t:timed_out"),
            ("r", "s:started f:done x:failed k:skipped t:timed_out"),
            ("rs", "f:done x:failed k:skipped t:timed_out"),
            ("rf", "o:ready"),
            ("rx", "k:skipped o:ready"),
            ("k", "o:ready"),
            ("t", "k:skipped o:ready"),
        ] {
            let told = "rsfxkot".chars().filter_map(|letter| {
                let word = word(&format!("{before}{letter}"));
                (word != "never").then(|| format!("{letter}:{word}"))
            });
            assert_eq!(
                told.collect::<Vec<_>>().join(" "),
                allowed,
                "after {before}"
            );
        }
    }
}
