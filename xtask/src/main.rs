//! `cargo xtask VERB`: everything a developer runs, one file per verb.
//!
//! A verb is a function from its arguments to success or a sentence that says what failed. [`run`] starts programs,
//! [`parts`] finds or installs what the tests need. Start at [`VERBS`].

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod accept;
mod bench;
mod check;
mod e2e;
mod fmt;
mod lint;
mod parts;
mod run;
mod serve;
mod sim;
mod test;
mod tidy;

use std::process::ExitCode;

/// What failed, for people.
type Outcome = Result<(), String>;

/// A verb: its name, what it does, and the function.
type Verb = (&'static str, &'static str, fn(&[String]) -> Outcome);

/// Every verb, in the order that help lists them.
const VERBS: &[Verb] = &[
    ("check", "compiles everything, tests too", check::run),
    ("fmt", "formats every file; --check only looks", fmt::run),
    (
        "lint",
        "clippy on everything; a warning is a failure",
        lint::run,
    ),
    (
        "tidy",
        "the rules of this project that no compiler knows",
        tidy::run,
    ),
    (
        "test",
        "installs what is missing, then runs every check and test",
        test::run,
    ),
    (
        "sim",
        "the seeded simulator: --seed N for one, --seeds A..B for a range",
        sim::run,
    ),
    (
        "e2e",
        "only the black-box tests; further arguments go to them",
        e2e::run,
    ),
    (
        "serve",
        "a server on a directory of its own in target/; arguments go to it",
        serve::run,
    ),
    (
        "accept",
        "takes the new snapshots for the expected ones",
        accept::run,
    ),
    (
        "bench",
        "the benchmarks, all or those that are named",
        bench::run,
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((verb, rest)) = arguments.split_first() else {
        print!("{}", help());
        return ExitCode::SUCCESS;
    };
    if ["help", "--help", "-h"].contains(&verb.as_str()) {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some((_, _, work)) = VERBS.iter().find(|(name, _, _)| name == verb) else {
        eprintln!("there is no verb `{verb}`\n\n{}", help());
        return ExitCode::from(2);
    };
    match work(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask {verb}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let line = |(name, what, _): &Verb| format!("  {name:<8}{what}\n");
    let verbs: String = VERBS.iter().map(line).collect();
    format!("cargo xtask VERB\n\n{verbs}")
}
