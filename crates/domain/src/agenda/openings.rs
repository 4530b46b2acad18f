//! What goes out where windows say when, and in none of them.

use super::{
    Agenda, Conflict, Entry, Hours, Progress, Rule,
    hours::{fits_from, uncovered, union},
};
use crate::{calendar::Span, name::Name};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// When something may go out somewhere.
struct Cover<'a> {
    hours: Vec<&'a Hours>,
    spans: Vec<Span>,
}

impl<'a> Cover<'a> {
    /// Of a product in an environment; none where no window applies.
    fn of(agenda: &'a Agenda, product: &Name, environment: &Name) -> Option<Self> {
        let all = agenda.windows.iter();
        let applies = |it: &&Hours| it.scope.applies(product, environment);
        let hours: Vec<&Hours> = all.filter(applies).collect();
        let spans = hours.iter().flat_map(|it| it.spans.iter().copied());
        let spans = union(spans.collect());
        (!hours.is_empty()).then_some(Self { hours, spans })
    }

    /// The first time in which it may not; none where nobody looked so far.
    fn shut(&self, span: Span) -> Option<Span> {
        let is_known = self.hours.iter().all(|it| it.knows(span));
        uncovered(span, &self.spans).filter(|_| is_known)
    }
}

/// What is planned outside of its windows. What is under way already is the engine's.
pub(super) fn outside(agenda: &Agenda, take: &mut impl FnMut(Conflict)) {
    if agenda.windows.is_empty() {
        return;
    }
    let mut covers: BTreeMap<(&Name, &Name), Option<Cover<'_>>> = BTreeMap::new();
    for (index, entry) in agenda.entries.iter().enumerate() {
        if entry.progress != Progress::Planned || !entry.subject.goes_out() {
            continue;
        }
        let shut = places(entry).filter_map(|(product, environment)| {
            let cover = covers.entry((product, environment));
            let cover = cover.or_insert_with(|| Cover::of(agenda, product, environment));
            cover.as_ref()?.shut(entry.span)
        });
        if let Some(span) = shut.min_by_key(|it| (it.start, it.end)) {
            take(Conflict {
                rule: Rule::OutsideWindow,
                one: index,
                other: None,
                span,
            });
        }
    }
}

/// The windows that apply to something.
pub(super) fn windows<'a>(agenda: &'a Agenda, entry: &Entry) -> Vec<&'a Name> {
    let all = agenda.windows.iter();
    let applies =
        |it: &&Hours| places(entry).any(|(product, place)| it.scope.applies(product, place));
    all.filter(applies).map(|it| &it.name).collect()
}

/// The first moment from its beginning on at which all of it would be in its windows.
pub(super) fn fits(agenda: &Agenda, entry: &Entry) -> Option<Timestamp> {
    let covers: Vec<Cover<'_>> = places(entry)
        .filter_map(|(product, environment)| Cover::of(agenda, product, environment))
        .collect();
    let mut span = entry.span;
    // Each round goes to a later opening of one of them.
    let rounds = covers.iter().map(|it| it.spans.len()).sum::<usize>() + 1;
    for _ in 0..rounds {
        let shut = covers
            .iter()
            .find(|it| uncovered(span, &it.spans).is_some());
        let Some(shut) = shut else {
            return Some(span.start);
        };
        let start = fits_from(span, &shut.spans)?;
        let lasts = span.end.duration_since(span.start);
        let end = start.checked_add(lasts).ok()?;
        span = Span { start, end };
    }
    None
}

fn places(entry: &Entry) -> impl Iterator<Item = (&Name, &Name)> {
    let carried = entry.subject.carries().iter();
    carried.flat_map(|it| {
        entry
            .environments
            .iter()
            .map(move |place| (&it.product, place))
    })
}
