//! Issues, comments, and whose work is whose: raised, followed, lent, passed on, and told by the review and the score.

#![expect(clippy::too_many_lines, reason = "each story is told in one go")]

use serde_json::Value;
use tidegate_tests::shop::{Shop, until};

const CATALOG: &str = "\
kind: Team
name: makers
members: [ben]
levels: { ben: apply, cy: assist }
---
kind: Team
name: rivals
levels: { eve: apply }
---
kind: Product
name: till
team: makers
components: [{ name: web, driver: service, service: { command: [\"./web\"] } }]
---
kind: Product
name: bank
team: rivals
components: [{ name: app, driver: service, service: { command: [\"./app\"] } }]
";

/// Makers with `ben` who applies and `cy` who assists, rivals with `eve`, and `ada` who sees all; a draft of the till's 1.0.0.
fn desk() -> Shop {
    let shop = Shop::start(None);
    shop.ok(&["person", "create", "ada", "--level", "4"]);
    for name in ["ben", "cy", "eve"] {
        shop.ok(&["person", "create", name]);
    }
    shop.apply(CATALOG);
    shop.ok(&["release", "create", "till", "1.0.0", "--draft"]);
    shop.ok(&["release", "create", "bank", "1.0.0", "--draft"]);
    shop
}

fn raise<'a>(title: &'a str, severity: &'a str) -> Vec<&'a str> {
    let of = ["--product", "till", "--release", "1.0.0"];
    [
        &["issue", "raise", title, "--severity", severity][..],
        &of[..],
    ]
    .concat()
}

fn said(shop: &Shop, who: &str, arguments: &[&str]) -> String {
    let (code, said) = shop.by(who, arguments);
    assert_eq!(code, 0, "{who} {arguments:?}: {said}");
    said
}

fn refused(shop: &Shop, who: &str, arguments: &[&str]) -> String {
    let (code, said) = shop.by(who, arguments);
    assert_ne!(code, 0, "{who} {arguments:?}: {said}");
    said
}

/// What somebody should know of, a line for each.
fn news(shop: &Shop, who: &str) -> String {
    said(shop, who, &["news"])
}

#[test]
fn whoever_sees_that_something_is_wrong_raises_it_and_it_is_settled_in_words() {
    let shop = desk();
    let raised = said(&shop, "cy", &raise("carts <b>are</b> empty", "medium"));
    assert!(
        raised.contains("issue 1, medium: carts <b>are</b> empty"),
        "{raised}"
    );
    assert!(raised.contains("for team:makers, raised by cy"), "{raised}");
    // Whom it falls to is told, and sees it among what is to do.
    assert!(
        news(&shop, "ben").contains("issue 1: cy raised issue 1"),
        "{}",
        news(&shop, "ben")
    );
    let work = said(&shop, "ben", &["task", "list"]);
    assert!(
        work.contains("1 issue is open.") && work.contains("carts"),
        "{work}"
    );

    // Who assists works on what falls to them, and says neither whose it is nor how bad.
    let (rate, assign) = (
        ["issue", "rate", "1", "critical"],
        ["issue", "assign", "1", "--to", "ben"],
    );
    assert!(refused(&shop, "cy", &rate).contains("level 3"));
    assert!(said(&shop, "cy", &["issue", "start", "1"]).contains("cy is at it"));
    said(&shop, "ben", &rate);
    said(&shop, "ben", &assign);
    let others = refused(&shop, "cy", &["issue", "resolve", "1", "--note", "gone"]);
    assert!(others.contains("issue 1 is for ben"), "{others}");
    let unsaid = refused(&shop, "ben", &["issue", "resolve", "1", "--note", "  "]);
    assert!(
        unsaid.contains("say of issue 1 what was done about it"),
        "{unsaid}"
    );
    let resolved = said(
        &shop,
        "ben",
        &["issue", "resolve", "1", "--note", "the cache was cold"],
    );
    assert!(
        resolved.contains("resolved by ben: the cache was cold"),
        "{resolved}"
    );
    let twice = refused(&shop, "ben", &["issue", "resolve", "1", "--note", "again"]);
    assert!(twice.contains("issue 1 is resolved"), "{twice}");
    // Whoever raised it hears what became of it, and may say that it is still there.
    assert!(
        news(&shop, "cy").contains("ben carts <b>are</b> empty: resolved it"),
        "{}",
        news(&shop, "cy")
    );
    let again = said(
        &shop,
        "cy",
        &["issue", "reopen", "1", "--note", "seen in Oslo"],
    );
    for line in [
        "cy is at it",
        "ben called it critical",
        "ben gave it to ben",
        "cy reopened it: seen in Oslo",
    ] {
        assert!(again.contains(line), "{line}: {again}");
    }

    // Nobody else knows of it.
    let hidden = refused(&shop, "eve", &["issue", "show", "1"]);
    assert!(hidden.contains("there is no issue `1`"), "{hidden}");
    assert!(said(&shop, "eve", &["issue", "list"]).contains("No issue is open."));
    let elsewhere = refused(&shop, "eve", &raise("mine", "low"));
    assert!(
        elsewhere.contains("there is no product `till`"),
        "{elsewhere}"
    );
    let list = shop.json(&["issue", "list", "till", "1.0.0", "--output", "json"]);
    assert_eq!(list["sentence"], "1 issue is open, and nobody is at it.");
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let shop = desk();
    let endless = "x".repeat(201);
    for (arguments, words) in [
        (raise("  ", "low"), "say in a line what is wrong"),
        (raise(&endless, "low"), "longer than 200 characters"),
        (
            vec![
                "issue",
                "raise",
                "x",
                "--severity",
                "low",
                "--deployment",
                "7",
            ],
            "no deployment `7`",
        ),
        (
            [raise("x", "low"), vec!["--owner", "team:unheard"]].concat(),
            "no team `unheard`",
        ),
        (
            [raise("x", "low"), vec!["--owner", "robot:x"]].concat(),
            "names nobody",
        ),
        (vec!["issue", "show", "7"], "there is no issue `7`"),
        (
            vec!["comment", "add", "robot/1", "x"],
            "is nothing to talk about",
        ),
        (
            vec!["comment", "add", "release/till/9.9.9", "x"],
            "no release `till 9.9.9`",
        ),
        (
            vec!["comment", "add", "release/till/1.0.0", " "],
            "say something",
        ),
        (vec!["comment", "take-back", "7"], "there is no comment `7`"),
        (
            vec![
                "delegation",
                "begin",
                "ada",
                "--until",
                "2020-01-01T00:00:00Z",
            ],
            "is over",
        ),
        (
            vec![
                "delegation",
                "begin",
                "ada",
                "--until",
                "2999-01-01T00:00:00Z",
            ],
            "92 days",
        ),
        (
            vec![
                "delegation",
                "begin",
                "admin",
                "--until",
                "2999-01-01T00:00:00Z",
            ],
            "for themselves",
        ),
        (vec!["delegation", "end"], "nobody stands in for admin"),
    ] {
        let (code, said) = shop.by("admin", &arguments);
        assert!(code != 0 && said.contains(words), "{arguments:?}: {said}");
    }
}

#[test]
fn what_is_said_reaches_those_it_names_and_those_who_follow_and_nobody_who_may_not_see_it() {
    let shop = desk();
    let about = "release/till/1.0.0";
    said(&shop, "ada", &["comment", "follow", about]);
    let text = "Is the till ready, @ben? @eve and @team:rivals may know. Mail me at cy@example.com @nobody-here";
    let told = said(&shop, "cy", &["comment", "add", about, text]);
    let unreached = told.lines().last().unwrap_or_default();
    for name in ["eve", "nobody-here"] {
        assert!(unreached.contains(name), "{told}");
    }
    assert!(news(&shop, "ben").contains("release 1.0.0 of till: cy said: Is the till ready"));
    assert!(news(&shop, "ada").contains("cy said"));
    assert!(
        news(&shop, "eve").contains("nothing new"),
        "{}",
        news(&shop, "eve")
    );
    assert!(news(&shop, "cy").contains("nothing new"));

    // Whoever is named or says something follows it from then on, unless they said that they do not.
    said(&shop, "ben", &["comment", "unfollow", about]);
    said(&shop, "ada", &["comment", "add", about, "It is."]);
    assert!(news(&shop, "cy").contains("ada said: It is."));
    assert!(!news(&shop, "ben").contains("It is."));
    said(&shop, "ada", &["comment", "add", about, "@ben look again"]);
    assert!(news(&shop, "ben").contains("look again"));
    said(&shop, "ben", &["news", "--seen"]);
    assert!(news(&shop, "ben").contains("nothing new"));

    // It is taken back by whoever said it, and that it was said stays.
    let others = refused(&shop, "ben", &["comment", "take-back", "2"]);
    assert!(others.contains("comment 2 is ada"), "{others}");
    said(&shop, "ada", &["comment", "take-back", "2"]);
    let list = said(&shop, "cy", &["comment", "list", about]);
    assert!(
        list.contains("took this back") && !list.contains("It is."),
        "{list}"
    );
    assert!(list.contains("followed by ada, cy"), "{list}");
    let hidden = refused(&shop, "eve", &["comment", "list", about]);
    assert!(hidden.contains("there is no product `till`"), "{hidden}");
    // Who may not see it any more is not told what was said while they did.
    shop.apply(&CATALOG.replace(
        "levels: { ben: apply, cy: assist }",
        "levels: { ben: apply }",
    ));
    assert!(
        news(&shop, "cy").contains("nothing new"),
        "{}",
        news(&shop, "cy")
    );
}

#[test]
fn suppliers_handovers_and_messages_are_talked_about_too() {
    let shop = desk();
    shop.apply("kind: Supplier\nname: acme\ntitle: Acme\nowner: team:makers\n");
    said(
        &shop,
        "admin",
        &[
            "handover",
            "begin",
            "till",
            "1.0.0",
            "operations",
            "--to",
            "team:makers",
        ],
    );
    for (about, told) in [
        ("supplier/acme", "supplier acme: admin said: look, @ben"),
        (
            "handover/till/1.0.0/operations",
            "handover of till 1.0.0 for operations: admin said: look, @ben",
        ),
    ] {
        said(&shop, "admin", &["comment", "add", about, "look, @ben"]);
        assert!(news(&shop, "ben").contains(told), "{}", news(&shop, "ben"));
    }
    // Suppliers are everybody's, and what is of a product is not.
    said(&shop, "eve", &["comment", "list", "supplier/acme"]);
    let handover = "handover/till/1.0.0/operations";
    refused(&shop, "eve", &["comment", "list", handover]);
    for (about, why) in [
        ("message/7", "there is no message `7`"),
        (
            "handover/till/1.0.0/general-availability",
            "has no handover",
        ),
        ("supplier/nobody", "there is no supplier `nobody`"),
    ] {
        let said = refused(&shop, "ben", &["comment", "add", about, "look"]);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn work_is_lent_for_a_time_and_passed_on_at_the_end_of_a_shift() {
    let shop = desk();
    let add = |title: &str, owner: &str| {
        let task = ["task", "add", "till", "1.0.0", title, "--owner", owner];
        shop.ok(&task);
    };
    add("Write the notes", "ben");
    add("Count the coins", "team:makers");
    said(&shop, "ben", &["task", "take", "2"]);
    said(
        &shop,
        "ben",
        &[raise("the drawer sticks", "high"), vec!["--owner", "ben"]].concat(),
    );

    // Work is lent, never rights: cy does what falls to ben, and no more than cy may.
    let not_theirs = refused(&shop, "cy", &["task", "start", "1"]);
    assert!(not_theirs.contains("task 1 is for ben"), "{not_theirs}");
    let until = tomorrow();
    let lent = said(
        &shop,
        "ben",
        &[
            "delegation",
            "begin",
            "cy",
            "--until",
            &until,
            "--reason",
            "on leave",
        ],
    );
    assert!(lent.contains("cy stands in for you"), "{lent}");
    let work = said(&shop, "cy", &["task", "list"]);
    for line in [
        "you stand in for ben",
        "on leave",
        "Write the notes",
        "Count the coins",
        "the drawer sticks",
    ] {
        assert!(work.contains(line), "{line}: {work}");
    }
    said(&shop, "cy", &["task", "start", "1"]);
    assert!(refused(&shop, "cy", &["task", "skip", "1", "--note", "no"]).contains("level 3"));
    said(&shop, "ben", &["delegation", "end"]);
    assert!(!said(&shop, "cy", &["task", "list"]).contains("stand in"));

    // At the end of the shift: what stays is said, what goes is shown first. Task 1 is cy's since cy began it.
    said(
        &shop,
        "ada",
        &[
            "task",
            "add",
            "bank",
            "1.0.0",
            "Lock the vault",
            "--owner",
            "ada",
        ],
    );
    let (code, unasked) = shop.by(
        "ben",
        &[
            "task",
            "pass-on",
            "--to",
            "cy",
            "--note",
            "watch the drawer",
        ],
    );
    assert!(
        code != 0 && unasked.contains("1 task and 1 issue would go to cy"),
        "{unasked}"
    );
    let words = [
        "task",
        "pass-on",
        "--to",
        "cy",
        "--note",
        "watch the drawer",
        "--yes",
    ];
    let passed = said(&shop, "ben", &words);
    assert!(passed.contains("1 task and 1 issue went to cy"), "{passed}");
    assert!(said(&shop, "ben", &["task", "list"]).contains("Nothing is yours to do."));
    let told = news(&shop, "cy");
    assert!(
        told.contains("watch the drawer")
            && told.contains("issue 1: ben the drawer sticks: gave it to cy"),
        "{told}"
    );
    let words = [
        "task", "pass-on", "--to", "cy", "--note", "locked?", "--task", "3", "--yes",
    ];
    let kept = refused(&shop, "ada", &words);
    assert!(kept.contains("task 3: cy does not see bank"), "{kept}");
    let not_mine = refused(
        &shop,
        "ada",
        &[
            "task", "pass-on", "--to", "ben", "--note", "x", "--task", "1", "--yes",
        ],
    );
    assert!(not_mine.contains("task 1 is not yours alone"), "{not_mine}");
}

#[test]
fn controls_exceptions_and_reviews_are_talked_about() {
    let shop = desk();
    let ask = ["waiver", "ask", "customer-approval", "till"];
    let why = ["--reason", "the customer is away", "--hours", "2"];
    said(&shop, "ben", &[&ask[..], &why].concat());
    for (subject, told) in [
        ("control/customer-approval", "control customer-approval"),
        ("waiver/1", "exception 1"),
        ("review/till/1.0.0", "review of till 1.0.0"),
    ] {
        let text = format!("What of {subject}, @ben?");
        said(&shop, "cy", &["comment", "add", subject, &text]);
        let listed = said(&shop, "ben", &["comment", "list", subject]);
        assert!(listed.contains(&text), "{listed}");
        let told = format!("{told}: cy said: {text}");
        assert!(news(&shop, "ben").contains(&told), "{}", news(&shop, "ben"));
    }
    // What is of a product is for those who see it; controls are everybody's.
    for subject in ["waiver/1", "review/till/1.0.0"] {
        let hidden = refused(&shop, "eve", &["comment", "list", subject]);
        assert!(!hidden.contains("What of"), "{hidden}");
    }
    assert!(
        said(
            &shop,
            "eve",
            &["comment", "list", "control/customer-approval"]
        )
        .contains("What of")
    );
    for missing in ["control/nothing", "waiver/9", "review/till/9.9.9"] {
        shop.refused(4, &["comment", "add", missing, "Is it there?"]);
    }
    // Whoever asked for an exception hears what becomes of it.
    shop.ok(&["waiver", "sign", "1"]);
    let told = news(&shop, "ben");
    assert!(told.contains("exception 1: admin signed it off"), "{told}");
}

/// This time tomorrow, as the commands read it.
fn tomorrow() -> String {
    let now = jiff::Timestamp::now();
    let later = now.checked_add(jiff::SignedDuration::from_hours(24));
    later.expect("a time").to_string()
}

#[test]
fn the_review_and_the_score_of_a_release_tell_of_its_issues() {
    let shop = Shop::with_shop(None);
    shop.ok(&["deploy", "shop", "1.0.0", "--to", "testing", "--wait"]);
    let score = || {
        let words = [
            "score", "show", "shop", "1.0.0", "--to", "staging", "--output", "json",
        ];
        shop.json(&words)
    };
    // What adds nothing is not told.
    let open = |score: &Value| {
        let terms = score["risk_terms"].as_array().cloned().unwrap_or_default();
        terms
            .into_iter()
            .find(|it| it["kind"] == "issues")
            .unwrap_or_default()
    };
    assert_eq!(open(&score()), Value::Null);
    shop.ok(&[
        "issue",
        "raise",
        "carts are empty",
        "--severity",
        "critical",
        "--deployment",
        "1",
    ]);
    shop.ok(&[
        "issue",
        "raise",
        "a typo",
        "--severity",
        "low",
        "--deployment",
        "1",
    ]);
    let term = open(&score());
    assert_eq!(
        (&term["points"], &term["told"]),
        (&4.into(), &"1 serious issue is open".into())
    );
    shop.ok(&["issue", "resolve", "1", "--note", "warmed the cache"]);
    assert_eq!(open(&score()), Value::Null);

    let review = shop.json(&["review", "show", "shop", "1.0.0", "--output", "json"]);
    let issues = &review["report"]["issues"];
    assert_eq!(
        issues[0]["told"], "resolved by admin: warmed the cache",
        "{review}"
    );
    assert_eq!(
        (&issues[0]["severity"], &issues[0]["deployment"]),
        (&"critical".into(), &1.into())
    );
    assert_eq!(issues[1]["told"], "open");
    let timeline = review["report"]["timeline"].to_string();
    assert!(
        timeline.contains("raised issue 1, critical: carts are empty"),
        "{timeline}"
    );
    let told = shop.ok(&["review", "show", "shop", "1.0.0"]);
    assert!(told.contains("carts are empty"), "{told}");
}

#[test]
fn a_severe_issue_keeps_a_release_back_where_the_control_is_enforced() {
    let shop = Shop::with_shop(None);
    shop.apply("kind: Control\nname: no-severe-issue\nmode: enforce\nenvironments: [testing]\n");
    for severity in ["medium", "critical"] {
        let of = ["--product", "shop", "--release", "1.0.0"];
        let raised = ["issue", "raise", "carts are empty", "--severity", severity];
        shop.ok(&[&raised[..], &of].concat());
    }
    let words = ["deploy", "shop", "1.0.0", "--to", "testing"];
    let how = ["--minimum-healthy", "300ms", "--output", "json"];
    let id = shop.json(&[&words[..], &how].concat())["id"].to_string();
    let waits = "control no-severe-issue: No severe issue of it is open";
    until(waits, || shop.ok(&["explain", &id]).contains(waits));
    shop.ok(&["issue", "resolve", "2", "--note", "they are full"]);
    shop.await_version("testing", "1.0.0");
}
