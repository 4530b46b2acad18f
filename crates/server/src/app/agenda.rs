//! The one calendar of everything, for whoever asks: what they may not see is not in it, not even by name.
//!
//! [`gather`] collects what happens in a stretch of time, [`entries`] makes entries of it, [`filter`] says which of them are asked
//! for, [`what_if`] what would change if something moved, and [`feed`] is all of it for other calendars. What is in whose way
//! says [`tidegate_domain::agenda`].

mod entries;
mod feed;
mod filter;
mod gather;
mod moving;
mod notices;
mod views;
mod what_if;

pub use filter::AgendaFilter;

use super::{App, Error, Request, query::Range};
use futures::FutureExt;
use gather::{Gathered, Stretch};
use tidegate_domain::{agenda::Clashes, calendar::Span};
use tidegate_protocol::api::AgendaView;
use tidegate_store::Tx;

impl App {
    /// Everything that happens in a stretch of time, and what is in whose way.
    ///
    /// # Errors
    /// When the range is none, or something that it is about does not exist.
    pub async fn agenda(
        &self,
        request: &Request,
        range: Range,
        filter: AgendaFilter,
    ) -> Result<AgendaView, Error> {
        let input = (request.clone(), range, filter);
        self.store
            .read(input, |tx, (request, range, filter)| {
                agenda(tx, request, *range, filter).boxed()
            })
            .await
    }
}

async fn agenda(
    tx: &mut Tx,
    request: &Request,
    range: Range,
    filter: &AgendaFilter,
) -> Result<AgendaView, Error> {
    let base = gather::Base::of(tx, request, &filter.place).await?;
    let (start, end) = range.in_zone(&base.zone, tx.now())?;
    let span = Span { start, end };
    let wanted = filter::Wanted::of(tx, request, filter).await?;
    let mut gathered = Gathered::of(tx, request, base, Stretch::around(span)).await?;
    gathered.add_tasks(tx, request, &wanted).await?;
    Ok(view(&gathered, &wanted, span))
}

/// What is asked for of what was collected, with the conflicts of that.
fn view(gathered: &Gathered, wanted: &filter::Wanted, span: Span) -> AgendaView {
    let entries = &gathered.agenda.entries;
    let is_asked_for: Vec<bool> = entries
        .iter()
        .map(|it| {
            it.span.end > span.start && it.span.start < span.end && wanted.holds(it, &gathered.base)
        })
        .collect();
    let clashes = Clashes::of(&gathered.agenda, |index| is_asked_for[index]);
    let asked_for = entries.iter().zip(&is_asked_for);
    let mut shown: Vec<_> = asked_for.filter(|(_, is)| **is).map(|(it, _)| it).collect();
    shown.sort_by_key(|it| (it.span.start, it.subject.to_string()));
    AgendaView {
        now: gathered.now,
        from: span.start,
        to: span.end,
        time_zone: gathered.base.zone.name().to_owned(),
        lanes: views::lanes(&shown, &gathered.base.environments),
        entries: shown.into_iter().map(views::entry).collect(),
        conflicts: clashes
            .conflicts
            .iter()
            .map(|it| views::conflict(&gathered.agenda, it))
            .collect(),
        conflicts_left_out: clashes.left_out,
        cut: gathered.is_cut || !clashes.is_whole,
    }
}
