//! `cargo xtask e2e`: the black-box tests, which know only processes and HTTP.

use crate::{Outcome, parts, run};

/// The package of the black-box tests.
const PACKAGE: &str = "tidegate-tests";

/// Builds the programs that the tests start, then runs the tests.
pub(crate) fn run(more: &[String]) -> Outcome {
    parts::programs()?;
    build()?;
    if parts::has_nextest() {
        run::cargo_with(&["nextest", "run", "--locked", "-p", PACKAGE], more)
    } else {
        run::cargo_with(&["test", "--locked", "-p", PACKAGE], more)
    }
}

/// The programs that black-box tests start, which cargo does not build for them.
fn build() -> Outcome {
    let programs = ["build", "--locked", "-p", "tidegate", "-p", "storefront"];
    run::cargo_with(&programs, &[])
}
