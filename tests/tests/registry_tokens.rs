//! Signing in to the registry as real clients do: skopeo, and what docker sends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Output, Stdio},
};
use tidegate_tests::{process::required, server::client, shop::Shop};

/// The shop, and somebody who may only read.
struct Harbour {
    shop: Shop,
    reader: String,
    pusher: String,
}

impl Harbour {
    fn open() -> Self {
        let shop = Shop::with_shop(None);
        let made = |name: &str, level: &str| {
            shop.ok(&["person", "create", name, "--level", level]);
            let token = shop.ok(&["token", "create", "desk", "--for", name]);
            token.trim().to_owned()
        };
        let (reader, pusher) = (made("reader", "2"), made("pusher", "3"));
        Self {
            shop,
            reader,
            pusher,
        }
    }

    fn host(&self) -> String {
        self.shop.url().replace("http://", "")
    }

    /// A token of the registry for these scopes.
    async fn ticket(&self, secret: &str, scopes: &[&str]) -> (u16, Value) {
        let mut url = format!(
            "{}/registry/token?service=tidegate&account=any",
            self.shop.url()
        );
        for scope in scopes {
            url = format!("{url}&scope={scope}");
        }
        let answer = client()
            .get(url)
            .basic_auth("any", Some(secret))
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    async fn ask(&self, method: &str, path: &str, ticket: &Value) -> (u16, String) {
        let url = format!("{}{path}", self.shop.url());
        let request = client().request(method.parse().unwrap(), url);
        let answer = request
            .bearer_auth(ticket["token"].as_str().unwrap())
            .send()
            .await
            .unwrap();
        let challenge = answer.headers().get("www-authenticate");
        let challenge = challenge.map(|it| it.to_str().unwrap().to_owned());
        (answer.status().as_u16(), challenge.unwrap_or_default())
    }

    fn skopeo(&self, arguments: &[&str]) -> Output {
        Command::new(required(
            "/usr/bin/skopeo",
            "install Debian's package skopeo",
        ))
        .args(arguments)
        .env("REGISTRY_AUTH_FILE", self.shop.file("auth.json"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
    }

    fn log_in(&self, secret: &str) -> Output {
        let host = self.host();
        let login = ["login", "--tls-verify=false", "-u", "any", "-p", secret];
        self.skopeo(&[&login[..], &[&host]].concat())
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

#[test]
fn skopeo_signs_in_once_and_pushes_and_pulls_by_what_it_may() {
    let harbour = Harbour::open();
    let wrong = harbour.log_in("tgt_nobody-has-this-token");
    assert!(!wrong.status.success(), "{}", said(&wrong));
    let right = harbour.log_in(&harbour.pusher);
    assert!(right.status.success(), "{}", said(&right));

    let there = format!("docker://{}/shop/web:1.0.0", harbour.host());
    let here = format!("dir:{}", harbour.shop.file("copy"));
    let pulled = harbour.skopeo(&["copy", "--src-tls-verify=false", &there, &here]);
    assert!(pulled.status.success(), "{}", said(&pulled));
    assert!(Path::new(&harbour.shop.file("copy/manifest.json")).exists());
    let again = there.replace("1.0.0", "copied");
    let pushed = harbour.skopeo(&["copy", "--dest-tls-verify=false", &here, &again]);
    assert!(pushed.status.success(), "{}", said(&pushed));

    // Who may only read signs in and pulls, and is told what they may not.
    let right = harbour.log_in(&harbour.reader);
    assert!(right.status.success(), "{}", said(&right));
    let other = format!("dir:{}", harbour.shop.file("other"));
    let pulled = harbour.skopeo(&["copy", "--src-tls-verify=false", &there, &other]);
    assert!(pulled.status.success(), "{}", said(&pulled));
    let forbidden = there.replace("1.0.0", "forbidden");
    let pushed = harbour.skopeo(&["copy", "--dest-tls-verify=false", &here, &forbidden]);
    assert!(!pushed.status.success());
    assert!(
        said(&pushed).contains("you may not push to shop/web"),
        "{}",
        said(&pushed)
    );

    // Who is removed is out with the next request.
    harbour.shop.ok(&["person", "remove", "reader", "--yes"]);
    let gone = harbour.skopeo(&["copy", "--src-tls-verify=false", &there, &other]);
    assert!(!gone.status.success(), "{}", said(&gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_for_what_it_was_made_for_as_long_as_its_owner_is() {
    let harbour = Harbour::open();
    let url = format!("{}/v2/", harbour.shop.url());
    let answer = client().get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    let realm = format!("Bearer realm=\"{}/registry/token\"", harbour.shop.url());
    assert!(challenge.starts_with(&realm), "{challenge}");

    let manifest = "/v2/shop/web/manifests/1.0.0";
    let uploads = "/v2/shop/web/blobs/uploads/";
    let (_, pull) = harbour
        .ticket(&harbour.pusher, &["repository:shop/web:pull"])
        .await;
    assert_eq!(pull["scope"], "repository:shop/web:pull");
    assert_eq!(harbour.ask("GET", manifest, &pull).await.0, 200);
    // The owner may push; this ticket was not made for it, so another one is asked for.
    let (status, challenge) = harbour.ask("POST", uploads, &pull).await;
    assert_eq!(status, 401);
    assert!(
        challenge.ends_with("scope=\"repository:shop/web:pull,push\""),
        "{challenge}"
    );
    let scopes = ["repository:shop/web:pull,push", "registry:catalog:*"];
    let (_, push) = harbour.ticket(&harbour.pusher, &scopes).await;
    assert_eq!(harbour.ask("POST", uploads, &push).await.0, 202);
    // No ticket makes its owner able to do more.
    let (_, less) = harbour
        .ticket(&harbour.reader, &["repository:shop/web:*"])
        .await;
    assert_eq!(less["scope"], "repository:shop/web:pull");
    assert_eq!(harbour.ask("POST", uploads, &less).await.0, 403);
    assert_eq!(
        harbour
            .ask("GET", "/v2/bank/app/manifests/1", &push)
            .await
            .0,
        401
    );
    // It is of the registry, and of nothing else.
    assert_eq!(harbour.ask("GET", "/api/v1/status", &push).await.0, 401);
    let (status, _) = harbour.ticket("tgt_nobody-has-this-token", &[]).await;
    assert_eq!(status, 401);
    let own = pull["token"].as_str().unwrap();
    assert_eq!(
        harbour.ticket(own, &[]).await.0,
        401,
        "no ticket for a ticket"
    );

    harbour.shop.ok(&["person", "remove", "pusher", "--yes"]);
    assert_eq!(harbour.ask("GET", manifest, &pull).await.0, 401);
}
