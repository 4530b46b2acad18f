//! A work item, as it was imported from its tracker.

use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Which item of which tracker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    /// The tracker.
    pub tracker: Name,
    /// The key as the tracker writes it in full: `ABC-123`, `owner/name#12`, `group/name!34`, or `#12` where it has no
    /// projects.
    pub key: String,
}

/// A work item as it was imported. Its texts were written by others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkItem {
    /// The tracker.
    pub tracker: Name,
    /// The key, as in [`ItemKey`].
    pub key: String,
    /// What it is about, in one line.
    pub title: String,
    /// What it is, in the tracker's word: `bug`, `story`.
    #[serde(default)]
    pub kind: String,
    /// How far it is, in the tracker's word: `open`, `Done`.
    #[serde(default)]
    pub state: String,
    /// Where it is read.
    #[serde(default)]
    pub url: Option<String>,
    /// What was stuck on it.
    #[serde(default)]
    pub labels: Vec<String>,
    /// When its tracker changed it last, as far as the tracker says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
}

/// The imported items by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue(BTreeMap<ItemKey, WorkItem>);

impl ItemKey {
    /// Project, sign and number: `("owner/name", '#', "12")`.
    pub(super) fn parts(&self) -> Option<(&str, char, &str)> {
        let at = self.key.rfind(['#', '!', '-'])?;
        let (project, rest) = self.key.split_at(at);
        let (sign, number) = rest.split_at(1);
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        is_number.then_some((project, sign.chars().next()?, number))
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.key)
    }
}

impl WorkItem {
    /// The longest title, kind, state, address or label that is kept, in characters.
    pub const TEXT_MAX: usize = 500;
    /// The most labels that are kept.
    pub const LABELS_MAX: usize = 50;

    /// Its key.
    pub fn item_key(&self) -> ItemKey {
        ItemKey {
            tracker: self.tracker.clone(),
            key: self.key.clone(),
        }
    }

    /// The same with texts that have an end: what an import keeps.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        for text in [
            &mut self.key,
            &mut self.title,
            &mut self.kind,
            &mut self.state,
        ] {
            shorten(text);
        }
        self.url = self.url.filter(|url| url.len() <= 2_000);
        self.labels.truncate(Self::LABELS_MAX);
        self.labels.iter_mut().for_each(shorten);
        self
    }

    /// Whether it says something newer than what is known of the item: events arrive late, and twice.
    pub fn is_news_to(&self, known: &Self) -> bool {
        let is_older = |(new, old)| new < old;
        self != known && !self.updated.zip(known.updated).is_some_and(is_older)
    }

    /// Whether it is about something that was wrong, by its kind or a label of it.
    pub fn is_defect(&self) -> bool {
        let is_word = |text: &str| {
            let words = ["bug", "defect", "incident", "fault", "regression"];
            let mut parts = text.split(|c: char| !c.is_alphanumeric());
            parts.any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
        };
        is_word(&self.kind) || (self.kind.is_empty() && self.labels.iter().any(|l| is_word(l)))
    }
}

impl Catalogue {
    /// The item of a key, if it was imported.
    pub fn get(&self, key: &ItemKey) -> Option<&WorkItem> {
        self.0.get(key)
    }
}

impl FromIterator<WorkItem> for Catalogue {
    /// Of two items with one key the later counts.
    fn from_iter<I: IntoIterator<Item = WorkItem>>(items: I) -> Self {
        let keyed = items.into_iter().map(|item| (item.item_key(), item));
        Self(keyed.collect())
    }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(WorkItem::TEXT_MAX) {
        text.truncate(end);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An item of the tracker.
    pub(crate) fn item(tracker: &str, key: &str, title: &str, kind: &str) -> WorkItem {
        WorkItem {
            tracker: tracker.parse().unwrap(),
            key: key.to_owned(),
            title: title.to_owned(),
            kind: kind.to_owned(),
            state: "open".to_owned(),
            url: None,
            labels: Vec::new(),
            updated: None,
        }
    }

    #[test]
    fn keys_come_apart() {
        for (key, expect) in [
            ("ABC-123", Some(("ABC", '-', "123"))),
            ("my-org/a-b#12", Some(("my-org/a-b", '#', "12"))),
            ("a/b!3", Some(("a/b", '!', "3"))),
            ("#1", Some(("", '#', "1"))),
            ("ABC-", None),
            ("ABC", None),
            ("a#1x", None),
        ] {
            let key = item("t", key, "", "").item_key();
            assert_eq!(key.parts(), expect);
        }
    }

    #[test]
    fn what_is_imported_has_an_end() {
        let mut long = item("t", "A-1", &"é".repeat(2_000), "story");
        long.labels = vec!["x".repeat(900); 90];
        let kept = long.bounded();
        assert_eq!(
            (
                kept.title.chars().count(),
                kept.labels.len(),
                kept.labels[0].len()
            ),
            (500, 50, 500)
        );
    }

    #[test]
    fn defects_are_known_by_kind_or_label() {
        let mut labelled = item("t", "A-1", "", "");
        labelled.labels = vec!["kind: Bug".to_owned()];
        assert!(labelled.is_defect() && item("t", "A-1", "", "Bug").is_defect());
        assert!(!item("t", "A-1", "", "Debugging").is_defect());
    }
}
