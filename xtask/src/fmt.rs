//! `cargo xtask fmt`: one form for every file.

use crate::{Outcome, run};

/// Formats every file; with `--check` only looks.
pub(crate) fn run(more: &[String]) -> Outcome {
    run::cargo_with(&["fmt", "--all"], more)
}
