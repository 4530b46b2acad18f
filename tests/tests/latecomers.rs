//! Targets that join late run what stands where they are.

use tidegate_tests::{
    haproxy::Haproxy,
    shop::{Shop, until},
};

fn deploy<'a>(version: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let quick = ["--to", "testing", "--minimum-healthy", "200ms"];
    [&["deploy", "shop", version][..], &quick, more].concat()
}

#[test]
fn who_joins_late_runs_what_stands_there_once_nothing_moves() {
    let mut shop = Shop::with_shop(None);
    shop.ok(&deploy("1.0.0", &["--wait"]));

    // The agent comes before its target is declared: without its port it cannot run anything.
    shop.enrol("testing-2");
    shop.start_agent("testing-2");
    until("it is in touch", || shop.in_touch("testing-2"));
    let joined = |shop: &Shop, target: &str| {
        let actions = shop.actions(&format!("target/testing/{target}"));
        actions.iter().any(|action| action == "target.joined")
    };
    assert!(!joined(&shop, "testing-2"));
    shop.declare("testing-2");
    assert!(joined(&shop, "testing-2"));
    shop.await_version("testing", "1.0.0");

    let view = shop.json(&deploy(
        "1.1.0",
        &["--bake", "10m", "--batch", "1", "--output", "json"],
    ));
    let id = view["id"].to_string();
    until("the first wave bakes", || {
        shop.ok(&["explain", &id]).contains("wave 1 to bake")
    });
    shop.declare("testing-3");
    shop.enrol("testing-3");
    shop.start_agent("testing-3");
    until("it is in touch", || shop.in_touch("testing-3"));
    assert!(!joined(&shop, "testing-3"));
    shop.ok(&["rollback", "shop", "--in", "testing", "--wait"]);
    until("it is told", || joined(&shop, "testing-3"));
    shop.await_version("testing", "1.0.0");

    // From now on it is one of them.
    shop.ok(&deploy("1.1.0", &["--wait"]));
    shop.await_version("testing", "1.1.0");
}

/// Two targets of staging behind a HAProxy that has a server for a third, and a strategy that moves requests.
fn shop_behind_a_balancer() -> (Shop, Haproxy) {
    let mut shop = Shop::with_shop(None);
    let server = |name: &str, port| (name.to_owned(), port);
    let present = ["staging-1", "staging-2"].map(|name| server(name, shop.port(name)));
    let later = ["staging-3", "staging-4"].map(|name| server(name, shop.reserve(name)));
    let haproxy = Haproxy::start_with_later(shop.path(), &present, &later);
    shop.apply(&format!(
        "kind: Target\nname: staging-lb\nenvironment: staging\nbalances:\n  - product: shop\n    component: web\n    \
        balancer: {{ haproxy: {{ socket: {}, backend: shop }} }}\n---\nkind: Strategy\nname: canary\n\
        canary: {{ steps: [{{ targets: 1, traffic: 20%, then: sign-off }}] }}\nlimits: {{ minimum_healthy: 300ms }}\n",
        haproxy.socket().display()
    ));
    shop.enrol("staging-lb");
    shop.start_agent("staging-lb");
    (shop, haproxy)
}

#[test]
fn who_joins_late_receives_requests_once_it_has_proved_itself_and_nothing_moves() {
    let (mut shop, haproxy) = shop_behind_a_balancer();
    let quick = ["--minimum-healthy", "200ms", "--wait"];
    for version in ["1.0.0", "1.1.0"] {
        shop.ok(&deploy(version, &["--wait"]));
    }
    shop.ok(&[&["deploy", "shop", "1.0.0", "--to", "staging"][..], &quick].concat());
    let canary = [
        "deploy",
        "shop",
        "1.1.0",
        "--to",
        "staging",
        "--strategy",
        "canary",
        "--output",
        "json",
    ];
    let id = shop.json(&canary)["id"].to_string();
    until("the canary waits for a person", || {
        shop.ok(&["explain", &id])
            .contains("a person to sign off wave 1")
    });

    shop.declare("staging-3");
    shop.enrol("staging-3");
    shop.start_agent("staging-3");
    until("it is in touch", || shop.in_touch("staging-3"));
    let crowd = haproxy.crowd();
    shop.ok(&["sign-off", &id, "--wave", "1"]);
    shop.ok(&["watch", &id]);
    let share = |shop: &Shop, target: &str| {
        let answers = haproxy.ask(900);
        assert!(answers.failed.is_empty(), "{:?}", answers.failed.first());
        assert_eq!(answers.versions.keys().collect::<Vec<_>>(), ["1.1.0"]);
        let process = shop.answering_pid(target).unwrap_or_default();
        answers.processes.get(&process).copied().unwrap_or_default()
    };
    until("it is one of those that receive requests", || {
        share(&shop, "staging-3") > 0
    });
    let third = share(&shop, "staging-3");
    assert!((270..=330).contains(&third), "{third} of 900");
    let actions = shop.actions("target/staging/staging-3");
    let admitted = actions.iter().filter(|action| *action == "target.admitted");
    assert_eq!(admitted.count(), 1);

    // One more proves itself while its release is blocked, and receives requests once it is not.
    shop.declare("staging-4");
    shop.enrol("staging-4");
    shop.ok(&[
        "release",
        "block",
        "shop",
        "1.1.0",
        "--reason",
        "it is late",
    ]);
    shop.start_agent("staging-4");
    until("it answers", || shop.answering_pid("staging-4").is_some());
    assert_eq!(share(&shop, "staging-4"), 0);
    shop.ok(&["release", "unblock", "shop", "1.1.0"]);
    until("it receives requests, too", || {
        share(&shop, "staging-4") > 0
    });
    let all = crowd.over();
    assert!(all.failed.is_empty(), "{:?}", all.failed);
}
