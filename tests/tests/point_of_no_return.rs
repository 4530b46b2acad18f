//! Jobs and the point of no return on the pages: a person says that a job is done, and signs that going back is right.

use tidegate_tests::{
    browser::Browser,
    page::{check_page, signed_in, valid_html},
    server::{Server, text},
    stage::with_history,
};

/// The component that fails in 1.2.0, with a job that fails there, too.
const COMPONENT: &str = r#"kind: Component
product: storefront
name: web
driver: service
service:
  command: ["./serve"]
  health: { exec: { command: ["./check"] }, interval: 200ms, healthy_after: 1, unhealthy_after: 1, deadline: 4s }
jobs:
  - { name: migrate, command: ["./check"], reversible: no, deadline: 30s }
"#;

fn release_with_a_job(server: &Server) {
    let file = server.directory().join("component.yaml");
    std::fs::write(&file, COMPONENT).expect("the file can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
    let create = ["release", "create", "storefront", "2.0.0"];
    let of = ["--component", "web=1.2.0", "--component", "api=1.0.0"];
    server.run(&[&create[..], &of].concat());
}

/// Opens what lies behind a summary and types why.
async fn say(browser: &Browser, (summary, field): (&str, &str), why: &str) {
    browser.tab_to(summary).await;
    browser.press("\u{e007}").await;
    browser.tab_to(field).await;
    browser.press(why).await;
}

#[tokio::test]
async fn a_job_is_accepted_as_done_and_going_back_is_signed() {
    let (server, fleet) = with_history().await;
    release_with_a_job(&server);
    let browser = signed_in(&server).await;
    let plan = "/products/storefront/releases/2.0.0/plan?environment=testing";
    check_page(&server, &browser, ("plan-job", plan, "web/migrate")).await;

    browser
        .open(&server.url("/products/storefront/releases/2.0.0"))
        .await;
    browser.tab_to("#confirm").await;
    browser.press("2.0.0\u{e007}").await;
    let failed = "job web/migrate failed: exited with status 1";
    browser.text_becomes(".waiting-on", failed).await;
    let fact = "it cannot be undone";
    let path = browser.run("done(location.pathname)").await;
    let path = path.as_str().expect("an address").to_owned();
    check_page(&server, &browser, ("deployment-job", &path, fact)).await;

    browser.tab_to("#job-web-migrate form button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("#job-web-migrate", "try 2").await;
    browser.text_becomes("#job-web-migrate", "failed").await;
    let take = ("#accept-web-migrate summary", "#accept-web-migrate-reason");
    say(&browser, take, "done by hand\u{e007}").await;
    browser
        .text_becomes("#job-web-migrate", "admin: done by hand")
        .await;
    let past = "It does not go back by itself";
    browser.text_becomes("main", past).await;
    browser
        .text_becomes(".waiting-on", "it does not go back by itself")
        .await;
    check_page(&server, &browser, ("deployment-no-return", &path, past)).await;

    say(
        &browser,
        ("#deed-return summary", "#return-reason"),
        "nobody wrote yet",
    )
    .await;
    browser.tab_to("#return-confirm").await;
    browser.press("2.0.0\u{e007}").await;
    browser
        .text_becomes("h1", "storefront 2.0.0 was rolled back in testing")
        .await;
    browser
        .text_becomes(".events", "signed that going back is right")
        .await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
    drop(fleet);
}
