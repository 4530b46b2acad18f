//! Where a shop is built and tested before it is released, told of by events.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::server::{Server, TOKEN, software};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

const CATALOG: &str = "\
kind: Environment
name: live
---
kind: Product
name: lab
path: [live]
components: [{ name: web, driver: service, service: { command: [\"./web\"] } }]
---
kind: Product
name: shop
path: [live]
components: [{ name: web, driver: service, service: { command: [\"./web\"] } }]
";
/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with a shop that is pushed to the laboratory's own product only, until [`Laboratory::release`].
#[derive(Debug)]
pub struct Laboratory {
    /// The server.
    pub server: Server,
    /// The digest that the shop's component will have.
    pub digest: String,
    wares: String,
}

/// A `CDEvent` of 2026-01-02 about a subject.
pub fn cdevent(id: &str, kind: &str, subject: &str, content: Value, custom: Value) -> Value {
    let mut event = json!({
        "context": { "version": "0.4.1", "id": id, "source": "/ci", "type": format!("dev.cdevents.{kind}.0.2.0"),
            "timestamp": "2026-01-02T03:04:05Z" },
        "subject": { "id": subject },
    });
    event["subject"]["content"] = content;
    event["customData"] = custom;
    event
}

impl Laboratory {
    /// Opens it.
    pub async fn open() -> Self {
        let server = Server::start().await;
        server.apply(CATALOG);
        let wares = software(server.directory(), "wares", &[("web", "#!/bin/sh\n")]);
        let wares = wares.to_str().expect("a path").to_owned();
        server.run(&["push", "lab/web:1.0.0", &wares]);
        let artifact = server.get("/api/v1/artifacts/lab/web/1.0.0").await;
        let digest = artifact["digest"].as_str().expect("a digest").to_owned();
        Self {
            server,
            digest,
            wares,
        }
    }

    /// Pushes the same to the shop, and releases it as 1.0.0.
    pub fn release(&self) {
        self.server.run(&["push", "shop/web:1.0.0", &self.wares]);
        let words = ["release", "create", "shop", "1.0.0", "--component"];
        self.server.run(&[&words[..], &["web=1.0.0"]].concat());
    }

    /// Tells an event in structured mode; answers the status and what was said.
    pub async fn structured(&self, event: &Value) -> (u16, Value) {
        let whole = envelope(event).to_string();
        self.post(EVENTS, "application/cloudevents+json", &whole)
            .await
    }

    /// The same in binary mode.
    pub async fn binary(&self, event: &Value) -> (u16, Value) {
        let request = self
            .server
            .http
            .post(self.server.url(EVENTS))
            .bearer_auth(TOKEN)
            .header("content-type", "application/json; charset=utf-8")
            .header("ce-specversion", "1.0")
            .header("ce-id", text(event, "id"))
            .header("ce-source", text(event, "source"))
            .header("ce-type", text(event, "type"));
        told(request.body(event.to_string())).await
    }

    /// The same without an envelope.
    pub async fn bare(&self, event: &Value) -> (u16, Value) {
        self.post(EVENTS, "application/json", &event.to_string())
            .await
    }

    /// Tells several in one go.
    pub async fn batch(&self, events: &[&Value]) -> (u16, Value) {
        let all: Vec<Value> = events.iter().map(|it| envelope(it)).collect();
        let all = Value::Array(all).to_string();
        self.post(EVENTS, "application/cloudevents-batch+json", &all)
            .await
    }

    /// Posts a body of some type; answers the status and what was said.
    pub async fn post(&self, path: &str, kind: &str, body: &str) -> (u16, Value) {
        let request = self.server.http.post(self.server.url(path));
        let request = request.bearer_auth(TOKEN).header("content-type", kind);
        told(request.body(body.to_owned())).await
    }

    /// Only announces a body of so many bytes; answers what was said to that.
    pub fn announced(&self, path: &str, length: u64) -> String {
        let host = &self.server.address["http://".len()..];
        let mut stream = TcpStream::connect(host).expect("the server listens");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {TOKEN}\r\n\
            content-type: application/cloudevents+json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("it is sent");
        let mut said = String::new();
        stream.read_to_string(&mut said).expect("an answer");
        said
    }

    /// The lifecycle of the release once so many runs are known: what is attached is read in the background.
    pub async fn until_runs(&self, count: usize) -> Value {
        let begun = Instant::now();
        loop {
            let release = self.server.get(RELEASE).await;
            let lifecycle = release["lifecycle"].clone();
            let known = lifecycle["runs"].as_array().map_or(0, Vec::len);
            if known == count {
                return lifecycle;
            }
            assert!(begun.elapsed() < PATIENCE, "{lifecycle}");
        }
    }
}

const EVENTS: &str = "/api/v1/products/shop/events";
const RELEASE: &str = "/api/v1/products/shop/releases/1.0.0";

fn envelope(event: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": text(event, "id"), "source": text(event, "source"), "type": text(event, "type"),
        "datacontenttype": "application/json", "data": event,
    })
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event["context"][name].as_str().unwrap_or_default()
}

async fn told(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("the server answers");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}
