//! `cargo xtask accept`: the snapshots as the programs make them today become the expected ones.

use crate::{Outcome, run};

/// Runs the tests and lets insta write whatever differs; look at the difference before you commit it.
pub(crate) fn run(more: &[String]) -> Outcome {
    let mut cargo = run::cargo();
    cargo.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    cargo.args(more).env("INSTA_UPDATE", "always");
    let outcome = run::wait(&mut cargo);
    run::wait(std::process::Command::new("git").args(["diff", "--stat", "--", "*.snap"]))?;
    outcome
}
