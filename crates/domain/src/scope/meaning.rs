//! What a commit means, read from its message by Conventional Commits 1.0.0 and by what git writes about reverts.
//!
//! The grammar is a library's, under two corrections. It takes a colon without the space behind it, which §1 demands: a web
//! address would be a type. And it refuses a message without the blank line of §6: we read that as if the line were there,
//! because a breaking change must not be missed for it. A message that is not conventional is never lost: it is
//! [`Kind::Other`], and its footers count.

use super::commit::{Commit, CommitPrefix};
use git_conventional::Footer;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a commit means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// What kind of change it is.
    pub kind: Kind,
    /// The type as it was written, if the message is conventional.
    pub label: Option<String>,
    /// What part it is about: the specification calls it scope (§4).
    pub area: Option<String>,
    /// What it does, in one line.
    pub description: String,
    /// What it breaks, in words, if it breaks anything.
    pub breaking: Option<String>,
    /// What operators are told by its footers.
    pub notices: Vec<Notice>,
    /// What it takes back.
    pub reverts: Vec<Reverted>,
}

/// The kinds of changes, in the order in which people read of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Something new.
    Feature,
    /// Something mended.
    Fix,
    /// Something quicker or smaller.
    Performance,
    /// Something taken back.
    Revert,
    /// Something that operators do or set.
    Operations,
    /// Words.
    Documentation,
    /// The same in another form.
    Refactoring,
    /// Tests.
    Test,
    /// How it is built, and from what.
    Build,
    /// Histories joined.
    Merge,
    /// What does not say what it is.
    Other,
}

/// Something that operators are told by a footer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// The words.
    pub text: String,
}

/// What operators are told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// Data or schemas move.
    Migration,
    /// Settings come, go or change.
    Configuration,
    /// Anything else to know or to do.
    Operations,
}

/// What a commit takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reverted {
    /// A commit, by name.
    Commit(CommitPrefix),
    /// A commit with this summary.
    Summary(String),
}

/// The types of the specification (§2, §3), of the Angular convention that it refers to, and those that people use beside
/// them for the same.
const TYPES: &[(&str, Kind)] = &[
    ("feat", Kind::Feature),
    ("feature", Kind::Feature),
    ("fix", Kind::Fix),
    ("bugfix", Kind::Fix),
    ("hotfix", Kind::Fix),
    ("security", Kind::Fix),
    ("perf", Kind::Performance),
    ("revert", Kind::Revert),
    ("ops", Kind::Operations),
    ("config", Kind::Operations),
    ("deploy", Kind::Operations),
    ("infra", Kind::Operations),
    ("migration", Kind::Operations),
    ("docs", Kind::Documentation),
    ("doc", Kind::Documentation),
    ("refactor", Kind::Refactoring),
    ("style", Kind::Refactoring),
    ("test", Kind::Test),
    ("tests", Kind::Test),
    ("build", Kind::Build),
    ("chore", Kind::Build),
    ("ci", Kind::Build),
    ("deps", Kind::Build),
];

/// The footers that operators are told.
const NOTICES: &[(&str, NoticeKind)] = &[
    ("migration", NoticeKind::Migration),
    ("migrations", NoticeKind::Migration),
    ("config", NoticeKind::Configuration),
    ("configuration", NoticeKind::Configuration),
    ("deployment", NoticeKind::Operations),
    ("operations", NoticeKind::Operations),
    ("operator-note", NoticeKind::Operations),
    ("ops", NoticeKind::Operations),
    ("upgrade-note", NoticeKind::Operations),
];

impl Kind {
    /// What the word before the colon means. Capitals make no difference (§15).
    pub fn of_type(label: &str) -> Self {
        find(TYPES, label).unwrap_or(Self::Other)
    }
}

impl Meaning {
    /// Reads a commit.
    pub fn of(commit: &Commit) -> Self {
        let message = commit.message.trim();
        if is_conventional(commit.summary())
            && let Ok(read) = git_conventional::Commit::parse(&with_blank_line(message))
        {
            return Self::conventional(&read, message);
        }
        // The footers stand in a paragraph of their own, whatever the first line is.
        let rest = message.split_once('\n').map_or("", |(_, rest)| rest);
        let stand_in = format!("x: x\n\n{}", rest.trim());
        let read = git_conventional::Commit::parse(&stand_in).ok();
        let footers = read.as_ref().map_or(&[][..], |read| read.footers());
        Self::plain(commit, footers)
    }

    fn conventional(read: &git_conventional::Commit<'_>, message: &str) -> Self {
        let label = read.type_().to_string();
        let (kind, description) = (Kind::of_type(&label), read.description().trim());
        Self {
            kind,
            area: read.scope().map(|area| area.to_string()),
            description: description.to_owned(),
            breaking: read.breaking_description().map(owned),
            notices: notices(read.footers()),
            reverts: reverts(message, (kind, description), read.footers()),
            label: Some(label),
        }
    }

    fn plain(commit: &Commit, footers: &[Footer<'_>]) -> Self {
        let summary = commit.summary();
        let title = quoted(summary);
        let kind = match title {
            Some(_) => Kind::Revert,
            None if commit.is_merge() => Kind::Merge,
            None => Kind::Other,
        };
        let breaking = footers.iter().find(|footer| footer.breaking());
        Self {
            kind,
            label: None,
            area: None,
            description: description(commit).to_owned(),
            breaking: breaking.map(|footer| owned(footer.value())),
            notices: notices(footers),
            reverts: reverts(&commit.message, (kind, title.unwrap_or(summary)), footers),
        }
    }
}

/// Whether the summary has the prefix of §1: type, optional scope, optional `!`, "REQUIRED terminal colon and space".
fn is_conventional(summary: &str) -> bool {
    let Some((prefix, description)) = summary.split_once(':') else {
        return false;
    };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let end = prefix.find(['(', '!']).unwrap_or(prefix.len());
    let (label, behind) = prefix.split_at(end);
    let is_closed =
        behind.is_empty() || behind == "!" || behind.trim_end_matches('!').ends_with(')');
    !label.is_empty()
        && label.chars().all(is_word)
        && is_closed
        && description.starts_with([' ', '\t'])
}

/// The message with the blank line of §6 behind its summary.
fn with_blank_line(message: &str) -> Cow<'_, str> {
    match message.split_once('\n') {
        Some((summary, rest))
            if rest
                .lines()
                .next()
                .is_some_and(|line| !line.trim().is_empty()) =>
        {
            Cow::Owned(format!("{}\n\n{rest}", summary.trim_end()))
        }
        Some(_) | None => Cow::Borrowed(message),
    }
}

/// The summary; of a merge that a site wrote, the title of what was merged.
fn description(commit: &Commit) -> &str {
    let summary = commit.summary();
    let is_request = commit.is_merge()
        && (summary.starts_with("Merge pull request ")
            || commit.message.contains("\nSee merge request "));
    let mut body = commit.message.lines().skip(1).map(str::trim);
    match is_request {
        true => body.find(|line| !line.is_empty()).unwrap_or(summary),
        false => summary,
    }
}

fn notices(footers: &[Footer<'_>]) -> Vec<Notice> {
    let notice = |footer: &Footer<'_>| {
        let kind = find(NOTICES, footer.token().as_str())?;
        let text = owned(footer.value());
        (!text.is_empty()).then_some(Notice { kind, text })
    };
    footers.iter().filter_map(notice).collect()
}

/// What a message takes back: by what git itself writes, by the footers that the specification recommends for the type
/// `revert`, and else by the title that it names.
fn reverts(message: &str, (kind, title): (Kind, &str), footers: &[Footer<'_>]) -> Vec<Reverted> {
    const GIT: &str = "This reverts commit";
    let sentences = message
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix(GIT));
    let mut found: Vec<CommitPrefix> = sentences.flat_map(prefixes).collect();
    if kind == Kind::Revert {
        let is_reference = |footer: &&Footer<'_>| {
            let token = footer.token();
            token.as_str().eq_ignore_ascii_case("refs")
                || token.as_str().eq_ignore_ascii_case("reverts")
        };
        found.extend(
            footers
                .iter()
                .filter(is_reference)
                .flat_map(|f| prefixes(f.value())),
        );
    }
    found.sort_unstable();
    found.dedup();
    if found.is_empty() && kind == Kind::Revert {
        return vec![Reverted::Summary(quoted(title).unwrap_or(title).to_owned())];
    }
    found.into_iter().map(Reverted::Commit).collect()
}

/// The names of commits in a text.
fn prefixes(text: &str) -> impl Iterator<Item = CommitPrefix> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| word.parse().ok())
}

/// The title in `Revert "title"`.
fn quoted(summary: &str) -> Option<&str> {
    let (title, _) = summary.strip_prefix("Revert \"")?.rsplit_once('"')?;
    Some(title)
}

fn find<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    let found = table
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word));
    found.map(|(_, value)| *value)
}

fn owned(text: &str) -> String {
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::commit::tests::commit, *};
    use proptest::prelude::*;

    fn read(message: &str) -> Meaning {
        Meaning::of(&commit(1, message))
    }

    /// What is read: kind, area, description, and behind `!` what breaks.
    #[track_caller]
    fn check(message: &str, expect: &str) {
        let read = read(message);
        let area = read
            .area
            .map(|area| format!("({area})"))
            .unwrap_or_default();
        let breaking = read
            .breaking
            .map(|text| format!(" ! {text}"))
            .unwrap_or_default();
        let told = format!("{:?}{area}: {}{breaking}", read.kind, read.description);
        assert_eq!(told, expect, "{message}");
    }

    #[test]
    fn the_examples_of_the_specification_are_read() {
        for (message, expect) in [
            (
                "feat: a\n\nBREAKING CHANGE: `b` is c",
                "Feature: a ! `b` is c",
            ),
            (
                "feat!: send an email",
                "Feature: send an email ! send an email",
            ),
            ("feat(api)!: email", "Feature(api): email ! email"),
            (
                "feat!: drop\n\nBREAKING CHANGE: it lacks",
                "Feature: drop ! it lacks",
            ),
            ("docs: correct spelling", "Documentation: correct spelling"),
            // §15: capitals make no difference but in BREAKING CHANGE; §16: BREAKING-CHANGE is the same.
            ("FIX: a\n\nbreaking change: not one", "Fix: a"),
            (
                "fix: a\n\nBREAKING-CHANGE: one\nof two lines",
                "Fix: a ! one\nof two lines",
            ),
            // §14: other types.
            ("domain: a", "Other: a"),
            ("fix(a b): c\r\n\r\nd", "Fix(a b): c"),
        ] {
            check(message, expect);
        }
    }

    #[test]
    fn what_breaks_is_not_missed_and_no_message_is_lost() {
        for (message, expect) in [
            // §6 wants a blank line; §12 allows the change in a footer of any type.
            ("chore: a\nBREAKING CHANGE: b", "Build: a ! b"),
            ("Odd\n\nWhy.\n\nBREAKING CHANGE: b", "Other: Odd ! b"),
            // §1: the space.
            (
                "https://example.com/a broke",
                "Other: https://example.com/a broke",
            ),
            ("fix:a", "Other: fix:a"),
            ("server, cli: a", "Other: server, cli: a"),
            ("feat(: a", "Other: feat(: a"),
            ("feat(a) b: c", "Other: feat(a) b: c"),
            ("", "Other: "),
        ] {
            check(message, expect);
        }
    }

    #[test]
    fn what_git_says_of_reverts_is_read() {
        let summary = |text: &str| Reverted::Summary(text.to_owned());
        let named = |text: &str| Reverted::Commit(text.parse().unwrap());
        let id = "0123456789abcdef0123456789abcdef01234567";
        for (message, expect) in [
            (
                format!("Revert \"feat: a\"\n\nThis reverts commit {id}."),
                vec![named(id)],
            ),
            (
                format!("Reapply \"feat: a\"\n\nThis reverts commit {id}."),
                vec![named(id)],
            ),
            (
                "revert: let us never speak of it\n\nRefs: 676104e, a215868".to_owned(),
                vec![named("676104e"), named("a215868")],
            ),
            (
                "Revert \"feat: say \"hello\"\" (#13)".to_owned(),
                vec![summary("feat: say \"hello\"")],
            ),
            ("revert: feat: a".to_owned(), vec![summary("feat: a")]),
            ("fix: a\n\nRefs: 676104e".to_owned(), vec![]),
            (
                "fix: mends what the message \"This reverts commit 676104e\" began".to_owned(),
                vec![],
            ),
        ] {
            assert_eq!(read(&message).reverts, expect, "{message}");
        }
    }

    #[test]
    fn operators_are_told_by_footers() {
        let meaning = read(
            "fix: a\n\nbody\n\nMigration: adds a column\nCONFIG: new key\n  `a.b`\nOps #4\nReviewed-by: Z",
        );
        let told: Vec<_> = meaning
            .notices
            .iter()
            .map(|n| (n.kind, n.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (NoticeKind::Migration, "adds a column"),
                (NoticeKind::Configuration, "new key\n  `a.b`"),
                (NoticeKind::Operations, "4"),
            ]
        );
    }

    #[test]
    fn merges_have_the_title_of_what_they_merge() {
        let mut merge = commit(1, "Merge pull request #12 from a/b\n\nAdd a thing");
        merge.parents.push(merge.id);
        let meaning = Meaning::of(&merge);
        assert_eq!(
            (meaning.kind, meaning.description.as_str()),
            (Kind::Merge, "Add a thing")
        );
        merge.message = "Merge branch 'main'".to_owned();
        assert_eq!(Meaning::of(&merge).description, "Merge branch 'main'");
    }

    proptest! {
        #[test]
        fn no_message_is_too_odd(message in "(feat|fix|:|!|\\(|\\)| |\n|\r|BREAKING CHANGE|BREAKING-CHANGE|#|é|\u{202e}|[a-z\"]){0,30}") {
            let meaning = read(&message);
            let is_blank = commit(1, &message).summary().is_empty();
            prop_assert!(is_blank || !meaning.description.is_empty());
        }
    }
}
