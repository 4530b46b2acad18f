//! Who may do what, as an organisation says it: levels in teams, policies of its own, and a second person for changing
//! them.

use serde_json::{Value, json};
use tidegate_tests::server::Server;

/// A server with two people of level 6, one who deploys for the makers, and one who assists them.
struct Office {
    server: Server,
}

impl Office {
    async fn open() -> Self {
        let server = Server::start().await;
        for (name, level) in [
            ("ada", Some("6")),
            ("zoe", Some("6")),
            ("bob", None),
            ("eve", None),
        ] {
            let level = level.map_or(Vec::new(), |level| vec!["--level", level]);
            server.run(&[&["person", "create", name][..], &level].concat());
        }
        let office = Self { server };
        office.apply(
            "kind: Team\nname: makers\nlevels: { bob: apply }\nmembers: [eve]\n---\nkind: Environment\nname: live\n---\n\
            kind: Product\nname: shop\nteam: makers\npath: [live]\n",
        );
        office
    }

    fn file(&self, text: &str) -> String {
        let path = self.server.directory().join("office.yaml");
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    }

    fn apply(&self, text: &str) -> String {
        self.server.run(&["apply", "-f", &self.file(text), "--yes"])
    }

    fn token(&self, name: &str) -> String {
        let token = self.server.run(&["token", "create", "desk", "--for", name]);
        token.trim().to_owned()
    }

    /// The status and the answer to somebody's request.
    async fn asked(&self, token: &str, (method, path): (&str, &str), body: &Value) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let request = self.server.http.request(method, self.server.url(path));
        let answer = request
            .bearer_auth(token)
            .json(body)
            .send()
            .await
            .expect("it answers");
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }
}

const CAPTAINS: &str = r#"# Who deploys to live.
kind: Policy
name: only-captains
title: Only captains deploy to live
document: |
  Since the outage of May. See the runbook.
policy: |
  forbid (principal, action == Action::"deploy", resource)
  when { context has environment && context.environment == Environment::"live" }
  unless { principal in Role::"captain" };
"#;

#[tokio::test]
async fn can_says_who_may_what_and_names_the_policies() {
    let office = Office::open().await;
    let server = &office.server;
    let said = server.run(&["can", "bob", "deploy", "shop", "--in", "live"]);
    assert!(said.contains("bob may deploy about shop in live"), "{said}");
    assert!(said.contains("level-3-apply: Level 3, apply"), "{said}");
    let output = server.output(&["can", "eve", "deploy", "shop"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains(
            "eve may not deploy about shop: it takes level 3 (apply), and eve has level 2"
        ),
        "{said}"
    );
    let said = server.refused(2, &["can", "bob", "fly", "shop"]);
    assert!(
        said.contains("`fly` is no action; `tidegate policy actions` lists them"),
        "{said}"
    );

    // About others asks who may read the organisation; about oneself everybody.
    let bob = office.token("bob");
    let about = |whom: &str| json!({ "person": whom, "action": "deploy", "product": "shop" });
    assert_eq!(
        office
            .asked(&bob, ("POST", "/api/v1/can"), &about("eve"))
            .await
            .0,
        403
    );
    let (status, own) = office
        .asked(&bob, ("POST", "/api/v1/can"), &about("bob"))
        .await;
    assert_eq!(
        (status, &own["allowed"], &own["level"]),
        (200, &json!(true), &json!(3))
    );
}

#[tokio::test]
async fn a_policy_is_agreed_to_by_a_second_person_and_then_forbids_with_its_reason() {
    let office = Office::open().await;
    let server = &office.server;
    let said = office.apply(CAPTAINS);
    assert!(
        said.contains("waits for a second person: `tidegate policy agree 1`"),
        "{said}"
    );
    let bob = office.token("bob");
    let wish = json!({ "product": "shop", "release": "1", "environment": "live" });
    let deploy = ("POST", "/api/v1/deployments");
    let (status, problem) = office.asked(&bob, deploy, &wish).await;
    assert_eq!(
        (status, &problem["type"]),
        (404, &json!("release-not-found")),
        "nothing holds yet"
    );

    let said = server.refused(5, &["policy", "agree", "1"]);
    assert!(
        said.contains("whoever proposes a change does not agree to it"),
        "{said}"
    );
    // A second account of the same person is no second person.
    server.run(&[
        "person",
        "create",
        "admin-two",
        "--level",
        "6",
        "--owner",
        "admin",
    ]);
    let second = office.token("admin-two");
    let agree = ("POST", "/api/v1/proposals/1/agree");
    let (status, problem) = office.asked(&second, agree, &json!({})).await;
    assert_eq!((status, &problem["type"]), (409, &json!("proposal-unfit")));
    assert_eq!(office.asked(&bob, agree, &json!({})).await.0, 403);

    let ada = office.token("ada");
    let (status, settled) = office.asked(&ada, agree, &json!({})).await;
    assert_eq!(
        (status, &settled["state"]),
        (200, &json!("agreed to by ada"))
    );
    let (status, problem) = office.asked(&bob, deploy, &wish).await;
    assert_eq!(status, 403);
    assert_eq!(
        problem["detail"],
        "deploying about shop in live is forbidden: Only captains deploy to live (only-captains)"
    );
    assert_eq!(problem["hint"], "Since the outage of May. See the runbook.");
    let listed = server.run(&["policy", "list"]);
    assert!(listed.contains("only-captains"), "{listed}");

    // A role makes the exception, and it takes two people as well.
    office.apply("kind: Role\nname: captain\nmembers: [bob]\n");
    let (status, _) = office
        .asked(&ada, ("POST", "/api/v1/proposals/2/agree"), &json!({}))
        .await;
    assert_eq!(status, 200);
    let (status, problem) = office.asked(&bob, deploy, &wish).await;
    assert_eq!(
        (status, &problem["type"]),
        (404, &json!("release-not-found"))
    );
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_agreed_to() {
    let office = Office::open().await;
    let server = &office.server;
    let ada = office.token("ada");
    office.apply(CAPTAINS);
    let (status, _) = office
        .asked(&ada, ("POST", "/api/v1/proposals/1/agree"), &json!({}))
        .await;
    assert_eq!(status, 200);
    // What changes says so, as where nobody has to agree.
    let told = server.run(&["journal", "list", "--subject", "policy/only-captains"]);
    assert!(
        told.contains("catalog.changed") && told.contains("ada"),
        "{told}"
    );
    server.run(&["remove", "policy", "only-captains", "--yes"]);
    office.apply(&CAPTAINS.replace("deploy to live", "go live"));
    let (status, _) = office
        .asked(&ada, ("POST", "/api/v1/proposals/3/agree"), &json!({}))
        .await;
    assert_eq!(status, 200);
    let (status, problem) = office
        .asked(&ada, ("POST", "/api/v1/proposals/2/agree"), &json!({}))
        .await;
    assert_eq!(status, 409, "{problem}");
    let (status, _) = office
        .asked(&ada, ("POST", "/api/v1/proposals/2/turn-down"), &json!({}))
        .await;
    assert_eq!(status, 200);
    let left = server.run(&["policy", "proposals"]);
    assert!(left.contains("nothing waits for a second person"), "{left}");
}

#[tokio::test]
async fn a_policy_that_does_not_fit_is_refused_by_line_and_column() {
    let office = Office::open().await;
    let check = |text: &str, expect: &str| {
        let said = office
            .server
            .refused(2, &["apply", "-f", &office.file(text), "--yes"]);
        assert!(said.contains(expect), "{said}");
    };
    check(
        &CAPTAINS.replace("\"deploy\"", "\"deplyo\""),
        "office.yaml:8:32: unrecognized action",
    );
    check(
        &CAPTAINS.replace("context has environment && ", ""),
        "office.yaml:9:10: ",
    );
    check(&CAPTAINS.replace("};", "}"), "unexpected");
}

#[tokio::test]
async fn nobody_gives_more_than_they_have_nor_shuts_everybody_out() {
    let office = Office::open().await;
    let server = &office.server;
    office.apply("kind: Team\nname: makers\nlevels: { bob: ensure }\nmembers: [eve]\n");
    let bob = office.token("bob");
    let apply = |text: &str| json!({ "files": [{ "path": "t.yaml", "text": text }] });
    let team = |level: &str| {
        apply(&format!(
            "kind: Team\nname: makers\nlevels: {{ bob: ensure, eve: {level} }}\nmembers: [eve]\n"
        ))
    };
    let (status, problem) = office
        .asked(&bob, ("POST", "/api/v1/apply"), &team("initiate"))
        .await;
    assert_eq!((status, &problem["type"]), (403, &json!("level-exceeds")));
    assert_eq!(
        office
            .asked(&bob, ("POST", "/api/v1/apply"), &team("enable"))
            .await
            .0,
        200
    );
    let takes = apply("kind: Product\nname: other\nteam: default\n");
    assert_eq!(
        office
            .asked(&bob, ("POST", "/api/v1/apply"), &takes)
            .await
            .0,
        404
    );
    let own = apply("kind: Product\nname: mine\nteam: makers\n");
    assert_eq!(
        office.asked(&bob, ("POST", "/api/v1/apply"), &own).await.0,
        200
    );
    let at_large = apply("kind: Environment\nname: live\ntitle: Mine\n");
    assert_eq!(
        office
            .asked(&bob, ("POST", "/api/v1/apply"), &at_large)
            .await
            .0,
        403
    );

    for name in ["ada", "zoe"] {
        server.run(&["person", "remove", name, "--yes"]);
    }
    let said = server.refused(5, &["person", "remove", "admin", "--yes"]);
    assert!(
        said.contains("nobody would be left who administers people"),
        "{said}"
    );
    let said = server.refused(5, &["person", "change", "admin", "--level", "5"]);
    assert!(said.contains("nobody would be left"), "{said}");
    let said = server.refused(5, &["person", "create", "ada", "--level", "2"]);
    assert!(said.contains("names are never used twice"), "{said}");
}

#[tokio::test]
async fn what_a_token_makes_is_no_more_than_it_and_ends_with_it() {
    let office = Office::open().await;
    let server = &office.server;
    let made = server.run(&[
        "token",
        "create",
        "ci",
        "--level",
        "4",
        "--product",
        "shop",
        "--days",
        "2",
        "--output",
        "json",
    ]);
    let parent: Value = serde_json::from_str(&made).expect("JSON");
    let token = parent["token"].as_str().expect("a token");
    let tokens = ("POST", "/api/v1/tokens");
    // It is good for the shop only, so making tokens is not among what it may.
    let child = json!({ "name": "child" });
    assert_eq!(office.asked(token, tokens, &child).await.0, 403);

    let made = server.run(&[
        "token", "create", "ci", "--level", "4", "--days", "2", "--output", "json",
    ]);
    let parent: Value = serde_json::from_str(&made).expect("JSON");
    let token = parent["token"].as_str().expect("a token");
    for (wish, code) in [
        (json!({ "name": "child", "level": 5 }), "token-exceeds"),
        (json!({ "name": "child", "days": 3 }), "token-outlives"),
    ] {
        let (status, problem) = office.asked(token, tokens, &wish).await;
        assert_eq!((status, &problem["type"]), (403, &json!(code)), "{problem}");
    }
    let wish = json!({ "name": "child", "level": 3, "product": "shop", "actions": ["read"] });
    let (status, child) = office.asked(token, tokens, &wish).await;
    assert_eq!(status, 201, "{child}");
    assert_eq!(
        child["expires_at"], parent["expires_at"],
        "it ends with the other at the latest"
    );
    let child = child["token"].as_str().expect("a token");
    let releases = ("GET", "/api/v1/products/shop/releases");
    assert_eq!(office.asked(child, releases, &json!({})).await.0, 200);
    let people = ("GET", "/api/v1/people");
    assert_eq!(office.asked(child, people, &json!({})).await.0, 403);
    let listed = server.run(&["token", "list"]);
    assert!(listed.contains("shop, read only"), "{listed}");

    server.run(&["token", "revoke", parent["id"].as_str().expect("an id")]);
    assert_eq!(office.asked(child, releases, &json!({})).await.0, 401);
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_even_of_what_they_watch() {
    let office = Office::open().await;
    let server = &office.server;
    server.run(&[
        "person",
        "create",
        "robot",
        "--service",
        "--owner",
        "bob",
        "--level",
        "3",
    ]);
    let (bob, robot) = (office.token("bob"), office.token("robot"));
    let status = ("GET", "/api/v1/status");
    for token in [&bob, &robot] {
        assert_eq!(office.asked(token, status, &json!({})).await.0, 200);
    }
    // They watch the overview as somebody signed in.
    let form = server
        .http
        .post(server.url("/sign-in"))
        .header("origin", server.url(""));
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let signed_in = form
        .body(format!("token={bob}"))
        .send()
        .await
        .expect("it answers");
    let cookie = signed_in.headers()["set-cookie"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    let (cookie, _) = cookie.split_once(';').expect("attributes");
    let live = server
        .http
        .get(server.url("/live"))
        .header("cookie", cookie);
    let mut live = live.send().await.expect("it answers");
    assert!(live.chunk().await.expect("a fragment").is_some());

    server.run(&["person", "remove", "bob", "--yes"]);
    for token in [&bob, &robot] {
        assert_eq!(office.asked(token, status, &json!({})).await.0, 401);
    }
    while live.chunk().await.expect("it ends well").is_some() {}
}
