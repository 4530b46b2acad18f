//! Breaking the executor on purpose, one line at a time: does the simulator notice?
//!
//! Each mutation of `crates/domain/tests/simulation/mutations.txt` is tried in a copy of the domain crate; the table says
//! which seed or scenario caught it.

use crate::{Outcome, run};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const LIST: &str = "crates/domain/tests/simulation/mutations.txt";
/// Files are named from here.
const BASE: &str = "crates/domain/src/deployment";

/// What may notice one, and which part of it, the quickest first.
const TESTS: [(&str, &str); 4] = [
    ("simulation", "whatever_happens_the_invariants_hold"),
    ("simulation", "whatever_happens_to_a_group"),
    ("simulation", ""),
    ("scenarios", ""),
];

/// One line, broken.
#[derive(Debug, Default, PartialEq, Eq)]
struct Mutation {
    what: String,
    file: String,
    before: String,
    after: String,
}

/// Tries those whose description has `words` in it and prints the table; fails when one survives.
pub(super) fn run(words: &str) -> Outcome {
    let root = run::root();
    let mut all = listed(root)?;
    all.retain(|mutation| mutation.what.contains(words));
    let copy = copied(root)?;
    println!("| mutation | caught by |\n|---|---|");
    let mut survivors = 0;
    for mutation in all {
        let caught = tried(&copy, &mutation)?;
        survivors += u32::from(caught.is_none());
        let by = caught.unwrap_or_else(|| "**nothing**".to_owned());
        println!("| {} | {by} |", mutation.what);
    }
    match survivors {
        0 => Ok(()),
        _ => Err(format!("{survivors} mutations were not noticed")),
    }
}

/// All of them, each of which fits the sources as they are.
fn listed(root: &Path) -> Result<Vec<Mutation>, String> {
    let text = fs::read_to_string(root.join(LIST)).map_err(|error| format!("{LIST}: {error}"))?;
    let all = read(&text)?;
    for mutation in &all {
        whole(root, mutation)?;
    }
    Ok(all)
}

/// The file that a mutation breaks, in which its line is exactly once.
fn whole(root: &Path, mutation: &Mutation) -> Result<(PathBuf, String), String> {
    let path = root.join(BASE).join(&mutation.file);
    let named = |error| format!("{}: {error}", path.display());
    let whole = fs::read_to_string(&path).map_err(named)?;
    match whole.matches(&mutation.before).count() {
        1 => Ok((path, whole)),
        count => Err(format!(
            "`{}`: its line is there {count} times, not once; mend {LIST}",
            mutation.what
        )),
    }
}

fn read(text: &str) -> Result<Vec<Mutation>, String> {
    let mut all: Vec<Mutation> = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        if mark == ":" {
            all.push(Mutation::default());
        }
        let last = all.last_mut().ok_or("the list begins with no mutation")?;
        let field = match mark {
            ":" => &mut last.what,
            "@" => &mut last.file,
            "-" => &mut last.before,
            "+" => &mut last.after,
            _ => return Err(format!("{LIST}: `{line}` begins with none of : @ - +")),
        };
        rest.clone_into(field);
    }
    Ok(all)
}

/// A copy of the workspace's sources, whose build is kept from one mutation to the next.
fn copied(root: &Path) -> Result<PathBuf, String> {
    let copy = root.join("target/mutations");
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["checkout-index", "--all", "--force"]);
    git.arg(format!("--prefix={}/", copy.display()));
    run::wait(&mut git)?;
    Ok(copy)
}

/// The first seed or scenario that notices it.
fn tried(copy: &Path, mutation: &Mutation) -> Result<Option<String>, String> {
    let (path, whole) = whole(copy, mutation)?;
    let named = |error| format!("{}: {error}", path.display());
    let broken = whole.replacen(&mutation.before, &mutation.after, 1);
    fs::write(&path, broken).map_err(named)?;
    let found = TESTS
        .iter()
        .find_map(|(test, only)| noticed(copy, test, only));
    fs::write(&path, whole).map_err(named)?;
    Ok(found)
}

/// What a test says when it fails.
fn noticed(copy: &Path, test: &str, only: &str) -> Option<String> {
    let mut cargo = run::cargo();
    cargo.current_dir(copy);
    cargo.args([
        "test",
        "--quiet",
        "--offline",
        "-p",
        "tidegate-domain",
        "--test",
        test,
        only,
    ]);
    cargo.env("CARGO_TARGET_DIR", copy.join("target"));
    let output = cargo.output().ok()?;
    if output.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    Some(told(&format!("{said}\n{errors}")))
}

/// The line that names the seed or the scenario, or what a test panicked with.
fn told(said: &str) -> String {
    let telling = |line: &str| {
        let seed = line.find("seed ").map(|at| line.get(at..));
        let file = line.contains(".txt: line").then(|| {
            let file = line.rsplit_once("tests/scenarios/");
            file.map(|(_, file)| file)
        });
        seed.or(file).flatten().map(str::to_owned)
    };
    let panic = || {
        let behind = said
            .lines()
            .skip_while(|line| !line.contains("panicked at"));
        let words: Vec<&str> = behind.skip(1).take(2).map(str::trim).collect();
        (!words.is_empty()).then(|| words.join(" "))
    };
    match said.lines().find_map(telling).or_else(panic) {
        Some(line) => line.chars().take(110).collect(),
        None => "it does not compile".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_fits_the_sources() {
        let all = listed(run::root()).unwrap();
        assert!(!all.is_empty());
    }

    #[test]
    fn a_mutation_is_four_lines() {
        let text = "# why\n\n: what\n@ file.rs\n- a b\n+ c\n";
        let expected = Mutation {
            what: "what".into(),
            file: "file.rs".into(),
            before: "a b".into(),
            after: "c".into(),
        };
        assert_eq!(read(text).unwrap(), [expected]);
        assert!(read("x y").is_err());
    }

    #[test]
    fn the_seed_or_the_scenario_is_told() {
        assert_eq!(
            told("thread panicked\nseed 7: too many\n"),
            "seed 7: too many"
        );
        assert_eq!(
            told("/x/tests/scenarios/retry.txt: line 3: expected\n"),
            "retry.txt: line 3: expected"
        );
    }
}
