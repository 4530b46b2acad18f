//! Waves as columns of targets, and the same as rows of a table.

use super::super::super::state::State;
use tidegate_protocol::api::{DeploymentView, TargetRunView, WaveView};

/// Up to so many targets have tiles with names; beyond, dots with titles.
const TILES: usize = 60;
/// At most so many rows in the table.
const ROWS: usize = 100;

/// The targets changed together.
#[derive(Debug)]
pub(super) struct Wave {
    pub title: String,
    pub tally: String,
    pub is_done: bool,
    pub tiles: Vec<Tile>,
}

/// One target.
#[derive(Debug)]
pub(super) struct Tile {
    pub wave: String,
    pub target: String,
    pub state: State,
    pub detail: String,
    pub is_connected: bool,
}

/// Every wave.
pub(super) fn of(view: &DeploymentView) -> Vec<Wave> {
    view.waves.iter().map(|wave| drawn(view, wave)).collect()
}

/// How many targets are where the deployment takes them, of how many.
pub(super) fn tally(view: &DeploymentView) -> (usize, usize) {
    let runs = || view.waves.iter().flat_map(|wave| &wave.targets);
    (
        runs().filter(|run| view.has_arrived(run)).count(),
        runs().count(),
    )
}

/// How closely the targets are drawn.
pub(super) fn density(total: usize) -> &'static str {
    if total <= TILES { "tiles" } else { "dots" }
}

/// The rows of the table, those that need a look first, and how many are left out.
pub(super) fn rows(view: &DeploymentView) -> (Vec<Tile>, usize) {
    let mut rows: Vec<_> = view
        .waves
        .iter()
        .flat_map(|wave| wave.targets.iter().map(move |run| (wave, run)))
        .collect();
    let total = rows.len();
    if total > ROWS {
        rows.sort_by_key(|(_, run)| urgency(&run.stage));
    }
    rows.truncate(ROWS);
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(wave, run)| tile(wave, run))
        .collect();
    let left = total - rows.len();
    (rows, left)
}

fn urgency(stage: &str) -> u8 {
    match stage {
        "failed" | "stuck" => 0,
        "activating" | "restoring" | "preparing" => 1,
        "prepared" | "waiting" => 2,
        _ => 3,
    }
}

fn drawn(view: &DeploymentView, wave: &WaveView) -> Wave {
    let arrived = wave.targets.iter().filter(|run| view.has_arrived(run));
    let arrived = arrived.count();
    let word = match view.purpose.as_str() {
        "rollback" => "back",
        _ => "passed",
    };
    let total = wave.targets.len();
    Wave {
        title: wave.title.clone(),
        tally: format!("{arrived} of {total} {word}"),
        is_done: arrived == total,
        tiles: wave.targets.iter().map(|run| tile(wave, run)).collect(),
    }
}

fn tile(wave: &WaveView, run: &TargetRunView) -> Tile {
    Tile {
        wave: wave.title.clone(),
        target: run.target.clone(),
        state: State::of_stage(&run.stage),
        detail: run.detail.clone(),
        is_connected: run.connected,
    }
}
