//! From the records of releases, trains, deployments, bookings and tasks to entries.

use super::gather::Base;
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeSet, sync::Arc};
use tidegate_domain::{
    agenda::{Carried, Entry, Hours, Progress, Reliance, Subject},
    calendar::{Scope, Span},
    deployment::{Deployment, Status},
    name::Name,
    planning::{Booked, Concerned, Party, PlanEdition, Task},
    train::{Departure, Train, TrainStatus},
};

/// A window or freeze, each time that it is.
pub(super) fn hours<'a>(
    hours: &'a Hours,
    title: &'a str,
    subject: impl Fn(Name, Scope, Timestamp) -> Subject + 'a,
    now: Timestamp,
) -> impl Iterator<Item = Entry> + 'a {
    hours.spans.iter().map(move |span| {
        let subject = subject(hours.name.clone(), hours.scope.clone(), span.start);
        Entry {
            title: title.to_owned(),
            ..bare(subject, *span, now)
        }
    })
}

/// When a release is to be live, if that is set.
pub(super) fn release(
    edition: &PlanEdition,
    is_live: bool,
    (base, now): (&Base, Timestamp),
) -> Option<Entry> {
    let target = edition.plan.target().ok().flatten()?;
    let span = Entry::moment(target.timestamp());
    let carried = Carried::release(edition.product.clone(), edition.version.clone());
    let involved = &edition.plan.involved;
    let responsible = involved.responsible.iter().filter_map(Concerned::party);
    let busy = involved.accountable.iter().chain(responsible);
    let progress = Progress::of_release(span, is_live, now);
    let title = match is_live {
        true => format!("{carried} is live"),
        false => format!("{carried} is to be live"),
    };
    let entry = Entry {
        title,
        progress,
        environments: base
            .last
            .get(&edition.product)
            .cloned()
            .into_iter()
            .collect(),
        busy: sorted(busy.cloned()),
        concerned: sorted(concerned(edition, base)),
        ..bare(Subject::Release(carried), span, now)
    };
    Some(relying(entry, base))
}

/// A booking of a release's plan, and its place there.
pub(super) fn booking(
    edition: &PlanEdition,
    (booked, number): (&Booked, usize),
    (base, now): (&Base, Timestamp),
) -> Entry {
    let carries = Carried::release(booked.product.clone(), booked.version.clone());
    let reason = match booked.reason.trim() {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    let title = format!("{carries} books {}{reason}", booked.environment);
    let subject = Subject::Booking {
        carries,
        environment: booked.environment.clone(),
        number,
        shared: booked.shared,
    };
    let span = Span {
        start: booked.from,
        end: booked.until,
    };
    let entry = Entry {
        title,
        environments: vec![booked.environment.clone()],
        concerned: sorted(concerned(edition, base)),
        ..bare(subject, span, now)
    };
    relying(entry, base)
}

/// When a train leaves, for each environment.
pub(super) fn departures<'a>(
    train: &'a Train,
    base: &'a Base,
    now: Timestamp,
) -> impl Iterator<Item = Entry> + 'a {
    let numbered = train.plan.departures.iter().enumerate();
    numbered.filter_map(move |(place, departure)| {
        self::departure(train, (departure, place), (base, now))
    })
}

fn departure(
    train: &Train,
    (departure, place): (&Departure, usize),
    (base, now): (&Base, Timestamp),
) -> Option<Entry> {
    let at = train.plan.moment(departure).ok()?.timestamp();
    let (progress, at) = progress(train, place, (at, soonest(place, now)));
    let members = train.plan.members.iter();
    let mut carries: Vec<Carried> = members
        .map(|it| Carried {
            product: it.product.clone(),
            version: it.release.clone(),
        })
        .collect();
    carries.sort();
    let teams = carries.iter().filter_map(|it| base.team(&it.product));
    let people = teams.chain(train.goes_for.iter().cloned().map(Party::Person));
    let concerned = sorted(people.chain([train.plan.owner.clone()]));
    let title = match train.plan.title.trim() {
        "" => String::new(),
        title => format!(" ({title})"),
    };
    let title = format!(
        "train {}{title} leaves for {}",
        train.name, departure.environment
    );
    let subject = Subject::Departure {
        train: train.name.clone(),
        environment: departure.environment.clone(),
        place,
        carries,
    };
    let entry = Entry {
        title,
        progress,
        environments: vec![departure.environment.clone()],
        busy: vec![train.plan.owner.clone()],
        concerned,
        ..bare(subject, Entry::moment(at), now)
    };
    Some(relying(entry, base))
}

/// What should have left may leave at any moment, but not before what comes first.
fn soonest(place: usize, now: Timestamp) -> Timestamp {
    let after = SignedDuration::from_secs(i64::try_from(place).unwrap_or_default());
    now.saturating_add(after).unwrap_or(now)
}

/// How far one departure is, and when it is, `soonest` if it is late.
fn progress(
    train: &Train,
    place: usize,
    (at, soonest): (Timestamp, Timestamp),
) -> (Progress, Timestamp) {
    let departures = &train.plan.departures;
    let place_of = |name: &Name| departures.iter().position(|it| it.environment == *name);
    let has_left = train
        .status
        .reached()
        .and_then(place_of)
        .is_some_and(|last| place <= last);
    let is_under_way = match &train.status {
        TrainStatus::UnderWay { environment, .. } => place_of(environment) == Some(place),
        TrainStatus::Planned { .. }
        | TrainStatus::Closed { .. }
        | TrainStatus::RolledBack { .. }
        | TrainStatus::Failed { .. }
        | TrainStatus::Arrived { .. }
        | TrainStatus::Cancelled { .. } => false,
    };
    match &train.status {
        TrainStatus::Arrived { .. } => (Progress::Over, at),
        _ if has_left => (Progress::Over, at),
        TrainStatus::Cancelled { .. } => (Progress::CalledOff, at),
        _ if is_under_way => (Progress::UnderWay, at.max(soonest)),
        TrainStatus::Planned { .. }
        | TrainStatus::Closed { .. }
        | TrainStatus::UnderWay { .. }
        | TrainStatus::RolledBack { .. }
        | TrainStatus::Failed { .. } => (Progress::Planned, at.max(soonest)),
    }
}

/// A deployment. One that is under way is taken to be so for another hour.
pub(super) fn deployment(of: &Deployment, base: &Base, now: Timestamp) -> Entry {
    let ended = ended(&of.status);
    let until = ended.unwrap_or_else(|| Entry::moment(now).end);
    let span = Span {
        start: of.requested_at,
        // What was over at once is to be seen, too.
        end: until.max(
            of.requested_at
                .saturating_add(SignedDuration::from_secs(1))
                .unwrap_or(until),
        ),
    };
    let carries = Carried::release(of.product.clone(), of.release.clone());
    let (environment, id) = (of.environment.clone(), of.id);
    let title = format!(
        "deployment {id}: {carries} to {environment}, {}",
        of.status.word()
    );
    let people = base.team(&of.product).into_iter();
    let people = people.chain([Party::Person(of.requested_by.clone())]);
    let entry = Entry {
        title,
        progress: match ended {
            Some(_) => Progress::Over,
            None => Progress::UnderWay,
        },
        environments: vec![environment.clone()],
        concerned: sorted(people),
        ..bare(
            Subject::Deployment {
                id,
                environment,
                carries,
            },
            span,
            now,
        )
    };
    relying(entry, base)
}

const fn ended(status: &Status) -> Option<Timestamp> {
    match status {
        Status::Requested
        | Status::Preparing { .. }
        | Status::Rolling { .. }
        | Status::RollingBack { .. }
        | Status::Cancelling { .. } => None,
        Status::Succeeded { at }
        | Status::RolledBack { at, .. }
        | Status::Failed { at, .. }
        | Status::Cancelled { at, .. }
        | Status::Superseded { at, .. } => Some(*at),
    }
}

/// When a task is due, if that is set. What is overdue is due still.
pub(super) fn task(task: &Task, base: &Base, now: Timestamp) -> Option<Entry> {
    let carries = Carried::release(task.product.clone(), task.version.clone());
    let title = format!("task {}: {} ({carries})", task.id, task.title);
    let people = task.assignee.iter().cloned().map(Party::Person);
    let span = Entry::moment(task.due?);
    let subject = Subject::Task {
        id: task.id,
        carries,
    };
    let entry = bare(subject, span, now);
    Some(Entry {
        title,
        progress: entry.progress.min(Progress::UnderWay),
        environments: base.last.get(&task.product).cloned().into_iter().collect(),
        concerned: sorted(people.chain([task.owner.clone()])),
        ..entry
    })
}

/// Without people, places and components.
pub(super) fn bare(subject: Subject, span: Span, now: Timestamp) -> Entry {
    Entry {
        subject,
        span,
        title: String::new(),
        progress: Progress::at(span, now),
        environments: Vec::new(),
        busy: Vec::new(),
        concerned: Vec::new(),
        changes: Arc::default(),
        needs: Arc::default(),
    }
}

/// With the components that its products change and need.
fn relying(entry: Entry, base: &Base) -> Entry {
    let of = |it: &Carried| base.reliances.get(&it.product);
    let carried = entry.subject.carries();
    let reliance = match carried {
        [only] => of(only).cloned().unwrap_or_default(),
        several => {
            let known: Vec<&Reliance> = several.iter().filter_map(of).collect();
            Reliance::together(known.into_iter())
        }
    };
    Entry {
        changes: reliance.changes,
        needs: reliance.needs,
        ..entry
    }
}

/// Everybody whom a release's plan names, and the product's team.
fn concerned<'a>(edition: &'a PlanEdition, base: &'a Base) -> impl Iterator<Item = Party> + 'a {
    let named = edition.plan.parties().into_iter().cloned();
    named.chain(base.team(&edition.product))
}

fn sorted(parties: impl Iterator<Item = Party>) -> Vec<Party> {
    let all: BTreeSet<Party> = parties.collect();
    all.into_iter().collect()
}
