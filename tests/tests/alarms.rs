//! An alarm about the journal is for people: what runs goes on, and so does the work. And a journal that a sequencer numbers
//! satisfies its witnesses.

use serde_json::Value;
use std::{fs, process::Command};
use test_postgres::Postgres;
use tidegate_tests::shop::{Shop, until};

/// The last checkpoint that the agent of testing keeps: how many entries.
fn kept(shop: &Shop) -> u64 {
    let text = fs::read(shop.path().join("testing-1/journal.json")).unwrap_or_default();
    let kept: Value = serde_json::from_slice(&text).unwrap_or_default();
    let size = kept["testimony"]["note"]
        .as_str()
        .and_then(|note| note.lines().nth(1)?.parse().ok());
    size.unwrap_or_default()
}

fn witness(shop: &Shop) -> Value {
    shop.json(&["journal", "witness", "--output", "json"])
}

/// Copies a directory to one that is not there.
fn copy(shop: &Shop, from: &str, to: &str) {
    let mut copy = Command::new("cp");
    copy.args(["-r", &shop.file(from), &shop.file(to)]);
    assert!(copy.status().expect("cp is there").success());
}

#[test]
fn what_runs_goes_on_through_an_alarm_and_the_agent_still_takes_orders() {
    let mut shop = Shop::with_shop(None);
    let deploy = |version| ["deploy", "shop", version, "--to", "testing", "--wait"];
    shop.ok(&deploy("1.0.0"));
    let process = shop.answering_pid("testing-1");
    assert!(process.is_some());
    shop.kill_server();
    copy(&shop, "server", "earlier");
    shop.start_server();
    for name in ["ada", "bob", "eve", "zoe", "kim", "lee", "ida", "max"] {
        shop.ok(&["person", "create", name]);
    }
    let seen = witness(&shop)["entries"].as_u64().expect("a number");
    shop.kill_agent("testing-1");
    shop.start_agent("testing-1");
    until("the agent has looked", || kept(&shop) >= seen);

    shop.kill_server();
    fs::remove_dir_all(shop.path().join("server")).expect("it was there");
    copy(&shop, "earlier", "server");
    shop.start_server();
    until("the agent raises an alarm", || {
        let targets = shop.json(&["target", "list", "--output", "json"]);
        let targets = targets.as_array().expect("a list").iter();
        let mut alarmed = targets.filter(|it| it["journal_alarm"].is_string());
        alarmed.any(|it| it["name"] == "testing-1")
    });
    assert_eq!(shop.answering_pid("testing-1"), process);
    shop.ok(&deploy("1.1.0"));
    assert_eq!(shop.answer("testing-1").as_deref(), Some("1.1.0"));
    let said = shop.refused(12, &["journal", "list"]);
    assert!(said.contains("JOURNAL ALARM"), "{said}");
}

#[test]
fn a_journal_on_postgresql_satisfies_its_witness() {
    let postgres = Postgres::start();
    let shop = Shop::start(Some(postgres.address()));
    let mut last = 0;
    for name in ["ada", "bob", "eve"] {
        shop.ok(&["person", "create", name]);
        until("the entry is numbered", || {
            let found = witness(&shop);
            let entries = found["entries"].as_u64().expect("a number");
            let has_grown = entries > last;
            last = entries;
            has_grown
        });
    }
    let said = shop.ok(&["journal", "verify"]);
    assert!(said.contains("the journal is intact"), "{said}");
    let proof = shop.ok(&["journal", "prove", "2"]);
    assert!(proof.contains("\nindex 2\n"), "{proof}");
    shop.ok(&["doctor"]);
    drop(shop);
}
