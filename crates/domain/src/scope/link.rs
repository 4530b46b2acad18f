//! Which work items a text names.
//!
//! A key counts only as its tracker writes it, and only where a word could stand: `#12` is one, `C#12`, `&#12;`, `#1.5` and
//! `#12a` are none. Where a tracker declares projects, only those count, so that `UTF-8` and `SHA-256` are no keys. An address
//! counts if it leads to an item of a tracker; nothing else inside an address does.

use super::{
    item::ItemKey,
    tracker::{Tracker, TrackerSystem, is_jira_project, is_path, is_path_byte},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A work item that a text names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// The item.
    pub item: ItemKey,
    /// What the text says of it.
    pub relation: Relation,
}

/// What a text says of an item that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Its name.
    Mentions,
    /// That it is done with this: `fixes #12`.
    Closes,
}

/// Finds the items that texts name.
#[derive(Debug)]
pub struct Links<'a> {
    trackers: &'a [Tracker],
    /// Trackers by what they declare: keys of Jira as they are, paths in small letters.
    declared: BTreeMap<String, Vec<(&'a Tracker, &'a str)>>,
}

/// The words before a key that mean [`Relation::Closes`], as GitHub and GitLab know them.
const CLOSING: &[&str] = &[
    "close",
    "closes",
    "closed",
    "closing",
    "fix",
    "fixes",
    "fixed",
    "fixing",
    "resolve",
    "resolves",
    "resolved",
    "resolving",
    "implement",
    "implements",
    "implemented",
    "implementing",
];

/// What looks like a key of Jira and is the name of a standard; of weight only where a tracker declares no projects.
const STANDARDS: &[&str] = &[
    "AES", "ANSI", "BASE", "CP", "CRC", "CVE", "CWE", "DIN", "EAN", "ECMA", "ED", "EN", "FIPS",
    "GB", "GHSA", "HTTP", "IEC", "IEEE", "IPV", "ISO", "JSR", "KOI", "LATIN", "LC", "MD", "MP",
    "NIST", "OAUTH", "PEP", "PKCS", "RC", "RFC", "RSA", "SHA", "SSL", "TLS", "UCS", "UTC", "UTF",
    "WCAG", "WINDOWS", "X",
];

/// The most items that are found in one text.
const LINKS_MAX: usize = 100;
/// The longest number of an item, in digits.
const DIGITS_MAX: usize = 9;

/// A key in a text, and where.
struct Reference {
    start: usize,
    end: usize,
    item: Option<ItemKey>,
}

impl<'a> Links<'a> {
    /// Those of some trackers. Where two would take a key, the first does.
    pub fn new(trackers: &'a [Tracker]) -> Self {
        let mut declared: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for tracker in trackers {
            for project in tracker.projects() {
                let key = project_key(tracker.system(), project);
                declared
                    .entry(key)
                    .or_default()
                    .push((tracker, project.as_str()));
            }
        }
        Self { trackers, declared }
    }

    /// The tracker of a name.
    pub fn tracker(&self, key: &ItemKey) -> Option<&'a Tracker> {
        self.trackers
            .iter()
            .find(|tracker| *tracker.name() == key.tracker)
    }

    /// The items that a text names, each once, in the order of the text; the first [`LINKS_MAX`] of them.
    pub fn find(&self, text: &str) -> Vec<Link> {
        let (mut links, mut at) = (Vec::new(), 0);
        let mut before: Option<(usize, Relation)> = None;
        if self.trackers.is_empty() {
            return links;
        }
        while let Some(reference) = self.next(text, at) {
            at = reference.end;
            let Some(item) = reference.item else { continue };
            let relation = relation(text, reference.start, before);
            before = Some((reference.end, relation));
            add(&mut links, Link { item, relation });
            if links.len() == LINKS_MAX {
                break;
            }
        }
        links
    }

    /// The next key or address from a byte on.
    fn next(&self, text: &str, from: usize) -> Option<Reference> {
        let bytes = text.as_bytes();
        for at in from..bytes.len() {
            let found = match bytes[at] {
                b':' if bytes[at..].starts_with(b"://") => Some(self.address(text, at)),
                sign @ (b'#' | b'!' | b'-') => number_end(text, at + 1).and_then(|end| {
                    let number = &text[at + 1..end];
                    let (start, item) = match sign {
                        b'-' => self.dashed(&text[..at], number)?,
                        sign => self.signed((&text[..at], from), char::from(sign), number)?,
                    };
                    Some(Reference {
                        start,
                        end,
                        item: Some(item),
                    })
                }),
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// `ABC-123` and `GH-123`.
    fn dashed(&self, before: &str, number: &str) -> Option<(usize, ItemKey)> {
        let is_part = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
        let length = before.bytes().rev().take_while(|b| is_part(b)).count();
        let start = before.len() - length;
        let project = &before[start..];
        let left = before[..start].chars().next_back();
        if !is_jira_project(project) || left.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let key = |tracker: &Tracker| ItemKey {
            tracker: tracker.name().clone(),
            key: format!("{project}-{number}"),
        };
        if let Some((tracker, _)) = self.declared(project, TrackerSystem::Jira) {
            return Some((start, key(tracker)));
        }
        if project == "GH"
            && let Some(tracker) = self.of_kinds(&[TrackerSystem::GitHub])
        {
            return Some((start, bare(tracker, '#', number)));
        }
        let is_guess = left != Some('-')
            && !STANDARDS.contains(&project.trim_end_matches(|c: char| c.is_ascii_digit()));
        let tracker = self
            .undeclared(&[TrackerSystem::Jira])
            .filter(|_| is_guess)?;
        Some((start, key(tracker)))
    }

    /// `#12`, `!34`, and both behind a project.
    fn signed(
        &self,
        (before, from): (&str, usize),
        sign: char,
        number: &str,
    ) -> Option<(usize, ItemKey)> {
        const BOTH: &[TrackerSystem] = &[TrackerSystem::GitHub, TrackerSystem::GitLab];
        let kinds = if sign == '!' { &BOTH[1..] } else { BOTH };
        let near = &before.as_bytes()[from..];
        let length = near.iter().rev().take_while(|b| is_path_byte(**b)).count();
        let start = before.len() - length;
        let project = &before[start..];
        if !before[..start]
            .chars()
            .next_back()
            .is_none_or(may_stand_before)
        {
            return None;
        }
        if project.is_empty() {
            return Some((start, bare(self.of_kinds(kinds)?, sign, number)));
        }
        let item = self.in_project(project, kinds, (sign, number))?;
        Some((start, item))
    }

    fn in_project(
        &self,
        path: &str,
        kinds: &[TrackerSystem],
        (sign, number): (char, &str),
    ) -> Option<ItemKey> {
        let declared = kinds.iter().find_map(|kind| self.declared(path, *kind));
        let (tracker, project) = match declared {
            Some(found) => found,
            None => (self.undeclared(kinds).filter(|_| is_path(path))?, path),
        };
        Some(ItemKey {
            tracker: tracker.name().clone(),
            key: format!("{project}{sign}{number}"),
        })
    }

    /// The address around `://`; it is passed over whole, whether it leads to an item or not.
    fn address(&self, text: &str, colon: usize) -> Reference {
        let scheme = text.as_bytes()[..colon]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic());
        let start = colon - scheme.count();
        let rest = &text[colon + 3..];
        let is_end =
            |c: char| c.is_whitespace() || matches!(c, '>' | '<' | ')' | ']' | '"' | '\'' | '`');
        let rest = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let item = rest.split_once('/').and_then(|(host, path)| {
            let path = path.split(['?', '#']).next().unwrap_or_default();
            let mut trackers = self.trackers.iter();
            trackers.find_map(|tracker| {
                (tracker.host()? == host).then(|| self.at_path(tracker, path))?
            })
        });
        Reference {
            start,
            end: colon + 3 + rest.len(),
            item,
        }
    }

    /// `owner/name/issues/12`, `owner/name/pull/12`, `group/name/-/merge_requests/12` or `browse/ABC-12`.
    fn at_path(&self, tracker: &Tracker, path: &str) -> Option<ItemKey> {
        if tracker.system() == TrackerSystem::Jira {
            let at = path.rfind('-')?;
            let end = number_end(path, at + 1)?;
            let (_, item) = self.dashed(&path[..at], &path[at + 1..end])?;
            return (item.tracker == *tracker.name()).then_some(item);
        }
        let mut segments: Vec<&str> = path.split('/').collect();
        let at = segments
            .iter()
            .position(|s| matches!(*s, "issues" | "pull" | "merge_requests"))?;
        let number = segments.get(at + 1)?;
        let end = number_end(number, 0)?;
        let sign = if segments[at] == "merge_requests" {
            '!'
        } else {
            '#'
        };
        let number = &number[..end];
        segments.truncate(at);
        segments.retain(|segment| *segment != "-");
        self.in_project(&segments.join("/"), &[tracker.system()], (sign, number))
    }

    fn declared(&self, project: &str, kind: TrackerSystem) -> Option<(&'a Tracker, &'a str)> {
        let found = self.declared.get(&project_key(kind, project))?;
        found
            .iter()
            .copied()
            .find(|(tracker, _)| tracker.system() == kind)
    }

    fn of_kinds(&self, kinds: &[TrackerSystem]) -> Option<&'a Tracker> {
        self.trackers
            .iter()
            .find(|tracker| kinds.contains(&tracker.system()))
    }

    fn undeclared(&self, kinds: &[TrackerSystem]) -> Option<&'a Tracker> {
        let mut open = self
            .trackers
            .iter()
            .filter(|tracker| tracker.projects().is_empty());
        open.find(|tracker| kinds.contains(&tracker.system()))
    }
}

fn project_key(kind: TrackerSystem, project: &str) -> String {
    match kind {
        TrackerSystem::GitHub | TrackerSystem::GitLab => project.to_ascii_lowercase(),
        TrackerSystem::Jira => project.to_owned(),
    }
}

/// A number without a project: the first of the tracker is meant.
fn bare(tracker: &Tracker, sign: char, number: &str) -> ItemKey {
    let project = tracker.projects().first().map_or("", String::as_str);
    ItemKey {
        tracker: tracker.name().clone(),
        key: format!("{project}{sign}{number}"),
    }
}

/// Where the number ends that begins at a byte, if it is that of an item.
fn number_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mut behind = rest[digits..].chars();
    let is_whole = match behind.next() {
        None => true,
        Some('.' | ',') => !behind.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => !c.is_alphanumeric() && c != '_',
    };
    (is_whole && (1..=DIGITS_MAX).contains(&digits) && !rest.starts_with('0'))
        .then_some(start + digits)
}

fn may_stand_before(c: char) -> bool {
    c.is_whitespace() || "([{<,;:\"'`|*~=+".contains(c)
}

/// What is said of the item whose key begins at a byte: by the word before it, or as of the one before that it is listed with.
fn relation(text: &str, start: usize, before: Option<(usize, Relation)>) -> Relation {
    if let Some((end, relation)) = before {
        let between = text[end..start].trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, ',' | '&' | '[' | ']' | '(' | ')')
        });
        if between.is_empty() || between.eq_ignore_ascii_case("and") {
            return relation;
        }
    }
    let before = text[..start]
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '[' | '(' | '<'));
    let word = before
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    match CLOSING
        .iter()
        .any(|closing| closing.eq_ignore_ascii_case(word))
    {
        true => Relation::Closes,
        false => Relation::Mentions,
    }
}

fn add(links: &mut Vec<Link>, link: Link) {
    match links.iter_mut().find(|known| known.item == link.item) {
        Some(known) => known.relation = known.relation.max(link.relation),
        None => links.push(link),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tracker::tests::tracker, *};
    use TrackerSystem::{GitHub, GitLab, Jira};
    use proptest::prelude::*;

    /// The keys that a text names; those that it closes have a `*`.
    fn found(trackers: &[Tracker], text: &str) -> Vec<String> {
        let mark = |link: Link| match link.relation {
            Relation::Closes => format!("{}*", link.item),
            Relation::Mentions => link.item.to_string(),
        };
        Links::new(trackers)
            .find(text)
            .into_iter()
            .map(mark)
            .collect()
    }

    #[track_caller]
    fn check(trackers: &[Tracker], text: &str, expect: &[&str]) {
        assert_eq!(found(trackers, text), expect, "{text}");
    }

    #[test]
    fn keys_of_github() {
        let github = [tracker(GitHub, &["Acme/shop", "acme/web"], None)];
        for (text, expect) in [
            ("feat: a (#12)", &["Acme/shop#12"][..]),
            (
                "Fixes #1, #2 and acme/WEB#3; see GH-4",
                &["Acme/shop#1*", "Acme/shop#2*", "acme/web#3*", "Acme/shop#4"],
            ),
            ("fix: #7 at last", &["Acme/shop#7*"]),
            (
                "resolves: https://github.com/acme/web/issues/5#top",
                &["acme/web#5*"],
            ),
            ("(https://github.com/acme/web/pull/6)", &["acme/web#6"]),
            ("#1 then closes #1", &["Acme/shop#1*"]),
            ("C#12 &#12; ##12 #012 #1.5 #12a #1234567890 a#1 é#1 #", &[]),
            (
                "other/project#1 https://example.com/x#12 https://github.com/other/x/issues/1",
                &[],
            ),
            ("!3 ABC-1 UTF-8", &[]),
        ] {
            check(&github, text, expect);
        }
    }

    #[test]
    fn keys_of_gitlab() {
        let gitlab = [tracker(
            GitLab,
            &["g/s/web"],
            Some("https://git.example.com/{project}/-/issues/{number}"),
        )];
        for (text, expect) in [
            ("See merge request !34", &["g/s/web!34"][..]),
            (
                "Closes g/s/web#5 & g/s/web!6",
                &["g/s/web#5*", "g/s/web!6*"],
            ),
            (
                "https://git.example.com/g/s/web/-/merge_requests/8.",
                &["g/s/web!8"],
            ),
            ("wow!1 x/y!2 !!3", &[]),
        ] {
            check(&gitlab, text, expect);
        }
    }

    #[test]
    fn keys_of_jira() {
        let url = Some("https://j.example.com/browse/{key}");
        let declared = [tracker(Jira, &["SHOP", "UTF"], url)];
        for (text, expect) in [
            (
                "SHOP-1: a, feature/SHOP-2-b, UTF-8",
                &["SHOP-1", "SHOP-2", "UTF-8"][..],
            ),
            (
                "fixes [SHOP-3] https://j.example.com/browse/SHOP-4",
                &["SHOP-3*", "SHOP-4*"],
            ),
            (
                "shop-1 XSHOP-1 SHOP-0 SHOP-1.5 SHOP-1x SHOP-1_ ABC-1 https://other.example.com/SHOP-9",
                &[],
            ),
        ] {
            check(&declared, text, expect);
        }
        let open = [tracker(Jira, &[], None)];
        check(
            &open,
            "ABC-1 UTF-8 SHA-256 SHA3-256 ISO-8601 RFC-822 x86-A-1 CVE-2024-1 P-1 CP-1252",
            &["ABC-1"],
        );
    }

    #[test]
    fn the_first_tracker_takes_what_several_would() {
        let trackers = [
            tracker(Jira, &["GH"], None),
            tracker(GitLab, &["a/b"], None),
            tracker(GitHub, &["c/d"], None),
        ];
        check(
            &trackers,
            "GH-1 #2 !3 c/d#4",
            &["GH-1", "a/b#2", "a/b!3", "c/d#4"],
        );
        check(&[], "GH-1 #2 !3", &[]);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(#|!|-|://|/|a|GH|ABC|[0-9]|é|\u{202e}| |fixes|,){0,40}") {
            let trackers = [tracker(Jira, &[], Some("https://a/{key}")), tracker(GitLab, &[], None), tracker(GitHub, &["a/b"], None)];
            for key in Links::new(&trackers).find(&text) {
                prop_assert!(key.item.parts().is_some());
            }
        }
    }
}
