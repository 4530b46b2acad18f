//! Words and names that do not belong into the project.

use super::{Finding, Source};

/// Marks of work that is not done. Written in halves, so that this file is not found.
const MARKS: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("todo", "!("),
];
/// Names that say nothing about what is in a file.
const NAMES: &[&str] = &["utils", "util", "common", "misc", "helpers", "helper"];
/// Directories at the top of some machine, never of a project.
const ROOTS: &[&str] = &["work", "tmp", "root", "home", "farm"];

/// Nothing is left for later.
pub(super) fn banned(sources: &[Source]) -> Vec<Finding> {
    let ends = [
        ".rs", ".md", ".html", ".css", ".js", ".toml", ".sql", ".yaml",
    ];
    let read = |source: &&Source| ends.iter().any(|end| source.path.ends_with(end));
    let look = |source: &Source| {
        let found = |(number, line): (usize, &str)| {
            let mark = MARKS.iter().find(|mark| line.contains(*mark))?;
            Some(Finding::at(
                source,
                number,
                format!("`{mark}`: do it, or leave it out"),
            ))
        };
        source.lines().filter_map(found).collect::<Vec<_>>()
    };
    sources.iter().filter(read).flat_map(look).collect()
}

/// A file is named after what it contains.
pub(super) fn file_names(sources: &[Source]) -> Vec<Finding> {
    let vague = |source: &&Source| {
        let mut parts = source.path.trim_end_matches(".rs").split('/');
        source.is_rust() && parts.any(|part| NAMES.contains(&part))
    };
    let finding = |source: &Source| Finding::of(&source.path, "name it after what is in it");
    sources.iter().filter(vague).map(finding).collect()
}

/// Nothing names a directory of the machine that it was written on.
pub(super) fn machine_paths(sources: &[Source]) -> Vec<Finding> {
    let look = |source: &Source| {
        let found = |(number, line): (usize, &str)| {
            let root = ROOTS.iter().find(|root| names_root(line, root))?;
            Some(Finding::at(
                source,
                number,
                format!("a path below /{root} is of one machine"),
            ))
        };
        source.lines().filter_map(found).collect::<Vec<_>>()
    };
    let read = |source: &&Source| source.path != "Cargo.lock";
    sources.iter().filter(read).flat_map(look).collect()
}

/// Whether the line holds `/ROOT/x` that does not go on from something else.
fn names_root(line: &str, root: &str) -> bool {
    let path = format!("/{root}/");
    line.match_indices(&path).any(|(at, _)| {
        let free = |c: char| !(c.is_ascii_alphanumeric() || "_.-~}".contains(c));
        let before = line[..at].chars().next_back().is_none_or(free);
        let after = line[at + path.len()..].chars().next();
        before && after.is_some_and(|c| c.is_ascii_lowercase() || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::{super::tests::said, *};

    #[test]
    fn marks_of_unfinished_work_are_found() {
        let text = format!("fn a() {{}}\n// {}: b\n", MARKS[0]);
        assert_eq!(said(banned, "a.rs", &text).len(), 1);
        assert_eq!(said(banned, "a.md", &text).len(), 1);
        assert!(said(banned, "a.rs", "fn todos() {}\n").is_empty());
    }

    #[test]
    fn vague_names_are_found() {
        assert_eq!(said(file_names, "crates/a/src/utils.rs", "").len(), 1);
        assert_eq!(said(file_names, "crates/a/src/common/x.rs", "").len(), 1);
        assert!(said(file_names, "crates/a/src/commonality.rs", "").is_empty());
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let path = |root: &str| format!("see `/{root}/main.rs`");
        assert_eq!(said(machine_paths, "a.md", &path("work")).len(), 1);
        assert!(said(machine_paths, "a.md", "target/tmp/a and https://a.b/work/c").is_empty());
    }
}
