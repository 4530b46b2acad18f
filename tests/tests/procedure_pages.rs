//! The pages of procedures: begun, read, written by two people, reviewed and retired in the browser.

use tidegate_tests::{
    browser::Browser,
    page::{check_page, cookie_of, page, signed_in, submit, valid_html},
    server::Server,
};

const HERE: &str = "/procedures/go-back";
/// What somebody writes, with what does no harm where it is shown.
const TEXT: &str = "# Before\n\nCall <script>alert(1)</script> support.\n\n```\na long line of code\n```\n\n1. Look\n2. Go\n";

/// What the form of a new procedure holds.
const BEGUN: [(&str, &str); 6] = [
    ("name", "go-back"),
    ("title", "Going back"),
    ("owner", "team:desk"),
    ("binds", "level:2"),
    ("review_by", "2026-01-01"),
    ("text", TEXT),
];

/// The form of a text that was made from a version.
fn typed<'a>(
    (base, seen): (&'a str, &'a str),
    text: &'a str,
    deed: &'a str,
) -> [(&'a str, &'a str); 10] {
    [
        ("base", base),
        ("seen", seen),
        ("title", "Going back"),
        ("owner", "team:desk"),
        ("binds", "level:2"),
        ("review_by", "2026-01-01"),
        ("review_every_months", ""),
        ("text", text),
        ("change", "Says more."),
        ("deed", deed),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_procedure_is_written_read_and_reviewed_on_its_pages() {
    let server = Server::start().await;
    let browser = signed_in(&server).await;
    server.run(&["person", "create", "ben", "--level", "2"]);
    server.apply("kind: Team\nname: desk\n");
    let none = "No procedure is declared yet.";
    check_page(&server, &browser, ("procedures-none", "/procedures", none)).await;
    let cookie = server.sign_in().await;
    let begun = submit(&server, &cookie, ("/procedures", &BEGUN)).await;
    assert_eq!(begun, (303, HERE.to_owned()));
    let overdue = "Its review is overdue since 2026-01-01";
    check_page(&server, &browser, ("procedure", HERE, overdue)).await;
    let html = page(&server, HERE, &cookie).await;
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    let work = "1 procedure is to be read or reviewed";
    let of_team = "/work?team=desk";
    check_page(&server, &browser, ("work-procedures", of_team, work)).await;

    acknowledged(&browser, &server).await;
    written(&server, &cookie).await;
    let version = "Going back, version 2, is in force.";
    let path = format!("{HERE}/versions/2");
    check_page(&server, &browser, ("procedure-version", &path, version)).await;
    let old = "last acknowledged it";
    check_page(&server, &browser, ("procedures-old", "/procedures", old)).await;
    ended(&server, &browser, &cookie).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
}

/// Whoever is bound reads it, and says so by the keyboard.
async fn acknowledged(browser: &Browser, server: &Server) {
    browser.open(&server.url(HERE)).await;
    browser.text_becomes("#unread", "It binds you").await;
    browser.tab_to("#acknowledge button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("main", "You have read it.").await;
    let ben = cookie_of(server, "ben").await;
    let html = page(server, HERE, &ben).await;
    assert!(
        !html.contains("id=\"edit\""),
        "who may not write is offered nothing"
    );
}

/// Two people write it; what was typed stays where it is refused.
async fn written(server: &Server, cookie: &str) {
    let view = server.json(&["procedure", "show", "go-back"]);
    let seen = view["settings"].as_str().expect("a hash");
    let more = TEXT.replace("support", "the support desk");
    let look = submit(
        server,
        cookie,
        (HERE, &typed(("1", seen), &more, "preview")),
    )
    .await;
    assert_eq!(look.0, 200);
    for told in [
        "Saving would change this",
        "How that would look",
        "1 line is new",
    ] {
        assert!(look.1.contains(told), "{told} in {}", look.1);
    }
    let saved = submit(server, cookie, (HERE, &typed(("1", seen), &more, "save"))).await;
    assert_eq!(saved, (303, HERE.to_owned()));
    let other = TEXT.replace("support", "nobody");
    let (status, both) = submit(server, cookie, (HERE, &typed(("1", seen), &other, "save"))).await;
    assert!(
        status == 200 && both.contains("Both changed the same"),
        "{both}"
    );
    assert!(both.contains("the support desk"), "{both}");
    let empty = submit(server, cookie, (HERE, &typed(("2", seen), " ", "save"))).await;
    assert!(
        empty.0 == 200 && empty.1.contains("It is not saved"),
        "{}",
        empty.1
    );
    let stale = submit(
        server,
        cookie,
        (&format!("{HERE}/acknowledge"), &[("version", "1")]),
    )
    .await;
    assert_eq!(stale.0, 409);
}

/// It is found right, and taken out of use in the end.
async fn ended(server: &Server, browser: &Browser, cookie: &str) {
    let to = async |deed: &str, fields: &[(&str, &str)]| {
        let path = format!("{HERE}/{deed}");
        submit(server, cookie, (&path, fields)).await.0
    };
    let right = [("version", "2"), ("next", "2099-01-01")];
    assert_eq!(to("reviewed", &right).await, 303);
    let in_force = "version 2 is in force";
    check_page(server, browser, ("procedure-reviewed", HERE, in_force)).await;
    assert_eq!(to("retire", &[]).await, 303);
    let retired = "Going back is not in use any more.";
    check_page(server, browser, ("procedure-retired", HERE, retired)).await;
    let listed = "No procedure is in use any more.";
    check_page(
        server,
        browser,
        ("procedures-retired", "/procedures", listed),
    )
    .await;
}
