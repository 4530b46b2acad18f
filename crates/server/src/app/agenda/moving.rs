//! What would be at another time, if somebody moved a release, a departure, a booking or what a supplier announced.

use super::{
    super::{Error, Request, field, trains},
    notices,
};
use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::{Date, DateTime},
};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    agenda::{Carried, Entry, LateTasks, Subject, late_tasks},
    calendar::{Span, Zone},
    id::NoticeId,
    name::Name,
    planning::{Booked, Booking, Due, PlanEdition, ReleasePlan, TaskState},
    version::Version,
};
use tidegate_store::Tx;

/// What moves: when each entry is now and would be, by its name.
#[derive(Debug, Clone, Default)]
pub(super) struct Moving {
    pub(super) before: BTreeMap<String, Span>,
    pub(super) after: BTreeMap<String, Span>,
    pub(super) zone: Zone,
    /// Of a release: the tasks that would be late.
    pub(super) late: LateTasks,
}

impl Moving {
    /// What moving an entry would move.
    ///
    /// # Errors
    /// When there is no such entry, it cannot be moved, or there is no such time.
    pub(super) async fn of(
        tx: &mut Tx,
        request: &Request,
        (id, to): (&str, &str),
    ) -> Result<Self, Error> {
        let parts: Vec<&str> = id.split('/').collect();
        match parts.as_slice() {
            ["release", product, version] => {
                let edition = plan(tx, request, (product, version)).await?;
                release(tx, &edition, to).await
            }
            ["booking", product, version, number] => {
                let edition = plan(tx, request, (product, version)).await?;
                booking(&edition, field("entry", number)?, to)
            }
            ["train", train, environment] => departure(tx, request, (train, environment), to).await,
            ["notice", notice, number] => {
                let of = (NoticeId(field("entry", notice)?), field("entry", number)?);
                self::notice(tx, request, of, to).await
            }
            ["window" | "freeze", ..] => Err(Error::invalid(
                "entry",
                "a window or freeze is moved in the file that declares it",
            )),
            ["deployment", ..] => Err(Error::invalid(
                "entry",
                "a deployment goes out when it may and has no time of its own: move its release",
            )),
            _ => Err(Error::invalid(
                "entry",
                "name what moves: release/PRODUCT/VERSION, train/TRAIN/ENVIRONMENT, \
                    booking/PRODUCT/VERSION/NUMBER or notice/NUMBER/TIME",
            )),
        }
    }

    /// From the beginning of the first to the end of the last.
    pub(super) fn hull(spans: &BTreeMap<String, Span>) -> Option<Span> {
        let start = spans.values().map(|it| it.start).min()?;
        let end = spans.values().map(|it| it.end).max()?;
        Some(Span { start, end })
    }
}

async fn plan(
    tx: &mut Tx,
    request: &Request,
    (product, version): (&str, &str),
) -> Result<PlanEdition, Error> {
    let of: (Name, Version) = (field("entry", product)?, field("entry", version)?);
    request.permit_product(tx, Action::Read, &of.0).await?;
    super::super::planning::newest(tx, (&of.0, &of.1)).await
}

/// A release, with its bookings that count from its target.
async fn release(tx: &mut Tx, edition: &PlanEdition, to: &str) -> Result<Moving, Error> {
    let plan = &edition.plan;
    let target = plan.target.ok_or_else(|| {
        let what = format!("release/{}/{}", edition.product, edition.version);
        Error::not_found("entry-not-found", "entry", what)
            .hint("the release has no target yet: set `target` in its plan")
    })?;
    let target = local(to, target, &plan.time_zone)?;
    let moved = ReleasePlan {
        target: Some(target),
        ..plan.clone()
    };
    let of = (&edition.product, &edition.version);
    let tasks = tx.tasks_of(of).await?;
    let stands = tasks
        .iter()
        .filter(|it| !matches!(it.state, TaskState::Dropped { .. }));
    let states = stands.filter_map(|it| Some((it.name.as_ref()?, &it.state)));
    let states: BTreeMap<&Name, &TaskState> = states.collect();
    let late = late_tasks(plan, target, &states, tx.now());
    Ok(Moving {
        before: spans(edition, plan)?,
        after: spans(edition, &moved)?,
        zone: plan.time_zone.clone(),
        late: late.map_err(|why| Error::invalid("to", why))?,
    })
}

/// The target and the bookings of a plan.
fn spans(edition: &PlanEdition, plan: &ReleasePlan) -> Result<BTreeMap<String, Span>, Error> {
    let wrong = |why| Error::invalid("to", why);
    let of = (&edition.product, &edition.version);
    let carried = Carried::release(of.0.clone(), of.1.clone());
    let mut all = BTreeMap::new();
    if let Some(target) = plan.target().map_err(wrong)? {
        let id = Subject::Release(carried.clone()).to_string();
        all.insert(id, Entry::moment(target.timestamp()));
    }
    let booked = Booked::of(plan, of).map_err(wrong)?;
    for (place, it) in booked.iter().enumerate() {
        all.insert(
            booking_id(&carried, (&it.environment, place + 1)),
            Span {
                start: it.from,
                end: it.until,
            },
        );
    }
    Ok(all)
}

fn booking_id(carried: &Carried, (environment, number): (&Name, usize)) -> String {
    let subject = Subject::Booking {
        carries: carried.clone(),
        environment: environment.clone(),
        number,
        shared: false,
    };
    subject.to_string()
}

/// One booking, as long as before.
fn booking(edition: &PlanEdition, number: usize, to: &str) -> Result<Moving, Error> {
    let plan = &edition.plan;
    let carried = Carried::release(edition.product.clone(), edition.version.clone());
    let found = number.checked_sub(1).and_then(|it| plan.bookings.get(it));
    let booking: &Booking = found.ok_or_else(|| {
        let what = format!("booking/{}/{}/{number}", edition.product, edition.version);
        Error::not_found("entry-not-found", "entry", what)
    })?;
    let id = booking_id(&carried, (&booking.environment, number));
    let (from, until) = booking
        .span(plan)
        .map_err(|why| Error::Broken(format!("a saved plan: {why}")))?;
    let before = Span {
        start: from.timestamp(),
        end: until.timestamp(),
    };
    shifted((id, before), to, plan.time_zone.clone())
}

/// One departure of a train.
async fn departure(
    tx: &mut Tx,
    request: &Request,
    (train, environment): (&str, &str),
    to: &str,
) -> Result<Moving, Error> {
    let (train, environment): (Name, Name) = (field("entry", train)?, field("entry", environment)?);
    let found = trains::find(tx, request, (Action::Read, &train)).await?;
    let mut departures = found.plan.departures.iter();
    let departure = departures.find(|it| it.environment == environment);
    let departure = departure.ok_or_else(|| {
        let what = format!("train/{train}/{environment}");
        Error::not_found("entry-not-found", "entry", what)
    })?;
    let at = found.plan.moment(departure);
    let at = at.map_err(|why| Error::Broken(format!("a saved plan: {why}")))?;
    let id = format!("train/{train}/{environment}");
    let before = Entry::moment(at.timestamp());
    shifted((id, before), to, found.plan.time_zone.clone())
}

/// One time of what a supplier announced.
async fn notice(
    tx: &mut Tx,
    request: &Request,
    (id, number): (NoticeId, usize),
    to: &str,
) -> Result<Moving, Error> {
    request.permit_at_large(tx, Action::ReadShared).await?;
    let name = format!("notice/{id}/{number}");
    let missing = || Error::not_found("entry-not-found", "entry", &name);
    let notice = tx.notice(id).await?.ok_or_else(missing)?;
    let times = notice.current().announcement.times.clone();
    let times = times.ok_or_else(missing)?;
    let period = number.checked_sub(1).and_then(|it| times.periods().get(it));
    let period = period.ok_or_else(missing)?;
    let before = notices::span(*period);
    shifted((name.clone(), before), to, times.time_zone().clone())
}

/// One entry at another time, as long as before.
fn shifted((id, before): (String, Span), to: &str, zone: Zone) -> Result<Moving, Error> {
    let at = local(to, zone.local(before.start), &zone)?;
    let start = placed(at, &zone)?.timestamp();
    let lasts = before.end.duration_since(before.start);
    let end = start.saturating_add(lasts).unwrap_or(Timestamp::MAX);
    Ok(Moving {
        before: BTreeMap::from([(id.clone(), before)]),
        after: BTreeMap::from([(id, Span { start, end })]),
        zone,
        late: LateTasks::default(),
    })
}

/// The moment of a local time, if the clocks do not leave it out.
fn placed(at: DateTime, zone: &Zone) -> Result<Zoned, Error> {
    let placed = Due::At(at).place(None, zone);
    placed.map_err(|why| Error::invalid("to", why))
}

/// So many days later, `+2d`, or sooner, `-2d`.
fn days(text: &str) -> Option<i32> {
    let count = text.strip_suffix('d')?;
    let is_told = count.starts_with(['+', '-']);
    is_told.then(|| count.parse().ok()).flatten()
}

/// A local time as somebody writes it. A day, and so many days later, keep the time of day that it was.
fn local(text: &str, before: DateTime, zone: &Zone) -> Result<DateTime, Error> {
    let text = text.trim();
    let at = match (
        days(text),
        Date::strptime("%Y-%m-%d", text),
        text.parse::<Timestamp>(),
        text.parse::<DateTime>(),
    ) {
        (Some(days), _, _, _) => before.saturating_add(days.days()),
        (None, Ok(day), _, _) => day.to_datetime(before.time()),
        (None, _, Ok(at), _) => zone.local(at),
        (None, _, _, Ok(at)) => at,
        (None, Err(_), Err(_), Err(_)) => {
            let text: String = text.chars().take(40).collect();
            let why = format!(
                "`{text}` is no time: write 2026-12-03T20:00, 2026-12-03 for the same time of that day, or +2d"
            );
            return Err(Error::invalid("to", why));
        }
    };
    placed(at, zone).map(|_| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_keeps_the_time_of_day_and_no_time_is_one_that_the_clocks_leave_out() {
        let zone: Zone = "Europe/Amsterdam".parse().unwrap();
        let read = |text: &str, before: &str| {
            let found = local(text, before.parse().unwrap(), &zone);
            found.map_or_else(|why| why.to_string(), |it| it.to_string())
        };
        let evening = "2026-03-20T20:00";
        assert_eq!(read("2026-03-29", evening), "2026-03-29T20:00:00");
        assert_eq!(read("2026-03-29T04:00", evening), "2026-03-29T04:00:00");
        assert_eq!(read("+2d", evening), "2026-03-22T20:00:00");
        assert_eq!(read("-20d", evening), "2026-02-28T20:00:00");
        assert_eq!(read("2026-03-29T01:00:00Z", evening), "2026-03-29T03:00:00");
        let gap = "to: 2026-03-29T02:30:00 does not happen in Europe/Amsterdam";
        assert!(read("2026-03-29T02:30", evening).starts_with(gap));
        assert!(read("2026-03-29", "2026-03-20T02:30").starts_with(gap));
        for bad in [
            "",
            "soon",
            "2d",
            "+d",
            "+9999999999d",
            "2026-13-01",
            "03-12-2026",
        ] {
            assert!(read(bad, evening).contains("is no time"), "{bad}");
        }
    }
}
