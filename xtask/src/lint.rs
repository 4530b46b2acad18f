//! `cargo xtask lint`: clippy, with the lints of the workspace's manifest and `clippy.toml`.

use crate::{Outcome, run};

/// Clippy on everything; a warning is a failure.
pub(crate) fn run(more: &[String]) -> Outcome {
    let arguments = ["clippy", "--locked", "--workspace", "--all-targets"];
    let deny = [
        more,
        &["--".to_owned(), "-D".to_owned(), "warnings".to_owned()],
    ]
    .concat();
    run::cargo_with(&arguments, &deny)
}
