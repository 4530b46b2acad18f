//! Load balancers share out requests as plans say: a canary under real load, behind a real HAProxy.

use tidegate_tests::{
    haproxy::Haproxy,
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
    let all = crowd.over();
    assert!(
        all.failed.is_empty(),
        "{} of {}: {:?}",
        all.failed.len(),
        all.asked(),
        all.failed.first()
    );
    let answers = haproxy.ask(100);
    assert_eq!(answers.versions.keys().collect::<Vec<_>>(), ["1.1.0"]);
}
