//! Sizes, module documentation, and settings that must agree.

use super::{Finding, Source};

/// A file begins to hold more than one idea.
const LINES_ADVISED: usize = 400;
/// A file is too long to be read.
const LINES_MAX: usize = 600;

/// Files stay short; their tests do not count.
pub(super) fn sizes(sources: &[Source]) -> Vec<Finding> {
    let code = |source: &Source| {
        let lines = source.text.lines();
        lines
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .count()
    };
    let judge = |source: &Source| {
        let count = code(source);
        let what = format!("{count} lines of code; split it by idea");
        let finding = Finding::of(&source.path, what);
        (count > LINES_ADVISED).then_some(Finding {
            advice: count <= LINES_MAX,
            ..finding
        })
    };
    sources
        .iter()
        .filter(|source| source.is_rust())
        .filter_map(judge)
        .collect()
}

/// Each file says what it is for.
pub(super) fn module_docs(sources: &[Source]) -> Vec<Finding> {
    let lacks = |source: &&Source| {
        let first = source.text.lines().find(|line| !line.trim().is_empty());
        source.is_rust() && !first.is_some_and(|line| line.starts_with("//! "))
    };
    let finding = |source| {
        Finding::at(
            source,
            1,
            "the file does not begin with `//!` and its purpose",
        )
    };
    sources.iter().filter(lacks).map(finding).collect()
}

/// The nearest `clippy.toml` replaces that of the root, so each repeats it.
pub(super) fn clippy_files_agree(sources: &[Source]) -> Vec<Finding> {
    let Some(root) = sources.iter().find(|source| source.path == "clippy.toml") else {
        return Vec::new();
    };
    let others = sources
        .iter()
        .filter(|source| source.path.ends_with("/clippy.toml"));
    let compare = |other: &Source| {
        let absent = |line: &&str| line.len() > 1 && !other.text.lines().any(|own| own == *line);
        let finding = |line: &str| Finding::of(&other.path, format!("lacks the root's `{line}`"));
        root.text
            .lines()
            .filter(absent)
            .map(finding)
            .collect::<Vec<_>>()
    };
    others.flat_map(compare).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::said, *};

    #[test]
    fn long_files_are_advised_and_then_refused() {
        let file = |lines: usize| "x\n".repeat(lines) + "#[cfg(test)]\n" + &"y\n".repeat(999);
        let judged = |lines| {
            let source = Source {
                path: "a.rs".into(),
                text: file(lines),
            };
            sizes(&[source]).first().map(|finding| finding.advice)
        };
        assert_eq!(judged(400), None);
        assert_eq!(judged(401), Some(true));
        assert_eq!(judged(601), Some(false));
    }

    #[test]
    fn a_file_says_what_it_is_for() {
        assert!(said(module_docs, "a.rs", "//! Adds.\n").is_empty());
        assert_eq!(said(module_docs, "a.rs", "use std::fmt;\n").len(), 1);
        assert_eq!(said(module_docs, "a.rs", "").len(), 1);
    }

    #[test]
    fn settings_that_are_replaced_are_repeated() {
        let file = |path: &str, text: &str| Source {
            path: path.into(),
            text: text.into(),
        };
        let root = file("clippy.toml", "a = 1\nb = 2\n");
        let good = file("x/clippy.toml", "b = 2\na = 1\nc = 3\n");
        assert!(clippy_files_agree(&[root.clone(), good]).is_empty());
        assert_eq!(
            clippy_files_agree(&[root, file("x/clippy.toml", "a = 1\n")]).len(),
            1
        );
    }
}
