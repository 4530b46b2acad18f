//! Rollback drills: a release is deployed, taken back and deployed again by real agents, and what came of it is kept.

use serde_json::Value;
use tidegate_tests::shop::{Shop, until};

/// Ways to go: at once, and so slowly that something can happen meanwhile.
const WAYS: &str = "\
kind: Strategy
name: quick
all_at_once: {}
limits: { minimum_healthy: 200ms }
---
kind: Strategy
name: slow
all_at_once: {}
limits: { minimum_healthy: 60s }
";

/// Staging runs 1.0.0, and 1.1.0 may go there.
fn shop() -> Shop {
    let shop = Shop::with_shop(None);
    shop.apply(WAYS);
    for (version, environment) in [
        ("1.0.0", "testing"),
        ("1.0.0", "staging"),
        ("1.1.0", "testing"),
    ] {
        let how = ["--to", environment, "--strategy", "quick", "--wait"];
        shop.ok(&[&["deploy", "shop", version][..], &how].concat());
    }
    shop
}

fn drill<'a>(version: &'a str, environment: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["drill", "shop", version, "--in", environment][..], more].concat()
}

fn show(shop: &Shop, id: &str) -> Value {
    shop.json(&["drills", "show", id, "--output", "json"])
}

fn kinds(view: &Value) -> Vec<&str> {
    let legs = view["legs"].as_array().into_iter().flatten();
    legs.filter_map(|leg| leg["kind"].as_str()).collect()
}

#[test]
fn a_release_is_deployed_taken_back_and_deployed_again() {
    let shop = shop();
    let quickly = ["--strategy", "quick", "--wait", "--output", "json"];
    let view = shop.json(&drill("1.1.0", "staging", &quickly));
    assert_eq!(view["status"], "passed", "{view}");
    assert_eq!(kinds(&view), ["deploy", "roll_back", "deploy_again"]);
    let legs = view["legs"].as_array().into_iter().flatten();
    for leg in legs {
        assert!(
            leg["took_ms"].as_u64().is_some_and(|took| took > 0),
            "{leg}"
        );
    }
    assert_eq!(view["back_in_ms"], view["legs"][1]["took_ms"]);
    shop.await_version("staging", "1.1.0");
    let purposes: Vec<Value> = (4..=6)
        .map(|id: u64| {
            let id = id.to_string();
            shop.json(&["deployment", "show", &id, "--output", "json"])["purpose"].clone()
        })
        .collect();
    assert_eq!(purposes, ["promotion", "rollback", "promotion"]);
    let began = "drill.leg_began";
    let actions = ["drill.started", began, began, began, "drill.ended"];
    assert_eq!(shop.actions("drill/1"), actions);
    let list = shop.ok(&["drills", "list", "--environment", "staging"]);
    assert!(list.contains("was drilled: back in"), "{list}");
}

#[test]
fn where_nothing_stood_before_or_people_are_served_it_is_refused() {
    let shop = shop();
    let said = shop.refused(6, &drill("1.0.0", "staging", &[]));
    assert!(
        said.contains("nothing in staging that a drill could go back to"),
        "{said}"
    );
    let said = shop.refused(2, &drill("1.1.0", "live", &[]));
    assert!(
        said.contains("live is the last environment of shop"),
        "{said}"
    );
    let said = shop.refused(6, &drill("1.1.0", "live", &["--even-live"]));
    assert!(said.contains("nothing in live"), "{said}");
    assert_eq!(
        shop.json(&["drills", "list", "--output", "json"]),
        serde_json::json!([])
    );
}

#[test]
fn it_goes_on_where_it_was_when_the_server_dies() {
    let mut shop = shop();
    shop.ok(&drill("1.1.0", "staging", &["--strategy", "quick"]));
    for legs in 1..=3 {
        until("a leg has begun", || kinds(&show(&shop, "1")).len() >= legs);
        shop.kill_server();
        shop.start_server();
    }
    until("it has passed", || show(&shop, "1")["status"] == "passed");
    assert_eq!(kinds(&show(&shop, "1")).len(), 3, "no leg began twice");
    shop.await_version("staging", "1.1.0");
}

#[test]
fn a_leg_that_ends_badly_fails_it_and_cancelling_ends_it() {
    let shop = shop();
    shop.ok(&drill("1.1.0", "staging", &["--strategy", "slow"]));
    let running = shop.refused(5, &drill("1.1.0", "staging", &[]));
    assert!(
        running.contains("drill 1 of shop in staging runs"),
        "{running}"
    );
    shop.ok(&["cancel", "4"]);
    until("it has failed", || show(&shop, "1")["status"] == "failed");
    let sentence = show(&shop, "1")["sentence"].to_string();
    assert!(
        sentence.contains("deployment 4 was cancelled: admin asked"),
        "{sentence}"
    );

    shop.ok(&drill("1.1.0", "staging", &["--strategy", "slow"]));
    let ended = shop.ok(&["drills", "cancel", "2"]);
    assert!(ended.contains("was cancelled by admin"), "{ended}");
    until("its deployment has ended", || {
        let view = shop.json(&["deployment", "show", "5", "--output", "json"]);
        view["status"] == "cancelled"
    });
    let again = shop.refused(5, &["drills", "cancel", "2"]);
    assert!(again.contains("it cannot be cancelled now"), "{again}");
}
