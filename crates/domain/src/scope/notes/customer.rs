//! What customers are told: what is new and what is mended, by the titles of work items or in a person's words. A commit's own
//! words were not written for them: a change that has no others is named to whoever writes the notes, and not told.

use super::{Chapter, Chapters, Line, Materials, line::shortened, told::Told};
use crate::scope::{
    change::{Change, ChangeKey},
    heading::Heading,
    item::{ItemKey, WorkItem},
    meaning::Kind,
    roll_up::{self, Scope},
    wording::Subject,
};
use std::collections::BTreeMap;

/// The changes that stand for an item.
#[derive(Debug, Default)]
struct Behind {
    changes: Vec<ChangeKey>,
    is_feature: bool,
}

pub(super) fn chapters(
    scope: &Scope,
    told: &Told,
    materials: Materials<'_>,
) -> (Vec<Chapter>, Vec<ChangeKey>) {
    let (mut chapters, mut unworded) = (Chapters::default(), Vec::new());
    let mut items: BTreeMap<&ItemKey, Behind> = BTreeMap::new();
    for change in scope.counting() {
        if let Some(words) = told.change(change) {
            if words.text.is_some() {
                chapters.add(
                    Heading::of(change),
                    Line::of(change, Some(words), materials),
                );
            }
            continue;
        }
        let mut is_worded = false;
        for link in &change.links {
            let is_known =
                told.item(&link.item).is_some() || materials.catalogue.get(&link.item).is_some();
            let is_told = told.item(&link.item).is_some() || is_for_customers(change);
            if is_known && is_told {
                let behind = items.entry(&link.item).or_default();
                behind.changes.push(change.key.clone());
                behind.is_feature |= change.meaning.kind == Kind::Feature;
            }
            is_worded |= is_known;
        }
        if !is_worded && is_for_customers(change) {
            unworded.push(change.key.clone());
        }
    }
    for (key, behind) in items {
        if let Some((heading, line)) = item_line(key, behind, told, materials) {
            chapters.add(heading, line);
        }
    }
    (chapters.finish(), unworded)
}

/// Whether customers should hear of a change.
fn is_for_customers(change: &Change) -> bool {
    let is_felt = matches!(
        change.meaning.kind,
        Kind::Feature | Kind::Fix | Kind::Performance
    );
    is_felt || change.meaning.breaking.is_some()
}

fn item_line(
    key: &ItemKey,
    behind: Behind,
    told: &Told,
    materials: Materials<'_>,
) -> Option<(Heading, Line)> {
    let item = materials.catalogue.get(key);
    let mut line = match (told.item(key), item) {
        (Some(words), _) => Line::words(words),
        (None, Some(item)) => Line {
            text: shortened(&item.title, WorkItem::TEXT_MAX),
            ..Line::default()
        },
        (None, None) => return None,
    };
    if line.text.is_empty() {
        return None;
    }
    let is_new = behind.is_feature && !item.is_some_and(WorkItem::is_defect);
    line.subject = Some(Subject::Item(key.clone()));
    line.changes = behind.changes;
    line.items = vec![(
        key.clone(),
        roll_up::address(key, materials.links, materials.catalogue),
    )];
    Some((
        Heading::Kind(if is_new { Kind::Feature } else { Kind::Fix }),
        line,
    ))
}
