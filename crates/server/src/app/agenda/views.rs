//! An agenda as it is shown.

use std::collections::BTreeSet;
use tidegate_domain::{
    agenda::{Agenda, Conflict, Entry, Lane},
    name::Name,
};
use tidegate_protocol::api::{AgendaConflictView, AgendaEntryView};

/// The lanes of these entries, environments in the order of the promotion paths.
pub(super) fn lanes(entries: &[&Entry], environments: &[Name]) -> Vec<String> {
    let there: BTreeSet<Lane> = entries.iter().map(|it| it.lane()).collect();
    let places = environments.iter().cloned().map(Lane::Environment);
    let mut order = vec![Lane::Releases, Lane::Trains];
    order.extend(places);
    order.extend([Lane::Windows, Lane::Suppliers, Lane::Tasks]);
    let gone: Vec<&Lane> = there.iter().filter(|it| !order.contains(it)).collect();
    let known = order.iter().filter(|it| there.contains(it));
    known.chain(gone).map(ToString::to_string).collect()
}

pub(super) fn entry(entry: &Entry) -> AgendaEntryView {
    let products = entry.subject.carries().iter();
    AgendaEntryView {
        id: entry.subject.to_string(),
        kind: entry.subject.word().to_owned(),
        lane: entry.lane().to_string(),
        title: entry.title.clone(),
        progress: entry.progress.word().to_owned(),
        start: entry.span.start,
        end: entry.span.end,
        products: products.map(|it| it.product.to_string()).collect(),
        environments: words(&entry.environments),
        people: words(&entry.concerned),
        components: words(&entry.changes),
    }
}

pub(super) fn conflict(agenda: &Agenda, conflict: &Conflict) -> AgendaConflictView {
    let (one, other) = conflict.entries(agenda);
    let (common, remedy) = (conflict.common(agenda), conflict.remedy(agenda));
    AgendaConflictView {
        rule: conflict.rule.word().to_owned(),
        says: conflict.rule.says().to_owned(),
        sentence: format!("{}.", conflict.sentence(agenda)),
        remedy: remedy.words.to_owned(),
        fits_from: remedy.from,
        one: one.subject.to_string(),
        other: other.map(|it| it.subject.to_string()),
        start: conflict.span.start,
        end: conflict.span.end,
        environments: words(&common.environments),
        components: words(&common.components),
        people: words(&common.people),
    }
}

fn words<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}
