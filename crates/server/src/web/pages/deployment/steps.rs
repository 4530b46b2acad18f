//! The steps of a deployment by its runbooks, and what a person can say of them.

use super::super::{
    super::{
        moment::{Moment, length},
        parts::{NamedProcedure, Prose},
        state::State,
    },
    runbook::Picture,
};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_protocol::api::{ConductedView, StepView, StepsView};

/// A runbook that it runs by.
#[derive(Debug)]
pub(super) struct Conducted {
    pub way: String,
    pub title: &'static str,
    /// How long it takes, and by how much that is later than planned.
    pub length: String,
    pub edition: u64,
    pub picture: Picture,
    pub warnings: Vec<Prose>,
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    pub name: String,
    pub title: String,
    pub state: State,
    pub owner: Option<String>,
    pub told: String,
    /// What is answered with yes to finish it.
    pub question: Option<String>,
    pub document: String,
    pub procedure: Option<NamedProcedure>,
    pub due: Option<Moment>,
    /// Whether it is up.
    pub is_up: bool,
    pub offers: Vec<Offer>,
}

/// What a person can say of it.
#[derive(Debug)]
pub(super) struct Offer {
    pub deed: String,
    pub label: &'static str,
    /// What follows.
    pub effect: &'static str,
    /// What is typed; nothing, where none is.
    pub asks: Option<&'static str>,
    pub is_required: bool,
}

/// What was said.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Said {
    #[serde(default)]
    pub(super) note: String,
}

/// The runbooks that are run, or say something of what is over.
pub(super) fn of(view: StepsView, now: Timestamp) -> Vec<Conducted> {
    let runbooks = view.runbooks.into_iter();
    let told = runbooks.filter(|it| it.active || it.way == "forward");
    told.map(|it| conducted(it, now)).collect()
}

fn conducted(view: ConductedView, now: Timestamp) -> Conducted {
    let timeline = &view.timeline;
    let between = |from: Timestamp, to: Timestamp| length(to.as_second() - from.as_second());
    let late = timeline.ends.as_second() > timeline.planned_end.as_second() + 59;
    let late = late.then(|| {
        format!(
            ", {} later than planned",
            between(timeline.planned_end, timeline.ends)
        )
    });
    Conducted {
        title: match view.way.as_str() {
            "back" => "Backout plan",
            _ => "Deployment plan",
        },
        length: format!(
            "{}{}",
            between(timeline.begins, timeline.ends),
            late.unwrap_or_default()
        ),
        edition: view.edition,
        picture: Picture::of(timeline, view.active.then_some(now)),
        warnings: timeline.warnings.iter().map(|it| Prose::of(it)).collect(),
        steps: timeline.steps.iter().map(|it| step(it, now)).collect(),
        way: view.way,
    }
}

fn step(view: &StepView, now: Timestamp) -> Step {
    let is_up = matches!(view.state.as_str(), "ready" | "started");
    Step {
        name: view.name.clone(),
        title: view.title.clone(),
        state: State::of_step(&view.state, &view.kind),
        owner: view.owner.clone(),
        told: view.told.clone(),
        question: view.question.clone(),
        document: view.document.clone(),
        procedure: view.procedure.clone().map(Into::into),
        due: view.due.filter(|_| is_up).map(|at| Moment::seen(at, now)),
        is_up: is_up && view.kind != "automatic",
        offers: view.offers.iter().map(|it| offer(it, view)).collect(),
    }
}

fn offer(deed: &str, step: &StepView) -> Offer {
    let (label, effect, asks) = match deed {
        "start" => ("Begin", "It says that you are at it.", None),
        "finish" => (
            "Finish",
            "What waits for it goes on.",
            Some("What did you see?"),
        ),
        "fail" => (
            "Say what is wrong",
            "The deployment stops, and calls for whoever decides.",
            Some("What is wrong?"),
        ),
        "go" => ("Go", "It goes on.", Some("What did you see?")),
        "no-go" => (
            "No-go",
            "What follows, the deployment plan says: it goes back, or stops.",
            Some("Why not?"),
        ),
        "skip" => (
            "Leave out",
            "What waits for it goes on as if it were done.",
            Some("Why?"),
        ),
        _ => ("Take up again", "It has to be done after all.", None),
    };
    Offer {
        is_required: matches!(deed, "fail" | "no-go" | "skip")
            || (deed == "finish" && step.evidence),
        deed: deed.to_owned(),
        label,
        effect,
        asks,
    }
}
