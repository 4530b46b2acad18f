//! What others did in the time of a release: those who take it over, the train that carries it, suppliers of its suppliers.

use super::*;
use crate::{
    catalog::Product,
    handover::{Handover, HandoverEvent, HandoverKind, HandoverTemplate, Seen, Taker},
    id::PersonId,
    journal::Entry,
    planning::Party,
    release::Release,
    supplier::{Observation, Supplier},
    train::{Train, TrainPlan},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn past() -> Past {
    let release = json!({"product": "shop", "version": "1.0.0", "number": 1, "contents": {}, "sealed": null,
        "reconfigured": [], "blocked": null, "created_at": at(0), "created_by": "ada"});
    let release: Release = serde_json::from_value(release).unwrap();
    Past::bare(release)
}

fn report(past: &Past) -> Report {
    Report::of(past, at(1_000))
}

#[test]
fn a_report_without_them_is_written_as_it_was_before_there_were_any() {
    let text = serde_json::to_value(report(&past())).unwrap();
    assert!(text.get("suppliers").is_some());
    for part in ["handovers", "trains"] {
        assert_eq!(text.get(part), None, "{part}");
    }
}

fn taker(of: &str, number: u128) -> Taker {
    Taker {
        name: name(of),
        human: PersonId(uuid::Uuid::from_u128(number)),
        teams: [name("ops")].into(),
        roles: [].into(),
        level: None,
    }
}

/// Every edition of a handover that was offered, rejected, offered and accepted.
fn handed_over(seen: &Seen) -> Vec<Handover> {
    let template = json!({"name": "ours", "handover": "operations",
        "items": [{"name": "errors", "required": false}]});
    let template: HandoverTemplate = serde_json::from_value(template).unwrap();
    let of = (name("shop"), "1.0.0".parse().unwrap());
    let parties: (Party, Party) = ("team:shop".parse().unwrap(), "team:ops".parse().unwrap());
    let mut editions = vec![Handover::begin(
        of,
        &template,
        parties,
        (name("ada"), at(1)),
    )];
    let (ada, olaf) = (taker("ada", 1), taker("olaf", 2));
    type Word<'a> = Box<dyn Fn(&Handover) -> HandoverEvent + 'a>;
    let offers = |second: i64| -> Word<'_> {
        let ada = ada.clone();
        Box::new(move |it| it.offered(seen, &ada, (at(second), String::new())).unwrap())
    };
    let rejects: Word<'_> = Box::new(|it| {
        let items = vec![crate::handover::RejectedItem {
            name: name("errors"),
            reason: "there are more".to_owned(),
        }];
        let said = ("too little".to_owned(), items);
        it.rejected(&olaf, said, at(3)).unwrap()
    });
    let mends: Word<'_> = Box::new(|it| {
        let deed = crate::handover::ItemDeed::Done("all of them".to_owned(), None);
        it.said(&name("errors"), deed, seen).unwrap()
    });
    let accepts: Word<'_> = Box::new(|it| {
        let read = crate::handover::Bound::of(it, seen).hash();
        let said = (read, at(6), "we have it".to_owned());
        it.accepted(seen, &olaf, said).unwrap()
    });
    for (second, word) in (2..).zip([offers(2), rejects, mends, offers(5), accepts]) {
        let last = editions.last().unwrap();
        let next = last
            .apply(&word(last), seen, (&name("ada"), at(second)))
            .unwrap();
        editions.push(next);
    }
    editions
}

#[test]
fn handovers_are_told_with_every_word_and_as_they_stand_now() {
    let mut seen = Seen {
        contents: crate::digest::Digest::of(b"contents"),
        record: BTreeMap::new(),
        evidence: BTreeMap::new(),
    };
    let editions = handed_over(&seen);
    let told = |editions: &[Handover], seen: &Seen| {
        let handovers = vec![HandoverPast {
            kind: HandoverKind::Operations,
            editions: editions.to_vec(),
            seen: seen.clone(),
        }];
        report(&Past {
            handovers,
            ..past()
        })
    };
    let accepted = told(&editions, &seen);
    let handover = &accepted.handovers[0];
    assert_eq!(handover.state, "accepted");
    let words: Vec<String> = handover
        .words
        .iter()
        .map(|it| format!("{} {}: {}", it.what, it.by, it.note))
        .collect();
    assert_eq!(
        words,
        [
            "offered ada: ",
            "rejected olaf: too little (errors: there are more)",
            "offered ada: ",
            "accepted olaf: we have it"
        ]
    );
    let line = "Handover to operations: accepted: we have it";
    assert!(accepted.timeline.iter().any(|it| it.text == line));
    seen.contents = crate::digest::Digest::of(b"others");
    let stale = told(&editions, &seen);
    assert_eq!(stale.handovers[0].state, "stale");
    assert_eq!(stale.handovers[0].words, handover.words);
    assert_eq!(told(&[], &seen).handovers[0].state, "never begun");
}

fn entry(second: i64, actor: &str, (action, detail): (&str, Value)) -> Entry {
    Entry {
        v: 1,
        time: at(second),
        actor: actor.to_owned(),
        action: format!("train.{action}"),
        subject: "train/autumn".to_owned(),
        detail,
        request: None,
    }
}

fn train() -> Train {
    let plan = json!({"owner": "team:platform", "departures": [
            {"environment": "staging", "at": "1970-01-01T00:00:10"},
            {"environment": "live", "at": "1970-01-01T00:01:00"}],
        "members": [{"product": "bank"}, {"product": "shop", "release": "1.0.0"}]});
    let plan: TrainPlan = serde_json::from_value(plan).unwrap();
    Train::new(name("autumn"), plan, (name("ada"), at(0))).unwrap()
}

#[test]
fn a_train_is_told_by_when_it_was_to_leave_and_what_became_of_it() {
    let cause = json!({"cause": {"cause": "person", "by": "ben", "reason": "it smokes"}});
    let entries = vec![
        entry(1, "ada", ("planned", json!({"edition": 1}))),
        entry(
            2,
            "ada",
            (
                "closed",
                json!({"bill": "x", "members": [{"product": "bank"}]}),
            ),
        ),
        entry(
            3,
            "ben",
            ("held", json!({"reason": "the bank is shut", "by": "ben"})),
        ),
        entry(4, "ben", ("resumed", json!({"by": "ben"}))),
        entry(
            12,
            "tidegate",
            ("left", json!({"environment": "staging", "run": 7})),
        ),
        entry(13, "tidegate", ("rolled_back", cause)),
        entry(
            14,
            "ada",
            ("dropped", json!({"product": "bank", "reason": "late"})),
        ),
        entry(
            15,
            "ada",
            ("dropped", json!({"product": "shop", "reason": "it waits"})),
        ),
    ];
    let train = train();
    assert!(train.carries(&name("shop"), &"1.0.0".parse().unwrap()));
    assert!(!train.carries(&name("shop"), &"2.0.0".parse().unwrap()));
    assert!(!train.carries(&name("desk"), &"1.0.0".parse().unwrap()));
    let trains = vec![TrainPast { train, entries }];
    let report = report(&Past { trains, ..past() });
    let ride = &report.trains[0];
    let departures: Vec<_> = ride
        .departures
        .iter()
        .map(|it| (it.environment.as_str(), it.planned, it.left))
        .collect();
    assert_eq!(
        departures,
        [
            ("staging", Some(at(10)), Some(at(12))),
            ("live", Some(at(60)), None)
        ]
    );
    let told: Vec<&str> = ride.happened.iter().map(|it| it.told.as_str()).collect();
    assert_eq!(
        told,
        [
            "boarding was closed",
            "it was held: the bank is shut",
            "it went on",
            "it left for staging, as group run 7",
            "all members went back: ben asked: it smokes",
            "it was dropped: it waits"
        ]
    );
    let text = serde_json::to_string(ride).unwrap();
    let others = text.replace("the bank is shut", "");
    assert!(!others.contains("bank"), "no other member is named: {text}");
}

/// The shop needs orders of the desk, and the desk needs mail of acme.
fn declared() -> (Vec<Product>, Vec<Supplier>) {
    let product = |name: &str, provides: Value, needs: Value| {
        json!({"name": name, "components": [
            {"name": "core", "driver": "service", "provides": provides, "needs": needs}]})
    };
    let need = |contract: &str| json!([{"contract": contract, "versions": "^1"}]);
    let products = json!([
        product("desk", json!({"orders-api": "1.0.0"}), need("mail-api")),
        product("shop", json!({}), need("orders-api")),
    ]);
    let suppliers = json!([
        {"name": "acme", "components": [{"name": "mail", "provides": {"mail-api": "1.0.0"}, "environments": {"live": {}}}]},
        {"name": "nobodys", "components": [{"name": "fax", "provides": {"fax-api": "1.0.0"}, "environments": {"live": {}}}]},
    ]);
    let read = (
        serde_json::from_value(products),
        serde_json::from_value(suppliers),
    );
    (read.0.unwrap(), read.1.unwrap())
}

fn changed(supplier: &str, component: &str) -> Did {
    let seen = json!({"id": 1, "deployed": {"supplier": supplier, "component": component,
        "environment": "live", "change": {"from": {"version": "1.0.0"}, "to": {"version": "2.0.0"},
            "after": at(4), "by": at(5), "is_back": false}}, "matched": {"is": "surprise"}});
    let observation: Observation = serde_json::from_value(seen).unwrap();
    Did::Changed(Box::new(observation))
}

#[test]
fn a_surprise_reaches_a_product_through_another_that_it_needs() {
    let (products, suppliers) = declared();
    let further = |product: &str| {
        let declared = Declared {
            product: &name(product),
            environments: &[name("live")],
            products: &products,
            suppliers: &suppliers,
        };
        declared.further(vec![changed("acme", "mail"), changed("nobodys", "fax")])
    };
    let further = further("shop");
    assert_eq!(further.len(), 1, "nobody needs a fax");
    let report = report(&Past { further, ..past() });
    let event = &report.suppliers[0];
    assert_eq!((event.supplier.as_str(), event.surprise), ("acme", true));
    let through = event.through.as_deref().unwrap();
    assert!(
        through.starts_with("core needs orders-api, which needs acme/mail in the end: "),
        "{through}"
    );
    assert!(!through.contains("desk"), "{through}");
    assert!(
        report
            .timeline
            .iter()
            .any(|it| it.text.starts_with("acme/mail changed in live"))
    );
}
