//! The pages about what was tried beforehand: a rehearsal is asked for on the release's page and shown on its own, and a
//! rollback drill is told of where the release is.

use serde_json::json;
use tidegate_tests::{
    browser::until,
    page::{check_page, pictures, signed_in, valid_html},
    stage::with_history,
};

#[tokio::test]
async fn a_release_is_rehearsed_on_its_page_and_tells_of_its_drill() {
    let (server, fleet) = with_history().await;
    let browser = signed_in(&server).await;

    let release = "/products/storefront/releases/1.1.0";
    browser.open(&server.url(release)).await;
    browser.tab_to("#rehearse").await;
    browser
        .picture(&pictures().join("release-rehearse.png"))
        .await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("h1", "storefront 1.1.0 to live would take")
        .await;
    let fact = "a bad release would reach 1 of 3 targets";
    let page = ("rehearsal", "/rehearsals/1", fact);
    check_page(&server, &browser, page).await;

    let wanted = json!({ "product": "storefront", "release": "1.1.0", "environment": "staging" });
    server.post("/api/v1/drills", &wanted).await;
    until("the drill has passed", async || {
        let drill = server.get("/api/v1/drills/1").await;
        (drill["status"] == "passed").then_some(())
    })
    .await;
    let fact = "The rollback of storefront 1.1.0 in staging was drilled: back in";
    check_page(&server, &browser, ("release-evidence", release, fact)).await;
    browser.open(&server.url("/journal?subject=drill/1")).await;
    browser.text_becomes("main", "the drill passed").await;
    let wanted = json!({ "product": "storefront", "release": "1.1.0", "environment": "live",
        "strategy": "rolling", "batch": "1" });
    let begun = server.post("/api/v1/deployments", &wanted).await;
    let deployment = format!("/deployments/{}", begun["id"]);
    browser.open(&server.url(&deployment)).await;
    browser
        .text_becomes("main", "Its plan was rehearsed before: rehearsal 1")
        .await;
    valid_html(&server);
    drop(fleet);
}
