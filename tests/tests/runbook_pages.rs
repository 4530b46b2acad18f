//! The pages of runbooks: generated and written, and followed on the page of a deployment.

use tidegate_tests::{
    browser::Browser,
    page::{check_page, page, signed_in, submit, valid_html},
    server::Server,
    stage::with_history,
};

const ALL: &str = "/products/storefront/releases/1.1.0/runbooks";
const THERE: &str = "/products/storefront/releases/1.1.0/runbooks/testing/forward";
const BACK: &str = "/products/storefront/releases/1.1.0/runbooks/testing/back";
/// What people do before anything changes, and what they decide at the end.
const STEPS: &str = "\
- {name: call, title: Call <b>support</b>, owner: admin, takes: 5m, before: wave-1, question: Do they know?, evidence: true}
- {name: look, title: Go on, owner: admin, takes: 5m, needs: [wave-1], before: success, decision: 1h, otherwise: roll-back}
";

async fn pressed(browser: &Browser, selector: &str) {
    browser.tab_to(selector).await;
    browser.press("\u{e007}").await;
}

#[tokio::test]
async fn a_runbook_is_generated_written_and_followed_on_its_pages() {
    let (server, fleet) = with_history().await;
    let browser = signed_in(&server).await;
    let none = "No runbook of 1.1.0 is written yet.";
    check_page(&server, &browser, ("runbooks-none", ALL, none)).await;
    pressed(&browser, "#begin-testing-forward button").await;
    browser
        .text_becomes("h1", "Deployment plan for testing")
        .await;

    let cookie = server.sign_in().await;
    let begin = format!("{BACK}/begin");
    assert_eq!(submit(&server, &cookie, (&begin, &[])).await.0, 303);
    assert_eq!(submit(&server, &cookie, (&begin, &[])).await.0, 409);
    check_page(
        &server,
        &browser,
        ("runbook-back", BACK, "Backout plan for testing"),
    )
    .await;

    written(&server, &browser, &cookie).await;

    let told = server.run(&[
        "deploy",
        "storefront",
        "1.1.0",
        "--to",
        "testing",
        "--output",
        "json",
    ]);
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let here = format!("/deployments/{}", told["id"]);
    browser.open(&server.url(&here)).await;
    browser
        .text_becomes(".waiting-on", "People to do call before anything changes")
        .await;
    check_page(
        &server,
        &browser,
        ("deployment-steps", &here, "Do they know?"),
    )
    .await;
    let work = "1 step of a deployment is up";
    check_page(&server, &browser, ("work-steps", "/work", work)).await;

    followed(&server, &browser, &here).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
    drop(fleet);
}

/// People add what they do, on the page.
async fn written(server: &Server, browser: &Browser, cookie: &str) {
    // What was typed stays when it is refused, and nothing is changed by looking.
    let of = ["storefront", "1.1.0", "--to", "testing"];
    let view = server.json(&[&["runbook", "show"][..], &of].concat());
    let generated = view["text"].as_str().expect("YAML").trim_end();
    let mine = format!("{generated}\n{STEPS}");
    let save = |base, text, deed| [("base", base), ("text", text), ("deed", deed)];
    let typed = mine.replace("owner: admin", "owner: nobody");
    let (status, said) = submit(server, cookie, (THERE, &save("1", &typed, "save"))).await;
    assert!(
        status == 200 && said.contains("It is not saved") && said.contains("no person"),
        "{said}"
    );
    let (_, said) = submit(server, cookie, (THERE, &save("1", &mine, "preview"))).await;
    assert!(said.contains("Step <code>call</code> was added"), "{said}");
    let (status, next) = submit(server, cookie, (THERE, &save("1", &mine, "save"))).await;
    assert_eq!((status, next.as_str()), (303, THERE));
    let written = "5 steps, 2 of them for people";
    check_page(server, browser, ("runbook", THERE, written)).await;
    let html = page(server, THERE, cookie).await;
    assert!(!html.contains("<b>support</b>"), "{html}");
}

/// People do it, on the page of the deployment.
async fn followed(server: &Server, browser: &Browser, here: &str) {
    browser.open(&server.url(here)).await;
    pressed(browser, "#step-forward-call form[action$='/start'] button").await;
    browser
        .text_becomes("#step-forward-call", "under way")
        .await;
    pressed(browser, "#finish-forward-call summary").await;
    browser.tab_to("#finish-forward-call-note").await;
    browser.press("they know\u{e007}").await;
    browser
        .text_becomes("#step-forward-call", "done by admin: they know")
        .await;
    browser.text_becomes("#step-forward-look", "Due").await;
    pressed(browser, "#go-forward-look summary").await;
    pressed(browser, "#go-forward-look button").await;
    browser.text_becomes("h1", "storefront 1.1.0").await;
    browser.text_becomes("#step-forward-success", "done").await;
    browser
        .text_becomes(".events", "said go at step look")
        .await;
}
