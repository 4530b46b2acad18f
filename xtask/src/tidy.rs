//! `cargo xtask tidy`: the rules of this project that no compiler knows.
//!
//! A rule is a function from the files to what it finds; it reads and never changes. [`lexer`] tells code from texts and
//! comments for those that need it. A finding is a failure unless it says that it is advice.

mod apart;
mod docs;
mod imports;
mod lexer;
mod migrations;
mod routes;
mod shape;
mod snapshots;
mod words;

use crate::{Outcome, run};
use std::process::Command;

/// A file of the project, as it is in the working directory.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    path: String,
    text: String,
}

/// What a rule found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    place: String,
    what: String,
    advice: bool,
}

/// A rule: what it looks for among all files.
type Rule = fn(&[Source]) -> Vec<Finding>;

const RULES: &[Rule] = &[
    shape::sizes,
    shape::module_docs,
    shape::clippy_files_agree,
    words::banned,
    words::file_names,
    words::machine_paths,
    apart::sql,
    apart::status_codes,
    apart::error_texts,
    apart::outgoing,
    routes::described,
    routes::listed,
    routes::permitted,
    routes::known_callers,
    snapshots::commands,
    migrations::steps,
    imports::modules,
    docs::links,
    docs::paths,
];

/// Prints every finding; fails when one of them is more than advice.
pub(crate) fn run(_: &[String]) -> Outcome {
    let sources = sources()?;
    let mut findings = imports::crates(&run::metadata()?);
    findings.extend(RULES.iter().flat_map(|rule| rule(&sources)));
    for finding in &findings {
        let word = if finding.advice { "advice: " } else { "" };
        println!("{}: {word}{}", finding.place, finding.what);
    }
    match findings.iter().filter(|finding| !finding.advice).count() {
        0 => Ok(()),
        count => Err(format!("{count} rules are broken")),
    }
}

/// Every file that git knows or would take, as far as it is text.
fn sources() -> Result<Vec<Source>, String> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let list = run::output(&mut git)?;
    let read = |path: &str| {
        let text = std::fs::read_to_string(run::root().join(path)).ok()?;
        Some(Source {
            path: path.to_owned(),
            text,
        })
    };
    Ok(list
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(read)
        .collect())
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_prose(&self) -> bool {
        self.path.ends_with(".md")
    }

    /// Tests may do what the program may not.
    fn is_test(&self) -> bool {
        self.path.contains("tests/") || self.path.ends_with("tests.rs")
    }

    /// The lines with their numbers, counted from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }
}

impl Finding {
    fn at(source: &Source, line: usize, what: impl Into<String>) -> Self {
        let place = format!("{}:{line}", source.path);
        Self {
            place,
            what: what.into(),
            advice: false,
        }
    }

    fn of(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            advice: false,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What a rule says of one file.
    pub(crate) fn said(rule: Rule, path: &str, text: &str) -> Vec<String> {
        let source = Source {
            path: path.into(),
            text: text.into(),
        };
        rule(&[source])
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn this_project_is_tidy() {
        let sources = sources().unwrap();
        assert!(
            sources
                .iter()
                .any(|source| source.path == "xtask/src/tidy.rs")
        );
    }
}
