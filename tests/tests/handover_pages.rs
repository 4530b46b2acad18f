//! The page of a handover: begun, seen to, offered, rejected and accepted in the browser, and without JavaScript.

use serde_json::json;
use tidegate_tests::{
    browser::Browser,
    handover::{Hands, SHEET},
    page::{check_page, page, signed_in, submit, valid_html},
};

const HERE: &str = "/products/shop/releases/2.0.0/handovers/operations";
const NEWS: &str = "/products/shop/releases/2.0.0/handovers/general-availability";
const RELEASE: &str = "/products/shop/releases/2.0.0";

async fn pressed(browser: &Browser, selector: &str) {
    browser.tab_to(selector).await;
    browser.press("\u{e007}").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handover_is_begun_written_offered_and_answered_on_its_page() {
    let hands = Hands::open().await;
    let server = &hands.server;
    let browser = signed_in(server).await;
    let none = "Handover to operations: Nobody began it yet.";
    check_page(server, &browser, ("handover-none", HERE, none)).await;
    pressed(&browser, "#begin-it button").await;
    browser.text_becomes("h1", "It lacks errors, board").await;

    let cookie = server.sign_in().await;
    let to = async |path: &str, fields: &[(&str, &str)]| {
        submit(server, &cookie, (&format!("{HERE}{path}"), fields)).await
    };
    written(&hands, &cookie).await;
    let link = [
        ("note", "it is there"),
        ("link", "https://watch.example.com/board"),
    ];
    let done = to("/items/board/done", &link).await;
    assert_eq!(done, (303, format!("{HERE}#item-board")));
    assert_eq!(to("/items/errors/skip", &[("note", "no")]).await.0, 409);
    assert_eq!(
        to("/items/training/skip", &[("note", "nothing is new")])
            .await
            .0,
        303
    );
    browser.open(&server.url(HERE)).await;
    pressed(&browser, "#done-errors summary").await;
    browser.tab_to("#note-errors").await;
    browser.press("all are listed\u{e007}").await;
    browser.text_becomes("#item-errors", "all are listed").await;
    let agreed = ["release", "evidence", "shop", "2.0.0", "customer-approval"];
    server.run(&[&agreed[..], &["--note", "by mail"]].concat());
    check_page(
        server,
        &browser,
        ("handover-ready", HERE, "Nothing is missing"),
    )
    .await;
    pressed(&browser, "#offer-it button").await;
    browser
        .text_becomes("h1", "It waits for team:operations to accept it.")
        .await;
    answered(&hands, &browser, &cookie).await;
    announced(&hands, &browser, &cookie).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(server);
}

/// The sheet, as text that stays when it is refused; nothing foreign means anything.
async fn written(hands: &Hands, cookie: &str) {
    let base = hands.handover()["edition"].to_string();
    let save = |text, deed| [("base", base.as_str()), ("text", text), ("deed", deed)];
    let wrong = SHEET.replace("team:makers", "nobody");
    let (status, said) = submit(&hands.server, cookie, (HERE, &save(&wrong, "save"))).await;
    assert!(status == 200 && said.contains("It is not saved"), "{said}");
    let (_, said) = submit(&hands.server, cookie, (HERE, &save(SHEET, "preview"))).await;
    assert!(said.contains("Saving would change this"), "{said}");
    let kept = submit(&hands.server, cookie, (HERE, &save(SHEET, "save"))).await;
    assert_eq!(kept, (303, HERE.to_owned()));
    let html = page(&hands.server, HERE, cookie).await;
    assert!(html.contains("It is &#60;slow&#62; at noon"), "{html}");
    // Somebody else saved the same meanwhile: both are shown, and nothing is kept.
    let mine = SHEET.replace("Wait a while.", "Do not wait.");
    hands.saves(
        "theirs.yaml",
        &SHEET.replace("Wait a while.", "Wait an hour."),
    );
    let stale = [("base", "2"), ("text", mine.as_str()), ("deed", "save")];
    let (status, said) = submit(&hands.server, cookie, (HERE, &stale)).await;
    assert!(
        status == 200 && said.contains("Both changed the same"),
        "{said}"
    );
}

/// Those who take it see what waits for them, reject it, and accept it.
async fn answered(hands: &Hands, browser: &Browser, cookie: &str) {
    let server = &hands.server;
    check_page(server, browser, ("handover-offered", HERE, "It waits for")).await;
    let token = server.run(&["token", "create", "desk", "--for", "olaf"]);
    let olaf = server.sign_in_by(token.trim()).await;
    let html = page(server, HERE, &olaf).await;
    assert!(html.contains("It waits for you"), "{html}");
    assert!(
        !page(server, HERE, cookie)
            .await
            .contains("It waits for you")
    );
    assert!(
        page(server, "/work", &olaf)
            .await
            .contains("Accept or reject it")
    );
    let says = async |deed: &str, fields: &[(&str, &str)]| {
        let path = format!("{HERE}/{deed}");
        submit(server, &olaf, (&path, fields)).await.0
    };
    let no = [
        ("note", "too little"),
        ("items", "errors: there are more\r\n"),
    ];
    assert_eq!(says("reject", &no).await, 303);
    check_page(
        server,
        browser,
        ("handover-rejected", HERE, "Olaf rejected it: too little"),
    )
    .await;
    assert!(page(server, HERE, cookie).await.contains("there are more"));
    hands.does("ada", "done", &["errors", "--note", "now all of them"]);
    hands.does("ada", "offer", &[]);
    let hash = hands.read();
    assert_eq!(
        says("accept", &[("hash", &hash), ("note", "we have it")]).await,
        303
    );
    check_page(
        server,
        browser,
        (
            "handover-accepted",
            HERE,
            "Olaf accepted it for team:operations.",
        ),
    )
    .await;
    assert_eq!(hands.handover()["accepted"]["note"], json!("we have it"));
}

/// Of its other handover the release says that it is generally available apart from being live.
async fn announced(hands: &Hands, browser: &Browser, cookie: &str) {
    let server = &hands.server;
    check_page(server, browser, ("release-handed-over", RELEASE, "2.0.0")).await;
    let html = page(server, RELEASE, cookie).await;
    assert!(
        html.contains("accepted it") && html.contains("Generally available"),
        "{html}"
    );
    let begun = (format!("{NEWS}/begin"), [("takes", "team:marketing")]);
    assert_eq!(submit(server, cookie, (&begun.0, &begun.1)).await.0, 303);
    check_page(
        server,
        browser,
        ("handover-news", NEWS, "It lacks announcement"),
    )
    .await;
    let withdrawn = (format!("{NEWS}/withdraw"), [("note", "not this year")]);
    assert_eq!(
        submit(server, cookie, (&withdrawn.0, &withdrawn.1)).await.0,
        303
    );
    check_page(
        server,
        browser,
        ("handover-withdrawn", NEWS, "Admin withdrew it"),
    )
    .await;
}
