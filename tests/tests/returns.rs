//! Going back asks controls, too, with real agents: what they find is kept, and keeps nothing from going back.

use serde_json::{Value, json};
use tidegate_tests::{bent::bend, office::Office, shop::until};

const CUSTOMER: &str =
    "kind: Control\nname: customer-approval\nmode: enforce\nenvironments: [testing]\n";
const BACK: [&str; 4] = ["rollback", "shop", "--in", "testing"];

/// Two releases that ran in testing, and then a control that the older one lacks something for.
fn office() -> Office {
    let office = Office::open();
    for release in ["1.0.0", "1.1.0"] {
        let id = office.deploys("bob", release, "testing");
        office.succeeds(&id);
    }
    office.apply(CUSTOMER);
    office
}

fn approved(office: &Office, release: &str) {
    let evidence = ["release", "evidence", "shop", release, "customer-approval"];
    office
        .shop
        .ok(&[&evidence[..], &["--note", "signed on paper"]].concat());
}

/// What the journal says of what a deployment went back to.
fn judged(office: &Office, id: &str) -> Vec<Value> {
    let subject = format!("deployment/{id}");
    let arguments = ["journal", "list", "--subject", &subject, "--output", "json"];
    let page = office.shop.json(&arguments);
    let entries = page["entries"].as_array().expect("entries").iter();
    let of_it = entries.filter(|entry| entry["action"] == "deployment.return_judged");
    of_it.map(|entry| entry["detail"].clone()).collect()
}

#[test]
fn a_person_goes_back_to_what_is_not_sound_by_saying_why() {
    let office = office();
    let (status, said) = office.by("bob", &BACK);
    assert_eq!(status, 5, "{said}");
    assert!(
        said.contains("shop would go back to 1.0.0 in testing, and that is not sound: control customer-approval")
            && said.contains("with `--reason WHY`"),
        "{said}"
    );
    let listed = office
        .shop
        .json(&["deployment", "list", "--output", "json"]);
    assert_eq!(
        listed.as_array().expect("deployments").len(),
        2,
        "nothing began"
    );

    let why = ["--reason", "the till is down", "--wait"];
    let (status, said) = office.by("bob", &[&BACK[..], &why].concat());
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("it goes back all the same to 1.0.0: control customer-approval"),
        "{said}"
    );
    let judged = judged(&office, "3");
    assert_eq!(judged.len(), 1, "{judged:?}");
    assert_eq!(judged[0]["release"], "1.0.0");
    assert_eq!(judged[0]["lacking"]["customer-approval"], "enforce");
    let checked = office.shop.ok(&["controls", "check", "3"]);
    assert!(
        checked.contains("it went back to 1.0.0") && checked.contains("objected"),
        "{checked}"
    );
    let said = office
        .shop
        .ok(&["controls", "backtest", "customer-approval"]);
    assert!(
        said.contains("deployment 3 went back (shop 1.0.0 to testing")
            && said.contains("would have stopped 2 of the 2 deployments"),
        "{said}"
    );

    // The evidence file has it, and it is checked against the journal.
    let file = office.shop.file("evidence.json");
    office.shop.ok(&["evidence", "shop", "1.0.0", "-o", &file]);
    office.shop.ok(&["evidence", "verify", &file]);
    let text = std::fs::read_to_string(&file).expect("a file");
    let evidence: Value = serde_json::from_str(&text).expect("JSON");
    let deployments = evidence["evidence"]["deployments"].as_array();
    let mut deployments = deployments.expect("deployments").iter();
    let back = deployments.find(|it| it["deployment"]["id"] == 3);
    let returns = &back.expect("it is told")["returns"];
    let judged = &returns[0]["judgement"];
    assert_eq!(judged["facts"]["release"]["version"], "1.0.0");
}

#[test]
fn who_lets_a_rollback_go_says_why_in_their_own_words() {
    let office = office();
    let asks = [&BACK[..], &["--reason", "carts are empty"]].concat();
    let (status, said) = office.by("eve", &asks);
    assert_eq!(status, 0, "{said}");
    let (status, said) = office.by("bob", &["supervise", "2"]);
    assert!(
        status == 5 && said.contains("that is not sound") && said.contains("with `--note WHY`"),
        "what eve said answers for nobody else: {said}"
    );
    let (status, said) = office.by("bob", &["supervise", "2", "--note", "the till is down"]);
    assert_eq!(status, 0, "{said}");
    office.succeeds("3");
    assert_eq!(judged(&office, "3").len(), 1);
}

#[test]
fn what_is_waived_or_holds_again_takes_no_reason() {
    let office = office();
    let ask = [
        "waiver",
        "ask",
        "customer-approval",
        "shop",
        "--reason",
        "on holiday",
    ];
    let (status, said) = office.by("bob", &ask);
    assert_eq!(status, 0, "{said}");
    assert_eq!(office.by("ada", &["waiver", "sign", "1"]).0, 0);
    let (status, said) = office.by("bob", &[&BACK[..], &["--wait"]].concat());
    assert_eq!(
        (status, said.contains("all the same")),
        (0, false),
        "{said}"
    );
    assert_eq!(judged(&office, "3")[0]["waivers"], json!([1]));

    let id = office.deploys("bob", "1.1.0", "testing");
    office.succeeds(&id);
    office.shop.ok(&["waiver", "end", "1"]);
    assert_eq!(office.by("bob", &BACK).0, 5);
    approved(&office, "1.0.0");
    let (status, said) = office.by("bob", &[&BACK[..], &["--wait"]].concat());
    assert_eq!(status, 0, "{said}");
    assert_eq!(judged(&office, "5")[0]["objections"], json!([]));
}

#[test]
fn what_speaks_of_going_forward_is_not_asked_of_what_is_gone_back_to() {
    let office = office();
    approved(&office, "1.0.0");
    office.apply(
        "kind: Control
name: no-days
title: Nothing goes there on any day
mode: enforce
policy: |
  permit (principal, action, resource is Deployment) when { resource.weekday == \"never\" };
---
kind: Control
name: change-approved
mode: enforce
---
kind: Control
name: documents-read
mode: enforce
",
    );
    let (status, said) = office.by("bob", &[&BACK[..], &["--wait"]].concat());
    assert_eq!(status, 0, "{said}");
    let judged = judged(&office, "3");
    assert_eq!(judged[0]["objections"], json!([]));
    let told = judged[0].to_string();
    assert!(
        told.contains("customer-approval") && !told.contains("no-days"),
        "{told}"
    );
    // They hold what goes forward.
    let id = office.deploys("bob", "1.1.0", "testing");
    let checked = office.by("bob", &["controls", "check", &id]).1;
    for held in ["no-days", "change-approved", "documents-read"] {
        assert!(checked.contains(&format!("control {held}: ")), "{checked}");
    }
}

#[test]
fn what_cannot_be_judged_keeps_nothing_from_going_back() {
    let mut office = office();
    approved(&office, "1.0.0");
    let reason = ["--reason", "on holiday"];
    let ask = ["waiver", "ask", "signed", "shop"];
    assert_eq!(office.by("bob", &[&ask[..], &reason].concat()).0, 0);
    let bake = [
        "deploy", "shop", "1.0.0", "--to", "testing", "--bake", "10m", "--output", "json",
    ];
    let (status, said) = office.by("bob", &bake);
    assert_eq!(status, 0, "{said}");
    let id = serde_json::from_str::<Value>(&said).expect("JSON")["id"].to_string();
    until("it runs", || {
        office.show(&id)["waves"][0]["targets"][0]["stage"] == "passed"
    });
    // Whatever is judged reads this, and cannot any more.
    office.shop.kill_server();
    bend(&office.shop, "waivers");
    office.shop.start_server();

    let (status, said) = office.by("bob", &BACK);
    assert_eq!(status, 5, "{said}");
    assert!(said.contains("nothing could be said of 1.1.0"), "{said}");
    let (status, said) = office.by(
        "bob",
        &[&BACK[..], &["--reason", "the till is down"]].concat(),
    );
    assert_eq!(status, 0, "{said}");
    until("it is back", || office.show(&id)["status"] == "rolled_back");
    let judged = judged(&office, &id);
    assert_eq!(judged[0]["release"], "1.1.0");
    assert!(judged[0]["unjudged"].is_string(), "{judged:?}");
    let objections = office.show(&id)["objections"].to_string();
    assert!(
        objections.contains("nothing could be said of 1.1.0"),
        "{objections}"
    );
    // What goes forward waits, and says for what.
    let id = office.deploys("bob", "1.0.0", "testing");
    office.waits_for(&id, "nothing could be judged");
}

#[test]
fn what_fails_goes_back_by_itself_whatever_controls_say() {
    let office = office();
    office.shop.release("1.2.0", Some("exit-after 0.2"));
    approved(&office, "1.2.0");
    // Blocked, it is what ran before all the same.
    office
        .shop
        .ok(&["release", "block", "shop", "1.1.0", "--reason", "it leaks"]);
    let id = office.deploys("bob", "1.2.0", "testing");
    until("it is back", || office.show(&id)["status"] == "rolled_back");
    let judged = judged(&office, &id);
    assert_eq!(judged.len(), 1, "{judged:?}");
    assert_eq!(judged[0]["release"], "1.1.0");
    assert_eq!(judged[0]["lacking"]["customer-approval"], "enforce");
    let shown = office.show(&id);
    let objections = shown["objections"].to_string();
    assert!(
        objections.contains("1.1.0: control customer-approval"),
        "{shown}"
    );
    let file = office.shop.file("evidence.json");
    office.shop.ok(&["evidence", "shop", "1.2.0", "-o", &file]);
    office.shop.ok(&["evidence", "verify", &file]);
}

#[test]
fn nobody_takes_what_runs_back_to_what_is_blocked() {
    let office = office();
    approved(&office, "1.0.0");
    approved(&office, "1.1.0");
    let wait = [
        "deploy", "shop", "1.0.0", "--to", "testing", "--bake", "10m", "--output", "json",
    ];
    let (status, said) = office.by("bob", &wait);
    assert_eq!(status, 0, "{said}");
    let id = serde_json::from_str::<Value>(&said).expect("JSON")["id"].to_string();
    until("it runs", || {
        office.show(&id)["waves"][0]["targets"][0]["stage"] == "passed"
    });
    let block = ["release", "block", "shop", "1.1.0", "--reason", "it leaks"];
    office.shop.ok(&block);
    let back = [
        "rollback",
        "shop",
        "--in",
        "testing",
        "--reason",
        "I want to",
    ];
    let (status, said) = office.by("bob", &back);
    assert_eq!(status, 6, "{said}");
    assert!(
        said.contains("release 1.1.0 of shop must not go out"),
        "{said}"
    );
    assert_eq!(office.show(&id)["status"], "rolling");
}
