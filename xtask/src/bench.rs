//! `cargo xtask bench`: every benchmark that there is, on the optimised programs.

use crate::{Outcome, run};

/// The package and the name of each.
const BENCHES: &[(&str, &str)] = &[
    ("tidegate-domain", "decide"),
    ("tidegate-domain", "judge"),
    ("tidegate-domain", "rehearsal"),
    ("tidegate-domain", "agenda"),
    ("tidegate-domain", "supplier"),
    ("tidegate-domain", "train"),
    ("tidegate-git", "scope"),
    ("tidegate-policy", "authorization"),
    ("tidegate-policy", "controls"),
    ("tidegate-trust", "signatures"),
    ("tidegate-trust", "advisories"),
    ("tidegate-store", "journal"),
    ("tidegate-tests", "calendar"),
    ("tidegate-tests", "idle"),
    ("tidegate-tests", "registry"),
    ("tidegate-tests", "deploy"),
    ("tidegate-tests", "messages"),
    ("tidegate-tests", "overview"),
    ("tidegate-tests", "rollback"),
];

/// Runs all benchmarks, or those that are named.
pub(crate) fn run(names: &[String]) -> Outcome {
    let unknown = |name: &&String| !BENCHES.iter().any(|(_, known)| known == name);
    if let Some(name) = names.iter().find(unknown) {
        let known: Vec<_> = BENCHES.iter().map(|(_, name)| *name).collect();
        return Err(format!("`{name}` is none of {}", known.join(", ")));
    }
    run::cargo_with(&["build", "--release", "--locked", "-p", "tidegate"], &[])?;
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    for (package, name) in BENCHES.iter().filter(|(_, name)| wanted(name)) {
        run::cargo_with(&["bench", "--locked", "-p", package, "--bench", name], &[])?;
    }
    Ok(())
}
