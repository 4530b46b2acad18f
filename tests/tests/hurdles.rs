//! What stands between a release and live, asked for while it moves along its path.

use serde_json::Value;
use tidegate_tests::{
    shop::{Shop, until},
    station::Station,
};

const WAYS: &str = "\
kind: Strategy
name: quick
all_at_once: {}
limits: { minimum_healthy: 200ms }
";

const FREEZE: &str = "\
kind: Freeze
name: stock-taking
title: Stock-taking
reason: the till is counted
environment: live
once: { from: 2020-01-01T00:00, to: 2120-01-01T00:00, time_zone: UTC }
";

/// A team, a control that nobody has supplied anything for, and a supplier that changes something.
const ASKED: &str = "\
kind: Team
name: desk
---
kind: Control
name: customer-approval
mode: enforce
environments: [testing]
---
kind: Supplier
name: acme
components: [{ name: gateway, environments: { testing: {} } }]
";

fn explained(shop: &Shop, version: &str) -> Value {
    shop.json(&["explain", "release", "shop", version, "--output", "json"])
}

/// `BEFORE, WHOSE: WHAT` of each hurdle.
fn lines(view: &Value) -> Vec<String> {
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or("all").to_owned();
    let line = |it: &Value| {
        format!(
            "{}, {}: {}",
            text(it, "environment"),
            text(it, "whose"),
            text(it, "what")
        )
    };
    let all = view["hurdles"].as_array().into_iter().flatten();
    all.map(line).collect()
}

fn has(lines: &[String], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

#[test]
fn a_release_says_what_stands_between_it_and_live_until_nothing_does() {
    let shop = Shop::with_shop(None);
    shop.apply(WAYS);
    shop.apply(FREEZE);
    shop.ok(&["person", "create", "ben", "--level", "3"]);
    shop.ok(&[
        "task",
        "add",
        "shop",
        "1.1.0",
        "Write the notes",
        "--owner",
        "ben",
    ]);
    let said = shop.refused(4, &["explain", "release", "shop", "9.9.9"]);
    assert!(said.contains("9.9.9"), "{said}");

    let view = explained(&shop, "1.1.0");
    assert_eq!(
        view["path"],
        serde_json::json!(["testing", "staging", "live"])
    );
    let found = lines(&view);
    for part in [
        "all, ben: task 1: Write the notes",
        "testing, whoever plans it: nobody has deployed it to testing yet",
        "staging, whoever plans it: it has to run in testing before it goes to staging",
        "live, whoever plans it: it has to run in staging before it goes to live",
        "live, the calendar: it waits for the calendar to open (frozen by Stock-taking: the till is counted)",
    ] {
        assert!(has(&found, part), "{part}: {found:#?}");
    }
    let first = found.first().expect("some");
    assert!(
        first.starts_with("all, ben"),
        "what keeps it from everything comes first: {found:#?}"
    );

    shop.ok(&["task", "finish", "1", "--note", "in the wiki"]);
    for environment in ["testing", "staging"] {
        let how = ["--to", environment, "--strategy", "quick", "--wait"];
        shop.ok(&[&["deploy", "shop", "1.1.0"][..], &how].concat());
    }
    let found = lines(&explained(&shop, "1.1.0"));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        has(&found, "nobody has deployed it to live yet"),
        "{found:#?}"
    );

    let how = ["--to", "live", "--strategy", "quick", "--output", "json"];
    let id = shop.json(&[&["deploy", "shop", "1.1.0"][..], &how].concat())["id"].to_string();
    until("it waits for the calendar", || {
        shop.ok(&["explain", &id]).contains("calendar")
    });
    let told = shop.ok(&["explain", "release", "shop", "1.1.0"]);
    assert!(
        told.contains("One thing stands between shop 1.1.0 and live"),
        "{told}"
    );
    assert!(told.contains("the calendar: 1"), "{told}");
    shop.ok(&["remove", "freeze", "stock-taking", "--yes"]);
    until("nothing does", || {
        explained(&shop, "1.1.0")["sentence"] == "All of the path of shop 1.1.0 is reached."
    });
}

/// A release that goes to testing next, where one agent is known, which need not run.
fn before_testing() -> Shop {
    let mut shop = Shop::start(None);
    shop.declare("testing-1");
    shop.enrol("testing-1");
    shop.apply(ASKED);
    shop.release("1.1.0", None);
    shop
}

#[test]
fn what_a_team_has_to_do_and_what_a_control_lacks_is_said_to_be_theirs() {
    let shop = before_testing();
    let task = ["task", "add", "shop", "1.1.0", "Call the shops"];
    shop.ok(&[&task[..], &["--owner", "team:desk"]].concat());
    let found = lines(&explained(&shop, "1.1.0"));
    let (team, control) = (
        "all, team desk: task 1: Call the shops",
        "testing, control customer-approval: ",
    );
    assert!(has(&found, team) && has(&found, control), "{found:#?}");
    let told = shop.ok(&["explain", "release", "shop", "1.1.0"]);
    for part in ["team desk: 1", "control customer-approval: 1"] {
        assert!(told.contains(part), "{part}: {told}");
    }

    shop.ok(&["task", "finish", "1", "--note", "they know"]);
    let evidence = ["release", "evidence", "shop", "1.1.0", "customer-approval"];
    shop.ok(&[&evidence[..], &["--note", "signed on paper"]].concat());
    let found = lines(&explained(&shop, "1.1.0"));
    assert!(!has(&found, team) && !has(&found, control), "{found:#?}");
}

#[test]
fn what_is_held_for_a_change_of_a_supplier_is_said_to_be_that_suppliers() {
    let shop = before_testing();
    let add = ["supplier", "notice", "add", "acme", "--kind", "change"];
    shop.ok(&[&add[..], &["--title", "Gateway 3"]].concat());
    let hold = [
        "supplier", "respond", "hold", "shop", "--in", "testing", "--notice", "1",
    ];
    shop.ok(&[&hold[..], &["--reason", "It may break"]].concat());
    let found = lines(&explained(&shop, "1.1.0"));
    let held = found.iter().find(|it| it.contains("holds shop in testing"));
    let held = held.expect("it is held");
    assert!(held.starts_with("testing, supplier: acme: "), "{held}");
    let done = ["supplier", "response", "done", "1", "--note", "We tried it"];
    shop.ok(&done);
    let found = lines(&explained(&shop, "1.1.0"));
    assert!(!has(&found, "holds shop in testing"), "{found:#?}");
}

#[test]
fn a_draft_and_a_blocked_release_say_so_first() {
    let shop = Shop::with_shop(None);
    shop.ok(&[
        "release",
        "block",
        "shop",
        "1.0.0",
        "--reason",
        "it loses orders",
    ]);
    let found = lines(&explained(&shop, "1.0.0"));
    let first = found.first().expect("some");
    assert!(
        first.contains("it must not go out: admin blocked it: it loses orders"),
        "{found:#?}"
    );
    shop.ok(&["release", "create", "shop", "2.0.0", "--draft"]);
    let found = lines(&explained(&shop, "2.0.0"));
    assert!(
        has(&found, "all, whoever plans it: the release is a draft"),
        "{found:#?}"
    );
}

#[test]
fn a_release_names_the_train_that_carries_it_and_the_train_says_what_it_waits_for() {
    let station = Station::desk();
    station.release("1.0.0");
    let times = ("2099-01-01T10:00", "2099-01-02T10:00");
    station.save("autumn", &station.plan("1.0.0", times), &[]);
    let json = ["--output", "json"];
    let explain = |of: &[&str]| station.shop.json(&[&["explain"][..], of, &json].concat());
    let found = lines(&explain(&["release", "till", "1.0.0"]));
    for environment in ["staging", "live"] {
        let carried =
            format!("{environment}, whoever plans it: train autumn carries it to {environment}");
        assert!(found.contains(&carried), "{found:?}");
    }
    assert!(!has(&found, "nobody has deployed it"), "{found:?}");
    let of_train = explain(&["train", "autumn"]);
    assert_eq!(of_train["path"], serde_json::json!(["staging", "live"]));
    let found = lines(&of_train);
    assert!(
        has(&found, "staging, ") && has(&found, "board"),
        "{found:?}"
    );
    // Once it is over, people go by themselves.
    station
        .shop
        .ok(&["train", "cancel", "autumn", "--reason", "no autumn"]);
    let found = lines(&explain(&["release", "till", "1.0.0"]));
    assert!(
        has(&found, "nobody has deployed it to staging yet"),
        "{found:?}"
    );
}
