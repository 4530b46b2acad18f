//! The calendar's page: what goes out in lanes, what is in whose way, and what moving something would change, by form, by keyboard
//! and by dragging.

use tidegate_tests::{
    page::{check_page, cookie_of, keep_html, look, shown_once, signed_in, submit, valid_html},
    server::Server,
};

const CATALOG: &str = "\
kind: Environment
name: staging
---
kind: Environment
name: live
after: staging
---
kind: Product
name: shop
---
kind: Product
name: bank
---
kind: Supplier
name: acme
components: [{ name: gateway, environments: { live: {} } }]
---
kind: Freeze
name: closing
title: Long closing
environment: live
once: { from: 2099-05-18, to: 2099-05-24, time_zone: UTC }
reason: The books
";

/// What is planned for the spring of 2099: product, version and plan.
const PLANNED: [(&str, &str, &str); 4] = [
    (
        "shop",
        "1.0.0",
        "target: 2099-05-07T20:00\ninvolved: { accountable: admin }\nbookings: [{ environment: staging, from: -3d, until: -1d, reason: \"The <dress> rehearsal\" }]",
    ),
    (
        "shop",
        "1.1.0",
        "target: 2099-05-19T20:00\ninvolved: { accountable: admin }",
    ),
    (
        "bank",
        "1.0.0",
        "target: 2099-05-07T20:30\ninvolved: { accountable: admin }",
    ),
    (
        "bank",
        "1.1.0",
        "bookings: [{ environment: staging, from: 2099-05-05T08:00, until: 2099-05-13T08:00 }]",
    ),
];
const TRAIN: &str = "owner: admin\ndepartures:\n- { environment: staging, at: 2099-05-25T10:00 }\n- { environment: live, at: 2099-05-28T20:00 }\n\
    members:\n- { product: shop }\n- { product: bank }\n";
const WEEKS: &str = "/calendar?from=2099-05-04";

fn plan(server: &Server) {
    for (product, version, plan) in PLANNED {
        server.run(&["release", "create", product, version, "--draft"]);
        let path = server.file("plan.yaml", plan);
        let save = ["release", "plan", "save", product, version, &path];
        server.run(&[&save[..], &["--base", "0"]].concat());
    }
    let path = server.file("train.yaml", TRAIN);
    server.run(&["train", "plan", "autumn", &path]);
    let notice = [
        "supplier",
        "notice",
        "add",
        "acme",
        "--kind",
        "maintenance",
        "--title",
        "A pause",
    ];
    let when = ["--from", "2099-05-12T18:00", "--until", "2099-05-12T23:00"];
    server.run(&[&notice[..], &when].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_out_and_what_is_in_its_way_is_on_one_page() {
    let server = Server::start().await;
    let browser = signed_in(&server).await;
    server.apply(CATALOG);
    let nothing = "Nothing goes out in these weeks";
    check_page(&server, &browser, ("agenda-none", WEEKS, nothing)).await;
    plan(&server);
    let told = "8 things happen in these weeks, with 3 conflicts";
    check_page(&server, &browser, ("agenda", WEEKS, told)).await;
    let one = format!("{WEEKS}&product=bank&lane=releases");
    let told = "1 thing happens in these weeks, with 1 conflict";
    check_page(&server, &browser, ("agenda-of", &one, told)).await;
    let asked = format!("{WEEKS}&entry=release/shop/1.0.0&day=2099-05-18");
    let told = "11 days later, there would be 1 more conflict; 2 conflicts would be gone.";
    check_page(&server, &browser, ("agenda-asked", &asked, told)).await;
    let cookie = server.sign_in().await;
    let (_, html) = look(&server, &cookie, &asked).await;
    assert!(
        html.contains("shop 1.0.0 falls into freeze closing"),
        "{html}"
    );
    for (wrong, status) in [
        ("&entry=release/shop/1.0.0&day=soon", 400),
        ("&entry=release/shop/9.0.0&day=2099-05-20", 404),
        ("&lane=moon", 400),
        ("&team=moon", 404),
    ] {
        let (answered, _) = look(&server, &cookie, &format!("{WEEKS}{wrong}")).await;
        assert_eq!(answered, status, "{wrong}");
    }
    valid_html(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_if_is_asked_by_keyboard_and_by_dragging() {
    let server = Server::start().await;
    let browser = signed_in(&server).await;
    server.apply(CATALOG);
    plan(&server);
    browser.open(&server.url(WEEKS)).await;
    browser.tab_to("#day").await;
    let typed = "document.querySelector('#day').value = '2099-05-14'; done()";
    browser.run(typed).await;
    browser.tab_to("#what-if button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("#answer", "nothing breaks").await;
    // A fifth part of the picture is a week.
    browser.open(&server.url(WEEKS)).await;
    let width = browser
        .run("done(Math.round(document.querySelector('.agenda-picture').getBoundingClientRect().width / 5))")
        .await;
    let bar = "[data-entry='release/shop/1.1.0'] text";
    browser.drag(bar, -width.as_i64().expect("a width")).await;
    browser
        .text_becomes("#answer", "7 days sooner, nothing breaks")
        .await;
    let moves = "[aria-labelledby='answer'] .lines";
    browser.text_becomes(moves, "→ Tue 12 May 2099").await;
    assert!(browser.complaints().await.is_empty());
    let plan = server
        .get("/api/v1/products/shop/releases/1.1.0/plan")
        .await;
    assert_eq!(plan["target"], "2099-05-19T20:00:00Z", "nothing moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_is_subscribed_to_and_ended_on_its_page() {
    let server = Server::start().await;
    server.apply(CATALOG);
    for (name, level) in [("ann", "3"), ("cas", "2")] {
        server.run(&["person", "create", name, "--level", level]);
    }
    let browser = signed_in(&server).await;
    let none = "No calendar of yours reads this one yet.";
    let page = "/calendar/addresses";
    check_page(&server, &browser, ("calendar-addresses-none", page, none)).await;
    let ann = cookie_of(&server, "ann").await;
    let (_, html) = look(&server, &ann, "/calendar?product=shop").await;
    assert!(html.contains("/calendar/addresses?product=shop"), "{html}");
    let wrong = submit(&server, &ann, (page, &[("team", "nobody")])).await;
    assert!(matches!(wrong.0, 400 | 404), "{wrong:?}");
    let (_, html) = look(&server, &ann, page).await;
    assert!(html.contains(none), "nothing is left of what was refused");
    subscribed(&server, &ann).await;
    let cas = cookie_of(&server, "cas").await;
    let (_, html) = look(&server, &cas, page).await;
    assert!(
        html.contains("you may make none") && !html.contains("make-form"),
        "{html}"
    );
    assert_eq!(submit(&server, &cas, (page, &[])).await.0, 403);
    let admin = server.sign_in().await;
    assert_eq!(submit(&server, &admin, (page, &[])).await.0, 200);
    let some = "Your calendars read this one.";
    check_page(&server, &browser, ("calendar-addresses", page, some)).await;
    valid_html(&server);
}

/// The address reads what was chosen and nothing else, is listed for whoever made it, and reads nothing once it is ended.
async fn subscribed(server: &Server, ann: &str) {
    let page = "/calendar/addresses";
    let wish = [("product", "shop"), ("team", ""), ("lane", "windows")];
    let (status, html) = submit(server, ann, (page, &wish)).await;
    assert_eq!(status, 200, "{html}");
    keep_html(server, "calendar-address", &html);
    let address = shown_once(&html);
    let again = [&wish[..], &[("known", "")]].concat();
    let (status, _) = submit(server, ann, (page, &again)).await;
    assert_eq!(status, 409, "what made it is sent again, as by a reload");
    let path = address
        .strip_prefix(&server.address)
        .expect("our own address");
    let (status, text) = look(server, "", path).await;
    assert!(
        status == 200 && text.contains("BEGIN:VCALENDAR"),
        "{status} {text}"
    );
    let wider = path.replace("product=shop", "product=bank");
    assert_eq!(
        look(server, "", &wider).await.0,
        401,
        "it is good for one filter"
    );
    let (_, html) = look(server, ann, page).await;
    assert!(html.contains("calendar-product-shop-lane-windows") && !html.contains(path));
    keep_html(server, "calendar-addresses-listed", &html);
    let end = html
        .split_once("/addresses/")
        .and_then(|(_, it)| it.split_once('"'));
    let end = format!("/addresses/{}", end.expect("a form").0);
    let ended = submit(server, ann, (&end, &[("here", page)])).await;
    assert_eq!(ended, (303, page.to_owned()));
    assert_eq!(look(server, "", path).await.0, 401);
}
