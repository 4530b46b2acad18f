//! Handovers.

use super::{name, time};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::Document,
    digest::Digest,
    handover::{
        Acceptance, Bound, Handover, HandoverKind, HandoverTemplate, Item, ItemState, Offer,
        RejectedItem, Rejection, Seen, Sheet, Status,
    },
    id::{Edition, PersonId},
    planning::Party,
    version::Version,
};
use uuid::Uuid;

/// What handovers begin with, with every optional part.
fn template(kind: HandoverKind) -> HandoverTemplate {
    let text = r#"{"name": "ours", "title": "To those on call", "handover": "operations", "gives": "team:shop",
        "takes": "team:ops", "accepts": {"role": "on-call", "team": "ops", "level": "enable"}, "items": [
        {"name": "errors", "title": "What goes wrong", "document": "Each with what helps.", "gives": "ada",
        "takes": "team:support", "wants": "text"}, {"name": "board", "wants": "link"},
        {"name": "approval", "wants": "evidence:customer-approval"},
        {"name": "training", "required": false, "wants": "taught"}]}"#;
    let template: HandoverTemplate = serde_json::from_str(text).unwrap();
    HandoverTemplate {
        handover: kind,
        ..template
    }
}

/// That template, as it is declared.
pub(super) fn document() -> Document {
    Document::HandoverTemplate(Box::new(template(HandoverKind::Operations)))
}

fn sheet(kind: HandoverKind) -> Sheet {
    let text = match kind {
        HandoverKind::GeneralAvailability => {
            r#"{"general-availability": {"announced": "2026-12-01T09:00:00Z", "embargo": "2026-12-01T08:00:00Z",
            "visible": "All of it.", "assets": [{"name": "film", "title": "A film", "link": "https://films.example.com/1"}]}}"#
        }
        HandoverKind::Operations => {
            r#"{"operations": {"known_errors": [{"name": "e1", "text": "It is slow", "workaround": "Wait.",
            "severity": "low"}], "monitors": [{"name": "board", "title": "Load", "link": "https://watch.example.com/"}],
            "contacts": [{"name": "on-call", "who": "team:ops", "about": "Everything", "hours": "always"}],
            "taught": [{"name": "first", "who": "olaf", "about": "Going back", "on": "2026-11-20"}]}}"#
        }
    };
    serde_json::from_str(text).unwrap()
}

pub(crate) fn of() -> (tidegate_domain::name::Name, Version) {
    (name("storefront"), "1.1.0".parse().unwrap())
}

/// An edition of a handover, with an item in every state.
pub(crate) fn handover(kind: HandoverKind, number: u64) -> Handover {
    let parties: (Party, Party) = ("team:shop".parse().unwrap(), "team:ops".parse().unwrap());
    let at: Timestamp = time(number.try_into().unwrap());
    let mut handover = Handover::begin(of(), &template(kind), parties, (name("ada"), at));
    let by = name("ada");
    let states = [
        ItemState::Done {
            by: by.clone(),
            at,
            note: "all of them".to_owned(),
            link: "https://wiki.example.com/".parse().ok(),
        },
        ItemState::Open,
        ItemState::Rejected {
            by: name("olaf"),
            at,
            reason: "of another release".to_owned(),
            seen: Some(Digest::of(b"approval")),
        },
        ItemState::NotApplicable {
            by,
            at,
            reason: "nothing is new".to_owned(),
        },
    ];
    let items: &mut Vec<Item> = &mut handover.items;
    for (item, state) in items.iter_mut().zip(states) {
        item.state = state;
    }
    handover.sheet = sheet(kind);
    handover.edition = Edition(number);
    handover
}

/// The same in every status.
pub(crate) fn statuses() -> Vec<(&'static str, Handover)> {
    let open = handover(HandoverKind::Operations, 1);
    let human = |number| PersonId(Uuid::from_u128(number));
    let seen = Seen {
        contents: Digest::of(b"contents"),
        record: BTreeMap::new(),
        evidence: BTreeMap::new(),
    };
    let offer = Offer {
        bound: Bound::of(&open, &seen),
        by: name("ada"),
        human: human(1),
        at: time(2),
        note: "it is all there".to_owned(),
    };
    let acceptance = Acceptance {
        hash: offer.bound.hash(),
        by: name("olaf"),
        human: human(2),
        at: time(3),
        note: "we have it".to_owned(),
    };
    let rejection = Rejection {
        by: name("olaf"),
        at: time(3),
        reason: "too little".to_owned(),
        items: vec![RejectedItem {
            name: name("board"),
            reason: "it is empty".to_owned(),
        }],
    };
    let withdrawn = Status::Withdrawn {
        by: name("ada"),
        at: time(4),
        reason: "not this year".to_owned(),
    };
    let waits = offer.clone();
    let statuses = [
        ("open", Status::Open),
        ("offered", Status::Offered { offer: waits }),
        ("accepted", Status::Accepted { offer, acceptance }),
        ("rejected", Status::Rejected { rejection }),
        ("withdrawn", withdrawn),
    ];
    let with = |status| Handover {
        status,
        ..open.clone()
    };
    let all = statuses.map(|(word, status)| (word, with(status)));
    all.into()
}
