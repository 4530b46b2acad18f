//! What documents point at exists.

use super::{Finding, Source};
use crate::run;
use std::path::Path;

/// Beginnings of a path in the project, as documents write it between back-quotes.
const TOPS: &[&str] = &[
    "crates/",
    "docs/",
    "examples/",
    "tests/",
    "xtask/",
    ".ci/",
    ".config/",
];

/// Links between documents resolve.
pub(super) fn links(sources: &[Source]) -> Vec<Finding> {
    let look = |source: &Source| {
        let place = Path::new(&source.path).parent().unwrap_or(Path::new(""));
        let found = |(number, line): (usize, &str)| {
            let targets = line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next());
            let local =
                targets.filter(|target| !target.contains("://") && !target.starts_with(['#', 'm']));
            let mut files = local.map(|target| target.split('#').next().unwrap_or(target));
            let dead = files.find(|file| !run::root().join(place).join(file).exists())?;
            Some(Finding::at(
                source,
                number,
                format!("the link to {dead} leads nowhere"),
            ))
        };
        source.lines().filter_map(found).collect::<Vec<_>>()
    };
    sources
        .iter()
        .filter(|source| source.is_prose())
        .flat_map(look)
        .collect()
}

/// Files of the project that a document names in back-quotes exist.
pub(super) fn paths(sources: &[Source]) -> Vec<Finding> {
    let look = |source: &Source| {
        let found = |(number, line): (usize, &str)| {
            let dead = line.split('`').skip(1).step_by(2).find(|code| {
                let path = TOPS.iter().any(|top| code.starts_with(top));
                let plain =
                    !code.contains([' ', '*', '<', '{', '$', '…']) && !names_a_pattern(code);
                path && plain && !run::root().join(code).exists()
            })?;
            Some(Finding::at(source, number, format!("there is no {dead}")))
        };
        source.lines().filter_map(found).collect::<Vec<_>>()
    };
    sources
        .iter()
        .filter(|source| source.is_prose())
        .flat_map(look)
        .collect()
}

/// Capitals in a path stand for a name of the reader's own.
fn names_a_pattern(path: &str) -> bool {
    let word = |part: &str| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase());
    path.split(['/', '.']).any(word)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::said, *};

    #[test]
    fn dead_links_and_paths_are_found() {
        assert!(
            said(
                links,
                "docs/a.md",
                "[x](../Cargo.toml#top) [y](https://a.b/c) [z](#here)"
            )
            .is_empty()
        );
        assert_eq!(said(links, "docs/a.md", "see [x](nowhere.md)").len(), 1);
        assert!(
            said(
                paths,
                "a.md",
                "in `xtask/src/main.rs`, one `crates/store/src/NOUN.rs` each"
            )
            .is_empty()
        );
        assert_eq!(
            said(paths, "a.md", "in `crates/nowhere/src/lib.rs`").len(),
            1
        );
    }
}
