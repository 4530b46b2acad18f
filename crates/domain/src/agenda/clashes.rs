//! Every two entries that are in each other's way.

use super::{
    Agenda, Conflict, Entry, Rule, Subject,
    conflict::touching,
    found::Found,
    openings, order,
    sweep::{Side, sweep},
};
use crate::{calendar::Scope, catalog::ComponentName, name::Name, planning::Party};
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clashes {
    /// The earliest conflicts, by their beginning, rule and entries.
    pub conflicts: Vec<Conflict>,
    /// How many more were found and are left out.
    pub left_out: u64,
    /// Whether all were found; else nobody looked any further.
    pub is_whole: bool,
}

/// What two entries have in common that puts the question; what stops a deployment comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Frozen(Option<&'a Name>, Option<&'a Name>),
    Supplied(&'a Name, &'a ComponentName),
    Booked(&'a Name),
    Place(&'a Name, &'a Name),
    Part(&'a Name, &'a ComponentName),
    Party(&'a Party),
}

type Buckets<'a> = BTreeMap<Key<'a>, Vec<(usize, Side)>>;

impl Clashes {
    /// As many are kept.
    pub const KEPT_MAX: usize = 1_000;
    /// As many pairs are looked at that somebody asks about.
    const LOOKED_MAX: usize = 1_000_000;
    /// As many are passed by on the way for each of those.
    const PASSED_MAX: usize = 20;

    /// The conflicts that an entry is in that `concerns` holds for. What is over is in nobody's way.
    pub fn of(agenda: &Agenda, concerns: impl Fn(usize) -> bool) -> Self {
        Self::within(agenda, Self::LOOKED_MAX, concerns)
    }

    pub(super) fn within(
        agenda: &Agenda,
        looked_max: usize,
        concerns: impl Fn(usize) -> bool,
    ) -> Self {
        let mut found = Found::new(Self::KEPT_MAX);
        let mut take = |conflict: Conflict| {
            if concerns(conflict.one) || conflict.other.is_some_and(&concerns) {
                found.take(conflict);
            }
        };
        openings::outside(agenda, &mut take);
        order::wrong(agenda, &mut take);
        let entries = &agenda.entries;
        let mut left = looked_max;
        let mut passed = looked_max.saturating_mul(Self::PASSED_MAX);
        let mut is_whole = true;
        for (key, mut items) in buckets(entries) {
            if !items.iter().any(|(index, _)| concerns(*index)) {
                continue;
            }
            is_whole &= sweep(&mut items, entries, |one, other| {
                let is_asked = concerns(one) || concerns(other);
                let budget = if is_asked { &mut left } else { &mut passed };
                let Some(rest) = budget.checked_sub(1) else {
                    return false;
                };
                *budget = rest;
                if !is_asked {
                    return true;
                }
                if let Some(conflict) = judge(entries, key, (one, other)) {
                    take(conflict);
                }
                true
            });
        }
        let (conflicts, left_out) = found.done();
        Self {
            conflicts,
            left_out,
            is_whole,
        }
    }
}

/// The entries by what they may have in common.
fn buckets(entries: &[Entry]) -> Buckets<'_> {
    let live = || {
        let all = entries.iter().enumerate();
        all.filter(|(_, it)| it.progress.is_ahead())
    };
    let changed = |is_notice: bool| -> BTreeSet<&ComponentName> {
        let is_it = |it: &Entry| matches!(it.subject, Subject::Notice { .. }) == is_notice;
        let all = live().filter(|(_, it)| is_it(it));
        all.flat_map(|(_, it)| it.changes.iter()).collect()
    };
    let (supplied, ours) = (changed(true), changed(false));
    let mut buckets = Buckets::new();
    let mut put = |key, index, side| buckets.entry(key).or_default().push((index, side));
    for (index, entry) in live() {
        match &entry.subject {
            Subject::Freeze { scope, .. } => put(Key::of(scope), index, Side::One),
            Subject::Notice { .. } => places(entry, &entry.changes, |environment, part| {
                put(Key::Supplied(environment, part), index, Side::One);
            }),
            Subject::Booking { environment, .. } => {
                put(Key::Booked(environment), index, Side::Either);
                needs(entry, &supplied, |environment, part| {
                    put(Key::Supplied(environment, part), index, Side::Other);
                });
            }
            Subject::Release(_) | Subject::Departure { .. } | Subject::Deployment { .. } => {
                goes_out(entry, (&supplied, &ours), |key, side| put(key, index, side));
            }
            Subject::Window { .. } | Subject::Task { .. } => {}
        }
    }
    buckets
}

/// Where something that goes out may meet others.
fn goes_out<'a>(
    entry: &'a Entry,
    (supplied, ours): (&BTreeSet<&ComponentName>, &BTreeSet<&ComponentName>),
    mut put: impl FnMut(Key<'a>, Side),
) {
    put(Key::Frozen(None, None), Side::Other);
    for carried in entry.subject.carries() {
        put(Key::Frozen(Some(&carried.product), None), Side::Other);
    }
    for environment in &entry.environments {
        put(Key::Frozen(None, Some(environment)), Side::Other);
        put(Key::Booked(environment), Side::One);
        for carried in entry.subject.carries() {
            put(Key::Place(environment, &carried.product), Side::Either);
        }
    }
    for party in &entry.busy {
        put(Key::Party(party), Side::Either);
    }
    needs(entry, supplied, |environment, part| {
        put(Key::Supplied(environment, part), Side::Other);
    });
    let is_needed = |part: &ComponentName| entry.needs.binary_search(part).is_ok();
    places(entry, &entry.changes, |environment, part| {
        let side = match is_needed(part) {
            true => Side::Either,
            false => Side::One,
        };
        put(Key::Part(environment, part), side);
    });
    let is_changed = |part: &ComponentName| entry.changes.binary_search(part).is_ok();
    needs(entry, ours, |environment, part| {
        if !is_changed(part) {
            put(Key::Part(environment, part), Side::Other);
        }
    });
}

/// What it needs of those components, wherever it happens.
fn needs<'a>(
    entry: &'a Entry,
    of: &BTreeSet<&ComponentName>,
    mut put: impl FnMut(&'a Name, &'a ComponentName),
) {
    places(entry, &entry.needs, |environment, part| {
        if of.contains(part) {
            put(environment, part);
        }
    });
}

fn places<'a>(
    entry: &'a Entry,
    parts: &'a [ComponentName],
    mut put: impl FnMut(&'a Name, &'a ComponentName),
) {
    for environment in &entry.environments {
        for part in parts {
            put(environment, part);
        }
    }
}

impl<'a> Key<'a> {
    const fn of(scope: &'a Scope) -> Self {
        match scope {
            Scope::Organisation => Self::Frozen(None, None),
            Scope::Product(name) => Self::Frozen(Some(name), None),
            Scope::Environment(name) => Self::Frozen(None, Some(name)),
        }
    }
}

/// Whether two that overlap are in each other's way for the sake of what they have in common. Who has several things in common is
/// asked about the first of them only.
fn judge(entries: &[Entry], key: Key<'_>, (one, other): (usize, usize)) -> Option<Conflict> {
    let (a, b) = (&entries[one], &entries[other]);
    let span = a.meets(b)?;
    let rule = match key {
        Key::Frozen(..) => Rule::Freeze,
        Key::Supplied(environment, part) => {
            is_first(touching(a, b), (environment, part)).then_some(Rule::SupplierChange)?
        }
        Key::Booked(_) => {
            let is_free = a.subject.is_of_one(&b.subject) || may_share(&a.subject, &b.subject);
            (!is_free).then_some(Rule::SameEnvironment)?
        }
        Key::Place(_, product) => {
            let first = shared_products(a, b).next();
            let is_it = first == Some(product) && !a.subject.is_of_one(&b.subject);
            is_it.then_some(Rule::SameEnvironment)?
        }
        Key::Part(environment, part) => {
            let is_it = is_first(touching(a, b), (environment, part));
            let is_it = is_it && !a.subject.is_of_one(&b.subject);
            is_it.then_some(Rule::SharedComponent)?
        }
        Key::Party(party) => {
            let is_it = super::conflict::shared_parties(a, b).next() == Some(party);
            let is_it = is_it && !a.subject.is_of_one(&b.subject);
            is_it.then_some(Rule::SharedPeople)?
        }
    };
    Some(Conflict {
        rule,
        one,
        other: Some(other),
        span,
    })
}

/// Whether both may be in one environment: all that is booked there is booked as shared.
fn may_share(one: &Subject, other: &Subject) -> bool {
    let shares = |it: &Subject| match it {
        Subject::Booking { shared, .. } => *shared,
        Subject::Release(_)
        | Subject::Departure { .. }
        | Subject::Deployment { .. }
        | Subject::Window { .. }
        | Subject::Freeze { .. }
        | Subject::Notice { .. }
        | Subject::Task { .. } => true,
    };
    shares(one) && shares(other)
}

fn shared_products<'a>(one: &'a Entry, other: &'a Entry) -> impl Iterator<Item = &'a Name> {
    let theirs = other.subject.carries();
    let mine = one.subject.carries().iter().map(|it| &it.product);
    mine.filter(move |name| theirs.binary_search_by(|it| it.product.cmp(name)).is_ok())
}

/// Whether that is the first place and component by which two touch each other.
fn is_first(
    (environments, parts): (Vec<&Name>, Vec<&ComponentName>),
    (environment, part): (&Name, &ComponentName),
) -> bool {
    environments.first() == Some(&environment) && parts.first() == Some(&part)
}
