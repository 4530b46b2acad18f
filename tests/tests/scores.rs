//! How large and how risky a deployment is, and whether that ranks what failed.

use serde_json::{Value, json};
use tidegate_tests::{
    past::Past,
    server::{Server, software, text},
    shop::Shop,
};

fn term<'a>(view: &'a Value, part: &str, kind: &str) -> &'a Value {
    let all = view[part].as_array().expect("terms").iter();
    let mut own = all.filter(|it| it["kind"] == kind);
    own.next().unwrap_or(&Value::Null)
}

fn scored(shop: &Shop, more: &[&str]) -> Value {
    let words = ["score", "show", "shop", "1.1.0", "--output", "json"];
    shop.json(&[&words[..], more].concat())
}

#[test]
fn a_score_says_why_and_what_would_lower_it_and_that_does() {
    let shop = Shop::with_shop(None);
    let view = scored(&shop, &["--at", "2026-12-05T10:00:00Z"]);
    assert_eq!(view["environment"], "live");
    assert_eq!(term(&view, "size_terms", "components")["points"], 5);
    assert_eq!(
        term(&view, "size_terms", "targets")["told"],
        "it reaches 3 targets"
    );
    let weekend = term(&view, "risk_terms", "time");
    assert_eq!(weekend["told"], "it begins on a weekend");
    assert_eq!(weekend["lowers"], 8);
    let preceded = term(&view, "risk_terms", "preceded");
    assert_eq!(preceded["remedy"], "deploy it there first");
    let (before, lowers) = (view["risk"].as_u64(), preceded["lowers"].as_u64());

    for version in ["1.0.0", "1.1.0"] {
        for environment in ["testing", "staging"] {
            shop.deploy(version, environment);
        }
    }
    let after = scored(&shop, &["--at", "2026-12-05T10:00:00Z"]);
    assert_eq!(
        after["risk"].as_u64(),
        before.zip(lowers).map(|(it, by)| it - by)
    );
    let monday = scored(&shop, &["--at", "2026-12-07T10:00:00Z"]);
    assert_eq!(term(&monday, "risk_terms", "time"), &Value::Null);

    // What should be done by then counts, and what is to be better next time does not.
    let task = ["task", "add", "shop", "1.1.0", "Write the notes"];
    shop.ok(&[&task[..], &["--due", "2026-12-01T00:00:00Z"]].concat());
    let overdue = scored(&shop, &["--at", "2026-12-07T10:00:00Z"]);
    assert_eq!(
        term(&overdue, "risk_terms", "overdue")["told"],
        "1 task should be done by then"
    );
    let told = shop.ok(&["score", "show", "shop", "1.1.0", "--to", "staging"]);
    assert!(told.contains("shop 1.1.0 to staging: small"), "{told}");
    assert!(told.contains("rehearse it: `tidegate rehearse`"), "{told}");

    let refused = shop.refused(4, &["score", "show", "shop", "9.9.9"]);
    assert!(refused.contains("9.9.9"), "{refused}");
    let refused = shop.refused(2, &["score", "show", "shop", "1.1.0", "--at", "soon"]);
    assert!(refused.contains("at:"), "{refused}");
    let refused = shop.refused(6, &["score", "show", "shop", "1.1.0", "--learnt"]);
    assert!(refused.contains("nothing can be learnt"), "{refused}");
}

#[test]
fn what_was_taken_back_counts_as_failed_in_the_past() {
    let shop = Shop::with_shop(None);
    for version in ["1.0.0", "1.1.0"] {
        for environment in ["testing", "staging", "live"] {
            shop.deploy(version, environment);
        }
    }
    shop.ok(&[
        "rollback",
        "shop",
        "--in",
        "live",
        "--reason",
        "it smokes",
        "--wait",
    ]);
    let judged = shop.json(&["score", "backtest", "--product", "shop", "--output", "json"]);
    assert_eq!(
        (&judged["deployments"], &judged["failures"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(judged["written"], Value::Null);
    let sentence = judged["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("too few to judge"), "{sentence}");
    let view = scored(&shop, &["--at", "2099-12-07T10:00:00Z"]);
    let track = term(&view, "risk_terms", "component_track");
    assert_eq!(
        track["told"],
        "of deployments there that changed web, 1 of 2 failed"
    );
    let at = ["--at", "2099-12-07T10:00:00Z"];
    let learnt = scored(&shop, &[&at[..], &["--learnt"]].concat());
    assert_eq!(learnt["learnt"], true);
    assert_eq!(learnt["size"], view["size"]);
    assert_ne!(learnt["risk"], view["risk"], "the weights count: {learnt}");
}

const PRODUCT: &str = "kind: Environment\nname: live\n---\nkind: Target\nname: live-1\nenvironment: live\n---\n\
    kind: Product\nname: shop\npath: [live]\ncomponents: [{ name: web, driver: service, service: { command: [\"./web\"] } }]\n";
/// When deployments went well, on working days, and when they failed later on, on weekends.
const WELL: [&str; 6] = [
    "2026-01-05",
    "2026-01-06",
    "2026-01-07",
    "2026-01-08",
    "2026-01-09",
    "2026-01-12",
];
const BADLY: [&str; 6] = [
    "2026-01-17",
    "2026-01-18",
    "2026-01-24",
    "2026-01-25",
    "2026-01-31",
    "2026-02-01",
];

/// A deployment to live, of one of two releases in turn.
fn went(id: u32, date: &str, word: &str) -> Value {
    let records = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/store/tests/records");
    let golden = std::fs::read_to_string(format!("{records}/deployment-{word}.v1.json"));
    let mut record: Value = serde_json::from_str(&golden.expect("a record")).expect("JSON");
    let mut deployment = record["is"].take();
    deployment["id"] = json!(id);
    deployment["product"] = json!("shop");
    deployment["release"] = json!(if id.is_multiple_of(2) {
        "1.0.0"
    } else {
        "1.1.0"
    });
    deployment["requested_at"] = json!(format!("{date}T10:00:00Z"));
    deployment["status"]["at"] = json!(format!("{date}T11:00:00Z"));
    deployment
}

/// Puts the past into the record of a server that does not run.
fn fill(server: &Server) {
    let mut past = Past::of(server);
    let well = WELL.iter().map(|date| (date, "succeeded"));
    let all = well.chain(BADLY.iter().map(|date| (date, "failed")));
    for (id, (date, word)) in (1..).zip(all) {
        past.deployment(word, &went(id, date, word));
    }
    past.keep();
}

#[tokio::test(flavor = "multi_thread")]
async fn with_enough_of_a_past_the_backtest_says_how_well_the_score_ranks_it() {
    let mut server = Server::start().await;
    server.apply(PRODUCT);
    for version in ["1.0.0", "1.1.0"] {
        let wares = software(server.directory(), version, &[("web", version)]);
        server.run(&["push", &format!("shop/web:{version}"), text(&wares)]);
        let component = format!("web={version}");
        server.run(&[
            "release",
            "create",
            "shop",
            version,
            "--component",
            &component,
        ]);
    }
    server.kill();
    fill(&server);
    server.start_again().await;
    let judged = server.json(&["score", "backtest", "--product", "shop"]);
    assert_eq!(
        (&judged["deployments"], &judged["failures"]),
        (&json!(12), &json!(6))
    );
    // What failed was asked for on weekends, after others that had failed: the score is higher.
    let (area, error) = (&judged["written"]["area"], &judged["written"]["error"]);
    assert!(
        area.as_f64().is_some_and(|it| it > 0.7 && it <= 1.0),
        "{judged}"
    );
    assert!(
        error.as_f64().is_some_and(|it| (0.0..0.2).contains(&it)),
        "{judged}"
    );
    // All of the newer half failed: nobody can say how that is ranked.
    assert_eq!(judged["written_newer"], Value::Null, "{judged}");
    let told = server.run(&["score", "backtest"]);
    let sentence = "6 of 12 deployments to live failed, went back, or were taken back. The score has an AUC of ";
    assert!(told.starts_with(sentence), "{told}");
    assert!(told.contains("it ranks them above the others"), "{told}");
    let mut rows = told
        .lines()
        .filter(|it| it.trim().starts_with("the written formula"));
    assert!(rows.next().is_some_and(|it| it.contains(" ± ")), "{told}");
}
