//! The pages of issues and of what is said, and what is new on the page of work; in the browser, and without JavaScript.

use tidegate_tests::{
    page::{check_page, cookie_of, page, signed_in, submit, valid_html},
    planners::Planners,
    server::Server,
};

const RELEASE: &str = "/products/shop/releases/2.0.0";
const ISSUES: &str = "/products/shop/releases/2.0.0/issues";

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_is_raised_talked_about_and_resolved_on_its_page() {
    let office = Planners::open().await;
    let server = &office.server;
    let browser = signed_in(server).await;
    check_page(
        server,
        &browser,
        ("issues-none", ISSUES, "No issue is open."),
    )
    .await;
    browser.tab_to("#title").await;
    browser.press("carts <b>are</b> empty\u{e007}").await;
    browser.text_becomes("h1", "Carts <b>are</b> empty.").await;
    check_page(server, &browser, ("issue", "/issues/1", "Raised by")).await;

    let cookie = server.sign_in().await;
    let to =
        async |path: &str, fields: &[(&str, &str)]| submit(server, &cookie, (path, fields)).await;
    let words = [
        ("subject", "issue/1"),
        ("text", "Look, @ada and @nobody-here.\n<script>no</script>"),
    ];
    let (status, next) = to("/talk/say", &words).await;
    assert_eq!((status, next.as_str()), (303, "/issues/1#comment-1"));
    assert_eq!(to("/issues/1/start", &[]).await.0, 303);
    let (status, unsaid) = to("/issues/1/resolve", &[("note", " ")]).await;
    assert!(
        status == 400 && unsaid.contains("what was done about it"),
        "{unsaid}"
    );
    assert_eq!(
        to("/issues/1/rate", &[("severity", "critical")]).await.0,
        303
    );
    check_page(
        server,
        &browser,
        (
            "issue-talked",
            "/issues/1",
            "they may not see it: nobody-here",
        ),
    )
    .await;
    let again = [
        ("title", "a typo"),
        ("severity", "low"),
        ("deployment", "x"),
    ];
    assert_eq!(to(ISSUES, &again).await.0, 400);
    check_page(
        server,
        &browser,
        (
            "issues",
            "/issues",
            "1 issue is open, and somebody is at it.",
        ),
    )
    .await;
    resolved(server, &cookie).await;
    valid_html(server);
}

/// The page of the release counts what is open, and that of its review tells what became of it.
async fn resolved(server: &Server, cookie: &str) {
    let told = page(server, RELEASE, cookie).await;
    assert!(told.contains("Issues: 1 is open, critical"), "{told}");
    let note = [("note", "warmed the cache")];
    let done = submit(server, cookie, ("/issues/1/resolve", &note)).await;
    assert_eq!(done, (303, "/issues/1".to_owned()));
    let told = page(server, &format!("{RELEASE}/review"), cookie).await;
    let words = "resolved by admin: warmed the cache";
    assert!(told.contains(words), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_seen_and_work_is_lent_and_passed_on() {
    let office = Planners::open().await;
    let server = &office.server;
    server.run(&["comment", "follow", "release/shop/2.0.0"]);
    server.run(&["task", "add", "shop", "2.0.0", "Write the notes"]);
    let ada = cookie_of(server, "ada").await;
    let words = [
        ("subject", "release/shop/2.0.0"),
        ("text", "Ready, @admin?"),
    ];
    assert_eq!(submit(server, &ada, ("/talk/say", &words)).await.0, 303);

    let browser = signed_in(server).await;
    check_page(server, &browser, ("work-news", "/work", "New for you")).await;
    check_page(
        server,
        &browser,
        ("release-talk", RELEASE, "Ready, @admin?"),
    )
    .await;
    browser.open(&server.url("/work")).await;
    browser.tab_to("[action='/hands/seen'] button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("h1", "1 task for you.").await;
    let cookie = server.sign_in().await;
    let to =
        async |path: &str, fields: &[(&str, &str)]| submit(server, &cookie, (path, fields)).await;
    assert!(!page(server, "/work", &cookie).await.contains("New for you"));

    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48);
    let until = until.strftime("%Y-%m-%d").to_string();
    let lend = [
        ("to", "ada"),
        ("until", until.as_str()),
        ("note", "on leave"),
    ];
    assert_eq!(to("/hands/lend", &lend).await.0, 303);
    check_page(
        server,
        &browser,
        ("work-lent", "/work", "ada stands in for you"),
    )
    .await;
    let theirs = page(server, "/work", &ada).await;
    assert!(
        theirs.contains("For admin") && theirs.contains("Write the notes"),
        "{theirs}"
    );
    assert_eq!(to("/hands/take-back", &[]).await.0, 303);

    let pass = [("to", "ada"), ("note", "The notes are half done.")];
    assert_eq!(to("/hands/pass-on", &pass).await.0, 303);
    assert_eq!(to("/hands/pass-on", &pass).await.0, 422);
    let theirs = page(server, "/work", &ada).await;
    assert!(theirs.contains("The notes are half done."), "{theirs}");
    valid_html(server);
}
