//! What a supplier is declared as, and what is refused in it.

use super::*;
use serde_json::json;

fn acme() -> serde_json::Value {
    json!({
        "name": "acme",
        "title": "ACME Payments",
        "owner": "team:shop",
        "contacts": [
            {"name": "Eve", "mail": "eve@acme.example", "for": ["changes", "incidents"]},
            {"name": "Sam", "mail": "sam@acme.example"},
        ],
        "time_zone": "Europe/Berlin",
        "time_zones": {"W. Europe Standard Time": "Europe/Berlin"},
        "components": [{
            "name": "gateway",
            "provides": {"payments-api": "2.1.0"},
            "environments": {
                "live": {"probe": {"by": {"header": {"url": "https://pay.acme.example/", "name": "x-version"}}}},
                "staging": {},
            },
        }],
        "obligations": {
            "notice": {"change": "10d", "end-of-life": "180d"},
            "windows": [{"every": {
                "starts": "2026-01-06T22:00:00", "rule": "FREQ=WEEKLY", "lasts": "4h", "time_zone": "Europe/Berlin",
            }}],
            "availability": 99.95,
        },
        "lead_times": {"certificate": "5d"},
    })
}

fn names(all: &[&str]) -> BTreeSet<Name> {
    all.iter().map(|it| it.parse().unwrap()).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_supplier_is_written_as_it_is_read() {
    let read: Supplier = serde_json::from_value(acme()).unwrap();
    let places = names(&["live", "staging"]);
    assert_eq!(read.check(&names(&["shop"]), &places), Ok(()));
    assert_eq!(serde_json::to_value(&read).unwrap(), acme());
    let least = json!({"name": "acme"});
    let read: Supplier = serde_json::from_value(least.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), least);
}

#[test]
fn what_makes_no_sense_is_refused_with_what_to_write() {
    let refused = |pointer: &str, value: serde_json::Value, products: &[&str]| {
        let mut document = acme();
        *document.pointer_mut(pointer).unwrap() = value;
        let read = serde_json::from_value::<Supplier>(document).map_err(|why| why.to_string());
        let places = names(&["live", "staging"]);
        let found = read.and_then(|it| {
            it.check(&names(products), &places).map_err(|why| {
                match std::error::Error::source(&why) {
                    Some(source) => format!("{why}: {source}"),
                    None => why.to_string(),
                }
            })
        });
        found.unwrap_err()
    };
    let gateway = acme()["components"][0].clone();
    for (pointer, value, products, expect) in [
        (
            "/name",
            json!("shop"),
            &["shop"][..],
            "supplier `shop` has the name of a product: give it another one, for needs name both as NAME/COMPONENT",
        ),
        (
            "/components",
            json!([gateway, gateway]),
            &[],
            "supplier `acme` has two components `gateway`: make one of them",
        ),
        (
            "/contacts/1/mail",
            json!("EVE@acme.example"),
            &[],
            "supplier `acme` has two contacts with the address eve@acme.example: make one of them",
        ),
        (
            "/components/0/environments",
            json!({"moon": {}}),
            &[],
            "`acme/gateway` is in environment `moon`, which is not declared",
        ),
        (
            "/components/0/environments",
            json!({}),
            &[],
            "`acme/gateway` is in no environment: name those that use it under `environments`",
        ),
        (
            "/components/0/environments/live/probe",
            json!({"every": "1s", "by": {"tag": {"repository": "r.example/acme/gateway", "tag": "stable"}}}),
            &[],
            "the probe of `acme/gateway` in `live` cannot be asked: it is asked every 1 s, and the shortest is 30 s",
        ),
        (
            "/obligations/availability",
            json!(101),
            &[],
            "an availability is between 0 and 100, in percent: write for instance 99.9",
        ),
        (
            "/obligations/notice",
            json!({"change": "soon"}),
            &[],
            "`soon` is not a length up to a year: write for instance 4h, 90m or 2d 12h",
        ),
    ] {
        assert_eq!(refused(pointer, value, products), expect);
    }
}

#[test]
fn promises_are_counted_in_the_days_of_the_supplier() {
    let acme: Supplier = serde_json::from_value(acme()).unwrap();
    let begins = at("2026-03-31T22:00:00Z");
    // The clocks change in between.
    assert_eq!(
        acme.notice_by(ChangeKind::Change, begins),
        Some(at("2026-03-21T23:00:00Z"))
    );
    assert_eq!(acme.notice_by(ChangeKind::Maintenance, begins), None);
    let certificate: Name = "certificate".parse().unwrap();
    assert_eq!(
        acme.ask_by(&certificate, begins),
        Some(at("2026-03-26T23:00:00Z"))
    );
    assert_eq!(
        acme.there_by(&certificate, at("2026-03-26T23:00:00Z")),
        Some(begins)
    );
    assert_eq!(acme.there_by(&"ship".parse().unwrap(), begins), None);
}

#[test]
fn a_change_is_allowed_when_it_may_have_been_in_a_window() {
    let acme: Supplier = serde_json::from_value(acme()).unwrap();
    for (after, by, expect) in [
        ("2026-01-06T21:30:00Z", "2026-01-06T21:31:00Z", true),
        ("2026-01-06T20:00:00Z", "2026-01-06T20:59:00Z", false),
        ("2026-01-06T20:00:00Z", "2026-01-06T21:00:00Z", true),
        ("2026-01-07T01:00:00Z", "2026-01-07T09:00:00Z", false),
        ("2026-01-07T00:59:00Z", "2026-01-07T09:00:00Z", true),
    ] {
        assert_eq!(
            acme.obligations.allows(at(after), at(by)),
            Some(expect),
            "{after}"
        );
    }
    assert_eq!(
        Obligations::default().allows(at("2026-01-06T00:00:00Z"), at("2026-01-06T00:00:00Z")),
        None
    );
}

#[test]
fn somebody_is_there_for_everything() {
    let acme: Supplier = serde_json::from_value(acme()).unwrap();
    let found = |matter| {
        let all = acme.contacts_for(matter).into_iter();
        all.map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(Matter::Changes), ["Eve", "Sam"]);
    assert_eq!(found(Matter::Contract), ["Sam"]);
}
