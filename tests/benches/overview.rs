//! How long it takes to say what runs where, of 1,000 products in 5 environments, and what stands before a train of 50 of them.
//!
//! The record is filled by hand as deployments and agents would have done it; the server is started on it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for the terminal, which says where it cannot go on"
)]

use serde_json::{Value, json};
use std::fmt::Write as _;
use tidegate_domain::revision::Revision;
use tidegate_tests::{
    past::Past,
    server::{Server, TOKEN, software, text},
    stopwatch::time,
};

const PRODUCTS: usize = 1_000;
const ENVIRONMENTS: [&str; 5] = ["build", "testing", "staging", "pilot", "live"];
/// In each environment.
const TARGETS: usize = 2;
/// What succeeded in each place one after the other.
const DEPLOYMENTS: usize = 4;
/// The train's members, and the open tasks of each.
const MEMBERS: usize = 50;
const TASKS: usize = 5;

#[tokio::main]
async fn main() {
    let mut server = Server::start().await;
    server.apply(&catalog());
    train(&server).await;
    server.kill();
    fill(Past::of(&server));
    server.start_again().await;
    let status = server.get("/api/v1/status").await;
    let products = status["products"].as_array().unwrap();
    let runs = |it: &&Value| it["release"].is_string() && it["since"].is_string();
    let places = products
        .iter()
        .flat_map(|it| it["environments"].as_array().unwrap());
    println!(
        "{} products, {} places",
        products.len(),
        places.filter(runs).count()
    );
    let cookie = server.sign_in().await;
    let page = server.http.get(server.url("/"));
    let of_api = |path: &str| server.http.get(server.url(path)).bearer_auth(TOKEN);
    time("overview, page", page.header("cookie", cookie)).await;
    time("overview, by the API", of_api("/api/v1/status")).await;
    time(
        "what stands before a train",
        of_api("/api/v1/trains/autumn/hurdles"),
    )
    .await;
}

fn catalog() -> String {
    let mut catalog = String::new();
    let mut before = None;
    for environment in ENVIRONMENTS {
        let after = before
            .map(|it| format!("after: {it}\n"))
            .unwrap_or_default();
        write!(
            catalog,
            "kind: Environment\nname: {environment}\n{after}---\n"
        )
        .unwrap();
        for number in 0..TARGETS {
            write!(
                catalog,
                "kind: Target\nname: {environment}-{number}\nenvironment: {environment}\n---\n"
            )
            .unwrap();
        }
        before = Some(environment);
    }
    for number in 0..PRODUCTS {
        write!(
            catalog,
            "kind: Product\nname: product-{number}\ncomponents: [{{ name: app, driver: service, service: {{ command: [\"./serve\"] }} }}]\n---\n"
        )
        .unwrap();
    }
    catalog
}

/// A train of the first products, each with a sealed release and tasks that are to be done.
async fn train(server: &Server) {
    let directory = software(server.directory(), "app", &[("serve", "#!/bin/sh\n")]);
    let tasks: String = (0..TASKS)
        .map(|it| format!("- {{ name: t{it}, owner: admin }}\n"))
        .collect();
    let plan =
        format!("target: 2099-01-02T10:00\ninvolved: {{ accountable: admin }}\ntasks:\n{tasks}");
    let mut members = String::new();
    for number in 0..MEMBERS {
        let product = format!("product-{number}");
        server.run(&["push", &format!("{product}/app:2.0.0"), text(&directory)]);
        server.run(&[
            "release",
            "create",
            &product,
            "2.0.0",
            "--component",
            "app=2.0.0",
        ]);
        let path = server.url(&format!("/api/v1/products/{product}/releases/2.0.0/plan"));
        let body = json!({ "base": 0, "text": plan });
        let saved = server.http.put(path).bearer_auth(TOKEN).json(&body);
        assert!(saved.send().await.unwrap().status().is_success());
        writeln!(members, "- {{ product: {product}, release: 2.0.0 }}").unwrap();
    }
    let text = format!(
        "title: Autumn\nowner: admin\ndepartures:\n- {{ environment: build, at: 2099-01-01T10:00 }}\n- {{ environment: live, at: 2099-01-02T10:00 }}\nmembers:\n{members}"
    );
    let file = server.file("train.yaml", &text);
    server.run(&["train", "plan", "autumn", &file]);
}

/// Every product runs 1.0.0 everywhere, since the newest of some deployments.
fn fill(mut past: Past) {
    let mut deployment = 0;
    for number in 0..PRODUCTS {
        let product = format!("product-{number}");
        let revision = json!({ "product": product, "release": "1.0.0", "snapshot": 1, "components": [{
            "component": "app", "version": "1.0.0", "artifact": hash(1), "driver": { "service": { "command": ["./serve"],
            "environment": {}, "files": {}, "listen": [], "stop": { "signal": "TERM", "grace": 10000 } } } }] });
        let id = serde_json::from_value::<Revision>(revision.clone())
            .unwrap()
            .id()
            .to_string();
        past.revision(&id, &revision);
        for environment in ENVIRONMENTS {
            for target in 0..TARGETS {
                let report = json!({ "observed": { "product": product, "instruction": { "incarnation": 1, "generation": 1 },
                    "active": [{ "component": "app", "revision": id, "artifact": hash(1), "health": "healthy",
                        "detail": "serves", "starts": 1 }], "prepared": [] }, "healthy_since": "2026-01-02T03:04:10Z" });
                let target = format!("{environment}/{environment}-{target}");
                past.report(&target, &product, &report);
            }
            for _ in 0..DEPLOYMENTS {
                deployment += 1;
                past.deployment("succeeded", &went(deployment, &product, environment));
            }
        }
    }
    past.keep();
}

fn went(id: i64, product: &str, environment: &str) -> Value {
    let targets: Vec<String> = (0..TARGETS)
        .map(|it| format!("{environment}-{it}"))
        .collect();
    json!({ "id": id, "product": product, "environment": environment, "release": "1.0.0", "snapshot": 1,
        "purpose": { "kind": "promotion" }, "plan": { "strategy": { "kind": "rolling", "batch": "1", "bake": 50 },
            "limits": { "max_unavailable": 1, "failures_max": 0, "minimum_healthy": 3000, "prepare_deadline": 600000,
                "progress_deadline": 300000, "on_failure": "roll-back" },
            "waves": [{ "title": "wave 1", "targets": targets, "bake": 50 }] },
        "parts": { "version": 1, "contents": hash(2), "configuration": hash(3), "strategy": hash(4), "selector": hash(5),
            "backout": null, "communications": null },
        "requested_by": "admin", "requested_at": "2026-01-02T03:04:06Z",
        "status": { "status": "succeeded", "at": "2026-01-02T03:04:07Z" } })
}

fn hash(number: u8) -> String {
    format!("sha256:{number:064x}")
}
