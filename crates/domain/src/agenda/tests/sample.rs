//! Entries, by few letters. Times are in hours from the beginning of the year.

use super::super::*;
use crate::{
    calendar::{Scope, Span},
    catalog::ComponentName,
    id::{DeploymentId, NoticeId},
    name::Name,
};
use jiff::{SignedDuration, Timestamp};

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub(super) fn at(hour: i64) -> Timestamp {
    let year: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    year + SignedDuration::from_hours(hour)
}

pub(super) fn span(from: i64, until: i64) -> Span {
    Span {
        start: at(from),
        end: at(until),
    }
}

/// It begins as the year does.
pub(super) fn entry(subject: Subject, environment: &str, (from, until): (i64, i64)) -> Entry {
    let span = span(from, until);
    Entry {
        title: subject.said(),
        subject,
        span,
        progress: Progress::at(span, at(0)),
        environments: vec![name(environment)],
        busy: Vec::new(),
        concerned: Vec::new(),
        changes: [].into(),
        needs: [].into(),
    }
}

/// `shop 1.0.0`.
pub(super) fn carried(text: &str) -> Carried {
    match text.split_once(' ') {
        Some((product, version)) => Carried::release(name(product), version.parse().unwrap()),
        None => Carried {
            product: name(text),
            version: None,
        },
    }
}

pub(super) fn release(text: &str, hour: i64) -> Entry {
    entry(Subject::Release(carried(text)), "live", (hour, hour + 1))
}

pub(super) fn train(place: usize, environment: &str, carries: &[&str], hour: i64) -> Entry {
    let subject = Subject::Departure {
        train: name("autumn"),
        environment: name(environment),
        place,
        carries: carries.iter().map(|it| carried(it)).collect(),
    };
    entry(subject, environment, (hour, hour + 1))
}

pub(super) fn deployment(id: u64, text: &str, environment: &str, span: (i64, i64)) -> Entry {
    let subject = Subject::Deployment {
        id: DeploymentId(id),
        environment: name(environment),
        carries: carried(text),
    };
    entry(subject, environment, span)
}

pub(super) fn booking(text: &str, environment: &str, span: (i64, i64), shared: bool) -> Entry {
    let subject = Subject::Booking {
        carries: carried(text),
        environment: name(environment),
        number: 1,
        shared,
    };
    entry(subject, environment, span)
}

pub(super) fn freeze(scope: Scope, (from, until): (i64, i64)) -> Entry {
    let subject = Subject::Freeze {
        name: name("closing"),
        scope,
        since: at(from),
    };
    Entry {
        environments: Vec::new(),
        ..entry(subject, "live", (from, until))
    }
}

pub(super) fn notice(id: u64, parts: &[&str], span: (i64, i64)) -> Entry {
    let subject = Subject::Notice {
        id: NoticeId(id),
        supplier: name("acme"),
        number: 1,
    };
    Entry {
        changes: components(parts),
        ..entry(subject, "live", span)
    }
}

pub(super) fn components(parts: &[&str]) -> std::sync::Arc<[ComponentName]> {
    let mut all: Vec<ComponentName> = parts.iter().map(|it| it.parse().unwrap()).collect();
    all.sort();
    all.into()
}

impl Entry {
    pub(super) fn needing(self, parts: &[&str]) -> Self {
        Self {
            needs: components(parts),
            ..self
        }
    }

    pub(super) fn changing(self, parts: &[&str]) -> Self {
        Self {
            changes: components(parts),
            ..self
        }
    }

    pub(super) fn with(self, people: &[&str]) -> Self {
        let mut busy: Vec<_> = people.iter().map(|it| it.parse().unwrap()).collect();
        busy.sort();
        Self { busy, ..self }
    }
}

pub(super) fn window(text: &str, scope: Scope, spans: &[(i64, i64)]) -> Hours {
    Hours {
        name: name(text),
        scope,
        spans: spans.iter().map(|it| span(it.0, it.1)).collect(),
        known: span(-10_000, 10_000),
    }
}

pub(super) fn agenda(entries: &[Entry]) -> Agenda {
    Agenda {
        entries: entries.to_vec(),
        windows: Vec::new(),
    }
}

/// Every conflict as `RULE: SENTENCE [FROM-UNTIL]`.
pub(super) fn told(agenda: &Agenda) -> Vec<String> {
    let clashes = Clashes::of(agenda, |_| true);
    assert!(clashes.is_whole && clashes.left_out == 0);
    clashes
        .conflicts
        .iter()
        .map(|it| line(agenda, it))
        .collect()
}

pub(super) fn line(agenda: &Agenda, conflict: &Conflict) -> String {
    let hours = |at: Timestamp| at.duration_since(self::at(0)).as_hours();
    let Conflict { rule, span, .. } = conflict;
    format!(
        "{rule}: {} [{}-{}]",
        conflict.sentence(agenda),
        hours(span.start),
        hours(span.end)
    )
}
