//! A real OpenID Connect provider, the npm package `oidc-provider`, and a browser that goes through its pages.

use crate::{
    process::{Process, free_port, installed, required},
    server::{Server, client, text},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// What only the provider and the server know.
const SECRET: &str = "only-for-tests-0123456789";
/// A provider that does not answer by then never will.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A provider.
#[derive(Debug)]
pub struct IdentityProvider {
    /// Its issuer identifier.
    pub issuer: String,
    process: Option<Process>,
    http: reqwest::Client,
}

/// What a browser keeps.
#[derive(Debug, Default)]
pub struct Jar(BTreeMap<String, String>);

impl IdentityProvider {
    /// Starts one that knows `server`, which is to be started with [`IdentityProvider::declare`].
    pub async fn start(server: &Server) -> Self {
        let port = free_port();
        let program = installed("identity-provider/server.mjs");
        installed("identity-provider/node_modules");
        let back = server.url("/sign-in/providers/test/back");
        let arguments = [text(&program), &port.to_string(), &back, SECRET];
        let node = required("/usr/bin/node", "cargo xtask test installs it");
        let log = server.directory().join("provider.log");
        let provider = Self {
            issuer: format!("http://127.0.0.1:{port}"),
            process: Some(Process::start(&node, &arguments, &log)),
            http: client(),
        };
        provider.become_ready().await;
        provider
    }

    /// Writes the file that declares it, with `rules` for who is let in, and tells the server of it.
    pub fn declare(&self, server: &mut Server, rules: &str) {
        let directory = server.directory();
        let (file, secret) = (directory.join("providers.yaml"), directory.join("secret"));
        std::fs::write(&secret, SECRET).expect("the secret can be written");
        let declared = format!(
            "providers:\n- name: test\n  title: Example AG\n  issuer: {}\n  client_id: tidegate\n  client_secret_file: {}\n  \
            scopes: [profile, email, groups]\n{rules}",
            self.issuer,
            text(&secret),
        );
        std::fs::write(&file, declared).expect("the file can be written");
        server.more = vec!["--providers".to_owned(), text(&file).to_owned()];
    }

    /// Ends it without a warning.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Says who is in which groups.
    pub async fn set_groups(&self, groups: &Value) {
        let request = self.http.post(format!("{}/groups", self.issuer));
        let answer = request.json(groups).send().await.expect("it answers");
        assert!(answer.status().is_success());
    }

    /// A token with these claims, as a CI makes them.
    pub async fn workload_token(&self, algorithm: &str, claims: &Value) -> String {
        self.signed(&json!({ "alg": algorithm, "claims": claims }))
            .await
    }

    /// The same, under the name of another key.
    pub async fn token_under(&self, key: &str, algorithm: &str, claims: &Value) -> String {
        self.signed(&json!({ "alg": algorithm, "claims": claims, "kid": key }))
            .await
    }

    /// Replaces the keys that such tokens are signed with.
    pub async fn change_keys(&self) {
        let request = self.http.post(format!("{}/new-keys", self.issuer));
        let answer = request.send().await.expect("it answers");
        assert!(answer.status().is_success());
    }

    async fn signed(&self, wish: &Value) -> String {
        let request = self.http.post(format!("{}/workload", self.issuer));
        let answer = request.json(wish).send().await.expect("it answers");
        answer.text().await.expect("a token")
    }

    /// Signs `who` in at the page that `url` leads to; answers where the browser is sent back to.
    pub async fn sign_in(&self, url: &str, who: &str) -> String {
        let mut jar = Jar::default();
        let mut at = url.to_owned();
        for _ in 0..10 {
            let next = jar.get(&self.http, &at).await.next;
            let next = self.absolute(&next.unwrap_or_default());
            if !next.starts_with(&self.issuer) {
                return next;
            }
            at = next;
            if at.contains("/interaction/") {
                let page = jar.get(&self.http, &at).await.body;
                let form = match page.contains("value=\"login\"") {
                    true => format!("prompt=login&login={who}&password=any"),
                    false => "prompt=consent".to_owned(),
                };
                let sent = jar.post(&self.http, &at, &form).await.next;
                at = self.absolute(&sent.expect("a form leads on"));
            }
        }
        panic!("the provider leads nowhere: {at}");
    }

    fn absolute(&self, address: &str) -> String {
        match address.strip_prefix('/') {
            Some(path) => format!("{}/{path}", self.issuer),
            None => address.to_owned(),
        }
    }

    async fn become_ready(&self) {
        let begun = Instant::now();
        let address = format!("{}/jwks", self.issuer);
        while begun.elapsed() < READY_WITHIN {
            let answer = self.http.get(&address).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the identity provider is not ready");
    }
}

/// What a browser was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it is sent.
    pub next: Option<String>,
    /// What it is told to keep, with its flags.
    pub cookies: Vec<String>,
    /// When to come again, in seconds.
    pub retry_after: Option<u32>,
    /// The page.
    pub body: String,
}

impl Jar {
    /// Opens a page, with what was kept.
    pub async fn get(&mut self, http: &reqwest::Client, address: &str) -> Answer {
        self.send(http.get(address)).await
    }

    /// Sends a form of the page's own site, with what was kept.
    pub async fn post(&mut self, http: &reqwest::Client, address: &str, form: &str) -> Answer {
        let origin: String = address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let request = http
            .post(address)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(form.to_owned())).await
    }

    /// What is kept under that name.
    pub fn kept(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Keeps something, or forgets it.
    pub fn keep(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.0.insert(name.to_owned(), value.to_owned()),
            None => self.0.remove(name),
        };
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let kept: Vec<String> = self.0.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = request.header("cookie", kept.join("; "));
        let answer = request.send().await.expect("the server answers");
        let header = |name: &str| {
            let all = answer.headers().get_all(name).iter();
            let texts = all.map(|value| value.to_str().expect("headers are ASCII").to_owned());
            texts.collect::<Vec<String>>()
        };
        let (cookies, next) = (header("set-cookie"), header("location").pop());
        let retry_after = header("retry-after")
            .pop()
            .and_then(|text| text.parse().ok());
        for cookie in &cookies {
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            self.keep(name, Some(value).filter(|value| !value.is_empty()));
        }
        Answer {
            status: answer.status().as_u16(),
            next,
            cookies,
            retry_after,
            body: answer.text().await.unwrap_or_default(),
        }
    }
}
