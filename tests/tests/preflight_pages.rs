//! The page of a preflight: found by the button of a release, read by people, and where they say that they are on duty.

use tidegate_tests::{
    page::{check_page, page, signed_in, submit, valid_html},
    planners::Planners,
    server::{software, text},
};

const TARGET: &str = "kind: Target\nname: staging-1\nenvironment: staging\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_told_on_its_page_and_people_say_that_they_are_there() {
    let office = Planners::open().await;
    let server = &office.server;
    server.apply(TARGET);
    let wares = software(server.directory(), "wares", &[("web", "x")]);
    server.run(&["push", "shop/web:2.0.0", text(&wares)]);
    server.run(&[
        "release",
        "contents",
        "shop",
        "2.0.0",
        "--component",
        "web=2.0.0",
    ]);
    server.run(&["release", "seal", "shop", "2.0.0"]);
    let cookie = server.sign_in().await;
    let form = [("environment", "staging")];
    let path = "/products/shop/releases/2.0.0/preflight";
    let (status, next) = submit(server, &cookie, (path, &form)).await;
    assert_eq!((status, next.as_str()), (303, "/preflights/1"));

    let browser = signed_in(server).await;
    let sentence = "Who is on duty";
    check_page(server, &browser, ("preflight", "/preflights/1", sentence)).await;
    let html = page(server, "/preflights/1", &cookie).await;
    for part in [
        "shop 2.0.0 to staging: 1 in the way",
        "No agent is enrolled",
        "Nobody has said that they are there while 2.0.0 goes to staging.",
        "tidegate preflights show 1",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let duty = "/products/shop/releases/2.0.0/duties/staging";
    let say = [("preflight", "1"), ("length", "soon"), ("reach", "")];
    let (status, unsaid) = submit(server, &cookie, (duty, &say)).await;
    assert!(
        status == 400 && unsaid.contains("is not a length of time"),
        "{status} {unsaid}"
    );
    let say = [("preflight", "1"), ("length", "4h"), ("reach", "<i>7</i>")];
    let (status, next) = submit(server, &cookie, (duty, &say)).await;
    assert_eq!((status, next.as_str()), (303, "/preflights/1"));
    let html = page(server, "/preflights/1", &cookie).await;
    assert!(html.contains("&#60;i&#62;7&#60;/i&#62;"), "{html}");
    let release = page(server, "/products/shop/releases/2.0.0", &cookie).await;
    assert!(
        release.contains("/preflights/1") && release.contains("Look at the targets first"),
        "{release}"
    );
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(server);
}
