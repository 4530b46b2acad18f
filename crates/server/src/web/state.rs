//! States as pages show them: a shape, a word and a colour, never a colour alone.

use askama::{Template, filters::HtmlSafe};

/// A state. The shape names both the glyph and the colour.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/state.html")]
pub(super) struct State {
    /// `steady`, `moving`, `waiting`, `held`, `failing`, `back` or `unknown`.
    pub shape: &'static str,
    /// In words.
    pub word: String,
}

impl HtmlSafe for State {}

impl State {
    /// With that shape, said so.
    pub(super) fn new(shape: &'static str, word: impl Into<String>) -> Self {
        Self {
            shape,
            word: word.into(),
        }
    }

    /// How components do.
    pub(super) fn of_health(health: &str) -> Self {
        let shape = match health {
            "healthy" => "steady",
            "starting" => "moving",
            "unhealthy" | "failed" => "failing",
            "stopped" => "held",
            "empty" => return Self::new("waiting", "no targets"),
            _ => "unknown",
        };
        Self::new(shape, health)
    }

    /// How fit something was found by a preflight.
    pub(super) fn of_preflight(verdict: &str) -> Self {
        match verdict {
            "passed" => Self::new("steady", "fit"),
            "warning" => Self::new("waiting", "to be looked at"),
            "failed" => Self::new("failing", "not fit"),
            _ => Self::new("unknown", "not found out"),
        }
    }

    /// How far a deployment is.
    pub(super) fn of_deployment(status: &str, is_held: bool) -> Self {
        if is_held {
            return Self::new("held", "held");
        }
        let shape = match status {
            "requested" => "waiting",
            "preparing" | "rolling" | "cancelling" => "moving",
            "rolling_back" | "rolled_back" => "back",
            "succeeded" => "steady",
            "failed" => "failing",
            "cancelled" | "superseded" => "held",
            _ => "unknown",
        };
        Self::new(shape, status.replace('_', " "))
    }

    /// How far a group run is.
    pub(super) fn of_group_run(status: &str) -> Self {
        let shape = match status {
            "preparing" | "activating" | "finishing" | "cancelling" => "moving",
            "frozen" | "cancelled" => "held",
            "rolling_back" | "rolled_back" => "back",
            "succeeded" => "steady",
            "failed" => "failing",
            _ => "unknown",
        };
        Self::new(shape, status.replace('_', " "))
    }

    /// How far a train is.
    pub(super) fn of_train(status: &str, is_held: bool) -> Self {
        if is_held {
            return Self::new("held", "held");
        }
        let shape = match status {
            "planned" | "closed" => "waiting",
            "under_way" => "moving",
            "rolled_back" => "back",
            "arrived" => "steady",
            "failed" => "failing",
            "cancelled" => "held",
            _ => "unknown",
        };
        Self::new(shape, status.replace('_', " "))
    }

    /// How far one target is.
    pub(super) fn of_stage(stage: &str) -> Self {
        let shape = match stage {
            "waiting" | "prepared" => "waiting",
            "preparing" | "activating" => "moving",
            "passed" => "steady",
            "failed" | "stuck" => "failing",
            "restoring" | "restored" => "back",
            "excluded" => "held",
            _ => "unknown",
        };
        Self::new(shape, stage)
    }

    /// What a check, or the judge of one metric, came to.
    pub(super) fn of_check(state: &str) -> Self {
        let shape = match state {
            "asking" => "moving",
            "passed" | "pass" => "steady",
            "failed" | "high" | "low" => "failing",
            "inconclusive" | "accepted" => "held",
            _ => "unknown",
        };
        Self::new(shape, state.replace('_', " "))
    }

    /// How far a step of a runbook is.
    pub(super) fn of_step(state: &str, kind: &str) -> Self {
        let (shape, word) = match (state, kind) {
            ("waiting", _) => ("waiting", "waiting"),
            ("ready", _) => ("held", "up"),
            ("started", _) => ("moving", "under way"),
            ("done", "decision") => ("steady", "go"),
            ("done", _) => ("steady", "done"),
            ("failed", "decision") => ("failing", "no-go"),
            ("failed", _) => ("failing", "issue"),
            ("skipped", _) => ("held", "left out"),
            ("timed_out", _) => ("failing", "not in time"),
            (other, _) => ("unknown", other),
        };
        Self::new(shape, word)
    }

    /// How far a job is.
    pub(super) fn of_job(state: &str) -> Self {
        let (shape, word) = match state {
            "planned" => ("waiting", "planned"),
            "running" => ("moving", "running"),
            "again" => ("moving", "is run again"),
            "done" => ("steady", "done"),
            "failed" => ("failing", "failed"),
            "accepted" => ("held", "accepted as done"),
            _ => ("unknown", "unknown"),
        };
        Self::new(shape, word)
    }

    /// Whether a release may still change.
    pub(super) fn of_release(state: &str) -> Self {
        let shape = if state == "sealed" {
            "steady"
        } else {
            "waiting"
        };
        Self::new(shape, state)
    }
}
