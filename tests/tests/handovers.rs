//! Handovers: two people, a rejection and an acceptance, what changes afterwards, and that live and generally available are two
//! dates.

use serde_json::{Value, json};
use tidegate_tests::{
    handover::{Hands, SHEET},
    office::Office,
    press::Press,
    server::client,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_over_is_rejected_mended_and_accepted_by_somebody_else() {
    let hands = Hands::open().await;
    hands.does("ada", "begin", &[]);
    hands.refuses(
        ("ben", "begin"),
        &[],
        (5, "a handover for operations already"),
    );
    hands.refuses(
        ("ada", "offer"),
        &[],
        (6, "errors, board, monitors and 1 more"),
    );
    hands.refuses(
        ("ada", "done"),
        &["monitors"],
        (2, "write `monitors` into the sheet"),
    );
    hands.refuses(
        ("ada", "done"),
        &["board"],
        (2, "item `board` wants a link"),
    );
    let script = ["board", "--link", "javascript:alert(1)"];
    hands.refuses(("ada", "done"), &script, (2, "no address on the web"));
    let skipped = ["errors", "--note", "no"];
    hands.refuses(("ada", "skip"), &skipped, (5, "item `errors` is required"));
    hands.does("ada", "skip", &["training", "--note", "nothing is new"]);

    hands.saves("sheet.yaml", SHEET);
    hands.does("ada", "done", &["errors", "--note", "all are listed"]);
    hands.does(
        "ben",
        "done",
        &["board", "--link", "https://watch.example.com/"],
    );
    let (_, work) = hands.by("ben", &["task", "list"]);
    assert!(work.contains("1 thing of a handover waits."), "{work}");
    assert!(work.contains("The customer agrees"), "{work}");
    let agreed = ["release", "evidence", "shop", "2.0.0", "customer-approval"];
    hands
        .server
        .run(&[&agreed[..], &["--note", "by mail"]].concat());
    assert_eq!(hands.handover()["state"], "open");
    hands.does("ada", "offer", &["--note", "have a look"]);

    rejected_and_accepted(&hands);
    told_by_the_review(&hands);
    let told = hands
        .server
        .run(&["journal", "list", "--subject", "release/shop/2.0.0"]);
    for action in [
        "begun",
        "saved",
        "item_done",
        "offered",
        "rejected",
        "accepted",
    ] {
        assert!(
            told.contains(&format!("release.handover_{action}")),
            "{action}: {told}"
        );
    }
}

/// The review tells every word that was said.
fn told_by_the_review(hands: &Hands) {
    let review = hands.server.json(&["review", "show", "shop", "2.0.0"]);
    let told = &review["report"]["handovers"];
    assert_eq!(
        (&told[0]["kind"], &told[0]["state"]),
        (&json!("operations"), &json!("accepted"))
    );
    let words = told[0]["words"].as_array().expect("words").iter();
    let words: Vec<&str> = words.filter_map(|it| it["what"].as_str()).collect();
    assert_eq!(words, ["offered", "rejected", "offered", "accepted"]);
    let rejected = told[0]["words"][1]["note"].as_str().expect("words");
    assert!(rejected.contains("errors: there are more"), "{rejected}");
    assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
    let shown = hands.server.run(&["review", "show", "shop", "2.0.0"]);
    assert!(shown.contains("operations, accepted"), "{shown}");
}

fn rejected_and_accepted(hands: &Hands) {
    let hash = hands.read();
    let accept = ["--hash", hash.as_str()];
    hands.refuses(("ben", "accept"), &accept, (3, "it is for team:operations"));
    let (_, work) = hands.by("olaf", &["task", "list"]);
    assert!(work.contains("Accept or reject it"), "{work}");
    let why = ["--note", "too little", "--item", "errors=there are more"];
    let unknown = ["--note", "no", "--item", "nothing=why"];
    hands.refuses(("olaf", "reject"), &unknown, (4, "no item `nothing`"));
    hands.does(
        "olaf",
        "reject",
        &[&why[..], &["--item", "approval=of 1.0.0"]].concat(),
    );
    let view = hands.handover();
    assert_eq!(
        (&view["state"], &view["lacks"]),
        (&json!("rejected"), &json!(["errors", "approval"]))
    );
    hands.refuses(("olaf", "accept"), &accept, (5, "the handover is rejected"));
    hands.does("ada", "done", &["errors", "--note", "now all are listed"]);
    hands.does(
        "ben",
        "done",
        &["approval", "--note", "it is of 2.0.0, too"],
    );
    hands.does("ada", "offer", &[]);
    hands.refuses(("olaf", "accept"), &accept, (5, "not what is offered now"));
    let hash = hands.read();
    let accepted = hands.does("olaf", "accept", &["--hash", &hash, "--note", "we have it"]);
    assert!(
        accepted.contains("olaf accepted it for team:operations."),
        "{accepted}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_accepts_what_they_offered_and_what_changes_is_offered_again() {
    let hands = Hands::open().await;
    hands.sees_to_it();
    hands.does("olaf", "offer", &[]);
    let hash = hands.read();
    let accept = ["--hash", hash.as_str()];
    hands.refuses(("olaf", "accept"), &accept, (3, "olaf offered it"));
    hands.does("omar", "accept", &accept);
    assert_eq!(hands.handover()["state"], "accepted");

    hands.saves(
        "more.yaml",
        &SHEET.replace("Wait a while.", "Wait an hour."),
    );
    let stale = hands.handover();
    assert_eq!(
        (&stale["state"], &stale["ready"]),
        (&json!("stale"), &json!(true))
    );
    assert_eq!(stale["changes"], json!(["the sheet"]));
    let why = "Changed since it was accepted: the sheet.";
    for (who, what) in [
        ("ada", "Offer it again: Handover to operations"),
        ("omar", "Accept it again, once team:makers offers it again"),
    ] {
        let (_, work) = hands.by(who, &["task", "list"]);
        assert!(work.contains(what) && work.contains(why), "{who}: {work}");
    }
    let (_, work) = hands.by("mia", &["task", "list"]);
    assert!(!work.contains("shop 2.0.0"), "it is none of hers: {work}");
    hands.does("ada", "offer", &[]);
    let (_, work) = hands.by("ada", &["task", "list"]);
    assert!(!work.contains("again"), "{work}");
    let hash = hands.read();
    // What is on record counts, too: what the release is made of, and what is kept with it.
    let more = [
        "release",
        "evidence",
        "shop",
        "2.0.0",
        "customer-approval",
        "--note",
        "no!",
    ];
    hands.server.run(&more);
    assert_eq!(hands.handover()["changes"], json!(["item approval"]));
    hands.refuses(
        ("omar", "accept"),
        &["--hash", &hash],
        (5, "changed: item approval"),
    );
    hands.does("ada", "offer", &[]);
    hands.does("omar", "accept", &["--hash", &hands.read()]);

    hands.refuses(("ada", "withdraw"), &["--note", " "], (2, "say why"));
    hands.does("ada", "withdraw", &["--note", "not this year"]);
    hands.refuses(
        ("ada", "offer"),
        &[],
        (5, "handover reopen shop 2.0.0 operations"),
    );
    hands.does("ada", "reopen", &[]);
    hands.does("ada", "offer", &[]);
    assert_eq!(hands.handover()["state"], "offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_write_the_sheet_and_neither_overwrites_the_other() {
    let hands = Hands::open().await;
    hands.does("ada", "begin", &[]);
    hands.saves("sheet.yaml", SHEET);
    let base = hands.handover()["edition"].to_string();
    let put = |name: &str, text: &str| {
        let path = hands.server.file(name, text);
        hands.tries("ben", "save", &[&path, "--base", &base])
    };
    let (status, said) = put("one.yaml", &SHEET.replace("Wait a while.", "Wait an hour."));
    assert_eq!(status, 0, "{said}");
    let (status, said) = put(
        "two.yaml",
        &SHEET.replace("severity: low", "severity: high"),
    );
    assert!(
        status == 0 && said.contains("what others saved in between is in it"),
        "{said}"
    );
    let (status, said) = put(
        "three.yaml",
        &SHEET.replace("Wait a while.", "Do not wait."),
    );
    assert_eq!(status, 5, "{said}");
    assert!(
        said.contains("known_errors.e1.workaround is Wait an hour. there"),
        "{said}"
    );
    let error = hands.handover()["sheet"]["known_errors"][0].clone();
    assert_eq!(
        (&error["workaround"], &error["severity"]),
        (&json!("Wait an hour."), &json!("high"))
    );
    for (text, why) in [
        (
            "contacts: [{ name: a, who: nobody, hours: always }]",
            "no person `nobody`",
        ),
        (
            "monitors: [{ name: a, link: \"ftp://a\" }]",
            "no address on the web",
        ),
        (
            "known_errors: [{ name: a, text: \"\", severity: low }]",
            "is one line that says something",
        ),
        ("nothing: []", "unknown field"),
    ] {
        let (status, said) = put("bad.yaml", text);
        assert!(status != 0 && said.contains(why), "{text}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_makes_no_sense_is_refused_where_it_is_written() {
    let hands = Hands::open().await;
    for (text, why) in [
        (
            "kind: HandoverTemplate\nname: a\nhandover: operations\nitems: []\n",
            "1 to 200 items",
        ),
        (
            "kind: HandoverTemplate\nname: a\nhandover: support\nitems: []\n",
            "support",
        ),
        (
            "kind: HandoverTemplate\nname: a\nhandover: operations\nitems: [{ name: a, wants: luck }]\n",
            "`luck` is nothing that an item can want",
        ),
        (
            "kind: Product\nname: bank\nhandovers: { operations: nowhere }\n",
            "`nowhere` is not declared",
        ),
        (
            "kind: Product\nname: bank\nhandovers: { general-availability: on-call }\n",
            "is for operations, not for general-availability",
        ),
    ] {
        let path = hands.server.file("bad.yaml", text);
        let refused = hands.server.refused(2, &["apply", "-f", &path, "--yes"]);
        assert!(
            refused.contains(why) && refused.contains("bad.yaml"),
            "{refused}"
        );
    }
    let removed = ["remove", "handovertemplate", "on-call", "--yes"];
    let refused = hands.server.refused(5, &removed);
    assert!(
        refused.contains("product `shop` begins its handovers from"),
        "{refused}"
    );
    let begin = ["handover", "begin", "shop", "2.0.0", "general-availability"];
    let refused = hands
        .server
        .refused(2, &[&begin[..], &["--template", "on-call"]].concat());
    assert!(refused.contains("is for operations"), "{refused}");
    let begun = hands.server.json(&begin);
    assert_eq!(begun["takes"], "team:marketing", "{begun}");
    assert_eq!(begun["template"], "shipped-general-availability");
}

/// Operations accept it, so that it may go live; and it is generally available only once it is announced.
#[test]
fn a_release_is_live_by_its_handover_to_operations_and_generally_available_by_the_other() {
    let office = Office::open();
    office.apply(
        "kind: Control\nname: handed-over\nmode: enforce\nenvironments: [live]\n---\n\
        kind: HandoverTemplate\nname: short\nhandover: operations\nitems: [{ name: errors }]\n---\n\
        kind: HandoverTemplate\nname: news\nhandover: general-availability\nitems: [{ name: day, wants: announcement }]\n",
    );
    for environment in ["testing", "staging"] {
        let id = office.deploys("bob", "1.0.0", environment);
        office.succeeds(&id);
    }
    let id = office.deploys("bob", "1.0.0", "live");
    office.waits_for(&id, "control handed-over");
    let told = office.shop.ok(&["explain", &id]);
    assert!(told.contains("tidegate handover offer"), "{told}");
    hand_over(&office, ("operations", "short"), Some("errors"));
    office.succeeds(&id);

    let dates = || {
        office
            .shop
            .json(&["release", "show", "shop", "1.0.0", "--output", "json"])["availability"]
            .clone()
    };
    let live = dates();
    assert!(live["live_since"].is_string(), "{live}");
    assert_eq!(live["state"], "not generally available");
    let news = ["handover", "begin", "shop", "1.0.0", "general-availability"];
    office
        .shop
        .ok(&[&news[..], &["--template", "news", "--to", "zoe"]].concat());
    announced(&office, "announced: 2099-01-01T09:00:00Z\n");
    offered_and_accepted(&office, "general-availability");
    let waits = dates();
    assert_eq!(
        waits["lacks"],
        json!(["it is announced at 2099-01-01T09:00:00Z"]),
        "{waits}"
    );
    announced(&office, "announced: 2026-01-01T09:00:00Z\n");
    assert_eq!(
        dates()["state"],
        "not generally available",
        "it is not accepted as it is"
    );
    offered_and_accepted(&office, "general-availability");
    let there = dates();
    assert_eq!(there["state"], "generally available", "{there}");
    let since = there["available_since"].as_str().unwrap();
    assert!(since > there["live_since"].as_str().unwrap(), "{there}");
    let told = office.shop.ok(&["release", "show", "shop", "1.0.0"]);
    assert!(
        told.contains("announced 2026-01-01 09:00Z, generally available"),
        "{told}"
    );
}

/// Somebody begins a handover to zoe, sees to its one item, and she accepts it.
fn hand_over(office: &Office, (kind, template): (&str, &str), item: Option<&str>) {
    let begin = ["handover", "begin", "shop", "1.0.0", kind];
    let how = ["--template", template, "--to", "zoe"];
    office.shop.ok(&[&begin[..], &how].concat());
    if let Some(item) = item {
        let done = ["handover", "done", "shop", "1.0.0", kind, item];
        office.shop.ok(&[&done[..], &["--note", "none"]].concat());
    }
    offered_and_accepted(office, kind);
}

fn offered_and_accepted(office: &Office, kind: &str) {
    let of = ["shop", "1.0.0", kind];
    let offer = [&["handover", "offer"], &of[..], &["--output", "json"]].concat();
    let offered: Value = office.shop.json(&offer);
    let hash = offered["hash"].as_str().unwrap_or_default();
    let accept = [&["handover", "accept"], &of[..], &["--hash", hash]].concat();
    let (status, said) = office.by("zoe", &accept);
    assert_eq!(status, 0, "{said}");
}

fn announced(office: &Office, text: &str) {
    let of = ["shop", "1.0.0", "general-availability"];
    let show = [&["handover", "show"], &of[..], &["--output", "json"]].concat();
    let edition = office.shop.json(&show)["edition"].to_string();
    let path = office.shop.file("news.yaml");
    std::fs::write(&path, text).expect("a file");
    let save = [&["handover", "save"], &of[..], &[&path, "--base", &edition]].concat();
    office.shop.ok(&save);
}

/// Before the end of an embargo customers are told nothing, and outsiders see nothing.
#[tokio::test(flavor = "multi_thread")]
async fn customers_are_told_nothing_before_an_embargo_ends() {
    let press = Press::open().await;
    press.server.apply(
        "kind: Environment\nname: live\n---\nkind: StatusPage\nproduct: shop\ntitle: The Shop\nenvironments: [{ environment: live, title: Europe }]\naudience: customers\n",
    );
    let look = async || {
        let url = press.server.url("/status/shop");
        let answer = client().get(url).send().await.unwrap();
        answer.text().await.unwrap()
    };
    let early = press.sent("It comes", "customers", &[]);
    press.becomes(&early, "sent");
    assert!(look().await.contains("It comes"));
    let of = ["shop", "2.0.0", "general-availability"];
    let begin = [&["handover", "begin"], &of[..], &["--to", "ada"]].concat();
    press.server.run(&begin);
    let writes = |name: &str, text: &str| {
        let edition = press
            .server
            .json(&[&["handover", "show"], &of[..]].concat())["edition"]
            .to_string();
        let path = press.server.file(name, text);
        let save = [&["handover", "save"], &of[..], &[&path, "--base", &edition]].concat();
        press.server.run(&save);
    };
    writes(
        "sheet.yaml",
        "announced: 2099-01-02T00:00:00Z\nembargo: 2099-01-01T00:00:00Z\n",
    );
    let inner = press.sent("For us", "staff", &[]);
    press.becomes(&inner, "sent");
    let public = press.sent("It is here", "customers", &[]);
    press.becomes(&public, "due");
    let waits = press.message(&public)["waits_for"].clone();
    let told =
        "waits for the embargo to end at 2099-01-01T00:00:00Z: customers are told nothing before";
    assert_eq!(waits, told);
    let html = look().await;
    assert!(
        !html.contains("It is here") && !html.contains("It comes"),
        "{html}"
    );
    writes("ends.yaml", "announced: 2026-01-01T00:00:00Z\n");
    press.becomes(&public, "sent");
    let html = look().await;
    assert!(
        html.contains("It is here") && html.contains("It comes"),
        "{html}"
    );
}
