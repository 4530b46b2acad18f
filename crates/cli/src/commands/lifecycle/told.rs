//! The lifecycle in words.

use crate::ui::{ago, table};
use tidegate_protocol::api::{
    FactView, FactsHeardView, LifecycleStageView, LifecycleView, RunView,
};

/// The stages, with their dates.
pub(in crate::commands) fn stages(view: &LifecycleView) -> String {
    let row = |it: &LifecycleStageView| {
        let at = it.ended_at.or(it.begun_at).map(ago).unwrap_or_default();
        vec![it.stage.clone(), it.says.clone(), at, it.sentence.clone()]
    };
    table(
        &["stage", "state", "when", "what"],
        view.stages.iter().map(row),
    )
}

pub(super) fn whole(view: &LifecycleView) -> String {
    let mut parts = vec![view.sentence.clone(), stages(view)];
    if !view.runs.is_empty() {
        parts.push(table(
            &["run", "of", "by", "when", "more"],
            view.runs.iter().map(run),
        ));
    }
    if view.more_runs > 0 {
        parts.push(format!("and {} more runs", view.more_runs));
    }
    parts.join("\n\n")
}

fn run(view: &RunView) -> Vec<String> {
    let says = match view.failures.is_empty() {
        true => view.says.clone(),
        false => format!("{} ({})", view.says, view.failures.join(", ")),
    };
    vec![
        says,
        view.components.join(", "),
        view.source.clone(),
        view.ended_at.or(view.begun_at).map(ago).unwrap_or_default(),
        view.link.clone().unwrap_or_default(),
    ]
}

pub(super) fn heard(view: &FactsHeardView) -> String {
    let lines = view
        .events
        .iter()
        .map(|it| format!("{} {}: {}", it.outcome, it.id, it.says));
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn facts(views: &[FactView]) -> String {
    if views.is_empty() {
        return "nobody told of a build or a test; `tidegate lifecycle build` does".to_owned();
    }
    let row = |it: &FactView| {
        vec![
            ago(it.happened_at),
            it.says.clone(),
            it.run.clone(),
            it.source.clone(),
            it.by.clone(),
            it.digests.join(" "),
        ]
    };
    table(
        &["when", "what", "run", "at", "told by", "artifacts"],
        views.iter().map(row),
    )
}
