//! How a release travelled by a train, from its plan and the journal.

use crate::{
    journal::Entry,
    name::Name,
    train::{Train, TrainEvent},
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A train as it is on record.
#[derive(Debug, Clone)]
pub struct TrainPast {
    /// Its record.
    pub train: Train,
    /// What the journal says of it, the oldest first.
    pub entries: Vec<Entry>,
}

/// How a release travelled by a train. It names no other member: whoever reads it may not see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainTaken {
    /// Which.
    pub train: Name,
    /// How far the train is: `arrived`, `rolled_back`…
    pub state: String,
    /// When it was to leave, and when it left.
    pub departures: Vec<DepartureTaken>,
    /// What happened to it, the oldest first.
    pub happened: Vec<TrainMoment>,
}

/// A departure, planned and real.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartureTaken {
    /// Where to.
    pub environment: Name,
    /// When it was to leave, as it was planned last.
    pub planned: Option<Timestamp>,
    /// When it left, the last time; never, when none.
    pub left: Option<Timestamp>,
}

/// Something that happened to a train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainMoment {
    /// When.
    pub at: Timestamp,
    /// Who; none, when by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// What, as the journal calls it: `left`, `held`, `dropped`, `rolled_back`…
    pub what: String,
    /// In a line.
    pub told: String,
}

/// How a release travelled by each of these trains.
pub(super) fn rides(all: &[TrainPast], product: &Name) -> Vec<TrainTaken> {
    all.iter().map(|it| ride(it, product)).collect()
}

fn ride(past: &TrainPast, product: &Name) -> TrainTaken {
    let TrainPast { train, entries } = past;
    let happened: Vec<TrainMoment> = entries
        .iter()
        .filter_map(|it| moment(it, product))
        .collect();
    let departures = train.plan.departures.iter().map(|departure| {
        let planned = train.plan.moment(departure).ok();
        let left = entries.iter().rfind(|it| {
            it.action == "train.left" && it.detail["environment"] == departure.environment.as_str()
        });
        DepartureTaken {
            environment: departure.environment.clone(),
            planned: planned.map(|it| it.timestamp()),
            left: left.map(|it| it.time),
        }
    });
    TrainTaken {
        train: train.name.clone(),
        state: train.status.word().to_owned(),
        departures: departures.collect(),
        happened,
    }
}

fn moment(entry: &Entry, product: &Name) -> Option<TrainMoment> {
    let what = entry.action.strip_prefix("train.")?;
    Some(TrainMoment {
        at: entry.time,
        by: match entry.actor.as_str() {
            "tidegate" => None,
            actor => actor.parse().ok(),
        },
        told: told(entry, what, product)?,
        what: what.to_owned(),
    })
}

/// What an entry says; nothing of what concerns another member alone.
fn told(entry: &Entry, what: &str, product: &Name) -> Option<String> {
    let text = |field: &str| entry.detail[field].as_str().unwrap_or_default();
    if let ("dropped" | "replaced", true) = (what, text("product") == product.as_str()) {
        let reason = text("reason");
        return Some(match what {
            "dropped" => format!("it was dropped: {reason}"),
            _ => format!("{} goes in its place: {reason}", text("release")),
        });
    }
    match event(entry, what)? {
        TrainEvent::Closed => Some("boarding was closed".to_owned()),
        TrainEvent::Left { environment, run } => {
            Some(format!("it left for {environment}, as group run {run}"))
        }
        TrainEvent::Reached => Some("all members were there".to_owned()),
        TrainEvent::Arrived => Some("it arrived".to_owned()),
        TrainEvent::RolledBack { cause } => Some(format!("all members went back: {cause}")),
        TrainEvent::Failed { cause } => Some(format!("it failed: {cause}")),
        TrainEvent::Held { reason, .. } => Some(format!("it was held: {reason}")),
        TrainEvent::Resumed { .. } => Some("it went on".to_owned()),
        TrainEvent::Cancelled { reason, .. } => Some(format!("it was cancelled: {reason}")),
        TrainEvent::Amended => None,
    }
}

fn event(entry: &Entry, what: &str) -> Option<TrainEvent> {
    let mut fields = entry.detail.as_object()?.clone();
    if what == "closed" {
        // The journal names the members, which nobody else needs to know.
        fields.clear();
    }
    fields.insert("event".to_owned(), what.into());
    serde_json::from_value(fields.into()).ok()
}

impl Train {
    /// Whether a release travels by it, or did until it was dropped or another one took its place.
    pub fn carries(&self, product: &Name, version: &Version) -> bool {
        let planned = self.plan.member(product).and_then(|it| it.release.as_ref());
        let fixed = self.editions.iter().filter_map(|it| it.bill.line(product));
        let amended = self.amendments.iter().filter(|it| it.product == *product);
        planned == Some(version)
            || fixed.into_iter().any(|it| it.release == *version)
            || amended
                .into_iter()
                .any(|it| it.release.as_ref() == Some(version))
    }
}
