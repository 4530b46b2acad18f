//! What stands between a release and live, asked for while it moves along its path.

use serde_json::Value;
use tidegate_tests::shop::{Shop, until};

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
