//! The agenda for other calendars. Windows and freezes recur in it as they are declared; everything else happens once.

use super::{
    super::{App, Error, Request, query::Declared},
    AgendaFilter,
    filter::Wanted,
    gather::{Base, Gathered, Stretch},
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{
    agenda::{Entry, Lane, Progress, Subject},
    calendar::{
        Span,
        ics::{self, Occasion},
    },
};
use tidegate_store::Tx;

/// What is over is still told for so long.
const BACK: SignedDuration = SignedDuration::from_hours(28 * 24);
/// What is to come is told so far ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(400 * 24);

impl App {
    /// Everything that is asked for as other calendars read it: iCalendar.
    ///
    /// # Errors
    /// When something that it is about does not exist.
    pub async fn agenda_text(
        &self,
        request: &Request,
        filter: AgendaFilter,
    ) -> Result<String, Error> {
        let input = (request.clone(), filter);
        self.store
            .read(input, |tx, (request, filter)| {
                text(tx, request, filter).boxed()
            })
            .await
    }
}

async fn text(tx: &mut Tx, request: &Request, filter: &AgendaFilter) -> Result<String, Error> {
    let declared = Declared::of(tx, request, &filter.place).await?;
    let base = Base::of(tx, request, &filter.place).await?;
    let wanted = Wanted::of(tx, request, filter).await?;
    let now = tx.now();
    let span = Span {
        start: now.saturating_sub(BACK).unwrap_or(Timestamp::MIN),
        end: now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX),
    };
    let mut gathered = Gathered::of(tx, request, base, Stretch::within(span)).await?;
    gathered.add_tasks(tx, request, &wanted).await?;
    let base = &gathered.base;
    let mut entries: Vec<&Entry> = gathered.agenda.entries.iter().collect();
    entries.retain(|it| is_told(it, base) && wanted.holds(it, base));
    entries.sort_by_key(|it| (it.span.start, it.subject.to_string()));
    let occasions: Vec<Occasion> = entries.into_iter().map(occasion).collect();
    let is_wanted = filter.lane.as_ref().is_none_or(|it| *it == Lane::Windows);
    let (mut windows, mut freezes) = (declared.windows, declared.freezes);
    windows.retain(|it| is_wanted && wanted.is_for(&it.scope, base));
    freezes.retain(|it| is_wanted && wanted.is_for(&it.scope, base));
    Ok(ics::text((&windows, &freezes), &occasions, now))
}

/// Windows and freezes are told as they recur. Of deployments those are told that go where a product's path ends: others are many,
/// and over before anybody looks.
fn is_told(entry: &Entry, base: &Base) -> bool {
    match &entry.subject {
        Subject::Window { .. } | Subject::Freeze { .. } => false,
        Subject::Deployment {
            environment,
            carries,
            ..
        } => base.last.get(&carries.product) == Some(environment),
        Subject::Release(_)
        | Subject::Departure { .. }
        | Subject::Booking { .. }
        | Subject::Notice { .. }
        | Subject::Task { .. } => true,
    }
}

fn occasion(entry: &Entry) -> Occasion {
    let people: Vec<String> = entry.concerned.iter().map(ToString::to_string).collect();
    let places: Vec<&str> = entry.environments.iter().map(|it| it.as_str()).collect();
    let mut lines = Vec::new();
    if !places.is_empty() {
        lines.push(format!("Where: {}", places.join(", ")));
    }
    if !people.is_empty() {
        lines.push(format!("Whom it concerns: {}", people.join(", ")));
    }
    lines.push(format!("How far it is: {}", entry.progress.word()));
    Occasion {
        uid: entry.subject.to_string().replace('/', "."),
        span: entry.span,
        title: entry.title.clone(),
        description: lines.join("\n"),
        category: entry.subject.word().to_owned(),
        is_cancelled: entry.progress == Progress::CalledOff,
    }
}
