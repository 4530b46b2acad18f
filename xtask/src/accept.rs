//! `cargo xtask accept`: the snapshots as the programs make them today become the expected ones.

use crate::{Outcome, run};
use serde_json::Value;

/// Runs the tests of the packages with snapshots and lets insta write whatever differs; look at the difference before
/// you commit it.
pub(crate) fn run(more: &[String]) -> Outcome {
    let mut cargo = run::cargo();
    cargo.args(["test", "--locked", "--no-fail-fast"]);
    for package in with_snapshots(&run::metadata()?) {
        cargo.args(["-p", &package]);
    }
    cargo.args(more).env("INSTA_UPDATE", "always");
    let outcome = run::wait(&mut cargo);
    run::wait(std::process::Command::new("git").args(["diff", "--stat", "--", "*.snap"]))?;
    outcome
}

/// The packages whose tests use insta.
fn with_snapshots(metadata: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let uses = |package: &Value| {
        list(&package["dependencies"])
            .iter()
            .any(|dependency| dependency["name"] == "insta")
    };
    let packages = list(&metadata["packages"]);
    let named = packages.iter().filter(|package| uses(package));
    named
        .filter_map(|package| package["name"].as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn packages_with_snapshots_are_those_that_use_insta() {
        let package = |name: &str, dependency: &str| json!({"name": name, "dependencies": [{"name": dependency}]});
        let metadata = json!({"packages": [package("a", "insta"), package("b", "serde")]});
        assert_eq!(with_snapshots(&metadata), ["a"]);
    }
}
