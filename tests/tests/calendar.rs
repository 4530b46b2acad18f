//! Windows and freezes: declared in files, shown by API and command line, read by other programs, ended before their time.

use serde_json::{Value, json};
use tidegate_tests::{
    ics::read_by,
    server::{Server, TOKEN, text},
};

/// Live is frozen for as long as this program will be tested; testing has a window that never closes.
const DECLARED: &str = "\
kind: Environment
name: testing
---
kind: Environment
name: live
after: testing
---
kind: Product
name: shop
---
kind: Window
name: always
title: Day and night
environment: testing
every: { starts: 2020-01-01, rule: FREQ=DAILY, lasts: 1d, time_zone: Europe/Berlin }
reason: Nobody minds
---
kind: Freeze
name: closing
title: Long closing
environment: live
once: { from: 2020-01-01, to: 2100-01-01T08:00, time_zone: Europe/Berlin }
reason: The books, and the shelves
in_flight: finish
";
/// What an independent reader finds: a line for each event.
const READER: &str = "\
import icalendar, sys
for e in icalendar.Calendar.from_ical(sys.stdin.read()).walk('VEVENT'):
    rule = e.get('RRULE')
    rule = rule.to_ical().decode() if rule else '-'
    print(e['UID'], e['DTSTART'].dt.isoformat(), e['DTSTART'].dt.tzinfo, rule, e['SUMMARY'], e['DESCRIPTION'], sep='|')
";

fn opening<'a>(view: &'a Value, environment: &str) -> &'a Value {
    let mut openings = view["openings"].as_array().expect("a list").iter();
    let found = openings.find(|opening| opening["environment"] == environment);
    found.expect("the environment is on the path")
}

#[tokio::test]
async fn windows_and_freezes_are_declared_shown_and_ended() {
    let server = Server::start().await;
    server.apply(DECLARED);
    let path = server.file("calendar.yaml", DECLARED);
    let again = server.run(&["apply", "-f", &path, "--yes"]);
    assert!(again.contains("changed 0, unchanged 5"), "{again}");

    let view = server
        .get("/api/v1/calendar?from=2026-12-01&to=2026-12-08")
        .await;
    assert_eq!(view["time_zone"], "Europe/Berlin");
    assert_eq!(view["from"], "2026-11-30T23:00:00Z");
    assert_eq!(opening(&view, "testing")["state"], "open");
    let live = opening(&view, "live");
    assert_eq!(live["state"], "frozen");
    assert_eq!(live["until"], "2100-01-01T07:00:00Z");
    assert_eq!(live["reasons"][0]["freeze"], "closing");
    let sentence = live["sentence"].as_str().expect("a sentence");
    let starts = "frozen until 1 January 2100 08:00 Europe/Berlin";
    assert!(sentence.starts_with(starts), "{sentence}");
    assert!(sentence.ends_with(": Long closing"), "{sentence}");
    let [window, freeze] = [0, 1].map(|i| &view["entries"][i]);
    assert_eq!(
        (&window["name"], &freeze["name"]),
        (&json!("always"), &json!("closing"))
    );
    let first = &window["spans"][0];
    assert_eq!(first["start"], "2026-11-30T23:00:00Z");
    assert_eq!(first["end"], "2026-12-01T23:00:00Z");

    let said = server.run(&["calendar", "--from", "2026-12-01", "--weeks", "1"]);
    assert!(
        said.contains("live         frozen until 1 January 2100"),
        "{said}"
    );
    assert!(
        said.contains("Tue 1 Dec 2026 00:00 – Wed 2 Dec 2026 00:00"),
        "{said}"
    );
    let alone = server.run(&["calendar", "--environment", "testing"]);
    assert!(!alone.contains("Long closing"), "{alone}");
    server.refused(2, &["calendar", "--from", "soon"]);
    server.refused(4, &["calendar", "--environment", "moon"]);

    let shown = server.run(&["remove", "freeze", "closing", "--dry-run"]);
    assert!(
        shown.contains("    reason: The books, and the shelves → nothing"),
        "{shown}"
    );
    server.refused(2, &["remove", "freeze", "closing"]);
    server.refused(2, &["remove", "product", "shop", "--yes"]);
    server.run(&["remove", "freeze", "closing", "--yes"]);
    server.refused(4, &["remove", "freeze", "closing", "--yes"]);
    let view = server.get("/api/v1/calendar").await;
    assert_eq!(opening(&view, "live")["sentence"], "open");
    let entries = server.get("/api/v1/journal?subject=freeze/closing").await;
    assert_eq!(entries["entries"][0]["action"], "catalog.removed");
}

#[tokio::test]
async fn a_scope_has_to_be_declared() {
    let server = Server::start().await;
    let path = server.directory().join("calendar.yaml");
    for (line, expect) in [
        ("environment: moon", "environment `moon` is not declared"),
        ("product: moon", "product `moon` is not declared"),
    ] {
        let when = "once: { from: 2020-01-01, to: 2100-01-01, time_zone: UTC }";
        let document = format!("kind: Freeze\nname: dark\nreason: No light\n{line}\n{when}\n");
        std::fs::write(&path, document).expect("the file can be written");
        let said = server.refused(2, &["apply", "-f", text(&path), "--yes"]);
        assert!(
            said.contains(&format!("calendar.yaml:1:1: {expect}")),
            "{said}"
        );
    }
}

#[tokio::test]
async fn another_program_reads_the_calendar_and_nothing_else() {
    let server = Server::start().await;
    server.apply(DECLARED);
    server.run(&["person", "create", "ada", "--level", "2"]);
    let made = server.run(&[
        "token", "create", "phone", "--for", "ada", "--output", "json",
    ]);
    let token: Value = serde_json::from_str(&made).expect("JSON");
    let secret = token["token"].as_str().expect("a secret");
    let address = server.run(&["calendar", "--subscribe", "--token", secret]);
    let address = address.trim();
    assert!(!address.contains(secret));

    let ask = async |address: &str| {
        let answer = server.http.get(address).send().await;
        answer.expect("the server answers")
    };
    let answer = ask(address).await;
    assert_eq!(answer.status().as_u16(), 200);
    let kind = answer.headers()["content-type"].to_str().expect("ASCII");
    assert_eq!(kind, "text/calendar; charset=utf-8");
    let whole = answer.text().await.expect("a whole calendar");
    assert_eq!(
        read_by(&server, READER, &whole),
        [
            "window.always@tidegate|2020-01-01T00:00:00+01:00|Europe/Berlin|FREQ=DAILY|Day and night|Nobody minds",
            "freeze.closing@tidegate|2020-01-01T00:00:00+01:00|Europe/Berlin|-|Long closing|The books, and the shelves",
        ]
    );
    let other = ask(&format!("{address}&environment=live")).await;
    assert_eq!(other.status().as_u16(), 401, "the key is for the whole");
    let narrow = [
        "calendar",
        "--subscribe",
        "--environment",
        "live",
        "--token",
        secret,
    ];
    let one = ask(server.run(&narrow).trim()).await;
    let one = one.text().await.expect("a whole calendar");
    assert!(one.contains("freeze.closing") && !one.contains("window.always"));
    let printed = server.run(&["calendar", "--ics"]);
    assert_eq!(undated(&printed), undated(&whole));

    let (_, key) = address.split_once('?').expect("a key");
    for path in ["/api/v1/calendar", "/api/v1/status", "/calendar"] {
        let status = ask(&server.url(&format!("{path}?{key}"))).await.status();
        assert!(matches!(status.as_u16(), 401 | 303), "{path}: {status}");
    }
    assert_eq!(ask(&format!("{address}x")).await.status().as_u16(), 401);
    let id = token["id"].as_str().expect("an id");
    server.run(&["token", "revoke", id]);
    assert_eq!(
        ask(address).await.status().as_u16(),
        401,
        "it ends with the token"
    );
    assert_ne!(secret, TOKEN);
}

/// Its lines without the moment when it was made.
fn undated(calendar: &str) -> Vec<&str> {
    let lines = calendar.trim().lines();
    lines.filter(|line| !line.starts_with("DTSTAMP")).collect()
}
