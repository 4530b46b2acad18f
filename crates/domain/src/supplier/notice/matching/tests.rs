//! Which notice a deployment belongs to.

use super::*;
use crate::{
    name::Name,
    supplier::{
        Sighting,
        notice::{Incoming, Intent, Source, Vouched},
    },
};
use serde_json::json;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Days of December 2026, by hours.
fn at(hours: i64) -> Timestamp {
    let first: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    first + SignedDuration::from_hours(hours)
}

fn notice(id: u64, announced: serde_json::Value) -> Notice {
    notice_from(id, announced, Source::Form { by: name("ada") })
}

fn notice_from(id: u64, announced: serde_json::Value, source: Source) -> Notice {
    let incoming = Incoming {
        number: crate::supplier::Line::of("CHG1"),
        intent: Intent::Announce,
        announcement: serde_json::from_value(announced).unwrap(),
        sequence: None,
        stamp: None,
        source,
    };
    Notice::first(NoticeId(id), name("acme"), incoming, at(0))
}

fn a_strangers(announced: serde_json::Value) -> Notice {
    let source = Source::Mail {
        from: "eve@elsewhere.example".parse().unwrap(),
        vouched: Vouched::Stranger,
    };
    notice_from(1, announced, source)
}

fn announced(kind: &str, version: Option<&str>, hours: Option<(i64, i64)>) -> serde_json::Value {
    let mut value =
        json!({"kind": kind, "title": "x", "components": ["gateway"], "environments": ["live"]});
    if let Some(version) = version {
        value["version"] = json!(version);
    }
    if let Some((from, until)) = hours {
        value["times"] = json!({"periods": [{"from": at(from), "until": at(until)}]});
    }
    value
}

fn deployed(version: &str, after: i64, by: i64) -> Deployed {
    let seen = |version: &str| Sighting::Version(version.parse().unwrap());
    Deployed {
        supplier: name("acme"),
        component: name("gateway"),
        environment: name("live"),
        change: Change {
            from: seen("2.4.1"),
            to: seen(version),
            after: at(after),
            by: at(by),
            is_back: false,
        },
    }
}

#[test]
fn a_change_belongs_to_the_notice_that_fits_best() {
    let notices = [
        notice(1, announced("change", Some("2.5.0"), Some((100, 102)))),
        notice(2, announced("change", None, Some((200, 202)))),
        notice(3, announced("maintenance", Some("9.9.9"), Some((300, 302)))),
        notice(4, announced("end-of-life", None, Some((400, 402)))),
    ];
    for (version, after, by, expect) in [
        ("2.5.0", 101, 101, "announced by notice 1"),
        // Seen late, and it may have been in time; a little too early is in time, too.
        ("2.5.0", 101, 150, "announced by notice 1"),
        ("2.5.0", 99, 99, "announced by notice 1"),
        (
            "2.5.0",
            90,
            98,
            "announced by notice 1, 2 h 0 min too early",
        ),
        (
            "2.5.0",
            104,
            105,
            "announced by notice 1, 2 h 0 min too late",
        ),
        ("2.5.1", 101, 101, "announced by notice 1, as version 2.5.0"),
        (
            "2.5.1",
            104,
            105,
            "a surprise: no notice says that it would happen",
        ),
        ("2.6.0", 201, 201, "announced by notice 2"),
        // The time says more than a version that was announced for another time.
        ("2.5.0", 201, 201, "announced by notice 2"),
        ("2.5.1", 301, 301, "announced by notice 3"),
        (
            "2.5.1",
            401,
            401,
            "a surprise: no notice says that it would happen",
        ),
    ] {
        let found = matched(&deployed(version, after, by), &notices);
        assert_eq!(found.to_string(), expect, "{version} {after}");
    }
}

#[test]
fn what_is_elsewhere_or_over_is_no_notice_of_it() {
    let mut notices = [notice(1, announced("change", Some("2.5.0"), None))];
    let found = |supplier, component, environment, notices: &[Notice]| {
        let deployed = Deployed {
            supplier: name(supplier),
            component: name(component),
            environment: name(environment),
            ..deployed("2.5.0", 101, 101)
        };
        matched(&deployed, notices).to_string()
    };
    assert_eq!(
        found("acme", "gateway", "live", &notices),
        "announced by notice 1, without a time"
    );
    let surprise = "a surprise: no notice says that it would happen";
    for (supplier, component, environment) in [
        ("acme", "gateway", "staging"),
        ("acme", "ledger", "live"),
        ("globex", "gateway", "live"),
    ] {
        assert_eq!(found(supplier, component, environment, &notices), surprise);
    }
    let said = announced("change", Some("2.5.0"), None);
    assert_eq!(
        found("acme", "gateway", "live", &[a_strangers(said)]),
        surprise
    );
    notices[0].status = NoticeStatus::Cancelled { at: at(1) };
    assert_eq!(found("acme", "gateway", "live", &notices), surprise);
}
