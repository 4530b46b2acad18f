//! Killed at any moment, the server and the agents go on to the right end by themselves.

use std::process::Stdio;
use tidegate_tests::shop::{Shop, until};

/// How many journal entries the deployment has when the blow falls.
const BLOWS: [usize; 7] = [1, 2, 4, 6, 8, 10, 13];

#[test]
fn a_deployment_survives_the_death_of_the_server_at_any_moment() {
    let mut shop = Shop::with_shop(None);
    prepare(&shop);
    for (turn, blow) in BLOWS.into_iter().enumerate() {
        let version = if turn % 2 == 0 { "1.1.0" } else { "1.0.0" };
        let id = begin(&shop, version);
        await_entries(&shop, &id, blow);
        shop.kill_server();
        shop.start_server();
        shop.ok(&["watch", &id]);
        shop.await_version("live", version);
    }
    assert!(shop.ok(&["journal", "verify"]).contains("is intact"));
    assert!(shop.ok(&["doctor"]).contains("all is sound"));
}

#[test]
fn a_deployment_survives_the_death_of_agents_at_any_moment() {
    let mut shop = Shop::with_shop(None);
    prepare(&shop);
    for (turn, blow) in BLOWS.into_iter().enumerate() {
        let version = if turn % 2 == 0 { "1.1.0" } else { "1.0.0" };
        let id = begin(&shop, version);
        await_entries(&shop, &id, blow);
        for target in ["live-1", "live-2", "live-3"] {
            shop.kill_agent(target);
        }
        for target in ["live-1", "live-2", "live-3"] {
            shop.start_agent(target);
        }
        shop.ok(&["watch", &id]);
        shop.await_version("live", version);
    }
}

#[test]
fn whoever_waits_is_not_disturbed_and_services_go_on_without_anybody() {
    let mut shop = Shop::with_shop(None);
    prepare(&shop);
    let serving = shop.answering_pid("live-1");
    let mut waiting = shop
        .command(&[
            "deploy",
            "shop",
            "1.1.0",
            "--to",
            "live",
            "--minimum-healthy",
            "700ms",
            "--wait",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("the deployment runs", || {
        !shop.place("live")["deployment"].is_null()
    });
    shop.kill_server();
    shop.start_server();
    assert!(waiting.wait().unwrap().success());
    shop.await_version("live", "1.1.0");
    assert_ne!(shop.answering_pid("live-1"), serving);
    let serving = shop.answering_pid("live-1");
    shop.kill_server();
    shop.kill_agent("live-1");
    assert_eq!(
        shop.answering_pid("live-1"),
        serving,
        "a service needs neither agent nor server"
    );
    shop.start_agent("live-1");
    shop.start_server();
    until("the agent is back", || shop.in_touch("live-1"));
    assert_eq!(shop.answering_pid("live-1"), serving);
}

fn prepare(shop: &Shop) {
    for version in ["1.0.0", "1.1.0"] {
        for environment in ["testing", "staging"] {
            let all = [
                "--strategy",
                "all-at-once",
                "--minimum-healthy",
                "200ms",
                "--wait",
            ];
            shop.ok(&[&["deploy", "shop", version, "--to", environment][..], &all].concat());
        }
    }
    shop.ok(&[
        "deploy",
        "shop",
        "1.0.0",
        "--to",
        "live",
        "--batch",
        "3",
        "--minimum-healthy",
        "200ms",
        "--wait",
    ]);
}

fn begin(shop: &Shop, version: &str) -> String {
    let deploy = [
        "deploy",
        "shop",
        version,
        "--to",
        "live",
        "--minimum-healthy",
        "300ms",
        "--output",
        "json",
    ];
    shop.json(&deploy)["id"].to_string()
}

fn await_entries(shop: &Shop, id: &str, count: usize) {
    let subject = format!("deployment/{id}");
    until(&format!("{subject} has {count} entries"), || {
        shop.actions(&subject).len() >= count
    });
}
