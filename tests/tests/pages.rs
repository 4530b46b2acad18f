//! The pages in a real browser: each at two widths and in both themes, by keyboard, without JavaScript, and the main
//! path from signing in over deploying and watching to rolling back.

use serde_json::json;
use tidegate_tests::{
    browser::Browser,
    page::{axe, check_page, keep_html, page, pictures, signed_in, valid_html},
    server::{Server, text},
    stage::{lived_in, with_history},
};

/// Testing has hours, live is frozen for as long as this program will be tested.
const CALENDAR: &str = "kind: Window\nname: office-hours\ntitle: Office hours\nenvironment: testing\n\
    every: { starts: 2026-01-05T09:00, rule: \"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH\", lasts: 8h, time_zone: Europe/Berlin }\n\
    reason: People are there to look after it\n---\nkind: Freeze\nname: year-end\ntitle: Year-end closing\n\
    environment: live\nonce: { from: 2026-01-01, to: 2100-01-04T08:00, time_zone: Europe/Berlin }\n\
    reason: The books are closed\nin_flight: finish\n---\nkind: Freeze\nname: inventory\nproduct: storefront\n\
    once: { from: 2026-03-31T12:00, to: 2026-04-07, time_zone: Europe/Berlin }\n\
    reason: The warehouse counts\n";

#[tokio::test]
async fn pages_are_whole_in_every_look_and_without_javascript() {
    let server = Server::start().await;
    let browser = signed_in(&server).await;
    for (name, path) in [("overview-empty", "/"), ("calendar-empty", "/calendar")] {
        check_page(&server, &browser, (name, path, "Nothing is declared yet.")).await;
    }
    let fleet = lived_in(&server).await;
    let fact = "No window and no freeze is declared";
    let undeclared = ("calendar-undeclared", "/calendar", fact);
    check_page(&server, &browser, undeclared).await;
    let file = server.directory().join("calendar.yaml");
    std::fs::write(&file, CALENDAR).expect("the file can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
    let pages = [
        ("overview", "/", "storefront"),
        ("releases", "/products/storefront/releases", "1.3.0"),
        (
            "release-draft",
            "/products/storefront/releases/1.3.0",
            "is a draft",
        ),
        (
            "release-live",
            "/products/storefront/releases/1.0.0",
            "live",
        ),
        (
            "release-next",
            "/products/storefront/releases/1.1.0",
            "Deploy to live",
        ),
        (
            "plan",
            "/products/storefront/releases/1.1.0/plan?environment=live&strategy=rolling&batch=2",
            "would go to",
        ),
        ("deployments", "/deployments", "storefront"),
        (
            "deployment",
            "/deployments/3",
            "runs on all 3 targets in live",
        ),
        (
            "deployment-back",
            "/deployments/4",
            "was rolled back in testing",
        ),
        ("calendar", "/calendar", "live is frozen until"),
        (
            "calendar-of",
            "/calendar?from=2026-03-23&environment=testing",
            "23 March to 26 April 2026",
        ),
        ("password", "/password", "You have no password."),
        ("artifacts", "/artifacts", "storefront/web"),
        ("journal", "/journal", "signed as one tree"),
        (
            "journal-of",
            "/journal?subject=deployment/3",
            "deployment/3",
        ),
    ];
    for page in pages {
        check_page(&server, &browser, page).await;
    }
    refusals(&server, &browser).await;
    valid_html(&server);
    drop(fleet);
}

#[tokio::test]
async fn the_main_path_is_driven_by_keyboard_and_watched_live() {
    let (server, fleet) = with_history().await;
    let browser = signed_in(&server).await;

    browser
        .open(&server.url("/products/storefront/releases/1.1.0"))
        .await;
    browser.tab_to("#confirm").await;
    browser.press("1.1.0\u{e007}").await;
    browser.text_becomes("h1", "storefront 1.1.0").await;
    browser.run("window.same = true; done()").await;
    browser
        .picture(&pictures().join("deployment-moving.png"))
        .await;
    browser
        .text_becomes("h1", "runs on all 3 targets in live")
        .await;
    let same = browser.run("done(window.same === true)").await;
    assert_eq!(
        same,
        json!(true),
        "the page was refreshed, not loaded again"
    );

    browser.tab_to("#deed-rollback summary").await;
    browser.press("\u{e007}").await;
    browser
        .picture(&pictures().join("deployment-deed.png"))
        .await;
    let effect = browser.text("#form-rollback").await.unwrap_or_default();
    assert!(
        effect.contains("3 targets in live go back to storefront 1.0.0"),
        "{effect}"
    );
    assert!(
        effect.contains("1.1.0 to 1.0.0") || effect.contains("1.1.0 →"),
        "{effect}"
    );
    browser.tab_to("#rollback-reason").await;
    browser.press("too many complaints").await;
    browser.tab_to("#rollback-confirm").await;
    browser.press("1.1.0\u{e007}").await;
    browser
        .text_becomes("h1", "storefront 1.0.0 runs on all 3 targets in live")
        .await;
    let status = server.get("/api/v1/status").await;
    assert_eq!(status["products"][0]["environments"][2]["release"], "1.0.0");
    palette(&browser).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    drop(fleet);
}

#[tokio::test]
async fn a_held_deployment_says_so_and_keeps_what_is_typed() {
    let (server, fleet) = with_history().await;
    let browser = signed_in(&server).await;
    browser
        .open(&server.url("/products/storefront/releases/1.1.0"))
        .await;
    browser.tab_to("#bake").await;
    browser.press("60s").await;
    browser.tab_to("#limits summary").await;
    browser.press("\u{e007}").await;
    browser.tab_to("#failures-max").await;
    browser.press("1").await;
    browser
        .picture(&pictures().join("release-limits.png"))
        .await;
    browser.tab_to("#confirm").await;
    browser.press("1.1.0\u{e007}").await;
    browser
        .text_becomes("h1", "1 of 3 targets in live, in wave 1 of 3")
        .await;
    browser
        .picture(&pictures().join("deployment-baking.png"))
        .await;
    let cookie = server.sign_in().await;
    keep_html(
        &server,
        "baking",
        &page(&server, "/deployments/7", &cookie).await,
    );
    valid_html(&server);
    browser.tab_to("#deed-cancel summary").await;
    browser.press("\u{e007}").await;
    browser.tab_to("#cancel-reason").await;
    browser.press("half a sen").await;
    server
        .post(
            "/api/v1/deployments/7/pause",
            &json!({ "reason": "look at the logs" }),
        )
        .await;
    browser
        .text_becomes(".waiting-on", "look at the logs")
        .await;
    browser.press("tence").await;
    let typed = browser
        .run("done(document.querySelector('#cancel-reason').value)")
        .await;
    assert_eq!(
        typed, "half a sentence",
        "a refresh must not take what is typed"
    );
    browser
        .picture(&pictures().join("deployment-held.png"))
        .await;
    browser.open(&server.url("/")).await;
    browser.text_becomes(".needs", "held").await;
    browser.picture(&pictures().join("overview-held.png")).await;
    server
        .post(
            "/api/v1/deployments/7/rollback",
            &json!({ "reason": "enough" }),
        )
        .await;
    browser.text_becomes(".needs", "rolled back").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    drop(fleet);
}

/// Live goes ring by ring, and a person looks at the first.
const PILOT: &str = "kind: Ring\nname: early\nenvironment: live\ntargets: [live-2]\n---\nkind: Strategy\nname: careful\n\
    pilot: { ring: early, batch: 2 }\n---\nkind: Environment\nname: live\nafter: staging\nstrategy: careful\n";

#[tokio::test]
async fn a_wave_is_signed_off_on_the_page() {
    let (server, fleet) = with_history().await;
    let file = server.directory().join("pilot.yaml");
    std::fs::write(&file, PILOT).expect("the file can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
    let browser = signed_in(&server).await;
    browser
        .open(&server.url("/products/storefront/releases/1.1.0"))
        .await;
    let choice = browser.text("#strategy").await.unwrap_or_default();
    assert!(choice.contains("The usual here: careful"), "{choice}");
    browser
        .picture(&pictures().join("release-strategy.png"))
        .await;
    browser.tab_to("#confirm").await;
    browser.press("1.1.0\u{e007}").await;
    browser
        .text_becomes(".waiting-on", "A person to sign off wave 1")
        .await;
    browser.tab_to("#deed-sign-off summary").await;
    browser.press("\u{e007}").await;
    browser
        .picture(&pictures().join("deployment-sign-off.png"))
        .await;
    assert_eq!(browser.run(&axe()).await, json!([]), "the page that waits");
    let effect = browser.text("#form-sign-off").await.unwrap_or_default();
    let expect = "“wave 2” begins: 2 targets in live change to storefront 1.1.0";
    assert!(effect.contains(expect), "{effect}");
    browser.tab_to("#form-sign-off button").await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("h1", "runs on all 3 targets in live")
        .await;
    browser.text_becomes(".events", "signed off wave 1").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    drop(fleet);
}

/// Refusals are pages with the right status, and forms of other sites are not heard.
async fn refusals(server: &Server, browser: &Browser) {
    let cookie = server.sign_in().await;
    let ask = async |path: &str, cookie: &str| {
        let request = server.http.get(server.url(path)).header("cookie", cookie);
        let answer = request.send().await.expect("the server answers");
        answer.status().as_u16()
    };
    assert_eq!(ask("/deployments/99", &cookie).await, 404);
    assert_eq!(ask("/deployments/x", &cookie).await, 404);
    assert_eq!(ask("/products/nothing/releases", &cookie).await, 404);
    assert_eq!(ask("/nowhere", &cookie).await, 404);
    assert_eq!(ask("/journal?before=x", &cookie).await, 400);
    assert_eq!(ask("/calendar?from=x", &cookie).await, 400);
    assert_eq!(ask("/calendar?environment=moon", &cookie).await, 404);
    assert_eq!(ask("/", "").await, 303);
    let send = async |path: &str, site: &str, body: &'static str| {
        let request = server.http.post(server.url(path)).header("cookie", &cookie);
        let request = request.header("sec-fetch-site", site).body(body);
        let kind = "application/x-www-form-urlencoded";
        let answer = request.header("content-type", kind).send().await;
        answer.expect("the server answers").status().as_u16()
    };
    let deploy = "/products/storefront/releases/1.1.0/deploy";
    let whole = "environment=live&strategy=rolling&batch=1&confirm=1.1.0";
    assert_eq!(send(deploy, "cross-site", whole).await, 403);
    assert_eq!(send(deploy, "same-site", whole).await, 403);
    let unconfirmed = "environment=live&strategy=rolling&batch=1&confirm=yes";
    assert_eq!(send(deploy, "same-origin", unconfirmed).await, 400);
    assert_eq!(
        send("/deployments/3/pause", "same-origin", "reason=").await,
        409
    );
    let seal = "/products/storefront/releases/1.3.0/seal";
    assert_eq!(send(seal, "same-origin", "").await, 303);
    assert_eq!(send(seal, "same-origin", "").await, 409);
    for (name, path, cookie) in [
        ("fault", "/deployments/99", &*cookie),
        ("sign-in", "/sign-in", ""),
    ] {
        let request = server.http.get(server.url(path)).header("cookie", cookie);
        let answer = request.send().await.expect("the server answers");
        keep_html(server, name, &answer.text().await.expect("a whole page"));
    }
    browser.open(&server.url("/deployments/99")).await;
    browser.picture(&pictures().join("fault.png")).await;
    assert_eq!(
        browser.run(&axe()).await,
        json!([]),
        "the page of a refusal"
    );
    assert_eq!(send("/sign-out", "same-origin", "").await, 303);
    assert_eq!(ask("/", &cookie).await, 303);
    browser.open(&server.url("/")).await;
    browser.click(".top-end button[type=submit]").await;
    browser
        .text_becomes("h1", "Sign in to see what runs where.")
        .await;
    browser.picture(&pictures().join("sign-in-token.png")).await;
    assert_eq!(browser.run(&axe()).await, json!([]), "the page to sign in");
}

async fn palette(browser: &Browser) {
    browser.run("document.activeElement.blur(); done()").await;
    browser.press("?").await;
    browser.text_becomes("dialog[open]", "Shortcuts").await;
    browser.picture(&pictures().join("shortcuts.png")).await;
    browser
        .run("document.querySelector('dialog[open]').close(); done()")
        .await;
    browser.click("[data-palette]").await;
    browser.press("storefront rel").await;
    browser
        .text_becomes("dialog[open]", "storefront: releases")
        .await;
    browser.picture(&pictures().join("palette.png")).await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("h1", "The newest release of storefront")
        .await;
    browser.press("gj").await;
    browser.text_becomes("h1", "The journal holds").await;
}
