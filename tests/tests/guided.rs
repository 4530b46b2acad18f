//! Guided failure: a target that fails is retried, ignored or excluded, a release is blocked, a deployment superseded.

use std::net::TcpListener;
use tidegate_tests::shop::{Shop, until};

/// The stage and the reason of each target of a deployment, by its name.
fn runs(shop: &Shop, id: &str) -> Vec<(String, String, String)> {
    let view = shop.json(&["deployment", "show", id, "--output", "json"]);
    let waves = view["waves"].as_array().expect("waves");
    let runs = waves
        .iter()
        .flat_map(|wave| wave["targets"].as_array().expect("targets"));
    let text =
        |run: &serde_json::Value, key: &str| run[key].as_str().unwrap_or_default().to_owned();
    runs.map(|run| (text(run, "target"), text(run, "stage"), text(run, "detail")))
        .collect()
}

fn stage(shop: &Shop, id: &str, target: &str) -> String {
    let mut runs = runs(shop, id).into_iter();
    let run = runs.find(|(name, _, _)| name == target);
    run.map(|(_, stage, _)| stage)
        .expect("a target of the deployment")
}

/// Deploys where two targets are; a stranger holds the port of the first.
fn deploy_where_one_fails(shop: &Shop, version: &str) -> String {
    let there = ["shop", version, "--to", "staging", "--on-failure", "hold"];
    let quick = ["--minimum-healthy", "200ms", "--max-unavailable", "2"];
    let view = shop.json(&[&["deploy"][..], &there, &quick, &["--output", "json"]].concat());
    let id = view["id"].to_string();
    until("it is held", || {
        shop.ok(&["explain", &id])
            .contains("too many targets failed")
    });
    assert_eq!(stage(shop, &id, "staging-1"), "failed");
    id
}

fn promote(shop: &Shop, version: &str) {
    let quick = ["--to", "testing", "--minimum-healthy", "200ms", "--wait"];
    shop.ok(&[&["deploy", "shop", version][..], &quick].concat());
}

#[test]
fn a_failing_target_is_retried_ignored_and_excluded() {
    let shop = Shop::with_shop(None);
    promote(&shop, "1.0.0");
    let stranger = TcpListener::bind(("127.0.0.1", shop.port("staging-1"))).expect("a free port");
    let id = deploy_where_one_fails(&shop, "1.0.0");

    shop.ok(&["deployment", "retry", &id, "staging-1"]);
    until("it fails again", || {
        let actions = shop.actions(&format!("deployment/{id}"));
        let failures = actions.iter().filter(|a| *a == "deployment.target_failed");
        failures.count() == 2
    });
    until("it is held again", || {
        shop.ok(&["explain", &id])
            .contains("too many targets failed")
    });

    let ignore = ["deployment", "ignore", &id, "staging-1"];
    let said = shop.refused(2, &[&ignore[..], &["--reason", " "]].concat());
    assert!(said.contains("say why"), "{said}");
    shop.ok(&[&ignore[..], &["--reason", "the port is taken"]].concat());
    until("the other passes", || {
        stage(&shop, &id, "staging-2") == "passed"
    });
    until("there is no success without it", || {
        shop.ok(&["explain", &id])
            .contains("a failed target is left")
    });

    let exclude = ["deployment", "exclude", &id, "staging-1"];
    shop.ok(&[&exclude[..], &["--reason", "the machine is replaced"]].concat());
    let told = shop.ok(&["watch", &id]);
    assert!(
        told.contains("1 of 2 targets in staging; 1 excluded"),
        "{told}"
    );
    let excluded = (
        "staging-1".to_owned(),
        "excluded".to_owned(),
        "the machine is replaced".to_owned(),
    );
    assert!(runs(&shop, &id).contains(&excluded));
    let again = shop.refused(5, &["deployment", "retry", &id, "staging-1"]);
    assert!(again.contains("cannot do that now"), "{again}");
    let unknown = shop.refused(4, &["deployment", "retry", &id, "live-1"]);
    assert!(
        unknown.contains("there is no target of this deployment `live-1`"),
        "{unknown}"
    );
    drop(stranger);
}

#[test]
fn a_deployment_that_stands_still_is_superseded() {
    let shop = Shop::with_shop(None);
    promote(&shop, "1.0.0");
    promote(&shop, "1.1.0");
    let stranger = TcpListener::bind(("127.0.0.1", shop.port("staging-1"))).expect("a free port");
    let old = deploy_where_one_fails(&shop, "1.0.0");
    let newer = [
        "deploy",
        "shop",
        "1.1.0",
        "--to",
        "staging",
        "--minimum-healthy",
        "200ms",
    ];
    let refused = shop.refused(5, &newer);
    assert!(refused.contains("--supersede"), "{refused}");
    drop(stranger);
    shop.ok(&[&newer[..], &["--supersede", "--wait"]].concat());
    shop.await_version("staging", "1.1.0");
    let view = shop.json(&["deployment", "show", &old, "--output", "json"]);
    assert_eq!(view["status"], "superseded");
}

#[test]
fn a_blocked_release_goes_nowhere() {
    let shop = Shop::with_shop(None);
    for version in ["1.0.0", "1.1.0"] {
        promote(&shop, version);
    }
    let quick = ["--to", "staging", "--minimum-healthy", "200ms"];
    shop.ok(&[&["deploy", "shop", "1.0.0"][..], &quick, &["--wait"]].concat());
    let baking = ["--bake", "10m", "--output", "json"];
    let view = shop.json(&[&["deploy", "shop", "1.1.0"][..], &quick, &baking].concat());
    let id = view["id"].to_string();
    until("the first wave bakes", || {
        shop.ok(&["explain", &id]).contains("wave 1 to bake")
    });
    shop.ok(&[
        "release",
        "block",
        "shop",
        "1.1.0",
        "--reason",
        "it loses orders",
    ]);
    until("it is held", || {
        shop.ok(&["explain", &id])
            .contains("admin blocked it: it loses orders")
    });
    shop.ok(&["rollback", "shop", "--in", "staging", "--wait"]);
    shop.await_version("staging", "1.0.0");
    let refused = shop.refused(6, &[&["deploy", "shop", "1.1.0"][..], &quick].concat());
    assert!(
        refused.contains("it loses orders") && refused.contains("release unblock"),
        "{refused}"
    );
    shop.ok(&["release", "unblock", "shop", "1.1.0"]);
    shop.ok(&[&["deploy", "shop", "1.1.0"][..], &quick, &["--wait"]].concat());

    shop.ok(&[
        "release",
        "block",
        "shop",
        "1.0.0",
        "--reason",
        "it is insecure",
    ]);
    let back = shop.refused(6, &["rollback", "shop", "--in", "staging"]);
    assert!(back.contains("it is insecure"), "{back}");
    shop.await_version("staging", "1.1.0");
}
