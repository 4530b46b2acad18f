//! Programs that show the tokens of their CI, and get short-lived ones of a service account that trusts them.

use serde_json::{Value, json};
use tidegate_tests::{
    entrance::{Entrance, OPEN},
    identity_provider::Jar,
    server::text,
};

/// A service account that is lent to the runs of one repository.
struct Lent {
    office: Entrance,
}

impl Lent {
    async fn open() -> Self {
        let office = Entrance::open(OPEN).await;
        let server = &office.server;
        office
            .server
            .apply("kind: Product\nname: shop\n---\nkind: Environment\nname: live\n");
        server.run(&[
            "person",
            "create",
            "robot",
            "--service",
            "--owner",
            "admin",
            "--level",
            "4",
        ]);
        let lent = Self { office };
        lent.trust(&["--minutes", "10", "--level", "3", "--product", "shop"]);
        lent
    }

    fn trust(&self, more: &[&str]) {
        let issuer = self.office.provider.issuer.as_str();
        let usual = [
            "person",
            "trust",
            "robot",
            "ci",
            "--issuer",
            issuer,
            "--audience",
            "tidegate",
            "--claim",
            "repository=org/shop",
            "--claim",
            "ref=refs/heads/*",
        ];
        self.office.server.run(&[&usual, more].concat());
    }

    /// What a run of the repository says, with some claims set and those without a value left out.
    fn claims(&self, change: &[(&str, Value)]) -> Value {
        let now = jiff::Timestamp::now().as_second();
        let mut claims = json!({
            "iss": self.office.provider.issuer, "aud": "tidegate", "sub": "run-17", "iat": now, "exp": now + 300,
            "repository": "org/shop", "ref": "refs/heads/main",
        });
        for (name, value) in change {
            claims[*name] = value.clone();
        }
        let claims = claims.as_object_mut().expect("an object");
        claims.retain(|_, value| !value.is_null());
        json!(claims)
    }

    async fn exchange(&self, token: &str) -> (u16, Value) {
        self.exchange_for("robot", token).await
    }

    async fn exchange_for(&self, account: &str, token: &str) -> (u16, Value) {
        let wish = json!({
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "account": account, "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        });
        let server = &self.office.server;
        let request = server.http.post(server.url("/api/v1/workload-tokens"));
        let answer = request.json(&wish).send().await.expect("it answers");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }

    async fn refused(&self, why: &str, token: &str) {
        let (status, problem) = self.exchange(token).await;
        assert_eq!(
            (status, &problem["type"]),
            (400, &json!("workload-refused")),
            "{why}: {problem}"
        );
        let detail = "robot trusts no token like this one";
        assert_eq!(
            problem["detail"], detail,
            "{why}: nobody learns what was asked for"
        );
    }

    async fn asked(&self, token: &str, path: &str) -> u16 {
        let server = &self.office.server;
        let request = server.http.get(server.url(path)).bearer_auth(token);
        request.send().await.expect("it answers").status().as_u16()
    }
}

#[tokio::test]
async fn a_program_gets_a_short_lived_token_for_its_own() {
    let lent = Lent::open().await;
    let (server, provider) = (&lent.office.server, &lent.office.provider);
    let mut made = Vec::new();
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let token = provider.workload_token(algorithm, &lent.claims(&[])).await;
        let (status, answer) = lent.exchange(&token).await;
        assert_eq!(status, 200, "{algorithm}: {answer}");
        assert_eq!(
            (&answer["token_type"], &answer["expires_in"]),
            (&json!("Bearer"), &json!(600))
        );
        made.push(answer["access_token"].as_str().expect("a token").to_owned());
    }
    let token = &made[0];
    assert_eq!(
        lent.asked(token, "/api/v1/products/shop/releases").await,
        200
    );
    assert_eq!(
        lent.asked(token, "/api/v1/people").await,
        403,
        "it is good for the shop only"
    );
    let listed = server.get("/api/v1/tokens").await;
    let listed = listed.as_array().expect("a list").iter();
    let ours: Vec<_> = listed.filter(|it| it["person"] == "robot").collect();
    assert_eq!(ours.len(), 3);
    assert_eq!(
        (&ours[0]["level"], &ours[0]["scope"]),
        (&json!(3), &json!("shop"))
    );
    let journal = server.get("/api/v1/journal").await.to_string();
    assert!(
        journal.contains("token.exchanged") && journal.contains("run-17"),
        "{journal}"
    );

    // By the command line, as a pipeline does it.
    let jwt = provider.workload_token("ES256", &lent.claims(&[])).await;
    let file = server.directory().join("jwt");
    std::fs::write(&file, jwt).expect("a file");
    let said = server.run(&[
        "token",
        "exchange",
        "--account",
        "robot",
        "--jwt",
        text(&file),
    ]);
    assert_eq!(
        lent.asked(said.trim(), "/api/v1/products/shop/releases")
            .await,
        200
    );

    // A trust that ends takes along what was made by it.
    assert!(
        server
            .run(&["person", "trusts", "robot"])
            .contains("repository=org/shop")
    );
    server.run(&["person", "distrust", "robot", "ci"]);
    for token in &made {
        assert_eq!(
            lent.asked(token, "/api/v1/products/shop/releases").await,
            401
        );
    }
    let jwt = provider.workload_token("RS256", &lent.claims(&[])).await;
    lent.refused("the trust has ended", &jwt).await;
}

#[tokio::test]
async fn what_is_lent_for_minutes_begins_no_session_and_leaves_nothing_behind() {
    let lent = Lent::open().await;
    let (server, provider) = (&lent.office.server, &lent.office.provider);
    lent.trust(&["--minutes", "60"]);
    let jwt = provider.workload_token("ES256", &lent.claims(&[])).await;
    let (_, answer) = lent.exchange(&jwt).await;
    let whole = answer["access_token"].as_str().expect("a token");
    let mut jar = Jar::default();
    let (sign_in, by_token) = (server.url("/sign-in"), format!("token={whole}"));
    let entered = jar.post(&server.http, &sign_in, &by_token).await;
    assert!(
        entered.status == 400 && entered.cookies.is_empty(),
        "{entered:?}"
    );
    let post = async |path: &str, body: &Value| {
        let request = server.http.post(server.url(path)).bearer_auth(whole);
        let answer = request.json(body).send().await.expect("it answers");
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.expect("JSON"))
    };
    let (status, _) = post("/api/v1/sign-in-links", &json!({})).await;
    assert_eq!(status, 400);

    let (status, made) = post("/api/v1/tokens", &json!({ "name": "more" })).await;
    assert_eq!(status, 201, "{made}");
    let made = made["token"].as_str().expect("a token");
    assert_eq!(lent.asked(made, "/api/v1/status").await, 200);
    server.run(&["person", "distrust", "robot", "ci"]);
    assert_eq!(lent.asked(made, "/api/v1/status").await, 401);
}

#[tokio::test]
async fn what_is_not_signed_by_the_issuer_for_us_gets_nothing() {
    let lent = Lent::open().await;
    let provider = &lent.office.provider;
    let now = jiff::Timestamp::now().as_second();
    for (why, change) in [
        ("another issuer", ("iss", json!("https://evil.example"))),
        ("no issuer", ("iss", Value::Null)),
        ("another audience", ("aud", json!("somebody-else"))),
        ("no audience", ("aud", Value::Null)),
        ("another repository", ("repository", json!("org/shop2"))),
        ("no repository", ("repository", Value::Null)),
        ("a tag", ("ref", json!("refs/tags/v1"))),
        ("it is over", ("exp", json!(now - 1))),
        ("it never ends", ("exp", Value::Null)),
        ("it ends in a week", ("exp", json!(now + 604_800))),
        ("not yet", ("nbf", json!(now + 90))),
        ("made in the future", ("iat", json!(now + 90))),
    ] {
        let token = provider
            .workload_token("ES256", &lent.claims(&[change]))
            .await;
        lent.refused(why, &token).await;
    }
    let claims = lent.claims(&[]);
    for (why, key) in [
        ("another's key", "key-1-RS256"),
        ("no key of the issuer", "key-1-ES384"),
    ] {
        let token = provider.token_under(key, "ES256", &claims).await;
        lent.refused(why, &token).await;
    }
    lent.refused(
        "signed by nobody",
        &provider.workload_token("none", &claims).await,
    )
    .await;
    // The public key as a shared secret (RFC 8725, section 2.1).
    lent.refused(
        "keys confused",
        &provider.workload_token("HS256", &claims).await,
    )
    .await;
    let good = provider.workload_token("ES256", &claims).await;
    let (signed, signature) = good.rsplit_once('.').expect("three parts");
    lent.refused("without its signature", &format!("{signed}."))
        .await;
    let other = provider
        .workload_token("ES256", &lent.claims(&[("sub", json!("x"))]))
        .await;
    let (others, _) = other.rsplit_once('.').expect("three parts");
    lent.refused("another's signature", &format!("{others}.{signature}"))
        .await;
    lent.refused("no token", "no-token").await;
    for account in ["admin", "nobody"] {
        let (status, problem) = lent.exchange_for(account, &good).await;
        assert_eq!(
            (status, &problem["type"]),
            (400, &json!("workload-refused")),
            "{account}"
        );
    }
    assert_eq!(lent.exchange(&good).await.0, 200, "and yet it is good");
    lent.office
        .server
        .run(&["person", "remove", "robot", "--yes"]);
    lent.refused("the account was removed", &good).await;
}

#[tokio::test]
async fn clocks_may_be_a_minute_apart() {
    let lent = Lent::open().await;
    let provider = &lent.office.provider;
    let soon = json!(jiff::Timestamp::now().as_second() + 45);
    for claim in ["iat", "nbf"] {
        let claims = lent.claims(&[(claim, soon.clone())]);
        let token = provider.workload_token("ES256", &claims).await;
        let (status, answer) = lent.exchange(&token).await;
        assert_eq!(status, 200, "{claim}: {answer}");
    }
}

#[tokio::test]
async fn keys_that_the_issuer_changed_count_no_more() {
    let mut lent = Lent::open().await;
    let claims = lent.claims(&[]);
    let old = lent.office.provider.workload_token("ES256", &claims).await;
    assert_eq!(lent.exchange(&old).await.0, 200);
    lent.office.provider.change_keys().await;
    let new = lent.office.provider.workload_token("ES256", &claims).await;
    // A server that asks the issuer only now; one that has asked does so again in its own time.
    lent.office.server.kill();
    lent.office.server.start_again().await;
    assert_eq!(lent.exchange(&new).await.0, 200);
    lent.refused("its key is gone", &old).await;
}

#[tokio::test]
async fn keys_in_a_file_need_no_issuer_that_answers() {
    let mut lent = Lent::open().await;
    let good = lent
        .office
        .provider
        .workload_token("EdDSA", &lent.claims(&[]))
        .await;
    let jwks = format!("{}/jwks", lent.office.provider.issuer);
    let jwks = lent
        .office
        .server
        .http
        .get(jwks)
        .send()
        .await
        .expect("it answers");
    let file = lent.office.server.directory().join("keys.json");
    std::fs::write(&file, jwks.text().await.expect("keys")).expect("a file");
    lent.office.provider.stop();
    lent.refused("the issuer does not answer", &good).await;
    lent.trust(&["--keys", text(&file)]);
    assert_eq!(lent.exchange(&good).await.0, 200);
}

#[tokio::test]
async fn a_trust_asks_for_something_and_gives_no_more_than_the_account_has() {
    let lent = Lent::open().await;
    let server = &lent.office.server;
    let refused = |status, account: &str, more: &[&str]| {
        let usual = ["person", "trust", account, "other"];
        server.refused(status, &[&usual, more].concat())
    };
    let https = ["--issuer", "https://ci.example", "--audience", "tidegate"];
    let all = [&https[..], &["--claim", "sub=*"]].concat();
    assert!(refused(2, "robot", &all).contains("`sub` asks for nothing"));
    let open = [
        "--issuer",
        "http://ci.example",
        "--audience",
        "x",
        "--claim",
        "sub=a",
    ];
    assert!(refused(2, "robot", &open).contains("write it as https://"));
    let high = [&https[..], &["--claim", "sub=a", "--level", "5"]].concat();
    assert!(refused(3, "robot", &high).contains("would exceed that of robot"));
    let person = [&https[..], &["--claim", "sub=a"]].concat();
    assert!(refused(2, "admin", &person).contains("only a program's is lent"));
    assert!(refused(4, "nobody", &person).contains("there is no person `nobody`"));
}
