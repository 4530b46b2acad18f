//! What people and scripts rely on is kept as a snapshot.

use super::{Finding, Source};

/// The reference of the command line.
const REFERENCE: &str = "crates/tidegate/src/snapshots/tidegate__reference__commands.snap";

/// Where the commands are listed.
const LISTS: &[(&str, &str)] = &[
    ("crates/cli/src/commands.rs", "enum Command {"),
    ("crates/tidegate/src/main.rs", "enum Role {"),
];

/// Each command is in the snapshot of the reference.
pub(super) fn commands(sources: &[Source]) -> Vec<Finding> {
    let find = |path: &str| sources.iter().find(|source| source.path == path);
    let reference = find(REFERENCE).map_or("", |source| source.text.as_str());
    let look = |(path, list): &(&str, &str)| {
        let text = find(path).map_or("", |source| source.text.as_str());
        let absent = |name: &String| {
            let title = format!("# tidegate {name}");
            !reference.lines().any(|line| line == title)
        };
        let finding =
            |name| Finding::of(*path, format!("{name} has no snapshot: cargo xtask accept"));
        variants(text, list)
            .into_iter()
            .filter(absent)
            .map(finding)
            .collect::<Vec<_>>()
    };
    LISTS.iter().flat_map(look).collect()
}

/// The variants of an enum as a person types them, without those that only stand for another enum.
fn variants(text: &str, list: &str) -> Vec<String> {
    let inside = text.split(list).nth(1).unwrap_or_default();
    let inside = inside.split("\n}").next().unwrap_or_default();
    let lines: Vec<&str> = inside.lines().map(str::trim).collect();
    let before = std::iter::once("").chain(lines.iter().copied());
    let own = before.zip(&lines).filter(|(before, line)| {
        line.starts_with(|c: char| c.is_ascii_uppercase()) && *before != "#[command(flatten)]"
    });
    own.map(|(_, line)| kebab(line)).collect()
}

/// `SignIn(…)` is typed `sign-in`.
fn kebab(variant: &str) -> String {
    let name = variant.chars().take_while(char::is_ascii_alphanumeric);
    let mut typed = String::new();
    for c in name {
        if c.is_ascii_uppercase() && !typed.is_empty() {
            typed.push('-');
        }
        typed.push(c.to_ascii_lowercase());
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_a_snapshot_is_found() {
        let source = |path: &str, text: &str| Source {
            path: path.into(),
            text: text.into(),
        };
        let list =
            "pub enum Command {\n    SignIn(A),\n    #[command(flatten)]\n    Client(B),\n}\n";
        let list = source("crates/cli/src/commands.rs", list);
        let reference = |text: &str| source(REFERENCE, text);
        assert!(commands(&[list.clone(), reference("# tidegate sign-in\n")]).is_empty());
        assert_eq!(commands(&[list, reference("# tidegate sign\n")]).len(), 1);
    }
}
