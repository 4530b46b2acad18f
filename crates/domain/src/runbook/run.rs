//! The steps of a runbook while its deployment goes on: what happened to each, and whether somebody may say what they say.

use super::{
    Kind, Runbook, RunbookError, Step,
    status::{self, Author, StepEvent, StepStatus},
};
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far a runbook is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// When it began: with its deployment, or, of a backout plan, with the way back.
    pub began: Timestamp,
    /// The steps that something happened to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<Name, StepStatus>,
}

/// Something that happens to a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// Which.
    pub step: Name,
    /// What.
    pub event: StepEvent,
}

/// Why something cannot happen to a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// There is no such step.
    #[error(transparent)]
    Step(#[from] RunbookError),
    /// It is in another status.
    #[error("step `{0}` is {1}; {2}")]
    Status(Name, &'static str, &'static str),
    /// The engine does it.
    #[error("step `{0}` is the engine's: it begins and ends by itself")]
    Engine(Name),
    /// It follows from what it waits for, and from the clock.
    #[error("the turn of step `{0}` comes, and its time ends, by itself")]
    Time(Name),
    /// People do it.
    #[error("step `{0}` is for people: the engine cannot {1} it")]
    People(Name, &'static str),
    /// Nobody goes round a decision.
    #[error("step `{0}` is a decision: answer go or no-go")]
    Decision(Name),
    /// Go and no-go are for decisions.
    #[error("step `{0}` is no decision: start or finish it")]
    NoDecision(Name),
    /// Whoever asks later what happened reads that.
    #[error("say {0}")]
    Silent(String),
}

static WAITING: StepStatus = StepStatus::Waiting;

impl Run {
    /// A run to which nothing has happened.
    pub const fn new(began: Timestamp) -> Self {
        let steps = BTreeMap::new();
        Self { began, steps }
    }

    /// How far a step is.
    pub fn status(&self, step: &Name) -> &StepStatus {
        self.steps.get(step).unwrap_or(&WAITING)
    }

    /// Whether nothing more happens by itself.
    pub fn is_settled(&self, runbook: &Runbook) -> bool {
        runbook
            .steps
            .iter()
            .all(|step| !self.status(&step.name).is_pending())
    }

    /// Makes something happen to a step, done by somebody, or by the engine, when none.
    ///
    /// # Errors
    /// When that cannot happen now, or not by them; nothing has changed then.
    pub fn apply(
        &mut self,
        runbook: &Runbook,
        Happened { step, event }: &Happened,
        (by, at): (Option<&Name>, Timestamp),
    ) -> Result<(), RunError> {
        let step = runbook.find(step)?;
        match by {
            Some(_) => suits_people(step, event)?,
            None => suits_engine(step, event)?,
        }
        let status = self.status(&step.name);
        let next = next(step, status, event, (by, at))?;
        self.steps.insert(step.name.clone(), next);
        Ok(())
    }
}

fn next(
    step: &Step,
    status: &StepStatus,
    event: &StepEvent,
    author: Author<'_>,
) -> Result<StepStatus, RunError> {
    let next = status::next(status, event, author);
    next.ok_or_else(|| {
        let (word, hint) = match status {
            StepStatus::Waiting => ("waiting", "its turn has not come"),
            StepStatus::Ready { .. } => ("ready", "start or finish it"),
            StepStatus::Started { .. } => ("started", "finish it, or say what is wrong"),
            StepStatus::Done { .. } => ("done", "reopen it to do it again"),
            StepStatus::Failed { .. } => ("failed", "reopen it to do it again"),
            StepStatus::Skipped { .. } => ("skipped", "reopen it to do it after all"),
            StepStatus::TimedOut { .. } => ("timed out", "reopen it to do it after all"),
        };
        RunError::Status(step.name.clone(), word, hint)
    })
}

fn suits_people(step: &Step, event: &StepEvent) -> Result<(), RunError> {
    let name = || step.name.clone();
    let is_silent = |text: &str| text.trim().is_empty();
    match (&step.kind, event) {
        (Kind::Automatic(_), _) => Err(RunError::Engine(name())),
        (_, StepEvent::Ready | StepEvent::TimedOut) => Err(RunError::Time(name())),
        (Kind::Decision(_), StepEvent::Skipped { .. } | StepEvent::Started) => {
            Err(RunError::Decision(name()))
        }
        (Kind::Manual(manual), StepEvent::Finished { note })
            if manual.evidence && is_silent(note) =>
        {
            Err(RunError::Silent(format!(
                "what you saw: step `{}` asks for evidence",
                step.name
            )))
        }
        (_, StepEvent::Failed { issue }) if is_silent(issue) => Err(RunError::Silent(format!(
            "what is wrong with step `{}`",
            step.name
        ))),
        (_, StepEvent::Skipped { reason }) if is_silent(reason) => Err(RunError::Silent(format!(
            "why step `{}` is left out",
            step.name
        ))),
        (
            Kind::Manual(_) | Kind::Decision(_) | Kind::Message(_),
            StepEvent::Started
            | StepEvent::Finished { .. }
            | StepEvent::Failed { .. }
            | StepEvent::Skipped { .. }
            | StepEvent::Reopened,
        ) => Ok(()),
    }
}

fn suits_engine(step: &Step, event: &StepEvent) -> Result<(), RunError> {
    let word = match event {
        StepEvent::Ready | StepEvent::Skipped { .. } | StepEvent::TimedOut => return Ok(()),
        StepEvent::Started => "start",
        StepEvent::Finished { .. } => "finish",
        StepEvent::Failed { .. } => "fail",
        StepEvent::Reopened => "reopen",
    };
    match &step.kind {
        Kind::Automatic(_) | Kind::Message(_) => Ok(()),
        Kind::Manual(_) | Kind::Decision(_) => Err(RunError::People(step.name.clone(), word)),
    }
}
