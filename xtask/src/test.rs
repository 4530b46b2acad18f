//! `cargo xtask test`: all of it. What the README names and continuous integration calls.

use crate::{Outcome, fmt, lint, parts, run, tidy};
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// One step: what it is called, and what it does.
type Step = (&'static str, fn() -> Outcome);

const STEPS: &[Step] = &[
    ("parts", parts::programs),
    ("format", || fmt::run(&["--check".to_owned()])),
    ("lint", || lint::run(&[])),
    ("tidy", || tidy::run(&[])),
    ("dependencies", dependencies),
    ("shipped", shipped),
    ("programs", programs),
    ("tests", tests),
    ("examples in docs", examples_in_docs),
];

/// Runs every step in order, stops at the first that fails, and prints what each took.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.first() {
        return Err(format!(
            "`{unknown}` is not understood: `test` takes no arguments"
        ));
    }
    let mut took = Vec::new();
    let mut outcome = Ok(());
    for (name, work) in STEPS {
        eprintln!("\n== {name}");
        let began = Instant::now();
        outcome = work();
        took.push((*name, began.elapsed()));
        if outcome.is_err() {
            break;
        }
    }
    println!("\n{}", summary(&took, outcome.is_ok()));
    outcome
}

/// Licences, sources and banned packages. Advisories are not among them: they would need the network at every run.
fn dependencies() -> Outcome {
    let mut deny = Command::new(parts::cargo_deny()?);
    deny.args(["--locked", "check", "bans", "licenses", "sources"]);
    run::wait(&mut deny)
}

/// Whether what is shipped compiles by itself: features that only other packages ask for must not be what it stands on. What has the
/// same features either way was looked at by then, so that little is looked at again.
fn shipped() -> Outcome {
    let alone = ["clippy", "--locked", "-p", "tidegate", "-p", "storefront"];
    run::cargo_with(&alone, &[])
}

/// What the tests start and the tests themselves, in one build, so that nothing is compiled for each of them apart.
fn programs() -> Outcome {
    let all = ["build", "--locked", "--workspace", "--bins", "--tests"];
    run::cargo_with(&all, &[])
}

fn tests() -> Outcome {
    if parts::has_nextest() {
        let all = [
            "nextest",
            "run",
            "--locked",
            "--workspace",
            "--no-fail-fast",
        ];
        return run::cargo_with(&all, &[]);
    }
    let all = [
        "test",
        "--locked",
        "--workspace",
        "--all-targets",
        "--no-fail-fast",
    ];
    run::cargo_with(&all, &[])
}

fn examples_in_docs() -> Outcome {
    run::cargo_with(&["test", "--locked", "--workspace", "--doc"], &[])
}

fn summary(took: &[(&str, Duration)], good: bool) -> String {
    let line =
        |(name, time): &(&str, Duration)| format!("{name:<18}{:>7.1} s\n", time.as_secs_f64());
    let lines: String = took.iter().map(line).collect();
    let total: f64 = took.iter().map(|(_, time)| time.as_secs_f64()).sum();
    let last = took.last().map_or("", |(name, _)| name);
    let end = if good {
        "everything passed".to_owned()
    } else {
        format!("`{last}` failed")
    };
    format!("{lines}{:<18}{total:>7.1} s\n{end}", "all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_the_step_that_failed() {
        let took = [
            ("format", Duration::from_millis(1500)),
            ("lint", Duration::from_secs(2)),
        ];
        let text = summary(&took, false);
        assert!(text.contains("format                1.5 s"), "{text}");
        assert!(text.contains("all                   3.5 s"), "{text}");
        assert!(text.ends_with("`lint` failed"), "{text}");
    }
}
