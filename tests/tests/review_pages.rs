//! The pages of reviews: begun, written to, grouped, voted on, concluded and closed in the browser.

use serde_json::json;
use tidegate_tests::{
    browser::Browser,
    page::{check_page, page, signed_in, submit, valid_html},
    server::Server,
    stage::with_history,
};

const REVIEW: &str = "/products/storefront/releases/1.1.0/review";
const PLAN: &str = "target: 2099-06-10T20:00\nobjectives: [{ name: faster, title: A faster checkout, measure: half the time }]\n";

/// What the forms of a review send.
struct Desk<'a> {
    server: &'a Server,
    cookie: String,
}

impl Desk<'_> {
    async fn ok(&self, deed: &str, fields: &[(&str, &str)]) {
        let path = format!("{REVIEW}/{deed}");
        let (status, to) = submit(self.server, &self.cookie, (&path, fields)).await;
        assert_eq!(status, 303, "{deed}: {to}");
        assert!(to.starts_with(REVIEW), "{deed}: {to}");
    }

    async fn refused(&self, deed: &str, fields: &[(&str, &str)]) -> u16 {
        let path = format!("{REVIEW}/{deed}");
        submit(self.server, &self.cookie, (&path, fields)).await.0
    }
}

#[tokio::test]
async fn a_release_is_looked_back_at_on_its_pages() {
    let (server, _fleet) = with_history().await;
    let file = server.file("plan.yaml", PLAN);
    server.run(&["release", "plan", "begin", "storefront", "1.1.0"]);
    let save = ["release", "plan", "save", "storefront", "1.1.0", &file];
    server.run(&[&save[..], &["--base", "1"]].concat());
    let browser = signed_in(&server).await;
    let none = "No release is live yet, so there is nothing to look back at.";
    let list = page(&server, "/reviews", &server.sign_in().await).await;
    let first = match list.contains(none) {
        true => none,
        false => "Nobody looked back at",
    };
    check_page(&server, &browser, ("reviews-none", "/reviews", first)).await;
    check_page(
        &server,
        &browser,
        ("review-none", REVIEW, "Begin the review"),
    )
    .await;
    browser.tab_to("form[action$='/begin'] button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("#board", "Notes").await;

    let desk = Desk {
        server: &server,
        cookie: server.sign_in().await,
    };
    written(&desk, &browser).await;
    grouped(&desk, &browser).await;
    closed(&desk, &browser).await;
    let theme = "stale-data";
    check_page(&server, &browser, ("reviews", "/reviews", theme)).await;
    let score = "/products/storefront/releases/1.1.0/score";
    let told = "Where the risk comes from";
    check_page(&server, &browser, ("score", score, told)).await;
    let then = format!("{score}?environment=live&at=2026-12-05T10%3A00");
    let told = "it begins on a weekend";
    check_page(&server, &browser, ("score-then", &then, told)).await;
    let learnt = page(&server, &format!("{score}?at="), &desk.cookie).await;
    assert!(
        learnt.contains("by weights learnt from the past"),
        "{learnt}"
    );
    let backtest = "/score/backtest";
    let few = "too few to judge the score by";
    check_page(&server, &browser, ("score-backtest", backtest, few)).await;
    let of = format!("{backtest}?product=storefront");
    check_page(&server, &browser, ("score-backtest-of", &of, few)).await;
    valid_html(&server);
}

async fn written(desk: &Desk<'_>, browser: &Browser) {
    for (column, text) in [
        ("badly", "Staging data was <script>stale</script>"),
        ("badly", "Old data"),
        ("well", "Nobody was paged"),
        ("idea", "Taken back"),
    ] {
        desk.ok("note", &[("column", column), ("text", text)]).await;
    }
    assert_eq!(
        desk.refused("note", &[("column", "well"), ("text", " ")])
            .await,
        400
    );
    desk.ok("take-back", &[("note", "4")]).await;
    let words = "You see your own; nobody sees those of others until they are revealed.";
    check_page(desk.server, browser, ("review-writing", REVIEW, words)).await;
    let html = page(desk.server, REVIEW, &desk.cookie).await;
    assert!(html.contains("Staging data was &#60;script&#62;"), "{html}");
    desk.ok("reveal", &[]).await;
    assert_eq!(desk.refused("reveal", &[]).await, 409);
}

async fn grouped(desk: &Desk<'_>, browser: &Browser) {
    check_page(
        desk.server,
        browser,
        ("review-grouping", REVIEW, "Put those that are ticked into"),
    )
    .await;
    let ticked = [("note-1", "on"), ("note-2", "on"), ("group", "")];
    let words = [("title", "Stale data"), ("theme", "stale-data")];
    desk.ok("group", &[&ticked[..], &words].concat()).await;
    assert_eq!(
        desk.refused("group", &[("group", ""), ("title", "Nothing")])
            .await,
        400
    );
    desk.ok("vote", &[]).await;
    check_page(
        desk.server,
        browser,
        ("review-voting", REVIEW, "Vote for what matters most"),
    )
    .await;
    assert_eq!(desk.refused("votes", &[("votes-1", "9")]).await, 400);
    desk.ok("votes", &[("votes-1", "2"), ("votes-2", "")]).await;
    desk.ok("discuss", &[]).await;
}

async fn closed(desk: &Desk<'_>, browser: &Browser) {
    let action = [
        ("title", "Refresh staging"),
        ("owner", "admin"),
        ("due", "2099-01-01"),
    ];
    let more = [("group", "1"), ("changes", ""), ("document", "")];
    desk.ok("action", &[&action[..], &more].concat()).await;
    assert_eq!(desk.refused("close", &[]).await, 422);
    let judged = [
        ("objective", "faster"),
        ("verdict", "partly"),
        ("note", "a third less"),
    ];
    desk.ok("objective", &judged).await;
    desk.ok(
        "conclusion",
        &[("text", "Fresh data next time."), ("edition", "0")],
    )
    .await;
    let stale = [("text", "Never mind."), ("edition", "0")];
    assert_eq!(desk.refused("conclusion", &stale).await, 409);
    check_page(
        desk.server,
        browser,
        ("review-discussing", REVIEW, "2 votes"),
    )
    .await;
    desk.ok("close", &[]).await;
    check_page(
        desk.server,
        browser,
        ("review-closed", REVIEW, "Closed by admin."),
    )
    .await;
    let view = desk.server.get(&format!("/api/v1{REVIEW}")).await;
    assert_eq!(view["stage"], json!("closed"));
}
