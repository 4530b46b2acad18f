//! Trains: in whose name they go, who sees them, and what controls and approvals say of them.

use serde_json::{Value, json};
use std::fs;
use tidegate_tests::{shop::until, station::Station};

/// Departures that are over, so that a train leaves as soon as it may.
const AT_ONCE: (&str, &str) = ("2026-01-01T10:00", "2026-01-02T10:00");

const CAPTAINS: &str = "kind: Role\nname: captain\nmembers: [admin, ben]\n---\nkind: Policy\nname: only-captains\npolicy: |\n  \
    forbid (principal, action == Action::\"deploy\", resource)\n  \
    when { context has environment && context.environment == Environment::\"live\" }\n  unless { principal in Role::\"captain\" };\n";

#[test]
fn a_train_goes_in_the_name_of_somebody_who_may() {
    let station = Station::desk();
    station.release("1.0.0");
    station.save("autumn", &station.plan("1.0.0", AT_ONCE), &[]);
    let by = |who: &str, arguments: &[&str]| station.shop.by(who, arguments).0;
    for (who, level) in [("ben", "4"), ("cy", "3"), ("dee", "4")] {
        station
            .shop
            .ok(&["person", "create", who, "--level", level]);
    }
    // Dee plans like ben, and deploys to staging alone.
    station.shop.apply(CAPTAINS);
    let close = ["train", "close", "autumn"];
    for who in ["cy", "dee"] {
        assert_eq!(by(who, &close), 3, "{who}");
    }
    assert_eq!(by("ben", &close), 0);
    let resume = ["train", "resume", "autumn"];
    station
        .shop
        .ok(&["train", "hold", "autumn", "--reason", "wait"]);
    assert_eq!(by("dee", &resume), 3);
    assert_eq!(by("ben", &resume), 0);
    assert_eq!(station.show("autumn")["goes_for"], "ben");

    // Who changes where it goes answers for it as well.
    let later = station.plan("1.0.0", ("2026-01-01T10:00", "2026-01-03T10:00"));
    let path = station.shop.file("later.yaml");
    fs::write(&path, later).expect("a file");
    let plan = ["train", "plan", "autumn", &path, "--base", "1"];
    for who in ["cy", "dee"] {
        assert_eq!(by(who, &plan), 3, "{who}");
    }
    assert_eq!(station.show("autumn")["edition"], 1);
    station.shop.ok(&plan);
    assert_eq!(station.show("autumn")["goes_for"], "admin");
    let nowhere = station.shop.refused(2, &plan[..4]);
    assert!(
        nowhere.contains("`--base EDITION`, which is 2 now"),
        "{nowhere}"
    );
    station
        .shop
        .ok(&["train", "hold", "autumn", "--reason", "wait"]);
    assert_eq!(by("ben", &resume), 0);
    assert!(station.waits("autumn").contains("has no targets"));
    // Whoever closed is gone: it does not leave, and says so.
    station.shop.ok(&["person", "remove", "ben", "--yes"]);
    let waits = station.waits("autumn");
    assert!(waits.contains("stock: nobody is there any more"), "{waits}");
    assert_eq!(station.show("autumn")["status"], "closed");
    // Somebody else lets it go on, and it goes in their name.
    station
        .shop
        .ok(&["train", "hold", "autumn", "--reason", "ben left"]);
    station.shop.ok(&["train", "resume", "autumn"]);
    assert_eq!(station.show("autumn")["goes_for"], "admin");
    assert!(station.waits("autumn").contains("has no targets"));
}

/// Somebody approves what is to be deployed to staging; who asks for a deployment does not approve it.
const APPROVED: &str = "kind: Environment\nname: staging\nstrategy: quick\napprovals:\n  - { count: 1 }\n---\n\
    kind: Control\nname: plan-reviewed\nmode: enforce\nenvironments: [staging]\n";

#[test]
fn what_people_approve_is_asked_for_once_it_has_left() {
    let station = Station::open(1, 1);
    station.release("1.0.0");
    station
        .shop
        .ok(&["person", "create", "zoe", "--level", "6"]);
    station.shop.apply(APPROVED);
    station.save("autumn", &station.plan("1.0.0", AT_ONCE), &[]);
    station.shop.ok(&["train", "close", "autumn"]);
    until("it is on its way, though nobody has approved it", || {
        station.show("autumn")["status"] == "under_way"
    });
    // Held under way, it stands still once it is there.
    let hold = ["train", "hold", "autumn", "--reason", "the till first"];
    station.shop.ok(&hold);
    let view = station.show("autumn");
    let told =
        "autumn: it is on its way to staging, and stands still once it is there: the till first.";
    assert_eq!(
        (&view["held"], &view["sentence"]),
        (&json!(true), &json!(told))
    );
    let run = view["group_run"].to_string();
    let group = station
        .shop
        .json(&["group-run", "show", &run, "--output", "json"]);
    for member in group["members"].as_array().expect("members") {
        let deployment = member["deployment"].to_string();
        let (status, said) = station.shop.by("zoe", &["approve", &deployment, "--yes"]);
        assert_eq!(status, 0, "{said}");
    }
    until("it is in staging", || {
        station.show("autumn")["status"] == "closed"
    });
    let view = station.show("autumn");
    assert_eq!(view["held"], true, "{view}");
    assert!(
        station
            .waits("autumn")
            .contains("admin held it: the till first")
    );
    station.shop.ok(&["train", "resume", "autumn"]);
    station.shop.ok(&["train", "watch", "autumn"]);
    assert_eq!(station.runs("live"), ["1.0.0"; 3]);
    let left = ["journal", "list", "-n", "500", "--output", "json"];
    let page = station.shop.json(&left);
    let mut entries = page["entries"].as_array().expect("entries").iter();
    let left = entries
        .find(|it| it["action"] == "train.left")
        .expect("it left");
    assert_eq!(left["detail"]["edition"], 1, "{left}");
    assert_eq!(left["detail"]["bill"], view["bills"][0]["hash"]);
}

#[test]
fn what_was_configured_anew_goes_only_when_somebody_takes_it_aboard() {
    let station = Station::desk();
    station.release("1.0.0");
    let later = ("2099-01-01T10:00", "2099-01-02T10:00");
    station.save("autumn", &station.plan("1.0.0", later), &[]);
    station.shop.ok(&["train", "close", "autumn"]);
    let changed = "the train brings it with configuration 1, and it goes with 2 now";
    assert!(!station.waits("autumn").contains(changed));
    let replace = [
        "train",
        "replace",
        "autumn",
        "till",
        "1.0.0",
        "--reason",
        "it listens elsewhere",
    ];
    let same = station.shop.refused(5, &replace);
    assert!(
        same.contains("till 1.0.0 goes already, exactly as it is"),
        "{same}"
    );
    // The declaration is read again.
    station.serve("1.0.1");
    station.shop.ok(&["release", "configure", "till", "1.0.0"]);
    assert!(station.waits("autumn").contains(changed));
    station.shop.ok(&replace);
    let view = station.show("autumn");
    assert_eq!(view["bills"][0]["edition"], 2, "{view}");
    assert!(!station.waits("autumn").contains("with configuration"));
}

/// A product of another team.
const BANK: &str = "kind: Team\nname: money\n---\nkind: Product\nname: bank\nteam: money\npath: [staging, live]\n---\n\
    kind: Team\nname: platform\nlevels: { pat: enable }\n";

#[test]
fn who_may_not_see_all_that_ever_was_aboard_sees_no_train() {
    let station = Station::desk();
    station.shop.ok(&["person", "create", "pat"]);
    station.shop.apply(BANK);
    let later = ("2099-01-01T10:00", "2099-01-02T10:00");
    let plan = station.plan("1.0.0", later);
    station.save("autumn", &plan, &[]);
    let show = ["train", "show", "autumn"];
    let list = ["train", "list", "--output", "json"];
    let listed = |who: &str| -> Value {
        let (status, said) = station.shop.by(who, &list);
        assert_eq!(status, 0, "{said}");
        serde_json::from_str(&said).expect("JSON")
    };
    assert_eq!(station.shop.by("pat", &show).0, 0);
    assert_eq!(listed("pat")[0]["name"], "autumn");
    // The bank was aboard for a while.
    let with = format!("{plan}- {{ product: bank }}\n");
    for (text, base) in [(with, "1"), (plan, "2")] {
        station.save("autumn", &text, &["--base", base]);
        assert_eq!(station.shop.by("pat", &show).0, 4);
        let history = ["train", "history", "autumn"];
        assert_eq!(station.shop.by("pat", &history).0, 4);
        assert_eq!(listed("pat"), json!([]));
        let journal = ["journal", "list", "-n", "500", "--output", "json"];
        let (status, said) = station.shop.by("pat", &journal);
        assert!(status == 0 && !said.contains("train/autumn"), "{said}");
    }
    assert!(station.shop.ok(&show).contains("autumn"));
}
