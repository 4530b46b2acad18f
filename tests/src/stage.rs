//! A storefront with a history, for whoever looks at its pages.

use crate::{
    browser::until,
    fleet::Fleet,
    server::{Server, software, text},
};
use serde_json::json;

const CATALOG: &str = r#"
kind: Environment
name: testing
---
kind: Environment
name: staging
after: testing
---
kind: Environment
name: live
after: staging
---
kind: Product
name: storefront
path: [testing, staging, live]
components:
  - name: web
    driver: service
    service:
      command: ["./serve"]
      health: { exec: { command: ["./check"] }, interval: 200ms, healthy_after: 1, unhealthy_after: 1, deadline: 4s }
  - name: api
    driver: service
    service:
      command: ["./serve"]
"#;
/// Where it runs, environment and name.
pub const TARGETS: [(&str, &str); 5] = [
    ("testing", "testing-1"),
    ("staging", "staging-1"),
    ("live", "live-1"),
    ("live", "live-2"),
    ("live", "live-3"),
];
/// A server with the storefront, its fleet and its history.
pub async fn with_history() -> (Server, Fleet) {
    let server = Server::start().await;
    let fleet = lived_in(&server).await;
    (server, fleet)
}

/// Gives a server the storefront, its fleet and its history.
pub async fn lived_in(server: &Server) -> Fleet {
    fill(server);
    let fleet = Fleet::start(server, &TARGETS).await;
    history(server).await;
    fleet
}

/// Declares the storefront, and makes three releases of it and a draft.
fn fill(server: &Server) {
    let directory = server.directory();
    let mut catalog = CATALOG.to_owned();
    for (environment, target) in TARGETS {
        let document = format!("---\nkind: Target\nname: {target}\nenvironment: {environment}\n");
        catalog.push_str(&document);
    }
    let file = directory.join("catalog.yaml");
    std::fs::write(&file, catalog).expect("the catalog can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
    for (version, check) in [
        ("1.0.0", "exit 0"),
        ("1.1.0", "exit 0 # new"),
        ("1.2.0", "exit 1"),
    ] {
        push(server, "web", version, check);
    }
    push(server, "api", "1.0.0", "exit 0");
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        let web = format!("web={version}");
        server.run(&[
            "release",
            "create",
            "storefront",
            version,
            "--component",
            &web,
            "--component",
            "api=1.0.0",
        ]);
    }
    let draft = ["release", "create", "storefront", "1.3.0", "--draft"];
    server.run(
        &[
            &draft[..],
            &["--component", "web=1.1.0", "--component", "api=1.0.0"],
        ]
        .concat(),
    );
}

fn push(server: &Server, component: &str, version: &str, check: &str) {
    let check = format!("#!/bin/sh\n{check}\n");
    let serve = format!("#!/bin/sh\n# {component} {version}\nexec sleep 600\n");
    let name = format!("{component}-{version}");
    let files = [("serve", serve.as_str()), ("check", check.as_str())];
    let directory = software(server.directory(), &name, &files);
    let what = format!("storefront/{component}:{version}");
    server.run(&["push", &what, text(&directory)]);
}

/// 1.0.0 goes up to live, 1.2.0 is rolled back in testing, 1.1.0 waits before live.
async fn history(server: &Server) {
    for environment in ["testing", "staging", "live"] {
        server.run(&deploy("1.0.0", environment));
    }
    let bad = json!({ "product": "storefront", "release": "1.2.0", "environment": "testing" });
    server.post("/api/v1/deployments", &bad).await;
    until("1.2.0 is rolled back", async || {
        let view = server.get("/api/v1/deployments/4").await;
        (view["status"] == "rolled_back").then_some(())
    })
    .await;
    server.run(&deploy("1.1.0", "testing"));
    server.run(&deploy("1.1.0", "staging"));
}

fn deploy<'a>(version: &'a str, environment: &'a str) -> [&'a str; 8] {
    [
        "deploy",
        "storefront",
        version,
        "--to",
        environment,
        "--wait",
        "--minimum-healthy",
        "200ms",
    ]
}
