//! What became of the handovers of a release, from every edition of them.

use super::super::{Moment, MomentKind};
use crate::{
    handover::{Handover, HandoverKind, RejectedItem, Seen, Status},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A handover as it is on record.
#[derive(Debug, Clone)]
pub struct HandoverPast {
    /// Which of both.
    pub kind: HandoverKind,
    /// Each edition, the oldest first; none when the product asks for it and nobody began it.
    pub editions: Vec<Handover>,
    /// What is on record of the release.
    pub seen: Seen,
}

/// What became of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverTaken {
    /// Which of both.
    pub kind: HandoverKind,
    /// How it stands: `accepted`, `stale`, `never begun`…
    pub state: String,
    /// The same in a sentence.
    pub told: String,
    /// What was said of it, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<HandoverSaid>,
}

/// What somebody said of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverSaid {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Name,
    /// What they did: `offered`, `accepted`, `rejected` or `withdrawn`.
    pub what: String,
    /// In their words, with the items that were rejected and why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What became of each handover.
pub(in super::super) fn handovers(all: &[HandoverPast]) -> Vec<HandoverTaken> {
    all.iter().map(taken).collect()
}

fn taken(past: &HandoverPast) -> HandoverTaken {
    let Some(last) = past.editions.last() else {
        return HandoverTaken {
            kind: past.kind,
            state: "never begun".to_owned(),
            told: "It is asked for, and nobody began it.".to_owned(),
            words: Vec::new(),
        };
    };
    // Each edition carries what was said until then: a word stays until another takes its place.
    let mut words: Vec<HandoverSaid> = Vec::new();
    for edition in &past.editions {
        for word in said(&edition.status) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    HandoverTaken {
        kind: past.kind,
        state: last.standing(&past.seen).word().to_owned(),
        told: last.sentence(&past.seen),
        words,
    }
}

fn said(status: &Status) -> Vec<HandoverSaid> {
    let word = |what: &str, (by, at): (&Name, Timestamp), note: &str| HandoverSaid {
        at,
        by: by.clone(),
        what: what.to_owned(),
        note: note.trim().to_owned(),
    };
    let offered = status
        .offer()
        .map(|it| word("offered", (&it.by, it.at), &it.note));
    let answered = match status {
        Status::Accepted { acceptance: it, .. } => {
            Some(word("accepted", (&it.by, it.at), &it.note))
        }
        Status::Rejected { rejection: it } => {
            let note = rejected(&it.reason, &it.items);
            Some(word("rejected", (&it.by, it.at), &note))
        }
        Status::Withdrawn { by, at, reason } => Some(word("withdrawn", (by, *at), reason)),
        Status::Open | Status::Offered { .. } => None,
    };
    offered.into_iter().chain(answered).collect()
}

/// `too little (errors: there are more)`.
fn rejected(reason: &str, items: &[RejectedItem]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|it| format!("{}: {}", it.name, it.reason))
        .collect();
    match items.is_empty() {
        true => reason.to_owned(),
        false => format!("{reason} ({})", items.join("; ")),
    }
}

/// The same in the timeline.
pub(in super::super) fn moments(all: &[HandoverPast]) -> Vec<Moment> {
    let taken = all.iter().map(taken);
    let moments = taken.flat_map(|it| {
        let title = it.kind.title();
        let moment = move |said: HandoverSaid| Moment {
            at: said.at,
            kind: MomentKind::Handover,
            text: match said.note.is_empty() {
                true => format!("{title}: {}", said.what),
                false => format!("{title}: {}: {}", said.what, said.note),
            },
            by: Some(said.by),
        };
        it.words.into_iter().map(moment)
    });
    moments.collect()
}
