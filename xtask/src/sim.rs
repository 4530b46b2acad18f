//! `cargo xtask sim`: the seeded simulator of `crates/domain/tests/simulation.rs`, optimised.

mod mutations;

use crate::{Outcome, run};

/// `--seed N` for one story, `--seeds A..B` for those from A up to but not B; without either, the test's own range.
/// `--mutations` breaks the executor on purpose and tells what noticed it; with WORDS only where they are part of what is broken.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let seeds = match words.as_slice() {
        [] => None,
        ["--mutations"] => return mutations::run(""),
        ["--mutations", words] => return mutations::run(words),
        ["--seed", seed] => Some(one(seed)?),
        ["--seeds", range] => Some((*range).to_owned()),
        _ => {
            return Err(
                "usage: cargo xtask sim [--seed N | --seeds A..B | --mutations [WORDS]]".into(),
            );
        }
    };
    let mut cargo = run::cargo();
    cargo.args(["test", "--locked", "--release", "-p", "tidegate-domain"]);
    cargo.args(["--test", "simulation", "--", "--nocapture"]);
    if let Some(seeds) = seeds {
        cargo.env("SEEDS", seeds);
    }
    run::wait(&mut cargo)
}

fn one(seed: &str) -> Result<String, String> {
    let first: u64 = seed
        .parse()
        .map_err(|_| format!("`{seed}` is not a seed: seeds are whole numbers"))?;
    Ok(format!("{first}..{}", first.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::one;

    #[test]
    fn a_seed_is_a_range_of_one() {
        assert_eq!(one("7").unwrap(), "7..8");
        assert!(one("seven").is_err());
    }
}
