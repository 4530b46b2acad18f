//! Targets that join late run what stands where they are.

use tidegate_tests::shop::{Shop, until};

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
