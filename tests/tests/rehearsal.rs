//! Rehearsals: what a deployment would come to, found out before it begins.

use serde_json::Value;
use tidegate_tests::shop::Shop;

/// A deployment that goes quickly, and what else is said of it.
fn quick<'a>(verb: &'a str, version: &'a str, environment: &'a str) -> Vec<&'a str> {
    let how = ["--to", environment, "--minimum-healthy", "200ms"];
    [&[verb, "shop", version][..], &how].concat()
}

fn rehearsed(shop: &Shop, environment: &str, more: &[&str]) -> Value {
    let data = ["--output", "json"];
    shop.json(&[&quick("rehearse", "1.1.0", environment)[..], &data, more].concat())
}

fn scenario<'a>(view: &'a Value, fault: &str) -> &'a Value {
    let mut all = view["scenarios"].as_array().into_iter().flatten();
    let found = all.find(|one| one["fault"].as_str() == Some(fault));
    found.unwrap_or_else(|| panic!("no {fault} in {view}"))
}

fn basis(view: &Value) -> String {
    let lines = view["basis"].as_array().into_iter().flatten();
    lines
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_rehearsal_forecasts_without_changing_anything() {
    let shop = Shop::with_shop(None);
    let view = rehearsed(&shop, "live", &["--seed", "7", "--runs", "10"]);
    assert!(basis(&view).contains("assumed: becoming healthy takes between 30 s and 150 s"));
    assert_eq!(view["targets"], 3);
    assert_eq!(view["scenarios"].as_array().map(Vec::len), Some(6));
    let bad = scenario(&view, "bad-release");
    assert_eq!(bad["exposed_max"], 1, "the first wave is as far as it gets");
    assert_eq!(bad["restored_runs"], bad["exposed_runs"]);
    assert_eq!(scenario(&view, "lost-targets 5%")["exposed_max"], 0);
    let sentence = view["sentence"].as_str().unwrap_or_default();
    let expect = "a bad release would reach 1 of 3 targets and be back in";
    assert!(
        sentence.starts_with("shop 1.1.0 to live would take"),
        "{sentence}"
    );
    assert!(sentence.contains(expect), "{sentence}");

    let again = rehearsed(&shop, "live", &["--seed", "7", "--runs", "10"]);
    assert_eq!(
        view["scenarios"], again["scenarios"],
        "one seed, one forecast"
    );
    assert_eq!((&view["id"], &again["id"]), (&1.into(), &2.into()));
    let plan = ["plan", "compile", "shop", "1.1.0", "--to", "live"];
    let how = ["--minimum-healthy", "200ms", "--output", "json"];
    let plan = shop.json(&[&plan[..], &how].concat());
    assert_eq!(view["plan_hash"], plan["plan_hash"]);
    let hash = plan["plan_hash"].as_str().unwrap_or_default();
    let found = shop.json(&["rehearsal", "list", "--plan", hash, "--output", "json"]);
    assert_eq!(found.as_array().map(Vec::len), Some(2));
    assert_eq!(found[0]["scenarios"][0]["exposure"], serde_json::json!([]));
    let shown = shop.ok(&["rehearsal", "show", "1"]);
    assert!(
        shown.contains("a bad release") && shown.contains("/rehearsals/1"),
        "{shown}"
    );
    let actions = shop.actions("rehearsal/1");
    assert_eq!(actions, ["rehearsal.made"]);
    let deployments = shop.json(&["deployment", "list", "--output", "json"]);
    assert_eq!(deployments, serde_json::json!([]));
}

#[test]
fn what_was_deployed_there_before_is_what_it_rests_on() {
    let shop = Shop::with_shop(None);
    for version in ["1.0.0", "1.1.0"] {
        shop.ok(&[&quick("deploy", version, "testing")[..], &["--wait"]].concat());
    }
    for version in ["1.0.0", "1.0.0", "1.1.0", "1.0.0"] {
        shop.ok(&[&quick("deploy", version, "staging")[..], &["--wait"]].concat());
    }
    let view = rehearsed(&shop, "staging", &["--fault", "slow 3x"]);
    let rests = basis(&view);
    assert!(rests.contains("observed: preparing took"), "{rests}");
    assert!(rests.contains("at half of 6 times"), "{rests}");
    let (calm, slow) = (&view["scenarios"][0], scenario(&view, "slow 3x"));
    let took = |one: &Value| one["took"]["p50_ms"].as_u64().unwrap_or_default();
    assert!(took(calm) < 60_000, "{calm}");
    assert!(took(calm) < took(slow), "{slow}");
}

#[test]
fn what_cannot_be_rehearsed_is_refused_in_words() {
    let shop = Shop::with_shop(None);
    for (more, status, expect) in [
        (
            &["--runs", "201"][..],
            2,
            "a scenario is run 1 to 200 times",
        ),
        (&["--fault", "earthquake"], 2, "`earthquake` is no fault"),
        (&["--strategy", "unknown"], 4, "there is no strategy"),
    ] {
        let said = shop.refused(
            status,
            &[&quick("rehearse", "1.1.0", "live")[..], more].concat(),
        );
        assert!(said.contains(expect), "{said}");
    }
    let said = shop.refused(4, &quick("rehearse", "1.1.0", "nowhere"));
    assert!(said.contains("there is no environment"), "{said}");
    shop.refused(4, &["rehearsal", "show", "9"]);
    let target =
        |i| format!("---\nkind: Target\nname: more-{i}\nenvironment: live\nvars: {{ port: 1 }}\n");
    shop.apply(&(0..500).map(target).collect::<String>());
    let often = [&quick("rehearse", "1.1.0", "live")[..], &["--runs", "200"]].concat();
    let said = shop.refused(2, &often);
    assert!(
        said.contains("200 runs of 6 scenarios on 503 targets take too long"),
        "{said}"
    );
    assert!(said.contains("at most 82 runs"), "{said}");
}

#[test]
fn windows_and_freezes_count_from_the_time_it_would_begin() {
    let shop = Shop::with_shop(None);
    shop.apply(
        "kind: Window\nname: nights\nenvironment: live\n\
         every: { starts: 2026-01-05T22:00, rule: FREQ=DAILY, lasts: 4h, time_zone: UTC }\n\
         reason: Nobody shops at night\n",
    );
    let calm = |at: &str| {
        let view = rehearsed(&shop, "live", &["--fault", "bad-release", "--at", at]);
        assert!(basis(&view).contains("1 window, 0 freezes"), "{view}");
        let scenarios = view["scenarios"].as_array().cloned().unwrap_or_default();
        scenarios[0]["waited"].to_string()
    };
    let (at_night, at_noon) = (calm("2026-03-02T22:30:00Z"), calm("2026-03-02T12:00:00Z"));
    assert!(!at_night.contains("calendar"), "{at_night}");
    assert!(at_noon.contains("calendar"), "{at_noon}");
    let refused = shop.refused(
        2,
        &[
            &quick("rehearse", "1.1.0", "live")[..],
            &["--at", "tonight"],
        ]
        .concat(),
    );
    assert!(refused.contains("begins"), "{refused}");
}
