//! Trains: releases of several products that go out together, from environment to environment.

use serde_json::{Value, json};
use std::fs;
use tidegate_tests::{
    server::client,
    shop::{TOKEN, until},
    station::{PRODUCTS, Station},
};

/// Departures that are over, so that a train leaves as soon as it may.
const AT_ONCE: (&str, &str) = ("2026-01-01T10:00", "2026-01-02T10:00");

/// What happened to the deployments of a group run, in the order of the journal: `stock target_passed`.
fn happened(station: &Station, run: &Value) -> Vec<String> {
    let group = station
        .shop
        .json(&["group-run", "show", &run.to_string(), "--output", "json"]);
    let members = group["members"].as_array().expect("members");
    let page = station
        .shop
        .json(&["journal", "list", "-n", "500", "--output", "json"]);
    let entries = page["entries"].as_array().expect("entries");
    let said = entries.iter().rev().filter_map(|entry| {
        let id = entry["subject"].as_str()?.strip_prefix("deployment/")?;
        let id: u64 = id.parse().ok()?;
        let member = members.iter().find(|it| it["deployment"] == id)?;
        let action = entry["action"].as_str()?.strip_prefix("deployment.")?;
        Some(format!("{} {action}", member["product"].as_str()?))
    });
    said.collect()
}

fn position(happened: &[String], what: &str) -> usize {
    let found = happened.iter().position(|it| it == what);
    found.unwrap_or_else(|| panic!("`{what}` is not in {happened:?}"))
}

#[test]
fn three_products_go_out_together_or_all_go_back() {
    let station = Station::open(2, 10);
    station.save("first", &station.plan("1.0.0", AT_ONCE), &[]);
    assert!(station.waits("first").contains("its release is not made"));
    station.release("1.0.0");
    let view = station.show("first");
    assert_eq!(
        view["sentence"],
        "first: boarding is open; 3 of 3 members are ready for staging."
    );
    station.shop.ok(&["train", "close", "first"]);
    let told = station.shop.ok(&["train", "watch", "first"]);
    assert!(told.contains("first: it arrived in live."), "{told}");
    assert_eq!(station.runs("live"), ["1.0.0"; 3]);

    // The second one arrives in staging, and waits for its time.
    station.serve("2.0.0");
    station.release("2.0.0");
    let later = ("2026-01-01T10:00", "2099-01-02T10:00");
    station.save("second", &station.plan("2.0.0", later), &[]);
    station.shop.ok(&["train", "close", "second"]);
    until("all of it runs in staging", || {
        station.waits("second") == "it leaves for live at 2099-01-02T10:00:00Z"
    });
    assert_eq!(station.runs("staging"), ["2.0.0"; 3]);
    let view = station.show("second");
    assert_eq!(view["integration"]["holds"], true, "{view}");
    assert_ne!(view["integration"]["together_since"], Value::Null);

    // What ran together and was changed since does not count until it runs together again.
    station
        .shop
        .ok(&["rollback", "stock", "--in", "staging", "--wait"]);
    let waits = station.waits("second");
    assert!(
        waits.contains("stock") && waits.contains("staging"),
        "{waits}"
    );
    assert_eq!(station.show("second")["integration"]["holds"], false);
    let again = ["deploy", "stock", "2.0.0", "--to", "staging", "--wait"];
    station.shop.ok(&again);
    let view = station.show("second");
    assert_eq!(view["integration"]["holds"], true, "{view}");

    // The last member fails in live: all go back, the last first.
    fs::write(station.broken("site"), "").expect("a file");
    station.save("second", &station.plan("2.0.0", AT_ONCE), &["--base", "1"]);
    let ended = station.shop.run(&["train", "watch", "second"]);
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    let view = station.show("second");
    assert_eq!(view["status"], "rolled_back", "{view}");
    assert_eq!(station.runs("live"), ["1.0.0"; 3]);
    let happened = happened(&station, &view["group_run"]);
    let at = |what: &str| position(&happened, what);
    assert!(at("stock target_passed") < at("till wave_started"));
    assert!(at("till target_passed") < at("site wave_started"));
    let back = PRODUCTS.map(|product| at(&format!("{product} rolled_back")));
    assert!(back[2] < back[1] && back[1] < back[0], "{happened:?}");

    // Mended, it goes on from staging.
    fs::remove_file(station.broken("site")).expect("a file");
    station.shop.ok(&["train", "resume", "second"]);
    station.shop.ok(&["train", "watch", "second"]);
    assert_eq!(station.runs("live"), ["2.0.0"; 3]);
    let left = station.shop.actions("train/second");
    let left = left.iter().filter(|it| *it == "train.left");
    assert_eq!(left.count(), 3, "to staging, and to live twice");
    assert!(station.shop.ok(&["doctor"]).contains("all is sound"));
}

#[test]
fn what_does_not_fit_goes_nowhere_and_says_why() {
    let station = Station::desk();
    station.release("1.0.0");
    station.serve("2.0.0");
    for product in ["till", "site"] {
        station.release_of(product, "2.0.0");
    }
    // Stock stays behind, and the till needs what only the next one serves.
    let plan = station.plan("2.0.0", AT_ONCE);
    let plan = plan.replace("stock, release: 2.0.0", "stock, release: 1.0.0");
    station.save("odd", &plan, &[]);
    let told = station.shop.ok(&["train", "show", "odd"]);
    assert!(told.contains("it does not fit in staging"), "{told}");
    let needs = "till/app 2.0.0 needs stock-api ^2.0.0";
    assert!(told.contains(needs), "{told}");

    // Closing it fixes what goes; it does not leave.
    station.shop.ok(&["train", "close", "odd"]);
    assert!(station.waits("odd").contains(needs));
    let again = station.shop.refused(5, &["train", "close", "odd"]);
    assert!(
        again.contains("a train that is closed cannot be"),
        "{again}"
    );

    // Another release of stock, with a reason, is what helps.
    station.release_of("stock", "2.0.0");
    let replace = [
        "train",
        "replace",
        "odd",
        "stock",
        "2.0.0",
        "--reason",
        "it serves the till",
    ];
    let told = station.shop.ok(&replace);
    assert!(told.contains("it fits in staging"), "{told}");
    let view = station.show("odd");
    assert_eq!(view["bills"][0]["edition"], 2);
    assert_eq!(view["amendments"][0]["replaced_by"], "2.0.0");
    assert_eq!(view["amendments"][0]["reason"], "it serves the till");
    let needed = ["train", "drop", "odd", "stock", "--reason", "no time"];
    let needed = station.shop.refused(5, &needed);
    assert!(needed.contains("cannot be dropped, because"), "{needed}");
    // Nothing can run it here: that is said before it leaves, and holds nothing back once there is a target.
    assert!(
        station
            .waits("odd")
            .contains("the environment has no targets"),
        "{view}"
    );
}

#[test]
fn a_member_that_is_late_is_dropped_unless_it_is_needed() {
    let station = Station::desk();
    station.release("1.0.0");
    let late = |more: &str| {
        let plan = station.plan("1.0.0", ("2026-01-01T10:00", "2099-01-02T10:00"));
        let plan = plan.replace("members:", "late: { policy: drop }\nmembers:");
        plan.replace("{ product: site, release: 1.0.0 }", more)
    };
    // Nobody needs the site, whose release is not made.
    station.save("autumn", &late("{ product: site, release: 3.0.0 }"), &[]);
    until("the site is dropped", || {
        station.show("autumn")["amendments"][0]["product"] == "site"
    });
    let view = station.show("autumn");
    assert_eq!(view["members"].as_array().map(Vec::len), Some(2));
    assert_eq!(view["amendments"][0]["by"], Value::Null);
    let history = station.shop.ok(&["train", "history", "autumn"]);
    assert!(history.contains("tidegate"), "{history}");

    // The till needs stock: people say how it goes on.
    let plan = late("{ product: site, release: 1.0.0 }");
    let plan = plan.replace("stock, release: 1.0.0", "stock, release: 3.0.0");
    let plan = plan.replace(
        "{ product: till, release: 1.0.0 }",
        "{ product: till, release: 1.0.0, after: [stock] }",
    );
    station.save("winter", &plan, &[]);
    let waits = station.waits("winter");
    assert!(
        waits.contains("stock is late and would be dropped, but till/app 1.0.0 needs stock-api"),
        "{waits}"
    );
    let stop = plan.replace("policy: drop", "policy: stop");
    station.save("spring", &stop, &[]);
    until("spring is held", || {
        station.show("spring")["held"] == json!(true)
    });
    let told = station.shop.ok(&["train", "show", "spring"]);
    assert!(told.contains("tidegate held it: stock is late"), "{told}");
    assert!(told.contains("`tidegate train resume spring`"), "{told}");
}

#[test]
fn plans_that_nobody_could_keep_to_are_refused_where_they_are_written() {
    let station = Station::desk();
    let plan = station.plan("1.0.0", AT_ONCE);
    let swapped = ("2026-01-02T10:00", "2026-01-01T10:00");
    for (text, expect) in [
        (
            plan.replace("owner: team:platform", "owner: team:nobody"),
            "nobody",
        ),
        (plan.replace("product: till", "product: bank"), "bank"),
        (
            plan.replace("environment: staging", "environment: moon"),
            "moon",
        ),
        (
            station.plan("1.0.0", swapped),
            "it leaves for live before it leaves for staging",
        ),
        (
            plan.replace(
                "- { product: till, release: 1.0.0 }\n- { product: site, release: 1.0.0 }\n",
                "",
            ),
            "at least two members",
        ),
        (
            plan.replace("{ product: till,", "{ product: till, afer: [stock],"),
            "train.yaml:8:20",
        ),
        (
            plan.replace("{ product: till,", "{ product: till, after: [bank],"),
            "names `bank`, which is no member",
        ),
        (
            plan.replace(
                "owner: team:platform",
                "owner: team:platform\ntime_zone: Europe/Amsterdam",
            )
            .replace("2026-01-02T10:00", "2026-03-29T02:30"),
            "does not happen in Europe/Amsterdam",
        ),
        (
            plan.replace(
                "environment: staging, at: 2026-01-01T10:00",
                "environment: live, at: 2026-01-01T10:00",
            )
            .replace(
                "environment: live, at: 2026-01-02T10:00",
                "environment: staging, at: 2026-01-02T10:00",
            ),
            "promotion path, which is staging → live",
        ),
    ] {
        let status = if expect.len() < 8 { 4 } else { 2 };
        let said = station.refused((status, "autumn"), &text);
        assert!(said.contains(expect), "{expect}: {said}");
    }
    assert_eq!(
        station.shop.json(&["train", "list", "--output", "json"]),
        json!([])
    );
}

#[test]
fn two_people_plan_one_train_and_nothing_is_overwritten() {
    let station = Station::desk();
    let plan = station.plan("1.0.0", ("2099-01-01T10:00", "2099-01-02T10:00"));
    station.save("autumn", &plan, &[]);
    // Ada moves a departure while Ben names another release.
    let ada = plan.replace("2099-01-02", "2099-01-03");
    station.save("autumn", &ada, &["--base", "1"]);
    let ben = plan.replace("site, release: 1.0.0", "site, release: 1.1.0");
    let said = station.save("autumn", &ben, &["--base", "1"]);
    assert!(
        said.contains("what others saved in between is in it"),
        "{said}"
    );
    let text = station.shop.ok(&["train", "show", "autumn", "--yaml"]);
    assert!(
        text.contains("2099-01-03") && text.contains("1.1.0"),
        "{text}"
    );
    // Both change the same.
    let cy = station.shop.file("cy.yaml");
    fs::write(&cy, plan.replace("2099-01-02", "2099-01-04")).expect("a file");
    let both = ["train", "plan", "autumn", &cy, "--base", "1"];
    let both = station.shop.refused(5, &both);
    assert!(both.contains("departures.live.at"), "{both}");
    assert!(text == station.shop.ok(&["train", "show", "autumn", "--yaml"]));
}

/// What the calendar says of the fifth of May 2099, as whoever is signed in sees it.
async fn clashes(station: &Station) -> Value {
    let path = "/api/v1/calendar/entries?from=2099-05-05&to=2099-05-06";
    let url = format!("{}{path}", station.shop.url());
    let answer = client().get(url).bearer_auth(TOKEN).send().await;
    let text = answer.expect("an answer").text().await.expect("a text");
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    whole["conflicts"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_train_that_arrived_leaves_its_releases_in_nobodys_way_and_is_told_by_their_reviews() {
    let station = Station::open(1, 1);
    let shop = &station.shop;
    station.release("1.0.0");
    let target = shop.file("target.yaml");
    fs::write(&target, "target: 2099-05-05T10:00\n").expect("a file");
    for product in ["stock", "till"] {
        let save = ["release", "plan", "save", product, "1.0.0", &target];
        shop.ok(&[&save[..], &["--base", "0"]].concat());
    }
    let told = clashes(&station).await.to_string();
    assert!(told.contains("shared-component"), "{told}");

    station.save("first", &station.plan("1.0.0", AT_ONCE), &[]);
    shop.ok(&["train", "hold", "first", "--reason", "lunch"]);
    shop.ok(&["train", "resume", "first"]);
    shop.ok(&["train", "close", "first"]);
    shop.ok(&["train", "watch", "first"]);
    // Both are live, years before they were to be.
    assert_eq!(clashes(&station).await, json!([]));

    let review = shop.json(&["review", "show", "stock", "1.0.0", "--output", "json"]);
    let ride = &review["report"]["trains"][0];
    assert_eq!(
        (&ride["train"], &ride["state"]),
        (&json!("first"), &json!("arrived"))
    );
    for (place, planned) in [(0, "2026-01-01T10:00:00Z"), (1, "2026-01-02T10:00:00Z")] {
        let departure = &ride["departures"][place];
        assert_eq!(departure["planned"], planned, "{departure}");
        assert!(departure["left"].as_str() > Some(planned), "{departure}");
    }
    let happened = ride["happened"].as_array().expect("a list").iter();
    let happened: Vec<&str> = happened.filter_map(|it| it["what"].as_str()).collect();
    assert_eq!(
        happened,
        [
            "held", "resumed", "closed", "left", "reached", "left", "arrived"
        ]
    );
    let shown = shop.ok(&["review", "show", "stock", "1.0.0"]);
    assert!(
        shown.contains("train first, arrived") && shown.contains("it was held: lunch"),
        "{shown}"
    );
}
