//! What comes before what has to come before it.

use super::{Agenda, Carried, Conflict, Entry, Rule, Subject};
use crate::{calendar::Span, name::Name};
use std::collections::BTreeMap;

/// Releases before the train that carries them or after newer ones, and departures of one train in another order than planned.
pub(super) fn wrong(agenda: &Agenda, take: &mut impl FnMut(Conflict)) {
    let mut releases: BTreeMap<&Carried, usize> = BTreeMap::new();
    let mut by_place: BTreeMap<(&Name, &[Name]), Vec<usize>> = BTreeMap::new();
    let mut by_train: BTreeMap<&Name, Vec<(usize, usize)>> = BTreeMap::new();
    let live = agenda.entries.iter().enumerate();
    for (index, entry) in live.filter(|(_, it)| it.progress.is_ahead()) {
        match &entry.subject {
            Subject::Release(carried) => {
                releases.insert(carried, index);
                let place = (&carried.product, entry.environments.as_slice());
                by_place.entry(place).or_default().push(index);
            }
            Subject::Departure { train, place, .. } => {
                by_train.entry(train).or_default().push((*place, index));
            }
            Subject::Deployment { .. }
            | Subject::Booking { .. }
            | Subject::Window { .. }
            | Subject::Freeze { .. }
            | Subject::Notice { .. }
            | Subject::Task { .. } => {}
        }
    }
    let entries = &agenda.entries;
    for planned in by_place.values_mut() {
        newer_first(entries, planned, take);
    }
    for departures in by_train.values_mut() {
        departures.sort_unstable();
        for (_, index) in departures.iter() {
            before_its_train(entries, *index, &releases, take);
        }
        for pair in departures.windows(2) {
            let (first, second) = (pair[0].1, pair[1].1);
            if entries[first].span.start >= entries[second].span.start {
                take(conflict(entries, first, second));
            }
        }
    }
}

/// Of releases of one product that follow each other: a newer one before an older one.
fn newer_first(entries: &[Entry], planned: &mut [usize], take: &mut impl FnMut(Conflict)) {
    let version = |index: usize| {
        let carried = entries[index].subject.carries().first()?;
        carried.version.as_ref()?.semantic()
    };
    planned.sort_by_key(|index| (entries[*index].span.start, version(*index), *index));
    for pair in planned.windows(2) {
        let versions = version(pair[0]).zip(version(pair[1]));
        if versions.is_some_and(|(sooner, later)| sooner > later) {
            take(conflict(entries, pair[0], pair[1]));
        }
    }
}

/// Releases that are to be live before the train that carries them is there.
fn before_its_train(
    entries: &[Entry],
    departure: usize,
    releases: &BTreeMap<&Carried, usize>,
    take: &mut impl FnMut(Conflict),
) {
    let leaves = &entries[departure];
    for carried in leaves.subject.carries() {
        let Some(release) = releases.get(carried).copied() else {
            continue;
        };
        let planned = &entries[release];
        let is_there = planned.environments == leaves.environments;
        if is_there && planned.span.start < leaves.span.start {
            take(conflict(entries, release, departure));
        }
    }
}

/// From the beginning of the one to that of the other.
fn conflict(entries: &[Entry], one: usize, other: usize) -> Conflict {
    let (first, second) = (entries[one].span.start, entries[other].span.start);
    Conflict {
        rule: Rule::Order,
        one: one.min(other),
        other: Some(one.max(other)),
        span: Span {
            start: first.min(second),
            end: first.max(second),
        },
    }
}
