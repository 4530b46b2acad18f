//! Preflights with real agents: what is not fit is found before anything begins, and an enforced control waits for it.

use serde_json::Value;
use std::net::TcpListener;
use test_postgres::Postgres;
use tidegate_tests::{
    fleet::Fleet,
    haproxy::Haproxy,
    server::{Server, software, text},
    shop::{Shop, until},
};

/// Looks at the targets; answers the status it ends with, and what was found.
fn preflight(shop: &Shop, version: &str, environment: &str) -> (i32, Value) {
    let words = ["preflight", "shop", version, "--to", environment];
    let how = ["--minimum-healthy", "300ms", "--output", "json"];
    let output = shop.run(&[&words[..], &how].concat());
    let view = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap_or(-1), view)
}

/// What was found of one aspect: how good, where, and in which words.
fn of(view: &Value, aspect: &str) -> Vec<String> {
    let findings = view["findings"].as_array().into_iter().flatten();
    let findings = findings.filter(|it| it["aspect"] == aspect);
    let line = |it: &Value| {
        let word = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        let targets = it["targets"].as_array().into_iter().flatten();
        let targets: Vec<&str> = targets.filter_map(Value::as_str).collect();
        format!(
            "{} {}: {}",
            word("verdict"),
            targets.join(" "),
            word("what")
        )
    };
    findings.map(line).collect()
}

#[test]
fn what_is_not_fit_is_found_before_anything_begins() {
    let mut shop = Shop::with_shop(None);
    shop.deploy("1.0.0", "testing");
    let taken = format!("127.0.0.1:{}", shop.port("staging-2"));
    let squatter = TcpListener::bind(&taken).expect("it is free");
    let (status, view) = preflight(&shop, "1.0.0", "staging");
    assert_eq!((status, &view["passed"]), (6, &false.into()), "{view}");
    assert_eq!(
        of(&view, "ports"),
        [
            format!("failed staging-2: {taken} is taken by a process that is not ours"),
            "passed staging-1: the addresses that it wants are free, or its own".to_owned()
        ]
    );
    assert_eq!(
        of(&view, "way-back"),
        ["warning staging-1 staging-2: nothing runs there yet, so there is nothing to go back to"]
    );
    for aspect in ["agent", "clock", "certificate", "disk", "memory", "drift"] {
        let found = of(&view, aspect);
        assert_eq!(found.len(), 1, "{found:?}");
    }
    drop(squatter);
    assert_eq!(preflight(&shop, "1.0.0", "staging").0, 0);

    shop.deploy("1.0.0", "staging");
    shop.deploy("1.1.0", "testing");
    let (status, view) = preflight(&shop, "1.1.0", "staging");
    assert_eq!(status, 0, "{view}");
    assert_eq!(
        of(&view, "way-back"),
        ["passed staging-1 staging-2: what it would go back to lies there"]
    );
    assert_eq!(
        of(&view, "ports"),
        ["passed staging-1 staging-2: the addresses that it wants are free, or its own"]
    );
    assert_eq!(
        of(&view, "health"),
        ["passed staging-1 staging-2: what runs there is well"]
    );

    shop.kill_agent("staging-1");
    until("it is missed", || !shop.in_touch("staging-1"));
    let (status, view) = preflight(&shop, "1.1.0", "staging");
    assert_eq!(status, 6, "{view}");
    let found = of(&view, "agent");
    assert!(
        found[0].starts_with("failed staging-1: its agent is out of touch since"),
        "{found:?}"
    );
    let said = shop.ok(&[
        "preflights",
        "list",
        "--product",
        "shop",
        "--release",
        "1.1.0",
    ]);
    assert!(
        said.contains("shop 1.1.0 to staging: 1 in the way") && said.contains("all is fit"),
        "{said}"
    );
    let id = view["id"].to_string();
    let shown = shop.ok(&["preflights", "show", &id]);
    assert!(shown.contains("see whether the host runs"), "{shown}");
    assert_eq!(shop.actions(&format!("preflight/{id}")), ["preflight.made"]);
    shop.refused(4, &["preflights", "show", "99"]);
}

#[test]
fn an_enforced_control_waits_until_the_targets_were_found_fit() {
    let mut shop = Shop::with_shop(None);
    shop.apply("kind: Control\nname: preflight-passed\nmode: enforce\nenvironments: [testing]\n");
    let words = ["deploy", "shop", "1.0.0", "--to", "testing"];
    let how = ["--minimum-healthy", "300ms", "--output", "json"];
    let taken = format!("127.0.0.1:{}", shop.port("testing-1"));
    let squatter = TcpListener::bind(&taken).expect("it is free");
    let id = shop.json(&[&words[..], &how].concat())["id"].to_string();
    let waits = "control preflight-passed: Its targets were found fit within the hour";
    until("somebody looked, though nobody asked", || {
        let all = shop.json(&["preflights", "list", "--output", "json"]);
        all[0]["passed"] == false && all[0]["requested_by"] == "admin"
    });
    until(waits, || shop.ok(&["explain", &id]).contains(waits));
    let explained = shop.ok(&["explain", &id]);
    assert!(
        explained.contains("tidegate preflight --deployment DEPLOYMENT"),
        "{explained}"
    );
    drop(squatter);
    // One of another plan does not let it go.
    shop.ok(&["preflight", "shop", "1.0.0", "--to", "testing"]);
    until(waits, || shop.ok(&["explain", &id]).contains(waits));
    // What is not fit does not let it go.
    shop.kill_agent("testing-1");
    until("it is missed", || !shop.in_touch("testing-1"));
    let again = ["preflight", "--deployment", &id, "--output", "json"];
    assert_eq!(shop.run(&again).status.code(), Some(6));
    shop.start_agent("testing-1");
    until("it is back", || shop.in_touch("testing-1"));
    until(waits, || shop.ok(&["explain", &id]).contains(waits));

    let view = shop.json(&again);
    shop.await_version("testing", "1.0.0");
    let shown = shop.json(&["deployment", "show", &id, "--output", "json"]);
    assert_eq!(view["plan_hash"], shown["plan_hash"]);
    until("it is live", || {
        let shown = shop.json(&["deployment", "show", &id, "--output", "json"]);
        shown["status"] == "succeeded"
    });
    let over = shop.run(&again);
    let said = String::from_utf8_lossy(&over.stderr).into_owned();
    assert_eq!(over.status.code(), Some(5), "{said}");
    assert!(said.contains("deployment 1 has ended: succeeded"), "{said}");
    let usage = shop.refused(2, &["preflight"]);
    assert!(usage.contains("--to <ENVIRONMENT>"), "{usage}");
}

#[test]
fn where_nothing_else_is_waited_for_the_targets_are_looked_at_by_themselves() {
    let shop = Shop::with_shop(None);
    shop.apply("kind: Control\nname: preflight-passed\nmode: enforce\n");
    shop.apply("kind: Environment\nname: testing\napprovals: [{ level: ensure }]\n");
    shop.ok(&["person", "create", "vera", "--level", "5"]);
    let words = ["deploy", "shop", "1.0.0", "--to", "testing"];
    let id = shop.json(&[&words[..], &["--output", "json"]].concat())["id"].to_string();
    until("it waits for an approval", || {
        let explained = shop.ok(&["explain", &id]);
        explained.contains("approv") && explained.contains("preflight-passed")
    });
    // What would still wait is not looked at: it would be old by then.
    let none = shop.json(&["preflights", "list", "--output", "json"]);
    assert_eq!(none, serde_json::json!([]));
    let (status, said) = shop.by("vera", &["approve", &id, "--yes"]);
    assert_eq!(status, 0, "{said}");
    shop.await_version("testing", "1.0.0");
    let made = shop.json(&["preflights", "list", "--output", "json"]);
    assert_eq!(made[0]["passed"], true, "{made}");
    assert!(
        shop.actions("preflight/1")
            .contains(&"preflight.made".to_owned())
    );
}

#[test]
fn a_load_balancer_is_asked_whether_it_answers() {
    let mut shop = Shop::with_shop(None);
    let port = shop.port("testing-1");
    let haproxy = Haproxy::start(shop.path(), &[("testing-1".to_owned(), port)]);
    let balancer = |backend: &str| {
        format!(
            "kind: Target\nname: testing-lb\nenvironment: testing\nbalances:\n  - product: shop\n    component: web\n    \
            balancer: {{ haproxy: {{ socket: {}, backend: {backend} }} }}\n",
            haproxy.socket().display()
        )
    };
    shop.apply(&balancer("shop"));
    let (_, view) = preflight(&shop, "1.0.0", "testing");
    assert_eq!(
        of(&view, "agent")[0],
        "failed testing-lb: no agent is enrolled",
        "{view}"
    );
    shop.enrol("testing-lb");
    shop.start_agent("testing-lb");
    until("it is in touch", || shop.in_touch("testing-lb"));
    let (status, view) = preflight(&shop, "1.0.0", "testing");
    assert_eq!(status, 0, "{view}");
    assert_eq!(
        of(&view, "balancer"),
        ["passed testing-lb: its load balancer answers"]
    );
    shop.apply(&balancer("till"));
    let (status, view) = preflight(&shop, "1.0.0", "testing");
    assert_eq!(status, 6, "{view}");
    let found = of(&view, "balancer");
    assert!(
        found[0].starts_with("failed testing-lb: HAProxy has no backend till"),
        "{found:?}"
    );
}

#[test]
fn whoever_the_plan_counts_on_says_that_they_are_there() {
    let shop = Shop::with_shop(None);
    shop.ok(&["person", "create", "ben", "--level", "2"]);
    let place = ["shop", "1.0.0", "--to", "testing"];
    shop.ok(&[&["runbook", "begin"][..], &place].concat());
    let text = shop.ok(&[&["runbook", "show"][..], &place, &["--yaml"]].concat());
    let file = shop.file("runbook.yaml");
    let step = "- {name: call, title: Call support, owner: ben, takes: 5m, before: wave-1}";
    std::fs::write(&file, format!("{}\n{step}\n", text.trim_end())).expect("a file");
    shop.ok(&[&["runbook", "save"][..], &place, &[file.as_str()]].concat());

    let look = || {
        let output = shop.run(&[&["preflight"][..], &place, &["--output", "json"]].concat());
        let view: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), of(&view, "duty").join("\n"))
    };
    let lacks = "failed : ben has not said that they are there, for “Call support”";
    let (status, found) = look();
    assert_eq!(status, Some(6));
    assert!(found.contains(lacks), "{found}");
    look();
    let (_, news) = shop.by("ben", &["news"]);
    let asked = "tidegate duty confirm shop 1.0.0 --to testing";
    assert_eq!(news.matches(asked).count(), 1, "told once: {news}");

    let duty =
        |verb: &str, more: &[&str]| shop.by("ben", &[&["duty", verb][..], &place, more].concat());
    let (status, said) = duty(
        "confirm",
        &["--for", "1ms", "--until", "2020-01-01T00:00:00Z"],
    );
    assert_eq!(status, 2, "{said}");
    let (status, said) = duty("confirm", &["--until", "2020-01-01T00:00:00Z"]);
    assert!(status == 2 && said.contains("it is past"), "{said}");
    let (status, said) = duty("confirm", &["--for", "192h"]);
    assert!(status == 2 && said.contains("seven days at most"), "{said}");
    let (status, said) = duty("confirm", &["--for", "8h", "--reach", "extension 7"]);
    assert!(status == 0 && said.contains("extension 7"), "{said}");
    let (_, found) = look();
    assert!(found.contains("passed : ben is there until"), "{found}");
    let (status, _) = duty("end", &[]);
    assert_eq!(status, 0);
    assert!(look().1.contains(lacks));
    let (status, said) = duty("end", &[]);
    assert!(status == 4 && said.contains("ben is not on duty"), "{said}");
    let told = shop.actions("release/shop/1.0.0");
    assert!(
        told.contains(&"duty.confirmed".to_owned()) && told.contains(&"duty.ended".to_owned()),
        "{told:?}"
    );
}

const CATALOG: &str = "kind: Environment\nname: live\n---\nkind: Target\nname: web-1\nenvironment: live\n---\nkind: Product\nname: shop\n\
    path: [live]\ncomponents: [{ name: app, driver: service, service: { command: [\"./serve\"] } }]\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_answers_whichever_server_it_is_in_touch_with() {
    let postgres = Postgres::start();
    let address = postgres.address();
    let asked = Server::with(&["--database", &address]).await;
    let key = asked.directory().join("server").join("key");
    let other = Server::with(&["--database", &address, "--key-file", text(&key)]).await;
    asked.apply(CATALOG);
    let serve = [("serve", "#!/bin/sh\nexec sleep 600\n")];
    let directory = software(asked.directory(), "app", &serve);
    asked.run(&["push", "shop/app:1.0.0", text(&directory)]);
    asked.run(&[
        "release",
        "create",
        "shop",
        "1.0.0",
        "--component",
        "app=1.0.0",
    ]);
    let _fleet = Fleet::start(&other, &[("live", "web-1")]).await;
    let wanted = ["preflight", "shop", "1.0.0", "--to", "live"];
    let found = asked.json(&wanted);
    assert_eq!(found["passed"], true, "{found}");
    assert_eq!(
        of(&found, "agent"),
        ["passed web-1: its agent is in touch and answers"]
    );
    assert_eq!(of(&found, "clock").len(), 1, "{found}");
    assert_eq!(other.json(&wanted)["id"], 2);
}
