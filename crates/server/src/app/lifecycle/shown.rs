//! The lifecycle of a release as it is shown.

use super::{
    super::{Error, Request},
    seen::{Known, known},
};
use std::cmp::Reverse;
use tidegate_domain::{
    lifecycle::{Lifecycle, Made, Run, RunKind, Seen, Shown, Stage},
    release::Release,
};
use tidegate_protocol::api::{LifecycleStageView, LifecycleView, RunView, ShownView};
use tidegate_store::Tx;

/// The most runs that are told.
const RUNS_MAX: usize = 50;

/// How far a release is.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn of(
    tx: &mut Tx,
    request: &Request,
    release: &Release,
) -> Result<LifecycleView, Error> {
    let Known {
        made,
        mut runs,
        places,
        reviewed,
    } = known(tx, request, release).await?;
    let lifecycle = Lifecycle::of(&Seen {
        made: &made,
        runs: &runs,
        places: &places,
        reviewed,
    });
    runs.sort_by_cached_key(|it| Reverse((it.at(), it.source.clone(), it.id.clone())));
    let more = runs.len().saturating_sub(RUNS_MAX);
    Ok(LifecycleView {
        sentence: lifecycle.sentence(),
        stages: lifecycle.stages.iter().map(stage).collect(),
        runs: runs
            .iter()
            .take(RUNS_MAX)
            .map(|it| run(it, &made))
            .collect(),
        more_runs: u64::try_from(more).unwrap_or(u64::MAX),
    })
}

fn stage(stage: &Stage) -> LifecycleStageView {
    LifecycleStageView {
        stage: stage.kind.word().to_owned(),
        state: stage.state.word().to_owned(),
        says: stage.state.words(),
        sentence: stage.sentence.clone(),
        begun_at: stage.begun,
        ended_at: stage.ended,
        shown: stage.shown.iter().map(shown).collect(),
    }
}

fn shown(shown: &Shown) -> ShownView {
    ShownView {
        text: shown.text.clone(),
        link: shown.link.as_ref().map(ToString::to_string),
        deployment: shown.deployment.map(|id| id.0),
    }
}

fn run(run: &Run, made: &[Made]) -> RunView {
    let about = match run.kind {
        RunKind::Build => "build",
        RunKind::Tests { .. } => "tests",
    };
    let of = made.iter().filter(|it| run.digests.contains(&it.digest));
    RunView {
        about: about.to_owned(),
        state: run.state.word().to_owned(),
        says: run.words(),
        components: of.map(|it| it.component.to_string()).collect(),
        source: run.source.clone(),
        id: run.id.clone(),
        failures: run.tests.failures.clone(),
        link: run.link.as_ref().map(ToString::to_string),
        by: run.by.iter().cloned().collect(),
        means: run.means.word().to_owned(),
        begun_at: run.begun,
        ended_at: run.ended,
    }
}
