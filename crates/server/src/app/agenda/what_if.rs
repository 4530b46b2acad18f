//! What would change if something were at another time. Nothing is kept.

use super::{
    super::{
        App, Error, Request,
        query::{Place, length},
    },
    gather::{Base, Gathered, Stretch},
    moving::Moving,
    views,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    agenda::{Agenda, Conflict, Difference, Entry, Progress},
    calendar::Span,
    name::Name,
};
use tidegate_protocol::api::{AgendaConflictView, AgendaEntryView, WhatIfRequest, WhatIfView};
use tidegate_store::Tx;

/// So much around what moves is looked at: windows that come next are remedies.
const AROUND: SignedDuration = SignedDuration::from_hours(14 * 24);

impl App {
    /// What would change if a release, a departure, a booking or what a supplier announced were at another time.
    ///
    /// # Errors
    /// When there is no such entry, it cannot be moved, or there is no such time.
    pub async fn what_if(
        &self,
        request: &Request,
        wanted: &WhatIfRequest,
    ) -> Result<WhatIfView, Error> {
        let input = (request.clone(), wanted.clone());
        self.store
            .read(input, |tx, (request, wanted)| {
                what_if(tx, request, wanted).boxed()
            })
            .await
    }
}

async fn what_if(
    tx: &mut Tx,
    request: &Request,
    wanted: &WhatIfRequest,
) -> Result<WhatIfView, Error> {
    let moving = Moving::of(tx, request, (&wanted.entry, &wanted.to)).await?;
    let base = Base::of(tx, request, &Place::default()).await?;
    let before = around(tx, request, (&base, &moving.before)).await?;
    let mut after = around(tx, request, (&base, &moving.after)).await?;
    let moved: Vec<Entry> = moved(&before, &moving);
    if moved.is_empty() {
        return Err(Error::not_found("entry-not-found", "entry", &wanted.entry));
    }
    let names: BTreeSet<String> = moving.before.keys().cloned().collect();
    let is_it = |it: &Entry| names.contains(&it.subject.to_string());
    after.agenda.entries.retain(|it| !is_it(it));
    after.agenda.entries.extend(moved.iter().cloned());
    let difference = Difference::between(&before.agenda, &after.agenda, &names);
    let mut was: Vec<&Entry> = before
        .agenda
        .entries
        .iter()
        .filter(|it| is_it(it))
        .collect();
    was.sort_by_key(|it| (it.span.start, it.subject.to_string()));
    let mut around: Vec<&Entry> = moved.iter().flat_map(|it| after.hours_around(it)).collect();
    around.sort_by_key(|it| (it.span.start, it.subject.to_string()));
    around.dedup();
    let (here, there) = (&before.agenda, &after.agenda);
    let is_cut = before.is_cut || after.is_cut || !difference.is_whole;
    Ok(WhatIfView {
        sentence: sentence(&moved, (&was, &moving), (&difference, is_cut)),
        before: was.into_iter().map(views::entry).collect(),
        after: moved.iter().map(views::entry).collect(),
        time_zone: moving.zone.name().to_owned(),
        gained: conflicts(there, &difference.gained),
        lost: conflicts(here, &difference.lost),
        kept: conflicts(there, &difference.kept),
        falls_into: around
            .into_iter()
            .map(views::entry)
            .collect::<Vec<AgendaEntryView>>(),
        late_gained: words(&moving.late.gained),
        late_lost: words(&moving.late.lost),
        late_kept: words(&moving.late.kept),
        cut: is_cut,
    })
}

async fn around(
    tx: &mut Tx,
    request: &Request,
    (base, spans): (&Base, &BTreeMap<String, Span>),
) -> Result<Gathered, Error> {
    let hull = Moving::hull(spans).unwrap_or_else(|| Entry::moment(tx.now()));
    let start = hull.start.saturating_sub(AROUND).unwrap_or(Timestamp::MIN);
    let end = hull.end.saturating_add(AROUND).unwrap_or(Timestamp::MAX);
    let stretch = Stretch::around(Span { start, end });
    Gathered::of(tx, request, base.clone(), stretch).await
}

/// What moves, as it would be, by its beginning.
fn moved(before: &Gathered, moving: &Moving) -> Vec<Entry> {
    let all = before.agenda.entries.iter();
    let moved = all.filter_map(|it| {
        let span = *moving.after.get(&it.subject.to_string())?;
        Some(Entry {
            span,
            progress: match it.progress {
                Progress::CalledOff => Progress::CalledOff,
                Progress::Planned | Progress::UnderWay | Progress::Over => {
                    Progress::at(span, before.now)
                }
            },
            ..it.clone()
        })
    });
    let mut moved: Vec<Entry> = moved.collect();
    moved.sort_by_key(|it| (it.span.start, it.subject.to_string()));
    moved
}

fn conflicts(agenda: &Agenda, all: &[Conflict]) -> Vec<AgendaConflictView> {
    all.iter().map(|it| views::conflict(agenda, it)).collect()
}

fn words(all: &BTreeSet<Name>) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// What a person would say.
fn sentence(
    moved: &[Entry],
    (was, moving): (&[&Entry], &Moving),
    (found, is_cut): (&Difference, bool),
) -> String {
    let first = was.iter().zip(moved).next();
    let away = first.map_or(0, |(was, is)| {
        is.span.start.as_second() - was.span.start.as_second()
    });
    let way = match away {
        0 => "Where it is".to_owned(),
        1.. => format!("{} later", length(away)),
        _ => format!("{} sooner", length(away)),
    };
    let (gained, late) = (found.gained.len(), moving.late.gained.len());
    let breaks = match (gained, late) {
        (0, 0) if is_cut => "nothing breaks as far as was looked at".to_owned(),
        (0, 0) => "nothing breaks".to_owned(),
        (0, late) => format!("{} would be late", counted(late, "task")),
        (gained, 0) => format!("there would be {}", counted(gained, "more conflict")),
        (gained, late) => format!(
            "there would be {}, and {} would be late",
            counted(gained, "more conflict"),
            counted(late, "task")
        ),
    };
    let mends = match found.lost.len() {
        0 => String::new(),
        lost => format!("; {} would be gone", counted(lost, "conflict")),
    };
    format!("{way}, {breaks}{mends}.")
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}
