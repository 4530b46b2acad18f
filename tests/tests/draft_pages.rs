//! A release is drafted and made up in the browser, so that planning begins there.

use tidegate_tests::{
    browser::until,
    page::{check_page, signed_in, valid_html},
    server::{Server, software, text},
};

const CATALOG: &str = "kind: Environment\nname: live\n---\nkind: Product\nname: stock\npath: [live]\ncomponents:\n  - name: app\n    \
    driver: service\n    service: { command: [\"./serve\"] }\n";

#[tokio::test]
async fn a_release_is_drafted_and_made_up_on_its_pages() {
    let server = Server::start().await;
    server.apply(CATALOG);
    let directory = software(server.directory(), "app", &[("serve", "#!/bin/sh\n")]);
    server.run(&["push", "stock/app:1.0.0", text(&directory)]);
    let browser = signed_in(&server).await;
    let list = (
        "draft-release",
        "/products/stock/releases",
        "has no releases yet",
    );
    check_page(&server, &browser, list).await;

    browser.open(&server.url(list.1)).await;
    browser.tab_to("#version").await;
    browser.press("1.0.0\u{e007}").await;
    browser.text_becomes("h1", "stock 1.0.0").await;
    let made = "/products/stock/releases/1.0.0";
    check_page(&server, &browser, ("draft", made, "What it is made of")).await;

    // What cannot be read is refused in words.
    browser.open(&server.url(made)).await;
    browser.tab_to("#components").await;
    browser.press("app 1.0.0").await;
    let set = "form[action$='/contents'] button";
    browser.tab_to(set).await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("main", "write COMPONENT=VERSION")
        .await;

    browser.open(&server.url(made)).await;
    browser.tab_to("#components").await;
    browser.press("app=1.0.0").await;
    browser.tab_to(set).await;
    browser.press("\u{e007}").await;
    until("it is made of that", async || {
        let release = server.get(&format!("/api/v1{made}")).await;
        assert_eq!(release["state"], "draft");
        (release["components"][0]["version"] == "1.0.0").then_some(())
    })
    .await;
    valid_html(&server);
}
