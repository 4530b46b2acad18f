//! Suppliers: what people decide about their changes, who may, and what that holds for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::Value;
use tidegate_tests::{
    shop::{Shop, until},
    station::Station,
    supplier_site::SupplierSite,
};

/// A product of a team that runs nowhere, another team that deals with a supplier, and what that supplier has.
const WORLD: &str = "kind: Team\nname: makers\nlevels: { mia: assist }\n---\nkind: Team\nname: payments\nlevels: { mia: apply, pia: enable }\n---\n\
    kind: Environment\nname: live\n---\nkind: Product\nname: shop\nteam: makers\npath: [live]\ncomponents:\n  - name: web\n    driver: service\n    \
    service: { command: [\"./web\"] }\n    needs: [{ contract: payments-api, versions: \"^2\" }]\n---\nkind: Supplier\nname: acme\n\
    owner: team:payments\ncontacts: [{ name: Eve, mail: eve@acme.example }]\ncomponents: [{ name: gateway, provides: { payments-api: 2.1.0 }, \
    environments: { live: {} } }]\n";
const IMPACT: [&str; 6] = ["supplier", "impact", "--notice", "1", "--output", "json"];

/// A server without agents, where acme announces something in three days.
fn world() -> Shop {
    let shop = Shop::start(None);
    for (who, level) in [
        ("bob", Some("3")),
        ("ada", Some("4")),
        ("mia", None),
        ("pia", None),
        ("zoe", None),
    ] {
        let create = ["person", "create", who];
        let level = level.map(|it| ["--level", it]);
        shop.ok(&[&create[..], level.as_ref().map_or(&[], |it| &it[..])].concat());
    }
    shop.apply(WORLD);
    announce(&shop, "Gateway 2.5.0", "2099-01-10T22:00");
    shop
}

/// An edition of acme's notice.
fn announce(shop: &Shop, title: &str, from: &str) {
    let add = [
        "supplier", "notice", "add", "acme", "--kind", "change", "--number", "CHG1",
    ];
    shop.ok(&[&add[..], &["--title", title, "--from", from]].concat());
}

/// Decides something about the notice for the shop in live.
fn decision<'a>(what: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "supplier", "respond", what, "shop", "--in", "live", "--notice", "1",
    ];
    [&words[..], &["--reason", "It may break"], more].concat()
}

fn responses(shop: &Shop) -> Vec<Value> {
    let impact = shop.json(&IMPACT);
    impact["responses"].as_array().unwrap().clone()
}

#[test]
fn what_was_accepted_holds_for_what_was_announced_then() {
    let shop = world();
    shop.ok(&decision("hold", &[]));
    shop.ok(&decision("accept", &["--edition", "1"]));
    let stand = || {
        let all = responses(&shop);
        let is = |it: &Value, what: &str| it[what].as_bool().unwrap();
        (is(&all[0], "stands"), is(&all[1], "outdated"))
    };
    assert_eq!(stand(), (false, false));
    // Other words change nothing; another time does.
    announce(&shop, "The gateway becomes 2.5.0", "2099-01-10T22:00");
    assert_eq!(stand(), (false, false));
    announce(&shop, "The gateway becomes 2.5.0", "2099-02-10T22:00");
    assert_eq!(stand(), (true, true));
    // Whoever looked at the edition before accepts nothing by that.
    let said = shop.refused(5, &decision("accept", &["--edition", "2"]));
    assert!(said.contains("notice 1 has edition 3 now"), "{said}");
    shop.ok(&decision("accept", &["--edition", "3"]));
    assert_eq!(stand(), (false, true));
    assert_eq!(responses(&shop)[2]["outdated"], false);
}

#[test]
fn to_accept_takes_a_level_more_than_to_hold_and_whoever_held_may_drop_it() {
    let shop = world();
    let by = |who: &str, arguments: &[&str]| shop.by(who, arguments);
    assert_eq!(by("bob", &decision("hold", &[])).0, 0);
    let (status, said) = by("bob", &decision("accept", &[]));
    assert!(status == 3 && said.contains("takes level 4"), "{said}");
    shop.ok(&["person", "create", "ben", "--level", "3"]);
    let drop = [
        "supplier",
        "response",
        "drop",
        "1",
        "--reason",
        "We tried it",
    ];
    let done = ["supplier", "response", "done", "1", "--note", "We tried it"];
    assert_eq!(by("ben", &drop).0, 3);
    assert_eq!(by("bob", &done).0, 3);
    assert_eq!(by("bob", &drop).0, 0);
    assert_eq!(responses(&shop)[0]["status"], "dropped");
    assert_eq!(by("ada", &decision("accept", &[])).0, 0);
}

#[test]
fn to_inform_begins_a_message_that_somebody_else_sanctions() {
    let shop = world();
    shop.apply(
        "kind: Channel\nname: pages\nby: in-app\n---\nkind: Audience\nname: everybody\npeople: [bob]\nchannels: [pages]\n\
            notes: operator\n",
    );
    let (status, said) = shop.by("bob", &decision("inform", &["--audience", "everybody"]));
    assert!(status == 0 && said.contains("message 1 is begun"), "{said}");
    let message = shop.json(&["message", "show", "1", "--output", "json"]);
    assert_eq!(message["state"], "draft");
    assert_eq!(message["subject"], "acme: Gateway 2.5.0");
    let body = message["body"].as_str().unwrap();
    for part in [
        "acme: Gateway 2.5.0 (2099-01-10 22:00",
        "It touches shop in live.",
        "It may break",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert_eq!(responses(&shop)[0]["message"], 1);
    // Who deals with the supplier, and may write no message about the shop, decides it all the same.
    let (status, said) = shop.by("mia", &decision("inform", &["--audience", "everybody"]));
    assert!(status == 0 && !said.contains("is begun"), "{said}");
}

#[test]
fn a_supplier_is_not_removed_while_something_is_to_be_done() {
    let shop = world();
    shop.ok(&decision("hold", &[]));
    let remove = ["remove", "supplier", "acme", "--yes"];
    let said = shop.refused(5, &remove);
    let left = "response 1 (hold deployments for shop in live)";
    let remedy = "tidegate supplier response done 1 --note HOW";
    assert!(said.contains(left) && said.contains(remedy), "{said}");
    shop.refused(5, &["remove", "supplier", "acme", "--dry-run"]);
    shop.ok(&[
        "supplier",
        "response",
        "done",
        "1",
        "--note",
        "It is settled",
    ]);
    shop.ok(&remove);
}

#[test]
fn whoever_deals_with_a_supplier_writes_down_what_it_does_and_holds_what_they_see() {
    let shop = world();
    let by = |who: &str, arguments: &[&str]| shop.by(who, arguments);
    let acknowledge = ["supplier", "notice", "acknowledge", "1"];
    let ask = ["supplier", "task", "ask", "acme", "Send the notes"];
    let give = [
        "supplier",
        "link",
        "give",
        "acme",
        "eve@acme.example",
        "--may",
        "see-tasks",
    ];
    // Zoe belongs to nobody, and mia to the team at level 3.
    for arguments in [&acknowledge[..], &ask, &give] {
        assert_eq!(by("zoe", arguments).0, 3, "{arguments:?}");
    }
    for (arguments, expect) in [(&acknowledge[..], 0), (&ask, 0), (&give, 3)] {
        let (status, said) = by("mia", arguments);
        assert_eq!(status, expect, "{said}");
    }
    assert_eq!(by("pia", &give).0, 0);
    // Mia sees the shop and may hold it; pia does not see it, and nobody of them accepts for those who make it.
    let (status, said) = by("mia", &decision("hold", &[]));
    assert_eq!(status, 0, "{said}");
    assert_eq!(by("mia", &decision("accept", &[])).0, 3);
    assert_eq!(by("pia", &decision("hold", &[])).0, 4);
    assert_eq!(
        by("mia", &["can", "me", "record-supplier", "supplier/acme"]).0,
        0
    );
    let journal = ["journal", "list", "-n", "500", "--output", "json"];
    let (_, seen) = by("pia", &journal);
    for subject in ["supplier/acme", "supplier-notice/1", "supplier-task/1"] {
        assert!(
            seen.contains(&format!("\"subject\": \"{subject}\"")),
            "{subject}: {seen}"
        );
    }
    assert!(!seen.contains("supplier-response/"), "{seen}");
    assert!(!by("zoe", &journal).1.contains("supplier"));
}

#[test]
fn what_should_be_done_by_now_is_named() {
    let shop = world();
    shop.ok(&decision("hold", &["--due", "2026-01-01T00:00:00Z"]));
    let listed = shop.json(&["supplier", "list", "--output", "json"]);
    assert_eq!(listed[0]["waits_for"], "response 1 should be done by now");
    let told = shop.ok(&["supplier", "show", "acme"]);
    let line = told.lines().find(|it| it.contains("hold deployments"));
    assert!(
        line.unwrap().contains("2026-01-01 00:00Z, overdue"),
        "{told}"
    );
    let shown = shop.json(&["supplier", "show", "acme", "--output", "json"]);
    assert_eq!(shown["responses"][0]["overdue"], true);
    shop.ok(&[
        "supplier",
        "response",
        "done",
        "1",
        "--note",
        "It is settled",
    ]);
    let shown = shop.json(&["supplier", "show", "acme", "--output", "json"]);
    assert_eq!(shown["responses"], Value::Array(Vec::new()));
}

#[test]
fn what_is_planned_is_met_though_nothing_runs_yet() {
    let shop = world();
    shop.release("2.0.0", None);
    let begin = ["release", "plan", "begin", "shop", "2.0.0"];
    shop.ok(&[&begin[..], &["--target", "2099-01-10T22:00"]].concat());
    let add = [
        "supplier", "notice", "add", "acme", "--kind", "change", "--title", "API 3",
    ];
    shop.ok(&[&add[..], &["--provides", "payments-api=3.0.0"]].concat());
    let impact = shop.json(&["supplier", "impact", "--notice", "2", "--output", "json"]);
    assert_eq!(impact["products"], Value::Array(Vec::new()));
    let met = &impact["plans"][0];
    assert_eq!(met["plan"], "shop 2.0.0 to live", "{impact}");
    assert!(
        met["harm"].as_str().unwrap().starts_with("breaks"),
        "{impact}"
    );
}

#[test]
fn a_held_deployment_goes_on_when_the_change_is_accepted() {
    let shop = Shop::with_shop(None);
    shop.apply(
        "kind: Supplier\nname: acme\ncomponents: [{ name: gateway, provides: { payments-api: 2.1.0 }, \
         environments: { testing: {} } }]\n",
    );
    shop.change_component("needs: [{ contract: payments-api, versions: \"^2\" }]\n");
    shop.release("1.2.0", None);
    shop.deploy("1.2.0", "testing");
    let add = [
        "supplier", "notice", "add", "acme", "--kind", "change", "--title", "API 3",
    ];
    shop.ok(&[&add[..], &["--provides", "payments-api=3.0.0"]].concat());
    let impact = ["supplier", "impact", "--notice", "1", "--output", "json"];
    let touched = &shop.json(&impact)["products"][0];
    assert_eq!(touched["product"], "shop");
    assert_eq!(touched["told"], "breaks: it leaves the range");
    assert_eq!(
        touched["through"],
        "shop/web needs payments-api of acme/gateway"
    );
    assert_eq!(touched["suggested"][0]["what"], "hold deployments");

    let respond = |what: &str| {
        let words = [
            "supplier", "respond", what, "shop", "--in", "testing", "--notice", "1",
        ];
        shop.ok(&[&words[..], &["--reason", "It may break"]].concat());
    };
    respond("hold");
    shop.release("1.3.0", None);
    shop.ok(&[
        "deploy",
        "shop",
        "1.3.0",
        "--to",
        "testing",
        "--minimum-healthy",
        "300ms",
    ]);
    let explained = || {
        let said = shop.run(&["explain", "2"]);
        String::from_utf8(said.stdout).unwrap()
    };
    until("it says what it waits for", || {
        explained().contains("holds shop in testing for notice 1")
    });
    assert!(
        explained().contains("until they say otherwise: It may break"),
        "{}",
        explained()
    );
    assert!(
        explained().contains("tidegate supplier response done 1"),
        "{}",
        explained()
    );
    respond("accept");
    shop.await_version("testing", "1.3.0");
    until("it runs nothing else", || {
        let products = shop.json(&impact)["products"].clone();
        let decided = &products[0]["responses"];
        decided[0]["stands"] == false && decided[1]["status"] == "done"
    });
}

/// The version that each of two targets in staging answers.
fn versions(shop: &Shop) -> Vec<String> {
    let answers = ["staging-1", "staging-2"].map(|it| shop.answer(it));
    answers.into_iter().flatten().collect()
}

#[test]
fn a_hold_between_two_waves_keeps_the_second_from_beginning() {
    let shop = Shop::with_shop(None);
    shop.apply(
        "kind: Supplier\nname: acme\ncomponents: [{ name: gateway, provides: { payments-api: 2.1.0 }, \
         environments: { staging: {} } }]\n",
    );
    shop.change_component("needs: [{ contract: payments-api, versions: \"^2\" }]\n");
    for version in ["1.2.0", "1.3.0"] {
        shop.release(version, None);
    }
    announce(&shop, "API 3", "2099-01-10T22:00");
    shop.deploy("1.2.0", "testing");
    shop.deploy("1.2.0", "staging");
    shop.deploy("1.3.0", "testing");
    let rolling = [
        "deploy",
        "shop",
        "1.3.0",
        "--to",
        "staging",
        "--strategy",
        "rolling",
    ];
    shop.ok(&[&rolling[..], &["--batch", "1", "--minimum-healthy", "3s"]].concat());
    let words = [
        "supplier", "respond", "hold", "shop", "--in", "staging", "--notice", "1",
    ];
    until("the first wave has begun", || {
        versions(&shop).iter().any(|it| it.contains("1.3.0"))
    });
    shop.ok(&[&words[..], &["--reason", "It may break"]].concat());
    let explained = || String::from_utf8(shop.run(&["explain", "4"]).stdout).unwrap();
    until("the second wave is held", || {
        explained().contains("holds shop in staging for notice 1")
    });
    let old = versions(&shop)
        .iter()
        .filter(|it| it.contains("1.2.0"))
        .count();
    assert_eq!(old, 1, "{}", explained());
    shop.ok(&["supplier", "response", "done", "1", "--note", "We tried it"]);
    shop.await_version("staging", "1.3.0");
}

#[test]
fn a_train_that_needs_a_supplier_waits_until_it_runs_what_is_needed() {
    let site = SupplierSite::open("1.9.0");
    let station = Station::desk();
    let supplier = |environment: &str| {
        format!(
            "{environment}: {{ probe: {{ by: {{ json: {{ url: \"{}\", path: $.build.version }} }}, every: 30s, agree: 1 }} }}",
            site.url()
        )
    };
    station.shop.apply(&format!(
        "kind: Supplier\nname: acme\ncomponents: [{{ name: gateway, environments: {{ {}, {} }} }}]\n---\nkind: Component\nproduct: stock\n\
         name: app\ndriver: service\nservice: {{ command: [\"./serve\"] }}\nprovides: {{ stock-api: 1.0.0 }}\n\
         needs: [{{ component: acme/gateway, versions: \"^2\" }}]\n",
        supplier("staging"),
        supplier("live"),
    ));
    station.release("1.0.0");
    let later = ("2099-01-01T10:00", "2099-01-02T10:00");
    station.save("autumn", &station.plan("1.0.0", later), &[]);
    until("it is known that what it runs does not serve", || {
        station.waits("autumn").contains("1.9.0")
    });
    let waits = station.waits("autumn");
    assert!(waits.contains("acme/gateway"), "{waits}");
    site.says("2.4.1");
    until("what it runs now serves", || {
        !station.waits("autumn").contains("acme/gateway")
    });
}
