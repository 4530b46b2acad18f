//! Windows and freezes as documents, and what the calendar says of them.

use super::{Calendar, Closed, Edge, Opening};
use crate::calendar::{Freeze, InFlight, Window};
use jiff::Timestamp;
use serde_json::{Value, json};

fn weekly(days: &str, lasts: &str) -> Value {
    every(&format!("FREQ=WEEKLY;BYDAY={days}"), lasts)
}

/// From the first of January 2026 on, a Thursday, at 22:00 in Amsterdam.
fn every(rule: &str, lasts: &str) -> Value {
    json!({"every": {"starts": "2026-01-01T22:00", "rule": rule, "lasts": lasts,
        "time_zone": "Europe/Amsterdam"}})
}

fn once(from: &str, to: &str) -> Value {
    json!({"once": {"from": from, "to": to, "time_zone": "UTC"}})
}

/// With the keys of a scope and of a time.
fn document(scope: &Value, when: &Value) -> Value {
    let mut document = json!({"name": "it", "title": "It", "reason": "because"});
    for part in [scope, when] {
        let keys = part.as_object().unwrap().clone();
        document.as_object_mut().unwrap().extend(keys);
    }
    document
}

fn judge(windows: &[Value], freezes: &[Value], now: &str) -> Opening {
    let read = |when: &Value| document(&json!({}), when);
    let windows = windows
        .iter()
        .map(|w| serde_json::from_value(read(w)).unwrap());
    let freezes = freezes
        .iter()
        .map(|f| serde_json::from_value(read(f)).unwrap());
    let (windows, freezes): (Vec<Window>, Vec<Freeze>) = (windows.collect(), freezes.collect());
    let calendar = Calendar {
        windows: windows.iter().collect(),
        freezes: freezes.iter().collect(),
    };
    calendar.judge(now.parse().unwrap())
}

fn at(text: &str) -> Edge {
    Edge::At(text.parse().unwrap())
}

/// The edge, and whether it is open.
fn edge(opening: &Opening) -> (bool, Edge) {
    match opening {
        Opening::Open { until } => (true, *until),
        Opening::Closed { opens, .. } => (false, *opens),
    }
}

#[test]
fn windows_open_and_freezes_win() {
    let nights = [weekly("MO,TU,WE,TH", "4h")];
    let christmas = [once("2026-12-20T00:00", "2027-01-04T00:00")];
    for (windows, freezes, now, open, expect) in [
        // Nothing declared.
        (&[][..], &[][..], "2026-11-22T12:00:00Z", true, Edge::Never),
        // A Sunday; Amsterdam is at +01:00.
        (
            &nights,
            &[],
            "2026-11-22T12:00:00Z",
            false,
            at("2026-11-23T21:00:00Z"),
        ),
        // The first and the last moment.
        (
            &nights,
            &[],
            "2026-11-23T21:00:00Z",
            true,
            at("2026-11-24T01:00:00Z"),
        ),
        (
            &nights,
            &[],
            "2026-11-24T01:00:00Z",
            false,
            at("2026-11-24T21:00:00Z"),
        ),
        // Only a freeze.
        (
            &[],
            &christmas,
            "2026-12-19T12:00:00Z",
            true,
            at("2026-12-20T00:00:00Z"),
        ),
        (
            &[],
            &christmas,
            "2026-12-25T12:00:00Z",
            false,
            at("2027-01-04T00:00:00Z"),
        ),
        // A freeze over a window; it thaws on a Monday before the window opens.
        (
            &nights,
            &christmas,
            "2026-12-21T22:00:00Z",
            false,
            at("2027-01-04T21:00:00Z"),
        ),
    ] {
        assert_eq!(edge(&judge(windows, freezes, now)), (open, expect), "{now}");
    }
}

#[test]
fn unions_are_whole() {
    // Two that overlap, two that touch, and one that is always there.
    let overlap = [
        once("2026-01-01T00:00", "2026-01-02T00:00"),
        once("2026-01-01T12:00", "2026-01-03T00:00"),
    ];
    let touch = [
        once("2026-01-01T00:00", "2026-01-02T00:00"),
        once("2026-01-02T00:00", "2026-01-03T00:00"),
    ];
    for windows in [&overlap, &touch] {
        let found = judge(windows, &[], "2026-01-01T06:00:00Z");
        assert_eq!(edge(&found), (true, at("2026-01-03T00:00:00Z")));
        assert_eq!(
            edge(&judge(windows, &[], "2026-01-03T00:00:00Z")),
            (false, Edge::Never)
        );
    }
    let always = judge(&[every("FREQ=DAILY", "1d")], &[], "2026-06-01T00:00:00Z");
    assert!(matches!(edge(&always), (true, Edge::NotBefore(_))));
    // A freeze without a break never lets go, as far as anybody looks.
    let shut = judge(&[], &[every("FREQ=MINUTELY", "2m")], "2026-06-01T00:00:00Z");
    assert!(matches!(edge(&shut), (false, Edge::NotBefore(_))));
}

#[test]
fn never_is_said_as_such() {
    let past = [once("2020-01-01T00:00", "2020-01-02T00:00")];
    assert_eq!(
        edge(&judge(&past, &[], "2026-01-01T00:00:00Z")),
        (false, Edge::Never)
    );
    let counted = [every("FREQ=DAILY;COUNT=3", "1h")];
    assert_eq!(
        edge(&judge(&counted, &[], "2026-01-03T21:30:00Z")),
        (true, at("2026-01-03T22:00:00Z"))
    );
    assert_eq!(
        edge(&judge(&counted, &[], "2026-01-03T22:00:00Z")),
        (false, Edge::Never)
    );
    let until = [every("FREQ=DAILY;UNTIL=20260103T210000Z", "1h")];
    assert_eq!(
        edge(&judge(&until, &[], "2026-01-03T12:00:00Z")),
        (false, at("2026-01-03T21:00:00Z"))
    );
    assert_eq!(
        edge(&judge(&until, &[], "2026-01-03T22:00:00Z")),
        (false, Edge::Never)
    );
}

/// Days are nominal, hours exact (RFC 5545 §3.3.6). The clocks go forward on the 29th of March 2026.
#[test]
fn lengths_cross_changes_of_the_clocks() {
    for (lasts, ends) in [
        ("1d", "2026-03-29T20:00:00Z"),
        ("24h", "2026-03-29T21:00:00Z"),
    ] {
        let found = judge(&[weekly("SA", lasts)], &[], "2026-03-29T00:00:00Z");
        assert_eq!(edge(&found), (true, at(ends)), "{lasts}");
    }
}

/// RFC 5545 §3.3.10 and §3.3.5: in the gap from 02:00 to 03:00 the times of the hour before go on, so 02:00 and 03:00 are
/// one moment and 02:30 comes after it.
#[test]
fn what_falls_into_a_gap_comes_in_order() {
    let when = json!({"every": {"starts": "2026-03-29T01:00", "rule": "FREQ=MINUTELY;INTERVAL=30;COUNT=7",
        "lasts": "1m", "time_zone": "Europe/Amsterdam"}});
    let window: Window = serde_json::from_value(document(&json!({}), &when)).unwrap();
    let (from, to): (Timestamp, Timestamp) = (
        "2026-03-28T00:00:00Z".parse().unwrap(),
        "2026-03-30T00:00:00Z".parse().unwrap(),
    );
    let starts: Vec<String> = window
        .when
        .spans(from, to)
        .map(|s| s.start.to_string())
        .collect();
    let expect = ["00:00", "00:30", "01:00", "01:30", "02:00"];
    assert_eq!(starts, expect.map(|t| format!("2026-03-29T{t}:00Z")));
}

#[test]
fn reasons_say_what_and_the_strictest_rule_counts() {
    let freeze = once("2026-12-20T00:00", "2027-01-04T00:00");
    let found = judge(&[weekly("MO", "4h")], &[freeze], "2026-12-25T00:00:00Z");
    let Opening::Closed { reasons, .. } = found else {
        panic!("closed, not {found:?}");
    };
    let strictest = reasons.iter().map(Closed::in_flight).max();
    assert_eq!(strictest, Some(InFlight::FinishWaveThenHold));
    let [
        Closed::Frozen { until, .. },
        Closed::OutsideWindows {
            windows,
            until: opens,
            ..
        },
    ] = &reasons[..]
    else {
        panic!("two reasons, not {reasons:?}");
    };
    assert_eq!((*until, windows.len()), (at("2027-01-04T00:00:00Z"), 1));
    // A window opens in the freeze.
    assert_eq!(*opens, at("2026-12-28T21:00:00Z"));
    assert_eq!(until.later(*opens), *until);
    assert_eq!(
        (Edge::Never.later(*until), until.later(Edge::Never)),
        (Edge::Never, Edge::Never)
    );
}

#[test]
fn scopes_choose_what_applies() {
    let when = || once("2026-01-01T00:00", "2026-01-02T00:00");
    let read = |scope| -> Window { serde_json::from_value(document(&scope, &when())).unwrap() };
    let windows = [
        read(json!({})),
        read(json!({"product": "shop"})),
        read(json!({"environment": "live"})),
    ];
    let count = |product: &str, environment: &str| {
        let (product, environment) = (product.parse().unwrap(), environment.parse().unwrap());
        Calendar::of(&product, &environment, &windows, &[])
            .windows
            .len()
    };
    assert_eq!(
        [
            count("shop", "live"),
            count("shop", "testing"),
            count("desk", "testing")
        ],
        [3, 2, 1]
    );
}

#[test]
fn documents_are_strict_and_come_back() {
    let good = document(&json!({"product": "shop"}), &weekly("MO", "2d 12h"));
    let window: Window = serde_json::from_value(good.clone()).unwrap();
    let written = serde_json::to_value(&window).unwrap();
    assert_eq!(serde_json::from_value::<Window>(written).unwrap(), window);
    let mut untitled = good.clone();
    untitled["title"] = json!("");
    let freeze: Freeze = serde_json::from_value(untitled).unwrap();
    assert_eq!(freeze.title, "it");
    for (when, expect) in [
        (
            every("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "1h"),
            "does not happen",
        ),
        (
            every("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "1h"),
            "does not happen",
        ),
        (
            every("FREQ=MINUTELY;BYMINUTE=5;BYSETPOS=2", "1m"),
            "does not happen",
        ),
        (
            every("FREQ=DAILY;UNTIL=20200101T000000Z", "1h"),
            "does not happen",
        ),
        (every("FREQ=DAILY;UNTIL=20270101T000000", "1h"), "in UTC"),
        (every("FREQ=MINUTELY", "30d"), "overlap"),
        (once("2026-01-02T00:00", "2026-01-01T00:00"), "not after"),
        (
            json!({"once": {"from": "2026-01-01T00:00"}}),
            "missing field",
        ),
        (
            json!({"once": {"from": "noon", "to": "2026-01-01T00:00", "time_zone": "UTC"}}),
            "is not a local time",
        ),
        (json!({"often": {}}), "unknown field"),
        (json!({}), "say when it is"),
    ] {
        let error = serde_json::from_value::<Window>(document(&json!({}), &when));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    }
    for (key, value) in [
        ("colour", json!("red")),
        ("environment", json!("live")),
        ("once", once("2026-01-01", "2026-01-02")["once"].clone()),
        ("reason", json!(" ")),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(serde_json::from_value::<Window>(bad).is_err(), "{key}");
    }
}

/// A second way to the same answer: a moment is allowed when some span of a window holds it and none of a freeze does.
/// What the calendar says of the future is true at the edge, and nothing changes before it.
#[test]
fn edges_are_where_the_plain_question_changes_its_answer() {
    let whens = [
        weekly("MO,TH", "30h"),
        weekly("SU", "2d"),
        every("FREQ=DAILY;BYHOUR=2,14", "5h"),
        every("FREQ=HOURLY;INTERVAL=5", "3h"),
        every("FREQ=MONTHLY;BYDAY=-1SU", "36h"),
        once("2026-03-20T00:00", "2026-04-02T00:00"),
    ];
    let windows = whens
        .each_ref()
        .map(|when| -> Window { serde_json::from_value(document(&json!({}), when)).unwrap() });
    let freezes = whens
        .each_ref()
        .map(|when| -> Freeze { serde_json::from_value(document(&json!({}), when)).unwrap() });
    let picked = |mask: usize, i: usize| mask >> i & 1 == 1;
    for mask in 0..64_usize {
        let windows = windows.iter().enumerate().filter(|(i, _)| picked(mask, *i));
        let freezes = freezes
            .iter()
            .enumerate()
            .filter(|(i, _)| picked(mask * 37 % 64, *i));
        let calendar = Calendar {
            windows: windows.map(|(_, w)| w).collect(),
            freezes: freezes.map(|(_, f)| f).collect(),
        };
        let mut now: Timestamp = "2026-03-25T00:30:00Z".parse().unwrap();
        for _ in 0..12 {
            let (open, edge) = edge(&calendar.judge(now));
            assert_eq!(open, plainly_open(&calendar, now), "{mask} {now}");
            let Edge::At(at) = edge else { break };
            let second = jiff::SignedDuration::from_secs(1);
            assert_eq!(plainly_open(&calendar, at), !open, "{mask} {at}");
            assert_eq!(plainly_open(&calendar, at - second), open, "{mask} {at}");
            assert_eq!(
                plainly_open(&calendar, now + now.duration_until(at) / 2),
                open,
                "{mask} {at}"
            );
            now = at;
        }
    }
}

fn plainly_open(calendar: &Calendar<'_>, at: Timestamp) -> bool {
    let holds =
        |when: &crate::calendar::When| when.spans(at, at).any(|s| s.start <= at && at < s.end);
    let open = calendar.windows.is_empty() || calendar.windows.iter().any(|w| holds(&w.when));
    open && !calendar.freezes.iter().any(|f| holds(&f.when))
}
