//! The testing stage: which runs of tests count, and what they come to.

use super::{
    Made, Means, Run, RunKind, RunState,
    stage::{Part, PartState, Shown},
};
use crate::{digest::Digest, name::listed};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A part for each run that counts, and for each component that none is about.
pub(super) fn parts(made: &[Made], runs: &[Run]) -> Vec<Part> {
    let own: BTreeSet<Digest> = made.iter().map(|it| it.digest).collect();
    let tests =
        |it: &&Run| matches!(it.kind, RunKind::Tests { .. }) && !own.is_disjoint(&it.digests);
    let all: Vec<&Run> = runs.iter().filter(tests).collect();
    let current = all
        .iter()
        .copied()
        .filter(|it| !all.iter().any(|other| is_again(other, it, &own)));
    let current: Vec<&Run> = current.collect();
    let mut parts: Vec<Part> = current.iter().map(|run| part(run, made)).collect();
    let untested = made
        .iter()
        .filter(|it| !current.iter().any(|run| run.digests.contains(&it.digest)));
    parts.extend(untested.map(|it| Part {
        state: PartState::Open,
        shown: Shown::words(format!("no test of {} is known", it.component)),
        begun: None,
        ended: None,
    }));
    parts
}

/// Whether `again` is the same tests, run later for at least the same artifacts: then what came of `run` counts no more. Tests that
/// have neither kind nor name are never the same, and what came to nothing takes nothing's place.
fn is_again(again: &Run, run: &Run, own: &BTreeSet<Digest>) -> bool {
    let order = |it: &Run| (it.at(), it.source.clone(), it.id.clone());
    let covers = || {
        let mut counting = run.digests.intersection(own);
        counting.all(|it| again.digests.contains(it))
    };
    is_named(&run.kind)
        && again.kind == run.kind
        && (again.means, run.means) == (Means::Facts, Means::Facts)
        && again.state != RunState::Void
        && order(again) > order(run)
        && covers()
}

fn is_named(kind: &RunKind) -> bool {
    match kind {
        RunKind::Build => false,
        RunKind::Tests { kind, name } => kind.is_some() || !name.is_empty(),
    }
}

fn part(run: &Run, made: &[Made]) -> Part {
    let about = made.iter().filter(|it| run.digests.contains(&it.digest));
    let about = listed(about.map(|it| &it.component));
    let state = match run.state {
        RunState::Failed => PartState::Failed,
        RunState::UnderWay => PartState::UnderWay,
        RunState::Passed => PartState::Done,
        RunState::Void => PartState::Open,
    };
    let failures = match run.failures() {
        none if none.is_empty() => none,
        some => format!(" ({some})"),
    };
    let ended: Option<Timestamp> = run.ended;
    Part {
        state,
        shown: Shown {
            text: format!("{about}: {}{failures}", run.words()),
            link: run.link.clone(),
            deployment: None,
        },
        begun: run.begun,
        ended,
    }
}
