//! Strategies with names: declared in files, compiled to waves before anything begins, signed off by a person.

use std::fs;
use tidegate_tests::shop::{Shop, until};

/// Live goes ring by ring, and a person looks at the first.
const CAREFUL: &str = "\
kind: Ring
name: early
environment: live
targets: [live-2]
---
kind: Strategy
name: careful
phased: { rings: [{ ring: early, bake: 300ms, failures: 0, then: sign-off }] }
limits: { minimum_healthy: 300ms }
---
kind: Environment
name: live
after: staging
strategy: careful
";

#[test]
fn a_wave_is_signed_off_by_somebody_who_may() {
    let shop = Shop::with_shop(None);
    shop.apply(CAREFUL);
    for environment in ["testing", "staging"] {
        let quick = ["--to", environment, "--minimum-healthy", "200ms", "--wait"];
        shop.ok(&[&["deploy", "shop", "1.0.0"][..], &quick].concat());
    }
    let there = ["shop", "1.0.0", "--to", "live", "--output", "json"];
    let plan = shop.json(&[&["plan", "compile"][..], &there].concat());
    let titles = ["ring early", "the rest"];
    for (wave, title) in titles.iter().enumerate() {
        assert_eq!(plan["waves"][wave]["title"], *title);
    }
    assert_eq!(plan["waves"][0]["targets"], serde_json::json!(["live-2"]));
    let view = shop.json(&[&["deploy"][..], &there].concat());
    assert_eq!(
        view["plan_hash"], plan["plan_hash"],
        "what was shown is what runs"
    );
    let id = view["id"].to_string();
    until("it waits for a person", || {
        shop.ok(&["explain", &id])
            .contains("a person to sign off wave 1")
    });
    let stages = shop.json(&["deployment", "show", &id, "--output", "json"]);
    assert_eq!(stages["waves"][0]["targets"][0]["stage"], "passed");
    for run in stages["waves"][1]["targets"]
        .as_array()
        .into_iter()
        .flatten()
    {
        assert_eq!(run["stage"], "prepared", "{run}");
    }
    shop.ok(&["person", "create", "bob", "--level", "3"]);
    let bob = shop.ok(&["token", "create", "his", "--for", "bob"]);
    let signing = ["sign-off", &id, "--wave", "1"];
    let refused = shop
        .command(&signing)
        .env("TIDEGATE_TOKEN", bob.trim())
        .output();
    let refused = refused.expect("the program runs");
    assert_eq!(refused.status.code(), Some(3));
    let early = shop.refused(5, &["sign-off", &id, "--wave", "2"]);
    assert!(early.contains("cannot do that now"), "{early}");
    shop.ok(&signing);
    shop.ok(&["watch", &id]);
    shop.await_version("live", "1.0.0");
    let actions = shop.actions(&format!("deployment/{id}"));
    assert!(
        actions.contains(&"deployment.signed_off".to_owned()),
        "{actions:?}"
    );
    let again = shop.refused(5, &signing);
    assert!(again.contains("cannot do that now"), "{again}");
}

#[test]
fn a_strategy_that_cannot_be_is_refused_where_it_is_written() {
    let shop = Shop::with_shop(None);
    let file = shop.file("strategy.yaml");
    let apply = ["apply", "-f", &file, "--yes"];
    let cases = [
        ("kind: Strategy\nname: none\n", "this one has 0"),
        (
            "kind: Strategy\nname: both\nall_at_once: {}\nrolling: { batch: 1 }\n",
            "this one has 2",
        ),
        (
            "kind: Strategy\nname: much\nphased:\n  rings:\n    - { ring: early, failures: 101% }\n",
            "a share is at most 100%",
        ),
        (
            "kind: Strategy\nname: odd\ncanary:\n  steps:\n    - { target: 1 }\n",
            "did you mean `targets`?",
        ),
        (
            "kind: Environment\nname: live\nstrategy: careful\n",
            "strategy `careful` is not declared",
        ),
    ];
    for (text, expect) in cases {
        fs::write(&file, text).expect("the file can be written");
        let said = shop.refused(2, &apply);
        assert!(
            said.contains("strategy.yaml:") && said.contains(expect),
            "{said}"
        );
    }
    let steps =
        "kind: Strategy\nname: flat\ncanary: { steps: [{ targets: 1 }, { targets: 1% }] }\n";
    fs::write(&file, steps).expect("the file can be written");
    shop.ok(&apply);
    let plan = ["plan", "compile", "shop", "1.0.0", "--to", "live"];
    let said = shop.refused(6, &[&plan[..], &["--strategy", "flat"]].concat());
    assert!(
        said.contains("not more than the 1 targets before it"),
        "{said}"
    );
    let said = shop.refused(4, &[&plan[..], &["--strategy", "unknown"]].concat());
    assert!(said.contains("there is no strategy"), "{said}");
}
