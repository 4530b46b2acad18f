//! Load balancers share out requests as plans say: a canary under real load, behind a real HAProxy.

use tidegate_tests::{
    haproxy::{Crowd, Haproxy},
    process::free_port,
    shop::{Shop, until},
};

fn catalog(haproxy: &Haproxy) -> String {
    format!(
        "\
kind: Target
name: staging-lb
environment: staging
balances:
  - product: shop
    component: web
    balancer: {{ haproxy: {{ socket: {}, backend: shop }} }}
---
kind: Strategy
name: canary
canary: {{ steps: [{{ targets: 1, traffic: 20%, then: sign-off }}] }}
limits: {{ minimum_healthy: 300ms }}
",
        haproxy.socket().display()
    )
}

fn servers(shop: &Shop) -> Vec<(String, u16)> {
    let staging = shop
        .targets()
        .into_iter()
        .filter(|name| name.starts_with("staging"));
    staging
        .map(|name| (name.clone(), shop.port(&name)))
        .collect()
}

/// Every request was answered, and there were many.
fn nobody_was_turned_away(crowd: Crowd) {
    let all = crowd.over();
    let (failed, asked) = (all.failed.len(), all.asked());
    assert!(failed == 0, "{failed} of {asked}: {:?}", &all.failed);
    assert!(asked > 1_000, "only {asked} asked");
}

fn promote(shop: &Shop, version: &str) {
    let quick = ["--to", "testing", "--minimum-healthy", "200ms", "--wait"];
    shop.ok(&[&["deploy", "shop", version][..], &quick].concat());
}

#[test]
fn a_canary_receives_its_share_and_nobody_is_turned_away() {
    let mut shop = Shop::with_shop(None);
    let haproxy = Haproxy::start(shop.path(), &servers(&shop));
    for version in ["1.0.0", "1.1.0"] {
        promote(&shop, version);
    }
    let quick = ["--to", "staging", "--minimum-healthy", "200ms", "--wait"];
    shop.ok(&[&["deploy", "shop", "1.0.0"][..], &quick].concat());

    let there = [
        "deploy",
        "shop",
        "1.1.0",
        "--to",
        "staging",
        "--strategy",
        "canary",
    ];
    shop.apply(&catalog(&haproxy).replace(
        "name: staging-lb\nenvironment: staging\nbalances",
        "name: staging-lb\nenvironment: live\nbalances",
    ));
    let refused = shop.refused(6, &there);
    assert!(
        refused.contains("no load balancer of staging shares out requests to shop"),
        "{refused}"
    );

    shop.apply(&catalog(&haproxy));
    shop.enrol("staging-lb");
    shop.start_agent("staging-lb");
    let crowd = haproxy.crowd();
    let view = shop.json(&[&there[..], &["--output", "json"]].concat());
    let id = view["id"].to_string();
    until("the canary waits for a person", || {
        shop.ok(&["explain", &id])
            .contains("a person to sign off wave 1")
    });

    let answers = haproxy.ask(10_000);
    let canary = answers.versions.get("1.1.0").copied().unwrap_or_default();
    assert!(answers.failed.is_empty(), "{:?}", answers.failed.first());
    assert!(
        (1_800..=2_200).contains(&canary),
        "{canary} of 10,000 reached the canary"
    );

    shop.ok(&["sign-off", &id, "--wave", "1"]);
    shop.ok(&["watch", &id]);
    nobody_was_turned_away(crowd);
    let answers = haproxy.ask(100);
    assert_eq!(answers.versions.keys().collect::<Vec<_>>(), ["1.1.0"]);
}

#[test]
fn a_service_that_is_replaced_in_place_answers_every_request() {
    let shop = Shop::with_shop(None);
    promote(&shop, "1.0.0");
    let crowd = Crowd::at(shop.port("testing-1"));
    for version in ["1.1.0", "1.0.0"].repeat(3) {
        promote(&shop, version);
        shop.await_version("testing", version);
    }
    nobody_was_turned_away(crowd);
}

/// The targets of staging with a port for each slot, and a strategy that switches between them.
fn slots(shop: &Shop, greens: &[(String, u16)]) -> String {
    let target = |(green, port): &(String, u16)| {
        let name = green.trim_end_matches(".green");
        let blue = shop.port(name);
        format!(
            "---\nkind: Target\nname: {name}\nenvironment: staging\nvars: {{ port: {blue} }}\nslots: {{ green: {{ port: {port} }} }}\n"
        )
    };
    let targets: String = greens.iter().map(target).collect();
    format!(
        "kind: Strategy\nname: switch\nblue_green: {{ then: sign-off, retire: 1s }}\nlimits: {{ minimum_healthy: 300ms }}\n\
        ---\nkind: Strategy\nname: switch-and-stay\nblue_green: {{ retire: 10m }}\nlimits: {{ minimum_healthy: 300ms }}\n{targets}"
    )
}

/// A shop whose staging runs 1.0.0 behind a HAProxy that has a server for each slot.
fn shop_with_slots() -> (Shop, Haproxy, Vec<(String, u16)>) {
    let mut shop = Shop::with_shop(None);
    let greens: Vec<(String, u16)> = servers(&shop)
        .iter()
        .map(|(name, _)| (format!("{name}.green"), free_port()))
        .collect();
    let all = [servers(&shop), greens.clone()].concat();
    let haproxy = Haproxy::start(shop.path(), &all);
    shop.apply(&catalog(&haproxy));
    shop.enrol("staging-lb");
    shop.start_agent("staging-lb");
    for version in ["1.0.0", "1.1.0"] {
        promote(&shop, version);
    }
    let quick = ["--to", "staging", "--minimum-healthy", "200ms", "--wait"];
    shop.ok(&[&["deploy", "shop", "1.0.0"][..], &quick].concat());
    (shop, haproxy, greens)
}

fn switching<'a>(version: &'a str, strategy: &'a str) -> [&'a str; 9] {
    let output = ["--output", "json"];
    [
        "deploy",
        "shop",
        version,
        "--strategy",
        strategy,
        "--to",
        "staging",
        output[0],
        output[1],
    ]
}

/// Every version that answers people.
fn seen(haproxy: &Haproxy) -> Vec<String> {
    let answers = haproxy.ask(400);
    assert!(answers.failed.is_empty(), "{:?}", answers.failed.first());
    answers.versions.into_keys().collect()
}

#[test]
fn slots_that_share_a_port_are_refused() {
    let (shop, _haproxy, greens) = shop_with_slots();
    shop.apply(&slots(&shop, &greens).replace("slots: { green", "slots: { blue"));
    let clash = shop.refused(2, &switching("1.1.0", "switch"));
    assert!(
        clash.contains("give each slot a port of its own"),
        "{clash}"
    );
}

#[test]
fn blue_and_green_are_switched_and_back_without_a_failed_request() {
    let (shop, haproxy, greens) = shop_with_slots();
    shop.apply(&slots(&shop, &greens));
    let id = shop.json(&switching("1.1.0", "switch"))["id"].to_string();
    until("both run side by side", || {
        shop.ok(&["explain", &id])
            .contains("a person to sign off wave 1")
    });
    assert_eq!(seen(&haproxy), ["1.0.0"], "nobody sees the preview");
    for (name, port) in &greens {
        assert_eq!(
            shop.version_at(*port).as_deref(),
            Some("1.1.0"),
            "{name} is the preview"
        );
    }
    let crowd = haproxy.crowd();
    shop.ok(&["sign-off", &id, "--wave", "1"]);
    shop.ok(&["watch", &id]);
    assert_eq!(seen(&haproxy), ["1.1.0"]);
    until("the old ones are stopped", || {
        servers(&shop)
            .iter()
            .all(|(name, _)| shop.answer(name).is_none())
    });

    let id = shop.json(&switching("1.0.0", "switch-and-stay"))["id"].to_string();
    until("it was switched, and the old one stays", || {
        shop.ok(&["explain", &id]).contains("wave 2 to bake")
    });
    assert_eq!(seen(&haproxy), ["1.0.0"]);
    shop.ok(&["rollback", "shop", "--in", "staging", "--wait"]);
    assert_eq!(seen(&haproxy), ["1.1.0"]);
    nobody_was_turned_away(crowd);
}

#[test]
fn what_a_cancelled_switch_left_is_settled_by_the_next_deployment() {
    let (shop, haproxy, greens) = shop_with_slots();
    shop.apply(&slots(&shop, &greens));
    let id = shop.json(&switching("1.1.0", "switch-and-stay"))["id"].to_string();
    until("it was switched, and the old one stays", || {
        shop.ok(&["explain", &id]).contains("wave 2 to bake")
    });
    let crowd = haproxy.crowd();
    shop.ok(&["cancel", &id]);
    until("it is cancelled", || {
        shop.json(&["deployment", "show", &id, "--output", "json"])["status"] == "cancelled"
    });
    assert_eq!(seen(&haproxy), ["1.1.0"], "cancelling moves no requests");
    let quick = ["--to", "staging", "--minimum-healthy", "200ms", "--wait"];
    shop.ok(&[&["deploy", "shop", "1.0.0"][..], &quick].concat());
    until("all are on 1.0.0", || seen(&haproxy) == ["1.0.0"]);
    nobody_was_turned_away(crowd);
}
