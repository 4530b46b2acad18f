//! Two entries in each other's way: what they have in common, in words, and what helps.

use super::{Agenda, Entry, Rule, Subject, openings};
use crate::{calendar::Span, catalog::ComponentName, name::Name, planning::Party};
use jiff::Timestamp;
use std::fmt::Display;

/// Two entries that are in each other's way, or one that is outside of its windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// By which rule.
    pub rule: Rule,
    /// One, by its place in the agenda.
    pub one: usize,
    /// The other, which has a later place; none when something is outside of its windows.
    pub other: Option<usize>,
    /// The time in which they clash.
    pub span: Span,
}

/// What two entries have in common by which they clash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Common {
    /// Where.
    pub environments: Vec<Name>,
    /// Which components the one changes and the other needs.
    pub components: Vec<ComponentName>,
    /// Who has to be in two places.
    pub people: Vec<Party>,
}

/// What helps against a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// In a sentence.
    pub words: &'static str,
    /// From when on it would fit by this rule, as far as that is known.
    pub from: Option<Timestamp>,
}

impl Conflict {
    /// The entries that clash.
    pub fn entries<'a>(&self, agenda: &'a Agenda) -> (&'a Entry, Option<&'a Entry>) {
        let at = |index: usize| &agenda.entries[index];
        (at(self.one), self.other.map(at))
    }

    /// What both have in common.
    pub fn common(&self, agenda: &Agenda) -> Common {
        let (one, other) = self.entries(agenda);
        let mut common = Common::default();
        let Some(other) = other else {
            common.environments.clone_from(&one.environments);
            return common;
        };
        match self.rule {
            Rule::Freeze | Rule::OutsideWindow | Rule::Order | Rule::SameEnvironment => {
                let shared = shared(&one.environments, &other.environments);
                common.environments = shared.cloned().collect();
            }
            Rule::SupplierChange | Rule::SharedComponent => {
                let (environments, components) = touching(one, other);
                common.environments = environments.into_iter().cloned().collect();
                common.components = components.into_iter().cloned().collect();
            }
            Rule::SharedPeople => common.people = shared_parties(one, other).cloned().collect(),
        }
        common
    }

    /// What is the matter, in a sentence.
    pub fn sentence(&self, agenda: &Agenda) -> String {
        let (one, other) = self.entries(agenda);
        let common = self.common(agenda);
        let environments = listed(&common.environments);
        let said = one.subject.said();
        let Some(other) = other else {
            let windows = openings::windows(agenda, one);
            return format!("{said} is outside of {}", listed(&windows));
        };
        let theirs = other.subject.said();
        match self.rule {
            Rule::Freeze => {
                let (frozen, freeze) = freeze_last(one, other);
                let (frozen, freeze) = (frozen.subject.said(), freeze.subject.said());
                format!("{frozen} falls into {freeze}")
            }
            Rule::OutsideWindow => format!("{said} is outside of {theirs}"),
            Rule::Order => order(one, other),
            Rule::SupplierChange | Rule::SharedComponent => {
                let (changes, needs) = changer_first(one, other);
                let parts = listed(&common.components);
                let (changes, needs) = (changes.subject.said(), needs.subject.said());
                format!("{changes} changes {parts} in {environments}, which {needs} needs")
            }
            Rule::SameEnvironment => format!("{said} and {theirs} want {environments} at once"),
            Rule::SharedPeople => {
                format!(
                    "{said} and {theirs} need {} at once",
                    listed(&common.people)
                )
            }
        }
    }

    /// What helps.
    pub fn remedy(&self, agenda: &Agenda) -> Remedy {
        let (one, other) = self.entries(agenda);
        let ends = other.map(|other| one.span.end.min(other.span.end));
        let (words, from) = match self.rule {
            Rule::Freeze => (
                "Move it out of the freeze, or have two people set the freeze aside when it goes out.",
                other.map(|other| freeze_last(one, other).1.span.end),
            ),
            Rule::OutsideWindow => (
                "Move it into one of its windows.",
                openings::fits(agenda, one),
            ),
            Rule::Order => ("Move one of them, so that what comes first is first.", None),
            Rule::SupplierChange => (
                "Move it out of the time that the supplier names, or accept the change.",
                other.map(|other| changer_first(one, other).0.span.end),
            ),
            Rule::SameEnvironment => match is_booked(one) || other.is_some_and(is_booked) {
                true => ("Move one of them, or book the environment as shared.", ends),
                false => ("Move one of them behind the other.", ends),
            },
            Rule::SharedComponent => (
                "Move one of them behind the other, or take both along in one train.",
                ends,
            ),
            Rule::SharedPeople => (
                "Move one of them, or give one of them to somebody else.",
                ends,
            ),
        };
        Remedy { words, from }
    }
}

/// Where two are at once, and which components one of them changes and the other needs; nothing unless there are both.
pub(super) fn touching<'a>(
    one: &'a Entry,
    other: &'a Entry,
) -> (Vec<&'a Name>, Vec<&'a ComponentName>) {
    let environments = shared(&one.environments, &other.environments).collect();
    let there = shared(&one.changes, &other.needs);
    let back = shared(&other.changes, &one.needs);
    let mut parts: Vec<_> = there.chain(back).collect();
    parts.sort();
    parts.dedup();
    (environments, parts)
}

pub(super) fn shared_parties<'a>(
    one: &'a Entry,
    other: &'a Entry,
) -> impl Iterator<Item = &'a Party> {
    shared(&one.busy, &other.busy)
}

/// What is in both; each is in order.
fn shared<'a, T: Ord>(one: &'a [T], other: &'a [T]) -> impl Iterator<Item = &'a T> {
    one.iter().filter(|it| other.binary_search(it).is_ok())
}

/// The one that changes something that the other needs comes first.
fn changer_first<'a>(one: &'a Entry, other: &'a Entry) -> (&'a Entry, &'a Entry) {
    match shared(&one.changes, &other.needs).next() {
        Some(_) => (one, other),
        None => (other, one),
    }
}

fn freeze_last<'a>(one: &'a Entry, other: &'a Entry) -> (&'a Entry, &'a Entry) {
    match matches!(one.subject, Subject::Freeze { .. }) {
        true => (other, one),
        false => (one, other),
    }
}

const fn is_booked(entry: &Entry) -> bool {
    matches!(entry.subject, Subject::Booking { .. })
}

fn order(one: &Entry, other: &Entry) -> String {
    let (first, second) = match one.span.start <= other.span.start {
        true => (one, other),
        false => (other, one),
    };
    let (sooner, later) = (first.subject.said(), second.subject.said());
    match (&first.subject, &second.subject) {
        (Subject::Release(_), Subject::Departure { train, .. }) => {
            format!("{sooner} is to be live before train {train} takes it there")
        }
        (Subject::Release(_), Subject::Release(_)) => {
            format!("{sooner} is to be live before {later}, which is older")
        }
        (_, _) => format!("{sooner} comes before {later}, which is to be first"),
    }
}

/// `a, b and c`.
fn listed<T: Display>(all: &[T]) -> String {
    let words: Vec<String> = all.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
