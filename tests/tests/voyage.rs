//! The first voyage, driven as a person would: push, release, deploy, watch, roll back, verify.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs;
use test_postgres::Postgres;
use tidegate_tests::shop::{Shop, until};

#[test]
fn a_release_moves_from_testing_to_live_and_back() {
    let shop = Shop::with_shop(None);
    voyage(&shop);
}

#[test]
fn the_same_holds_on_postgresql() {
    let postgres = Postgres::start();
    let shop = Shop::with_shop(Some(postgres.address()));
    voyage(&shop);
    drop(shop);
}

fn voyage(shop: &Shop) {
    let said = shop.refused(6, &["deploy", "shop", "1.0.0", "--to", "live"]);
    assert!(said.contains("has not succeeded in staging"), "{said}");
    for environment in ["testing", "staging", "live"] {
        shop.ok(&[
            "deploy",
            "shop",
            "1.0.0",
            "--to",
            environment,
            "--minimum-healthy",
            "300ms",
            "--wait",
        ]);
        shop.await_version(environment, "1.0.0");
    }
    for environment in ["testing", "staging"] {
        shop.ok(&[
            "deploy",
            "shop",
            "1.1.0",
            "--to",
            environment,
            "--minimum-healthy",
            "300ms",
            "--wait",
        ]);
    }
    let view: serde_json::Value = shop.json(&[
        "deploy",
        "shop",
        "1.1.0",
        "--to",
        "live",
        "--batch",
        "2",
        "--minimum-healthy",
        "300ms",
        "--wait",
        "--output",
        "json",
    ]);
    assert_eq!(view["status"], "succeeded");
    assert_eq!(view["waves"].as_array().unwrap().len(), 2);
    shop.await_version("live", "1.1.0");
    let place = shop.place("live");
    assert_eq!(
        (place["release"].as_str(), place["health"].as_str()),
        (Some("1.1.0"), Some("healthy"))
    );
    assert!(place["deployment"].is_null());
    logs_and_journal(shop);
    shop.ok(&[
        "rollback",
        "shop",
        "--in",
        "live",
        "--reason",
        "the buttons are green",
        "--wait",
    ]);
    shop.await_version("live", "1.0.0");
    let said = shop.refused(6, &["rollback", "shop", "--in", "live"]);
    assert!(said.contains("nothing in live to go back to"), "{said}");
}

fn logs_and_journal(shop: &Shop) {
    let logs = shop.ok(&["logs", "shop/web", "--on", "live/live-1"]);
    assert!(logs.contains("web 1.1.0 serves on"), "{logs}");
    let export = &shop.file("journal.jsonl");
    shop.ok(&["journal", "export", "-o", export]);
    assert!(
        shop.ok(&["journal", "verify", "--file", export])
            .contains("is intact")
    );
    let tampered =
        fs::read_to_string(export)
            .unwrap()
            .replacen("release.sealed", "release.forged", 1);
    fs::write(export, tampered).unwrap();
    let said = shop.refused(11, &["journal", "verify", "--file", export]);
    assert!(said.contains("was changed"), "{said}");
}

#[test]
fn a_bad_version_is_taken_back_by_itself_and_only_its_wave_suffered() {
    let shop = Shop::with_shop(None);
    shop.release("2.0.0", Some("unhealthy-after 0.4 where STAGE=live"));
    for version in ["1.0.0", "2.0.0"] {
        for environment in ["testing", "staging"] {
            shop.ok(&[
                "deploy",
                "shop",
                version,
                "--to",
                environment,
                "--minimum-healthy",
                "300ms",
                "--wait",
            ]);
        }
        let wait = [
            "deploy",
            "shop",
            version,
            "--to",
            "live",
            "--minimum-healthy",
            "1500ms",
            "--wait",
        ];
        let output = shop.run(&wait);
        let expected = if version == "1.0.0" { 0 } else { 7 };
        assert_eq!(
            output.status.code(),
            Some(expected),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    shop.await_version("live", "1.0.0");
    let list = shop.json(&["deployment", "list", "--to", "live", "--output", "json"]);
    let bad = &list[0];
    assert_eq!(bad["status"], "rolled_back");
    assert!(
        bad["cause"].as_str().unwrap().contains("answered 503"),
        "{bad}"
    );
    let actions = shop.actions(&format!("deployment/{}", bad["id"]));
    let activated = actions
        .iter()
        .filter(|action| *action == "deployment.target_activated")
        .count();
    assert_eq!(
        activated, 1,
        "only the first wave of one was exposed: {actions:?}"
    );
}

#[test]
fn pause_resume_cancel_and_a_lost_agent_are_explained() {
    let mut shop = Shop::with_shop(None);
    shop.kill_agent("testing-1");
    until("the server notices", || !shop.in_touch("testing-1"));
    let view = shop.json(&[
        "deploy", "shop", "1.0.0", "--to", "testing", "--output", "json",
    ]);
    let id = view["id"].to_string();
    until("it waits for the agent", || {
        shop.ok(&["explain", &id])
            .contains("It waits for testing-1 to answer, until")
    });
    let said = shop.refused(5, &["deploy", "shop", "1.1.0", "--to", "testing"]);
    assert!(said.contains("is still running"), "{said}");
    shop.ok(&["pause", &id, "--reason", "lunch"]);
    assert!(
        shop.ok(&["explain", &id])
            .contains("admin paused it (lunch)")
    );
    shop.refused(5, &["pause", &id]);
    shop.ok(&["resume", &id]);
    shop.start_agent("testing-1");
    shop.ok(&["watch", &id]);
    shop.await_version("testing", "1.0.0");
    shop.refused(5, &["cancel", &id]);
    shop.kill_agent("testing-1");
    let view = shop.json(&[
        "deploy", "shop", "1.1.0", "--to", "testing", "--output", "json",
    ]);
    let id = view["id"].to_string();
    shop.ok(&["cancel", &id]);
    assert_eq!(shop.run(&["watch", &id]).status.code(), Some(9));
}

#[test]
fn going_back_after_a_cancelled_deployment_leads_to_what_stood_before_it() {
    let mut shop = Shop::with_shop(None);
    shop.release("1.2.0", None);
    for version in ["1.0.0", "1.1.0"] {
        let quick = ["--to", "testing", "--minimum-healthy", "200ms", "--wait"];
        shop.ok(&[&["deploy", "shop", version][..], &quick].concat());
    }
    // Long enough that it is cancelled in its wave, when the target runs it already.
    let slow = [
        "deploy",
        "shop",
        "1.2.0",
        "--to",
        "testing",
        "--minimum-healthy",
        "10m",
        "--progress-deadline",
        "20m",
    ];
    let view = shop.json(&[&slow[..], &["--output", "json"]].concat());
    shop.await_version("testing", "1.2.0");
    shop.ok(&["cancel", &view["id"].to_string()]);
    until("it has ended", || {
        shop.place("testing")["deployment"].is_null()
    });
    shop.kill_agent("testing-1");
    let back = ["rollback", "shop", "--in", "testing", "--output", "json"];
    let first = shop.json(&back);
    assert_eq!(first["release"], "1.1.0");
    assert_eq!(
        shop.json(&back)["id"],
        first["id"],
        "asking twice changes nothing"
    );
    shop.start_agent("testing-1");
    shop.ok(&["watch", &first["id"].to_string()]);
    shop.await_version("testing", "1.1.0");
}

/// Exit status, command, and what the person is told.
const REFUSALS: [(i32, &str, &str); 10] = [
    (
        4,
        "release create shop 3.0.0 --component web=9.9.9",
        "push it first",
    ),
    (2, "release create shop 3.0.0", "--component web=VERSION"),
    (
        5,
        "release create shop 1.0.0 --component web=1.0.0",
        "choose another version",
    ),
    (4, "deploy shop 9.9.9 --to testing", "release list shop"),
    (
        4,
        "deploy shop 1.0.0 --to nowhere",
        "there is no environment",
    ),
    (
        4,
        "deploy nothing 1.0.0 --to testing",
        "there is no release",
    ),
    (
        2,
        "deploy shop 1.0.0 --to testing --batch 0",
        "is not a number of targets",
    ),
    (4, "explain 999", "there is no deployment"),
    (4, "push shop/nothing:1.0.0 /bin/true", "apply"),
    (1, "apply -f /nowhere.yaml --yes", "/nowhere.yaml"),
];

#[test]
fn what_cannot_be_is_refused_with_a_remedy() {
    let shop = Shop::with_shop(None);
    for (status, command, expect) in REFUSALS {
        let said = shop.refused(status, &command.split(' ').collect::<Vec<_>>());
        assert!(said.contains(expect), "`{command}` said: {said}");
    }
    let wrong = shop
        .command(&["status"])
        .env("TIDEGATE_TOKEN", "tgt_wrong")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(3));
    let nobody = shop
        .command(&["status"])
        .env("TIDEGATE_SERVER", "http://127.0.0.1:1")
        .output();
    assert_eq!(nobody.unwrap().status.code(), Some(10));
}

#[test]
fn files_are_applied_once_and_faults_name_their_place() {
    let shop = Shop::with_shop(None);
    let path = shop.path().join("catalog.yaml");
    let again = shop.ok(&["apply", "-f", path.to_str().unwrap(), "--yes"]);
    assert!(
        again.contains("created 0, to be changed 0") || again.contains("to be created 0"),
        "{again}"
    );
    fs::write(&path, "kind: Environment\nname: live\nafterr: staging\n").unwrap();
    let said = shop.refused(2, &["apply", "-f", path.to_str().unwrap(), "--yes"]);
    assert!(
        said.contains("catalog.yaml:3:1") && said.contains("did you mean `after`?"),
        "{said}"
    );
    fs::write(&path, "kind: Environment\nname: testing\nafter: live\n").unwrap();
    let said = shop.refused(2, &["apply", "-f", path.to_str().unwrap(), "--yes"]);
    assert!(said.contains("comes after itself"), "{said}");
}
