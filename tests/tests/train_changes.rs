//! Trains: what changes once boarding is closed, and members that wait for each other.

use serde_json::Value;
use std::collections::BTreeSet;
use tidegate_tests::station::Station;

const LATER: (&str, &str) = ("2099-01-01T10:00", "2099-01-02T10:00");

/// The products of an edition of the bill, the newest first.
fn aboard(view: &Value, edition: usize) -> BTreeSet<&str> {
    let parts = view["bills"][edition]["parts"].as_array().expect("parts");
    let products = parts.iter().map(|it| it["product"].as_str());
    products.map(|it| it.expect("a product")).collect()
}

/// The products of what stands before a train.
fn hurdles(station: &Station, train: &str) -> BTreeSet<String> {
    let words = ["explain", "train", train, "--output", "json"];
    let view = station.shop.json(&words);
    let all = view["hurdles"].as_array().expect("hurdles").iter();
    all.filter_map(|it| it["product"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn a_member_is_dropped_after_boarding_was_closed_and_the_rest_goes_without_it() {
    let station = Station::desk();
    let shop = &station.shop;
    station.release("1.0.0");
    let plan = station.plan("1.0.0", LATER);
    let plan = plan.replace("members:", "late: { before: 1h }\nmembers:");
    station.save("autumn", &plan, &[]);
    shop.ok(&["train", "close", "autumn"]);
    // The site has something to do that keeps the train from leaving.
    let task = ["task", "add", "site", "1.0.0", "Translate it"];
    shop.ok(&[&task[..], &["--owner", "team:platform"]].concat());
    let waits = station.waits("autumn");
    assert!(
        waits.contains("site: ") && waits.contains("Translate it"),
        "{waits}"
    );
    assert!(hurdles(&station, "autumn").contains("site"));

    let drop = |product, reason| ["train", "drop", "autumn", product, "--reason", reason];
    let needed = shop.refused(5, &drop("till", "no time"));
    assert!(needed.contains("site/app 1.0.0 needs till-api"), "{needed}");
    let silent = shop.refused(2, &drop("site", " "));
    assert!(silent.contains("say why"), "{silent}");
    let before = station.show("autumn");
    assert_eq!(before["bills"].as_array().map(Vec::len), Some(1));

    shop.ok(&drop("site", "nobody translated it"));
    let view = station.show("autumn");
    assert_eq!(view["status"], "closed", "{view}");
    assert_eq!(view["bills"][0]["edition"], 2);
    assert_eq!(aboard(&view, 0), BTreeSet::from(["stock", "till"]));
    assert_eq!(aboard(&view, 1), BTreeSet::from(["stock", "till", "site"]));
    assert_eq!(view["bills"][1], before["bills"][0]);
    assert_ne!(view["bills"][0]["hash"], view["bills"][1]["hash"]);
    let change = &view["amendments"][0];
    assert_eq!(
        (&change["product"], &change["replaced_by"]),
        (&"site".into(), &Value::Null)
    );
    assert_eq!(change["reason"], "nobody translated it");
    assert_eq!(view["members"].as_array().map(Vec::len), Some(2));
    let waits = station.waits("autumn");
    assert!(!waits.contains("site"), "{waits}");
    assert!(!hurdles(&station, "autumn").contains("site"));
    let again = shop.refused(2, &drop("site", "again"));
    assert!(again.contains("`site` is no member"), "{again}");
}

#[test]
fn members_that_come_after_each_other_are_refused_and_the_circle_is_named() {
    let station = Station::desk();
    let shop = &station.shop;
    station.release("1.0.0");
    let plan = station.plan("1.0.0", LATER);
    // The till needs stock by itself; the plan says the other way round, too.
    let stock = "{ product: stock, release: 1.0.0";
    // What the plan says by itself is refused when it is written.
    let till = "{ product: till, release: 1.0.0";
    let by_plan = plan
        .replace(stock, &format!("{stock}, after: [till]"))
        .replace(till, &format!("{till}, after: [stock]"));
    let path = shop.file("by_plan.yaml");
    std::fs::write(&path, &by_plan).expect("a file");
    let refused = shop.refused(2, &["train", "plan", "autumn", &path]);
    assert!(
        refused.contains("stock after till, because the plan says so"),
        "{refused}"
    );
    assert!(refused.contains("take one of these out"), "{refused}");
    let circle = plan.replace(stock, &format!("{stock}, after: [till]"));
    station.save("autumn", &circle, &[]);
    let named = "these come after each other in a circle: ";
    let waits = station.waits("autumn");
    assert!(waits.contains(named), "{waits}");
    let refused = shop.refused(2, &["train", "close", "autumn"]);
    for part in [
        named,
        "stock after till, because the plan says so",
        "till after stock, because till/app 1.0.0 needs stock-api ^1.0.0, which stock/app gives",
        "`{product: stock, reason: …}`",
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    assert_eq!(station.show("autumn")["status"], "planned");

    // The same is refused where it is written once boarding is closed.
    station.save("autumn", &plan, &["--base", "1"]);
    shop.ok(&["train", "close", "autumn"]);
    let path = shop.file("circle.yaml");
    std::fs::write(&path, &circle).expect("a file");
    let save = ["train", "plan", "autumn", &path, "--base", "2"];
    let refused = shop.refused(2, &save);
    assert!(refused.contains(named), "{refused}");
    assert_eq!(station.show("autumn")["edition"], 2);
}
