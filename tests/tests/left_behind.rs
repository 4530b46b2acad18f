//! Targets that a restored server cannot know: where deployments begin there, and what they lead nobody back to.

use serde_json::{Value, json};
use tidegate_tests::{
    hand::Hand,
    shop::{BEGIN, Shop, until, web},
};

fn answers(shop: &Shop, target: &str, version: &str) {
    until(&format!("{target} answers {version}"), || {
        shop.answer(target).as_deref() == Some(version)
    });
}

fn fails(shop: &Shop, release: &str) {
    let words = ["deploy", "shop", release, "--to", "testing", "--wait"];
    let ended = shop.run(&[&words[..], &["--minimum-healthy", "300ms"]].concat());
    assert!(!ended.status.success(), "{ended:?}");
}

#[test]
fn neither_a_cancelled_nor_a_failing_deployment_leads_behind_what_ran_when_the_history_began() {
    let mut shop = Shop::with_shop(None);
    shop.deploy("1.0.0", "testing");
    let backup = shop.backed_up();
    shop.deploy("1.1.0", "testing");
    shop.go_on_from(&backup);
    let refused = shop.refused(6, &["rollback", "shop", "--in", "testing"]);
    assert!(
        refused.contains("testing-1") && refused.contains("after the backup"),
        "{refused}"
    );

    shop.release("1.2.0", None);
    shop.release("1.3.0", Some("exit-after 0.1"));
    let seen = shop.answers_while("testing-1", || {
        // Nothing that was proved before the backup counts: it goes back to where it came from, cancelled or not.
        let words = ["deploy", "shop", "1.2.0", "--to", "testing"];
        let more = ["--minimum-healthy", "4m", "--output", "json"];
        let view = shop.json(&[&words[..], &more[..]].concat());
        answers(&shop, "testing-1", "1.2.0");
        shop.ok(&["cancel", &view["id"].to_string()]);
        for _ in 0..2 {
            fails(&shop, "1.3.0");
            answers(&shop, "testing-1", "1.2.0");
        }
    });
    assert!(!seen.contains("1.0.0"), "{seen:?}");
}

#[test]
fn a_deployment_can_leave_out_who_is_silent_and_says_so() {
    let mut shop = Shop::with_shop(None);
    for environment in ["testing", "staging"] {
        shop.deploy("1.0.0", environment);
    }
    shop.deploy("1.1.0", "testing");
    let backup = shop.backed_up();
    shop.kill_agent("staging-2");
    shop.lose_and_restore(&backup);
    until("all others have said what they run", || {
        shop.incarnation()["silent"] == json!(["staging/staging-2"])
    });
    shop.ok(&[&BEGIN[..], &["--leave-silent"]].concat());
    let words = ["deploy", "shop", "1.1.0", "--to", "staging"];
    let quick = ["--minimum-healthy", "300ms", "--wait"];
    let refused = shop.refused(6, &[&words[..], &quick[..]].concat());
    assert!(
        refused.contains("what runs on staging-2 is not known")
            && refused.contains("--leave-behind"),
        "{refused}"
    );
    shop.ok(&[&words[..], &quick[..], &["--leave-behind"]].concat());
    answers(&shop, "staging-1", "1.1.0");
    assert_eq!(shop.answer("staging-2").as_deref(), Some("1.0.0"));
    let list = shop.json(&["journal", "list", "-n", "50", "--output", "json"]);
    let mut left = list["entries"].as_array().expect("entries").iter();
    let left = left.find_map(|entry| entry["detail"].get("left_behind"));
    assert_eq!(left, Some(&json!(["staging-2"])), "{list}");

    // Once it is back it goes on with what it runs, and is deployed to like any other.
    shop.start_agent("staging-2");
    until("it is told of the new history", || {
        shop.is_told_of_history("staging-2")
    });
    assert_eq!(shop.answer("staging-2").as_deref(), Some("1.0.0"));
    shop.deploy("1.1.0", "staging");
    answers(&shop, "staging-2", "1.1.0");
}

#[test]
fn who_joins_where_others_were_left_behind_waits_for_the_next_deployment() {
    let mut shop = Shop::with_shop(None);
    for environment in ["testing", "staging"] {
        shop.deploy("1.0.0", environment);
    }
    let backup = shop.backed_up();
    for environment in ["testing", "staging"] {
        shop.deploy("1.1.0", environment);
    }
    shop.go_on_from(&backup);
    shop.declare("staging-3");
    shop.enrol("staging-3");
    assert_eq!(told(&shop, "staging-3")["desired"], json!([]));
    shop.start_agent("staging-3");
    let seen = shop.answers_while("staging-3", || {
        for environment in ["testing", "staging"] {
            shop.deploy("1.1.0", environment);
        }
        answers(&shop, "staging-3", "1.1.0");
    });
    assert!(!seen.contains("1.0.0"), "{seen:?}");
}

#[test]
fn an_empty_host_in_the_place_of_a_lost_one_is_told_what_stands_there() {
    let mut shop = Shop::with_shop(None);
    for environment in ["testing", "staging"] {
        shop.deploy("1.0.0", environment);
    }
    let backup = shop.backed_up();
    shop.lose_host("staging-2");
    shop.lose_and_restore(&backup);
    until("the others have said what they run", || {
        shop.incarnation()["silent"] == json!(["staging/staging-2"])
    });
    shop.ok(&[&BEGIN[..], &["--leave-silent"]].concat());
    shop.enrol_anew("staging-2");
    shop.start_agent("staging-2");
    answers(&shop, "staging-2", "1.0.0");
    assert_eq!(shop.left_behind(), [""; 0]);
}

#[test]
fn what_runs_of_a_product_that_the_backup_does_not_know_is_not_stopped_unseen() {
    let mut shop = Shop::with_shop(None);
    let backup = shop.backed_up();
    let stock = declare_stock(&mut shop);
    let words = ["deploy", "stock", "1.0.0", "--to", "testing"];
    let quick = ["--minimum-healthy", "300ms", "--wait"];
    shop.ok(&[&words[..], &quick[..]].concat());
    shop_at(&shop, stock, "1.0.0");
    shop.go_on_from(&backup);
    assert_eq!(shop.left_behind(), [r#"testing/testing-1 [] → ["1.0.0"]"#]);
    // Declared again, it goes on from there.
    declare_stock(&mut shop);
    let words = ["deploy", "stock", "9.0.0", "--to", "testing"];
    let ended = shop.run(&[&words[..], &quick[..]].concat());
    assert!(!ended.status.success(), "{ended:?}");
    shop_at(&shop, stock, "1.0.0");
    let words = ["deploy", "stock", "1.0.0", "--to", "testing"];
    shop.ok(&[&words[..], &quick[..]].concat());
    assert_eq!(shop.left_behind(), [""; 0]);
}

fn shop_at(shop: &Shop, port: u16, version: &str) {
    until(&format!("it answers {version}"), || {
        shop.version_at(port).as_deref() == Some(version)
    });
}

/// A second product, with a release that runs and one that does not; answers its port on `testing-1`.
fn declare_stock(shop: &mut Shop) -> u16 {
    let port = shop.reserve("stock-1");
    shop.apply(&format!(
        "kind: Product\nname: stock\npath: [testing]\n---\n{}",
        web("environment: {}")
            .replace("product: shop", "product: stock")
            .replace("${vars.port}", &port.to_string())
    ));
    for (version, fault) in [("1.0.0", None), ("9.0.0", Some("exit-after 0.1"))] {
        shop.push(version, fault);
        let wares = shop.file(&format!("wares/{version}"));
        shop.ok(&["push", &format!("stock/web:{version}"), &wares]);
        let component = format!("web={version}");
        let words = ["release", "create", "stock", version, "--component"];
        shop.ok(&[&words[..], &[&component]].concat());
    }
    port
}

/// The shop has a secret in what it runs.
const SECRET: &str = "not-for-those-who-only-say-so";

const LINES: &str = r#"environment: { KEY: "${secrets.key}" }"#;

#[test]
fn what_a_target_says_that_it_runs_entitles_it_to_nothing() {
    let mut shop = Shop::with_shop(None);
    shop.deploy("1.0.0", "testing");
    let backup = shop.backed_up();
    shop.apply(&web(LINES));
    shop.set_secret(SECRET);
    shop.ok(&["release", "configure", "shop", "1.1.0"]);
    shop.deploy("1.1.0", "testing");
    let said = told(&shop, "testing-1");
    assert!(said.to_string().contains(SECRET), "{said}");
    let revisions = said["revisions"].as_array().expect("revisions");
    let deployed = revisions.iter().find(|it| it["release"] == "1.1.0");
    let artifact = &deployed.expect("it is told")["components"][0]["artifact"];
    let artifact = artifact.as_str().expect("a digest").to_owned();

    shop.go_on_from(&backup);
    // The same secret is there again, and so is the artifact; nobody deployed what names them.
    shop.set_secret(SECRET);
    shop.release("1.2.0", Some("exit-after 0.1"));
    fails(&shop, "1.2.0");
    answers(&shop, "testing-1", "1.1.0");
    let again = told(&shop, "testing-1");
    let names = again["revisions"].to_string();
    assert!(names.contains(&artifact), "{again}");
    assert_eq!(again["secrets"], json!({}));
    assert_eq!(blob(&shop, &artifact), 404);

    // Once the server itself orders the same, it is given.
    shop.apply(&web(LINES));
    shop.ok(&["release", "configure", "shop", "1.1.0"]);
    shop.deploy("1.1.0", "testing");
    assert!(told(&shop, "testing-1").to_string().contains(SECRET));
    assert_eq!(blob(&shop, &artifact), 200);
}

fn told(shop: &Shop, target: &str) -> Value {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(Hand::of(shop, Some(target)).told())
}

fn blob(shop: &Shop, digest: &str) -> u16 {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hand = Hand::of(shop, Some("testing-1"));
    runtime.block_on(hand.get(&format!("/blobs/{digest}"))).0
}
