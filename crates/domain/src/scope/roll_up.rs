//! The scope: the changes of one or several releases and components put together, each once.

use super::{
    adjustment::{self, Adjustment, Index, Unmatched},
    change::{Change, Standing},
    commit::{Author, Commit},
    heading::{Group, Heading},
    item::{Catalogue, ItemKey, WorkItem},
    link::{Links, Relation},
    reversal,
    tracker::is_address,
};
use crate::{name::Name, version::Version};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, cmp::Reverse, collections::BTreeMap};

/// What a component brings with a release: the commits since what ran before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The component and the release.
    pub origin: Origin,
    /// The commits, newest first.
    pub commits: Vec<Commit>,
}

/// Where a change comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The component whose source has it.
    pub component: Name,
    /// The release that brought it.
    pub release: Version,
}

/// What an environment gets: the changes, each once, newest first, then those that people added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    changes: Vec<Change>,
    origins: Vec<Origin>,
    unmatched: Vec<Unmatched>,
}

/// Who contributed, and to how many of the changes that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contributor {
    /// By the name of their newest change.
    pub author: Author,
    /// How many.
    pub changes: u64,
}

/// A work item that changes name, whether it was imported or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedItem<'a> {
    /// Its key.
    pub key: &'a ItemKey,
    /// Where it is read, as far as that is known.
    pub url: Option<String>,
    /// The item, if it was imported.
    pub item: Option<&'a WorkItem>,
    /// Whether any change says that it is done.
    pub relation: Relation,
    /// The changes that count and name it.
    pub changes: Vec<&'a Change>,
}

impl Scope {
    /// Puts parts together and applies, in their order, what people decided.
    pub fn of(parts: Vec<Part>, links: &Links<'_>, adjustments: &[Adjustment]) -> Self {
        let (mut changes, origins) = merged(parts, links);
        let mut index = Index::of(&changes);
        let unmatched = adjustment::apply(&mut changes, &mut index, links, adjustments);
        reversal::cancel(&mut changes, &index);
        Self {
            changes,
            origins,
            unmatched,
        }
    }

    /// All changes, also those that do not count.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The parts that were put together.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The parts that brought a change.
    pub fn origins_of<'a>(&'a self, change: &'a Change) -> impl Iterator<Item = &'a Origin> {
        change.origins.iter().filter_map(|at| self.origins.get(*at))
    }

    /// The adjustments that did nothing.
    pub fn unmatched(&self) -> &[Unmatched] {
        &self.unmatched
    }

    /// The changes by heading; breaking ones first, and there only.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<Heading, Vec<&Change>> = BTreeMap::new();
        for change in &self.changes {
            groups.entry(Heading::of(change)).or_default().push(change);
        }
        let group = |(heading, changes)| Group { heading, changes };
        groups.into_iter().map(group).collect()
    }

    /// Who wrote the changes that count, with co-authors: whoever contributed most comes first.
    pub fn contributors(&self) -> Vec<Contributor> {
        let mut found: BTreeMap<String, Contributor> = BTreeMap::new();
        for commit in self.counting().filter_map(|change| change.commit.as_ref()) {
            credit(&mut found, &commit.author);
            commit
                .co_authors()
                .iter()
                .for_each(|author| credit(&mut found, author));
        }
        let mut found: Vec<Contributor> = found.into_values().collect();
        found.sort_by_cached_key(|c| (Reverse(c.changes), c.author.clone()));
        found
    }

    /// The work items that changes which count name, in the order of their keys.
    pub fn items<'a>(&'a self, links: &Links<'_>, catalogue: &'a Catalogue) -> Vec<LinkedItem<'a>> {
        let mut items: BTreeMap<&ItemKey, LinkedItem<'a>> = BTreeMap::new();
        for change in self.counting() {
            for link in &change.links {
                let linked = items.entry(&link.item).or_insert_with(|| LinkedItem {
                    key: &link.item,
                    url: address(&link.item, links, catalogue),
                    item: catalogue.get(&link.item),
                    relation: link.relation,
                    changes: Vec::new(),
                });
                linked.relation = linked.relation.max(link.relation);
                linked.changes.push(change);
            }
        }
        items.into_values().collect()
    }

    pub(super) fn counting(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.counts())
    }
}

fn credit(found: &mut BTreeMap<String, Contributor>, author: &Author) {
    let email = &author.email;
    let key = match email.is_empty() {
        true => Cow::Borrowed(author.name.as_str()),
        false if email.bytes().any(|b| b.is_ascii_uppercase()) => {
            Cow::Owned(email.to_ascii_lowercase())
        }
        false => Cow::Borrowed(email.as_str()),
    };
    if let Some(known) = found.get_mut(&*key) {
        known.changes += 1;
    } else {
        let author = author.clone();
        found.insert(key.into_owned(), Contributor { author, changes: 1 });
    }
}

/// Where an item is read: as its tracker says, or else as the import said, if that is an address on the web.
pub(super) fn address(key: &ItemKey, links: &Links<'_>, catalogue: &Catalogue) -> Option<String> {
    let told = links.tracker(key).and_then(|tracker| tracker.url(key));
    told.or_else(|| {
        catalogue
            .get(key)?
            .url
            .clone()
            .filter(|url| is_address(url))
    })
}

/// The changes of all parts, each once, newest first.
fn merged(parts: Vec<Part>, links: &Links<'_>) -> (Vec<Change>, Vec<Origin>) {
    let (mut changes, mut origins): (Vec<Change>, Vec<Origin>) = (Vec::new(), Vec::new());
    let mut known = BTreeMap::new();
    let is_single = parts.len() == 1;
    for part in parts {
        for commit in part.commits {
            // One history has each commit once.
            let at = match is_single {
                true => changes.len(),
                false => *known.entry(commit.id).or_insert(changes.len()),
            };
            if at == changes.len() {
                changes.push(Change::of(commit, links, Standing::Counts));
            }
            let own: &mut Vec<usize> = &mut changes[at].origins;
            if own.last() != Some(&origins.len()) {
                own.push(origins.len());
            }
        }
        origins.push(part.origin);
    }
    if !is_single {
        changes.sort_by_key(|change| Reverse(change.commit.as_ref().map(|commit| commit.time)));
    }
    (changes, origins)
}

#[cfg(test)]
mod tests;
