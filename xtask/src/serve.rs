//! `cargo xtask serve`: a server to look at, whose data outlives it.

use crate::{Outcome, run};

/// A server on `target/serve`; further arguments go to it.
pub(crate) fn run(more: &[String]) -> Outcome {
    let data = run::root().join("target/serve");
    let mut cargo = run::cargo();
    cargo.args(["run", "--locked", "-p", "tidegate", "--", "serve", "--data"]);
    run::wait(cargo.arg(data).args(more))
}
