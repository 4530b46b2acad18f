//! A group run on its page: what it waits for, and how a person takes all of it back.

use serde_json::json;
use tidegate_tests::{
    fleet::Fleet,
    page::{check_page, signed_in, valid_html},
    server::{Server, software, text},
};

const CATALOG: &str =
    "kind: Environment\nname: testing\n---\nkind: Target\nname: testing-1\nenvironment: testing\n";

/// Two products on one target, with two releases each; the first stands.
fn fill(server: &Server) {
    let product = |name: &str| {
        format!(
            "---\nkind: Product\nname: {name}\npath: [testing]\ncomponents:\n  - name: app\n    driver: service\n    service: {{ command: [\"./serve\"] }}\n"
        )
    };
    let catalog = [CATALOG.to_owned(), product("stock"), product("till")].concat();
    let file = server.directory().join("catalog.yaml");
    std::fs::write(&file, catalog).expect("the catalog can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
    for product in ["stock", "till"] {
        for version in ["1.0.0", "2.0.0"] {
            let serve = format!("#!/bin/sh\n# {product} {version}\nexec sleep 600\n");
            let name = format!("{product}-{version}");
            let directory = software(server.directory(), &name, &[("serve", &serve)]);
            server.run(&[
                "push",
                &format!("{product}/app:{version}"),
                text(&directory),
            ]);
            let app = format!("app={version}");
            server.run(&["release", "create", product, version, "--component", &app]);
        }
    }
}

#[tokio::test]
async fn a_group_run_is_watched_and_taken_back_on_its_page() {
    let server = Server::start().await;
    fill(&server);
    let fleet = Fleet::start(&server, &[("testing", "testing-1")]).await;
    let start = [
        "group-run",
        "start",
        "--to",
        "testing",
        "--after",
        "till=stock",
    ];
    let quick = ["--minimum-healthy", "200ms", "--wait"];
    server.run(&[&start[..], &["stock=1.0.0", "till=1.0.0"], &quick].concat());

    let browser = signed_in(&server).await;
    let fact = "stock 1.0.0 to testing, till 1.0.0 to testing succeeded together.";
    check_page(&server, &browser, ("group-run", "/group-runs/1", fact)).await;
    // The agent is gone, so the next one waits.
    drop(fleet);
    let member = |product: &str, after: &[&str]| json!({ "product": product, "release": "2.0.0", "environment": "testing", "after": after });
    let wanted = json!({ "members": [member("stock", &[]), member("till", &["stock"])] });
    server.post("/api/v1/group-runs", &wanted).await;
    browser.open(&server.url("/group-runs/2")).await;
    browser
        .text_becomes(".waiting-on", "Stock in testing")
        .await;
    check_page(
        &server,
        &browser,
        ("group-run-waits", "/group-runs/2", "to lie ready"),
    )
    .await;
    check_page(
        &server,
        &browser,
        ("deployments-groups", "/deployments", "Group runs"),
    )
    .await;
    browser.open(&server.url("/group-runs/2")).await;
    browser.tab_to("#deed-rollback summary").await;
    browser.press("\u{e007}").await;
    browser.tab_to("#rollback-reason").await;
    browser.press("the other way round").await;
    browser.tab_to("#rollback-confirm").await;
    browser.press("2\u{e007}").await;
    browser.text_becomes("h1", "were rolled back").await;
    browser
        .open(&server.url("/journal?subject=group-run/2"))
        .await;
    browser
        .text_becomes("main", "all go back in reverse order: the other way round")
        .await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
}
