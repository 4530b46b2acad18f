//! `cargo xtask check`: does everything compile?

use crate::{Outcome, run};

/// Compiles everything, tests and benches too, without making programs of it.
pub(crate) fn run(more: &[String]) -> Outcome {
    run::cargo_with(&["check", "--locked", "--workspace", "--all-targets"], more)
}
