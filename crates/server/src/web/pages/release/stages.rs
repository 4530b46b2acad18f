//! The stages from build to review, and the runs that show them, as the page of a release shows them.

use super::super::super::{moment::Moment, parts::Prose, state::State};
use jiff::Timestamp;
use tidegate_protocol::api::{LifecycleStageView, LifecycleView, RunView};

/// All of it.
pub(super) struct Stages {
    pub(super) sentence: String,
    pub(super) line: Vec<Stage>,
    pub(super) runs: Vec<Run>,
    pub(super) more: u64,
}

/// A stage.
pub(super) struct Stage {
    pub(super) title: &'static str,
    pub(super) state: State,
    pub(super) when: Option<Moment>,
    pub(super) sentence: Prose,
    /// The deployment that shows it, if one does.
    pub(super) deployment: Option<u64>,
}

/// A run of a build or of tests.
pub(super) struct Run {
    pub(super) state: State,
    pub(super) says: Prose,
    pub(super) failures: String,
    pub(super) components: String,
    pub(super) source: String,
    pub(super) by: String,
    pub(super) when: Option<Moment>,
    pub(super) link: Option<String>,
}

impl Stages {
    /// Those of a release.
    pub(super) fn of(view: &LifecycleView, now: Timestamp) -> Self {
        Self {
            sentence: view.sentence.clone(),
            line: view.stages.iter().map(|it| stage(it, now)).collect(),
            runs: view.runs.iter().map(|it| run(it, now)).collect(),
            more: view.more_runs,
        }
    }
}

fn stage(view: &LifecycleStageView, now: Timestamp) -> Stage {
    let at = view.ended_at.or(view.begun_at);
    Stage {
        title: title(&view.stage),
        state: State::new(shape(&view.state), view.says.clone()),
        when: at.map(|at| Moment::seen(at, now)),
        sentence: Prose::of(&view.sentence),
        deployment: view.shown.iter().find_map(|it| it.deployment),
    }
}

fn title(stage: &str) -> &'static str {
    match stage {
        "build" => "Build",
        "testing" => "Testing",
        "staging" => "Staging",
        "live" => "Live",
        _ => "Reviewed",
    }
}

fn shape(state: &str) -> &'static str {
    match state {
        "done" | "passed" => "steady",
        "under-way" => "moving",
        "failed" => "failing",
        "partly" | "not-begun" => "waiting",
        _ => "unknown",
    }
}

fn run(view: &RunView, now: Timestamp) -> Run {
    let at = view.ended_at.or(view.begun_at);
    Run {
        state: State::new(shape(&view.state), view.state.replace('-', " ")),
        says: Prose::of(&view.says),
        failures: view.failures.join(", "),
        components: view.components.join(", "),
        source: view.source.clone(),
        by: match view.by.is_empty() {
            true => "attached".to_owned(),
            false => view.by.join(", "),
        },
        when: at.map(|at| Moment::seen(at, now)),
        link: view.link.clone(),
    }
}
