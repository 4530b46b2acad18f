//! What people wrote for one audience, by what it is about.

use crate::{
    name::Name,
    scope::{
        adjustment::Index,
        change::{Change, ChangeKey},
        item::ItemKey,
        roll_up::Scope,
        wording::{Audience, Subject, Wording},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// What people wrote about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// The words that count; none when the audience is not told.
    pub(super) text: Option<String>,
    /// All who wrote, each once, the last of them last.
    pub(super) by: Vec<Name>,
}

/// What people wrote for one audience.
#[derive(Debug, Default)]
pub(super) struct Told {
    introduction: Option<Words>,
    changes: BTreeMap<ChangeKey, Words>,
    items: BTreeMap<ItemKey, Words>,
    unplaced: Vec<Subject>,
}

impl Told {
    pub(super) fn of(scope: &Scope, audience: Audience, wordings: &[Wording]) -> Self {
        let mut told = Self::default();
        let mut own = wordings
            .iter()
            .filter(|wording| wording.audience == audience)
            .peekable();
        if own.peek().is_none() {
            return told;
        }
        let index = Index::of(scope.changes());
        let links = scope.changes().iter().flat_map(|change| &change.links);
        let items: BTreeSet<&ItemKey> = links.map(|link| &link.item).collect();
        for wording in own {
            match &wording.subject {
                Subject::Introduction => told
                    .introduction
                    .get_or_insert_with(Words::none)
                    .write(wording),
                Subject::Change(named) => match index.find(named) {
                    Ok(at) => written(&mut told.changes, &scope.changes()[at].key, wording),
                    Err(_) => told.unplaced.push(wording.subject.clone()),
                },
                Subject::Item(key) if items.contains(key) => written(&mut told.items, key, wording),
                Subject::Item(_) => told.unplaced.push(wording.subject.clone()),
            }
        }
        told.unplaced.dedup();
        told
    }

    pub(super) fn introduction(&self) -> Option<&Words> {
        self.introduction
            .as_ref()
            .filter(|words| words.text.is_some())
    }

    pub(super) fn change(&self, change: &Change) -> Option<&Words> {
        self.changes.get(&change.key)
    }

    pub(super) fn item(&self, key: &ItemKey) -> Option<&Words> {
        self.items.get(key)
    }

    pub(super) fn unplaced(&self) -> &[Subject] {
        &self.unplaced
    }

    /// Everybody who wrote, by name.
    pub(super) fn writers(&self) -> Vec<Name> {
        let all = self
            .introduction
            .iter()
            .chain(self.changes.values())
            .chain(self.items.values());
        let names: BTreeSet<&Name> = all.flat_map(|words| &words.by).collect();
        names.into_iter().cloned().collect()
    }
}

impl Words {
    fn none() -> Self {
        Self {
            text: None,
            by: Vec::new(),
        }
    }

    fn write(&mut self, wording: &Wording) {
        self.text.clone_from(&wording.text);
        self.by.retain(|name| *name != wording.by);
        self.by.push(wording.by.clone());
    }
}

fn written<K: Ord + Clone>(words: &mut BTreeMap<K, Words>, key: &K, wording: &Wording) {
    words
        .entry(key.clone())
        .or_insert_with(Words::none)
        .write(wording);
}
