//! `cargo xtask bench`: every benchmark that there is.

use crate::{Outcome, run};

/// Runs the benchmarks; further arguments go to criterion.
pub(crate) fn run(more: &[String]) -> Outcome {
    let metadata = run::output(run::cargo().args([
        "metadata",
        "--locked",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    if !metadata.contains(r#""kind":["bench"]"#) {
        return Err("no package has a benchmark".into());
    }
    let mut arguments = vec!["--".to_owned()];
    arguments.extend_from_slice(more);
    run::cargo_with(
        &["bench", "--locked", "--workspace", "--benches"],
        &arguments,
    )
}
