//! Looking back: what happened by the record, and what everybody who took part makes of it.

use serde_json::{Value, json};
use tidegate_tests::{
    planners::Planners,
    server::{Server, client},
    shop::Shop,
};

const PLAN: &str = "\
purpose: A faster checkout.
target: 2020-06-10T20:00
objectives:
  - { name: faster, title: A faster checkout, measure: half the time to pay }
tasks:
  - { name: notes, title: Write the notes, owner: ben, due: 2020-06-01T12:00 }
  - { name: news, title: Tell the news, owner: ben }
";

fn reviewed(shop: &Shop, version: &str) -> Value {
    shop.json(&["review", "show", "shop", version, "--output", "json"])
}

fn told<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let all = list.as_array().expect("a list").iter();
    all.filter_map(|it| it[key].as_str()).collect()
}

fn has(lines: &[&str], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

#[test]
fn what_happened_is_compiled_from_the_record() {
    let shop = Shop::with_shop(None);
    shop.ok(&["person", "create", "ben", "--level", "3"]);
    for environment in ["testing", "staging", "live"] {
        shop.deploy("1.0.0", environment);
    }
    let due = shop.json(&["review", "list", "--output", "json"])["due"].clone();
    assert_eq!(told(&due, "version"), ["1.0.0"]);

    let plan = shop.file("plan.yaml");
    shop.ok(&["release", "plan", "begin", "shop", "1.1.0"]);
    std::fs::write(&plan, PLAN).expect("a file");
    shop.ok(&[
        "release", "plan", "save", "shop", "1.1.0", &plan, "--base", "1",
    ]);
    shop.ok(&["task", "finish", "1", "--note", "in the wiki"]);
    shop.ok(&["task", "skip", "2", "--note", "nobody asked"]);
    for environment in ["testing", "staging", "live"] {
        shop.deploy("1.1.0", environment);
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

    told_of(&reviewed(&shop, "1.1.0")["report"]);
    looked_back_at(&shop);
    closed(&shop);
}

/// The report of what was planned, deployed and taken back.
fn told_of(report: &Value) {
    assert!(report["went_live"].is_string(), "{report}");
    assert_eq!(report["planned_last"], "2020-06-10T20:00:00Z");
    assert_eq!(
        told(&report["failures"], "told"),
        ["deployment 6 was taken back"]
    );
    let passed = told(&report["exceptions"], "told");
    assert_eq!(passed, ["Tell the news was left out: nobody asked"]);
    let late = &report["tasks"][0];
    assert_eq!(late["title"], "Write the notes");
    assert!(
        late["late_ms"].as_u64().expect("late") > 1_000_000_000,
        "{late}"
    );
    let lines = told(&report["timeline"], "text");
    for part in [
        "the release was drafted",
        "planned, without a date",
        "the date was moved to 2020-06-10T20:00:00",
        "task 1, Write the notes: done",
        "deployment 6 to live was asked for",
        "deployment 6 to live succeeded",
        "rolling back deployment 6 in live was asked for, as deployment 7",
    ] {
        assert!(has(&lines, part), "{part}: {lines:#?}");
    }
    let since = &report["since"];
    assert_eq!(
        (&since["went_live"], &since["failed"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(report["before"]["went_live"], 1);
}

/// Whom the record names takes part.
fn looked_back_at(shop: &Shop) {
    // What is live is 1.0.0 again, and 1.1.0 can be looked back at all the same.
    shop.ok(&["review", "begin", "shop", "1.0.0"]);
    let other = reviewed(shop, "1.0.0")["report"].clone();
    assert_eq!(other["failures"], json!([]), "it was gone back to");
    let all = shop.json(&["review", "list", "--output", "json"]);
    assert_eq!(all["due"], json!([]));
    let view = shop.json(&[
        "review", "begin", "shop", "1.1.0", "--with", "ben", "--output", "json",
    ]);
    let people = told(&view["participants"], "person");
    assert_eq!(people, ["admin", "ben"]);
    let parts = &view["participants"][0]["parts"];
    for part in [
        "deployed",
        "planned",
        "worked on tasks",
        "sealed the release",
    ] {
        assert!(
            parts.as_array().expect("parts").contains(&json!(part)),
            "{part}: {parts}"
        );
    }
}

/// What was in front of people is kept, and handed on with the evidence.
fn closed(shop: &Shop) {
    for deed in ["reveal", "discuss"] {
        shop.ok(&["review", deed, "shop", "1.1.0"]);
    }
    let refused = shop.refused(6, &["review", "close", "shop", "1.1.0"]);
    assert!(refused.contains("not judged yet: faster"), "{refused}");
    let judged = ["review", "objective", "shop", "1.1.0", "faster", "partly"];
    shop.ok(&[&judged[..], &["--note", "a third less"]].concat());
    shop.ok(&["review", "close", "shop", "1.1.0"]);
    // An auditor finds it in the evidence, and that the journal says the same.
    let file = shop.file("evidence.json");
    shop.ok(&["evidence", "shop", "1.1.0", "--out", &file]);
    shop.ok(&["evidence", "verify", &file]);
    let evidence = std::fs::read_to_string(&file).expect("a file");
    let evidence: Value = serde_json::from_str(&evidence).expect("JSON");
    let found = &evidence["evidence"]["review"];
    assert_eq!(found["findings"]["objectives"][0]["verdict"], "partly");
    assert!(found["report"]["went_live"].is_string(), "{found}");
    // What was in front of people stays, whatever comes after it.
    let closed = reviewed(shop, "1.1.0");
    shop.deploy("1.1.0", "live");
    let later = reviewed(shop, "1.1.0");
    assert_eq!(later["report"], closed["report"]);
    let reason = ["--reason", "it went out again"];
    shop.ok(&[&["review", "reopen", "shop", "1.1.0"][..], &reason].concat());
    let again = reviewed(shop, "1.1.0")["report"]["since"]["went_live"].clone();
    assert_eq!(again, 1);
}

/// The retrospective of the shop's 2.0.0, by `ada` who leads it, `ben` and `cy`.
struct Circle {
    office: Planners,
    tokens: Vec<(&'static str, String)>,
}

impl Circle {
    async fn open() -> Self {
        let office = Planners::open().await;
        let tokens = ["ada", "ben", "cy"].map(|who| (who, office.token(who)));
        Self {
            office,
            tokens: tokens.into(),
        }
    }

    fn token(&self, who: &str) -> &str {
        let found = self.tokens.iter().find(|(it, _)| *it == who);
        found.map_or("", |(_, token)| token)
    }

    async fn by(&self, who: &str, method: &str, rest: &str, body: Value) -> (u16, Value) {
        let base = "/api/v1/products/shop/releases/2.0.0/review";
        let url = self.office.server.url(&format!("{base}{rest}"));
        let method = method.to_uppercase().parse().expect("a method");
        let request = client().request(method, url).bearer_auth(self.token(who));
        let request = match body.is_null() {
            true => request,
            false => request.json(&body),
        };
        let answer = request.send().await.expect("the server answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a whole answer");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn ok(&self, who: &str, method: &str, rest: &str, body: Value) -> Value {
        let (status, answer) = self.by(who, method, rest, body).await;
        assert!(
            matches!(status, 200 | 201),
            "{who} {rest}: {status} {answer}"
        );
        answer
    }

    async fn refused(&self, who: &str, method: &str, rest: &str, body: Value) -> (u16, String) {
        let (status, answer) = self.by(who, method, rest, body).await;
        (
            status,
            answer["detail"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

fn note(column: &str, text: &str) -> Value {
    json!({ "column": column, "text": text })
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_silent_until_they_are_revealed_and_votes_until_all_are_given() {
    let circle = Circle::open().await;
    let begun = json!({ "participants": ["ben", "cy"], "votes_each": 2 });
    circle.ok("ada", "post", "", begun.clone()).await;
    assert_eq!(circle.refused("ada", "post", "", begun).await.0, 409);
    let planted = "the planted words of ben";
    circle
        .ok("ben", "post", "/notes", note("badly", planted))
        .await;
    circle
        .ok("cy", "post", "/notes", note("badly", "Stale <b>data</b>"))
        .await;
    circle
        .ok("cy", "post", "/notes", note("well", "lunch"))
        .await;

    // Nobody finds out what others wrote: not who leads it, not the administrator, not in the journal.
    for who in ["ada", "cy"] {
        let seen = circle.ok(who, "get", "", Value::Null).await;
        assert!(!seen.to_string().contains("planted"), "{who}: {seen}");
        assert_eq!(seen["retrospective"]["notes_in_all"], 3);
    }
    let server = &circle.office.server;
    for words in [
        &["review", "show", "shop", "2.0.0", "--output", "json"][..],
        &["journal", "list", "--output", "json"],
    ] {
        assert!(!server.run(words).contains("planted"), "{words:?}");
    }
    let own = circle.ok("ben", "get", "", Value::Null).await;
    assert_eq!(told(&own["retrospective"]["notes"], "text"), [planted]);
    let stranger = circle
        .refused("ada", "delete", "/notes/1", Value::Null)
        .await;
    assert_eq!(stranger, (404, "there is no note 1 of yours".to_owned()));
    // Ben may take part and not lead.
    assert_eq!(
        circle
            .refused("ben", "post", "/move/reveal", json!({}))
            .await
            .0,
        403
    );

    voted_on(&circle).await;
}

/// All notes are seen by all; votes by nobody else.
async fn voted_on(circle: &Circle) {
    let all = circle.ok("ada", "post", "/move/reveal", json!({})).await;
    assert_eq!(
        all["retrospective"]["notes"].as_array().map(Vec::len),
        Some(3)
    );
    let (status, why) = circle
        .refused("ben", "delete", "/notes/1", Value::Null)
        .await;
    assert_eq!(status, 409, "{why}");
    let together = json!({ "title": "Stale data", "theme": "stale-data", "add": [1, 2] });
    circle.ok("cy", "post", "/groups", together).await;
    let voting = circle.ok("ada", "post", "/move/vote", json!({})).await;
    let titles = told(&voting["retrospective"]["groups"], "title");
    assert_eq!(titles, ["Stale data", "lunch"]);

    circle
        .ok("ben", "put", "/votes", json!({ "votes": { "1": 2 } }))
        .await;
    let seen = circle
        .ok(
            "cy",
            "put",
            "/votes",
            json!({ "votes": { "2": 1, "1": 1 } }),
        )
        .await;
    for group in seen["retrospective"]["groups"].as_array().expect("groups") {
        assert_eq!(group["votes"], Value::Null, "{group}");
    }
    assert_eq!(seen["retrospective"]["votes_left"], 0);
    let (status, why) = circle
        .refused("cy", "put", "/votes", json!({ "votes": { "1": 3 } }))
        .await;
    assert_eq!(
        (status, why.as_str()),
        (400, "review: that is 3 votes, and everybody has 2")
    );
    let counted = circle.ok("ada", "post", "/move/discuss", json!({})).await;
    let groups = &counted["retrospective"]["groups"];
    assert_eq!(
        (&groups[0]["title"], &groups[0]["votes"]),
        (&json!("Stale data"), &json!(3))
    );
    assert_eq!(groups[0]["again"], "the first time");
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_say_what_they_change_and_themes_come_up_again() {
    let circle = Circle::open().await;
    let server = &circle.office.server;
    let with = json!({ "participants": ["ben"] });
    circle.ok("ada", "post", "", with).await;
    circle
        .ok(
            "ben",
            "post",
            "/notes",
            note("badly", "Staging data was stale"),
        )
        .await;
    circle.ok("ada", "post", "/move/reveal", json!({})).await;
    let group = json!({ "title": "Stale data", "theme": "stale-data", "add": [1] });
    circle.ok("ben", "post", "/groups", group).await;
    circle.ok("ada", "post", "/move/discuss", json!({})).await;

    let action = |changes: &str| {
        json!({
            "title": "Refresh staging every night", "owner": "ben", "due": "2020-01-01T00:00:00Z", "group": 1,
            "changes": [changes],
        })
    };
    let (status, why) = circle
        .refused("ada", "post", "/actions", action("control:none"))
        .await;
    assert_eq!(
        (status, why.as_str()),
        (400, "changes: there is no Control `none`")
    );
    let agreed = circle
        .ok("ada", "post", "/actions", action("release-template:told"))
        .await;
    let task = agreed["id"].to_string();
    let work = server.json(&["task", "list", "--all"]);
    assert!(work.to_string().contains("Refresh staging"), "{work}");
    let between = server.json(&["explain", "release", "shop", "2.0.0"]);
    assert!(
        !between.to_string().contains("Refresh staging"),
        "what is to be better next time keeps nothing from going live: {between}"
    );
    let view = circle.ok("ben", "get", "", Value::Null).await;
    let first = &view["actions"][0];
    assert_eq!(first["changes"], json!(["release-template:told"]));
    assert_eq!(
        (&first["theme"], &first["is_late"]),
        (&json!("stale-data"), &json!(true))
    );
    assert_eq!(first.get("changed"), None, "it is as it was: {first}");
    server.apply(
        "kind: ReleaseTemplate\nname: told\ntasks:\n  - { name: data, title: Refresh staging, owner: ben }\n",
    );
    let view = circle.ok("ben", "get", "", Value::Null).await;
    let since = &view["actions"][0]["changed"][0];
    assert_eq!(
        (&since["what"], &since["told"], &since["version"]),
        (
            &json!("release-template:told"),
            &json!("changed since, version 2"),
            &json!(2)
        )
    );
    let shown = server.run(&["review", "show", "shop", "2.0.0"]);
    let told = "release-template:told (changed since, version 2)";
    assert!(shown.contains(told), "{shown}");
    let cookie = server.sign_in().await;
    let page = tidegate_tests::page::page(server, "/products/shop/releases/2.0.0/review", &cookie);
    let page = page.await;
    assert!(page.contains("changed since, version 2"), "{page}");
    server.run(&["task", "finish", &task, "--note", "every night at two"]);

    comes_up_again(server, &task);
}

/// The same is named in two more reviews, though the action about it is done.
fn comes_up_again(server: &Server, task: &str) {
    for version in ["2.1.0", "2.2.0"] {
        server.run(&["release", "create", "shop", version, "--draft"]);
        for words in [
            &["review", "begin", "shop", version][..],
            &["review", "note", "shop", version, "badly", "stale again"],
            &["review", "reveal", "shop", version],
            &[
                "review",
                "group",
                "shop",
                version,
                "Stale again",
                "--note",
                "1",
                "--theme",
                "stale-data",
            ],
        ] {
            server.run(words);
        }
    }
    let all = server.json(&["review", "list"]);
    let theme = &all["themes"][0];
    assert_eq!(theme["name"], "stale-data");
    assert_eq!(
        told(&theme["heard"], "version"),
        ["2.2.0", "2.1.0", "2.0.0"]
    );
    let again = format!("the third time, though of its actions these are done: {task}");
    assert_eq!(theme["told"], again.as_str());
    let themes = server.run(&["review", "themes"]);
    assert!(themes.contains(&again), "{themes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_and_bad_input_is_refused_in_words() {
    let circle = Circle::open().await;
    let missing = circle
        .refused("ada", "post", "/move/reveal", json!({}))
        .await;
    assert_eq!(missing, (404, "there is no review `shop 2.0.0`".to_owned()));
    circle.ok("ada", "post", "", json!({})).await;
    let long = "x".repeat(4_001);
    for (rest, body, detail) in [
        (
            "/notes",
            note("so-so", "x"),
            "column: say well, badly or idea",
        ),
        (
            "/notes",
            note("well", &long),
            "text: it is longer than 4000 characters",
        ),
        (
            "/notes",
            note("well", "\u{200b} \n"),
            "review: the note says nothing: write what you saw",
        ),
    ] {
        let refused = circle.refused("ada", "post", rest, body).await;
        assert_eq!(refused, (400, detail.to_owned()));
    }
    let (status, why) = circle
        .refused("ben", "post", "/notes", note("well", "x"))
        .await;
    assert_eq!(status, 409);
    assert!(
        why.contains("ben is not among those who take part"),
        "{why}"
    );
    circle
        .ok("ada", "post", "/participants", json!({ "person": "ben" }))
        .await;
    let unknown = circle
        .refused("ada", "post", "/participants", json!({ "person": "dee" }))
        .await;
    assert!(unknown.1.contains("dee"), "{unknown:?}");
    circle.ok("ben", "post", "/notes", note("well", "x")).await;
    let wrote = circle
        .refused("ada", "delete", "/participants/ben", Value::Null)
        .await;
    assert_eq!(wrote.0, 409, "{wrote:?}");

    concluded(&circle).await;
}

/// Whoever writes the conclusion says which one they saw.
async fn concluded(circle: &Circle) {
    let conclude = |text: &str, edition: u64| json!({ "text": text, "edition": edition });
    circle
        .ok("ada", "put", "/conclusion", conclude("All well.", 0))
        .await;
    let (status, why) = circle
        .refused("ada", "put", "/conclusion", conclude("No.", 0))
        .await;
    assert_eq!(status, 409);
    assert!(why.contains("it is edition 1 now"), "{why}");
    circle
        .ok("ada", "put", "/conclusion", conclude("All but lunch.", 1))
        .await;
    let early = circle
        .refused("ada", "post", "/move/close", json!({}))
        .await;
    assert_eq!(early.0, 409, "{early:?}");
    for deed in ["reveal", "discuss", "close"] {
        circle
            .ok("ada", "post", &format!("/move/{deed}"), json!({}))
            .await;
    }
    let over = circle
        .refused("ben", "post", "/notes", note("well", "late"))
        .await;
    assert_eq!(over.0, 409, "{over:?}");
    let why = circle
        .refused("ada", "post", "/move/reopen", json!({ "reason": " " }))
        .await;
    assert_eq!(
        why,
        (400, "review: say why it is taken up again".to_owned())
    );
    let view = circle
        .ok("ada", "post", "/move/reopen", json!({ "reason": "lunch" }))
        .await;
    assert_eq!(
        (&view["stage"], &view["retrospective"]["conclusion"]),
        (&json!("discussing"), &json!("All but lunch."))
    );
}

const CHAIN: &str = "\
kind: Environment
name: live
---
kind: Product
name: desk
path: [live]
components:
  - { name: core, driver: service, service: { command: [\"./core\"] }, provides: { orders-api: 1.0.0 },
      needs: [{ contract: mail-api, versions: ^1 }] }
---
kind: Product
name: shop
path: [live]
components:
  - { name: web, driver: service, service: { command: [\"./web\"] }, needs: [{ contract: orders-api, versions: ^1 }] }
---
kind: Supplier
name: acme
components: [{ name: mail, provides: { mail-api: 1.0.0 }, environments: { live: {} } }]
---
kind: Supplier
name: elsewhere
components: [{ name: fax, provides: { fax-api: 1.0.0 }, environments: { live: {} } }]
";

#[tokio::test(flavor = "multi_thread")]
async fn a_supplier_that_another_product_needs_is_told_with_how_it_reaches_this_one() {
    let server = Server::start().await;
    server.apply(CHAIN);
    for product in ["desk", "shop"] {
        server.run(&["release", "create", product, "1.0.0", "--draft"]);
    }
    for supplier in ["acme", "elsewhere"] {
        let add = [
            "supplier",
            "notice",
            "add",
            supplier,
            "--kind",
            "maintenance",
        ];
        let what = ["--title", "A new cellar", "--from", "2099-01-10T22:00"];
        server.run(&[&add[..], &what, &["--until", "2099-01-11T02:00"]].concat());
    }
    let told = |product: &str| {
        let review = server.json(&["review", "show", product, "1.0.0"]);
        review["report"]["suppliers"].clone()
    };
    let shop = told("shop");
    assert_eq!(shop.as_array().map(Vec::len), Some(1), "{shop}");
    assert_eq!(shop[0]["supplier"], "acme");
    let through = shop[0]["through"].as_str().expect("how");
    let expect = "web needs orders-api, which needs acme/mail in the end: ";
    assert!(through.starts_with(expect), "{through}");
    let desk = told("desk");
    assert_eq!(
        (&desk[0]["supplier"], desk[0].get("through")),
        (&json!("acme"), None),
        "the desk needs it itself"
    );
    let shown = server.run(&["review", "show", "shop", "1.0.0"]);
    assert!(shown.contains("what reached it through others"), "{shown}");
}
