//! Checks between waves, asked of a real Prometheus: bounds, the judge, no data.

use tidegate_tests::{
    prometheus::Prometheus,
    shop::{Shop, until},
};

fn strategy(prometheus: &Prometheus) -> String {
    let url = prometheus.url();
    format!(
        "\
kind: Strategy
name: measured
rolling: {{ batch: 1 }}
limits: {{ minimum_healthy: 200ms }}
checks:
  - name: number
    metric: {{ source: \"{url}\", query: 'max(shop_number{{target=~\"${{canary}}\"}})', passes: {{ below: 5 }} }}
    interval: 300ms
    count: 2
    timeout: 2s
    deadline: 5s
---
kind: Strategy
name: judged
canary: {{ steps: [{{ targets: 1 }}, {{ targets: 2, checks: [] }}] }}
limits: {{ minimum_healthy: 200ms }}
checks:
  - name: canary
    judge:
      source: \"{url}\"
      step: 100ms
      queries: {{ number: 'avg(shop_number{{target=~\"${{side}}\"}})' }}
      settings: {{ metrics: {{ number: {{ bad: increase, critical: true }} }} }}
    interval: 7s
    deadline: 20s
---
kind: Strategy
name: fresh
canary: {{ steps: [{{ targets: 1 }}] }}
limits: {{ minimum_healthy: 200ms }}
checks:
  - name: canary
    judge:
      source: \"{url}\"
      step: 100ms
      baseline: fresh
      queries: {{ number: 'avg(shop_number{{target=~\"${{side}}\"}})' }}
      settings: {{ metrics: {{ number: {{ bad: increase, critical: true }} }} }}
    interval: 7s
    deadline: 20s
"
    )
}

fn deploy(shop: &Shop, version: &str, how: &[&str]) -> String {
    let there = [
        "deploy", "shop", version, "--to", "staging", "--output", "json",
    ];
    let view = shop.json(&[&there[..], how].concat());
    view["id"].to_string()
}

fn shop() -> (Shop, Prometheus) {
    let shop = Shop::with_shop(None);
    let prometheus = Prometheus::start(shop.path());
    for target in ["staging-1", "staging-2"] {
        prometheus.numbers.set(target, 1.0);
    }
    shop.apply(&strategy(&prometheus));
    for version in ["1.0.0", "1.1.0"] {
        let quick = ["--to", "testing", "--minimum-healthy", "200ms", "--wait"];
        shop.ok(&[&["deploy", "shop", version][..], &quick].concat());
    }
    until("Prometheus has numbers", || prometheus.knows(2));
    (shop, prometheus)
}

#[test]
fn a_metric_beyond_its_bound_takes_the_deployment_back() {
    let (shop, prometheus) = shop();
    let measured = ["--strategy", "measured"];
    let first = deploy(&shop, "1.0.0", &measured);
    shop.ok(&["watch", &first]);
    let view = shop.json(&["deployment", "show", &first, "--output", "json"]);
    for check in view["checks"].as_array().expect("checks") {
        assert_eq!(check["state"], "passed", "{check}");
        assert_eq!(check["measurements"][0]["value"], 1.0, "{check}");
    }
    prometheus.numbers.set("staging-1", 9.0);
    let second = deploy(&shop, "1.1.0", &measured);
    let ended = shop.run(&["watch", &second]);
    assert_eq!(ended.status.code(), Some(7), "it was rolled back");
    shop.await_version("staging", "1.0.0");
    let told = shop.ok(&["deployment", "show", &second]);
    assert!(
        told.contains("check number after wave 1: failed: 9"),
        "{told}"
    );
}

#[test]
fn what_is_over_is_looked_back_at_with_its_own_checks_or_others() {
    let (shop, prometheus) = shop();
    let plain = ["--bake", "2s", "--minimum-healthy", "200ms"];
    let id = deploy(&shop, "1.0.0", &plain);
    let look = ["deployment", "look-back", &id];
    let early = shop.refused(6, &look);
    assert!(early.contains("still runs"), "{early}");
    shop.ok(&["watch", &id]);
    let none = shop.refused(6, &look);
    assert!(none.contains("--strategy NAME"), "{none}");
    let by = |name: &'static str| [&look[..], &["--strategy", name]].concat();
    let told = shop.ok(&by("measured"));
    assert!(told.contains("check number after wave 1: passed"), "{told}");
    assert!(told.contains("check number after wave 2: passed"), "{told}");
    let stricter = strategy(&prometheus).replacen("below: 5", "below: 0.5", 1);
    shop.apply(&stricter);
    let told = shop.ok(&by("measured"));
    assert!(
        told.contains("check number after wave 1: failed: 1"),
        "{told}"
    );
    // Too short for the judge, which says so.
    let told = shop.ok(&by("judged"));
    assert!(
        told.contains("check canary after wave 1: no data"),
        "{told}"
    );
}

#[test]
fn what_stood_its_checks_a_short_time_ago_skips_them_and_nothing_else_does() {
    let (shop, prometheus) = shop();
    let hurried = strategy(&prometheus).replacen("limits: {", "limits: { fast_track: 1h,", 1);
    shop.apply(&hurried);
    let measured = ["--strategy", "measured"];
    let show = |id: &str| shop.json(&["deployment", "show", id, "--output", "json"]);
    let first = deploy(&shop, "1.0.0", &measured);
    shop.ok(&["watch", &first]);
    assert_eq!(show(&first)["fast_track"], false);
    assert_ne!(show(&first)["checks"].as_array().map(Vec::len), Some(0));
    for target in ["staging-1", "staging-2"] {
        prometheus.numbers.set(target, 9.0);
    }
    let again = deploy(&shop, "1.0.0", &measured);
    shop.ok(&["watch", &again]);
    assert_eq!(show(&again)["fast_track"], true);
    assert_eq!(show(&again)["checks"].as_array().map(Vec::len), Some(0));
    let other = deploy(&shop, "1.1.0", &measured);
    assert_eq!(shop.run(&["watch", &other]).status.code(), Some(7));
    assert_eq!(show(&other)["fast_track"], false);
}

#[test]
fn without_data_it_is_held_and_a_person_decides() {
    let (shop, mut prometheus) = shop();
    prometheus.stop();
    let id = deploy(&shop, "1.0.0", &["--strategy", "measured"]);
    until("the check has no data", || {
        shop.ok(&["explain", &id])
            .contains("check number has no data")
    });
    let told = shop.ok(&["explain", &id]);
    assert!(
        told.contains("does not answer: Connection refused"),
        "{told}"
    );
    let unknown = shop.refused(4, &["deployment", "retry-check", &id, "latency"]);
    assert!(unknown.contains("latency"), "{unknown}");
    let accept = ["deployment", "accept-check", &id, "number"];
    let why = ["--reason", "Prometheus is being moved"];
    shop.ok(&[&accept[..], &why].concat());
    until("the second wave is held too", || {
        let told = shop.ok(&["explain", &id]);
        told.contains("check number has no data") && told.contains("on 2 of 2")
    });
    shop.ok(&[&accept[..], &why].concat());
    shop.ok(&["watch", &id]);
    let actions = shop.actions(&format!("deployment/{id}"));
    let accepted = actions.iter().filter(|a| *a == "deployment.check_accepted");
    assert_eq!(accepted.count(), 2);
}

#[test]
fn what_is_inside_is_not_asked_and_it_is_said_how_it_may_be() {
    let shop = Shop::with_shop(None);
    shop.ok(&["deploy", "shop", "1.0.0", "--to", "testing", "--wait"]);
    for (name, question, told) in [
        (
            "cloud",
            "http: { url: \"http://0xa9fea9fe/latest/meta-data\" }",
            "169.254.169.254 is a link-local address. Start the server with `--allow-outgoing 169.254.169.254:80`",
        ),
        (
            "numbers",
            "metric: { source: \"http://[::ffff:10.0.0.1]:9090\", query: a, passes: { below: 5 } }",
            "::ffff:10.0.0.1 is a private address. Start the server with `--allow-outgoing [::ffff:10.0.0.1]:9090`",
        ),
    ] {
        let file = format!(
            "kind: Strategy\nname: {name}\nrolling: {{ batch: 1 }}\nlimits: {{ minimum_healthy: 200ms }}\n\
            checks:\n  - name: inside\n    {question}\n    interval: 300ms\n    count: 1\n    deadline: 1s\n",
        );
        shop.apply(&file);
        let id = deploy(&shop, "1.0.0", &["--strategy", name]);
        until("the check has no data", || {
            shop.ok(&["explain", &id])
                .contains("check inside has no data")
        });
        let shown = shop.ok(&["explain", &id]);
        assert!(shown.contains(told), "{shown}");
        shop.ok(&["cancel", &id]);
    }
}

#[test]
fn a_canary_is_judged_against_its_baseline() {
    let (shop, prometheus) = shop();
    let judged = ["--strategy", "judged"];
    let first = deploy(&shop, "1.0.0", &judged);
    shop.ok(&["watch", &first]);
    let view = shop.json(&["deployment", "show", &first, "--output", "json"]);
    let metric = &view["checks"][0]["measurements"][0]["metrics"][0];
    assert_eq!(metric["verdict"], "pass", "{view:#}");
    prometheus.numbers.set("staging-1", 3.0);
    let second = deploy(&shop, "1.1.0", &judged);
    let ended = shop.run(&["watch", &second]);
    assert_eq!(ended.status.code(), Some(7), "it was rolled back");
    let told = shop.ok(&["deployment", "show", &second]);
    assert!(
        told.contains("too high") || told.contains("bad: number (critical)"),
        "{told}"
    );
}

#[test]
fn a_canary_is_judged_against_what_is_as_fresh_as_itself() {
    let (shop, _prometheus) = shop();
    let first = deploy(&shop, "1.0.0", &["--minimum-healthy", "200ms"]);
    shop.ok(&["watch", &first]);
    let standing = shop.answering_pid("staging-2").unwrap();
    let second = deploy(&shop, "1.1.0", &["--strategy", "fresh"]);
    until("they are compared", || {
        shop.ok(&["explain", &second]).contains("check canary")
    });
    let fresh = shop.answering_pid("staging-2").unwrap();
    assert_ne!(fresh, standing, "it was started anew");
    assert_eq!(shop.answer("staging-2").as_deref(), Some("1.0.0"));
    let actions = shop.actions(&format!("deployment/{second}"));
    let place = |action: &str| actions.iter().position(|a| a == action);
    let places = ["chosen", "started", "stands"].map(|it| {
        place(&format!("deployment.baseline_{it}")).unwrap_or_else(|| panic!("{it}: {actions:?}"))
    });
    assert!(places.is_sorted(), "{actions:?}");
    assert!(place("deployment.check_started") > Some(places[2]));
    let told = shop.ok(&["watch", &second]);
    assert!(told.contains("runs on all"), "{told}");
    let view = shop.json(&["deployment", "show", &second, "--output", "json"]);
    let measured = &view["checks"][0]["measurements"];
    assert_eq!(measured[0]["metrics"][0]["verdict"], "pass", "{view:#}");
    let looked = shop.ok(&["deployment", "look-back", &second]);
    assert!(looked.contains("canary"), "{looked}");
}
