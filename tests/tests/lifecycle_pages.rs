//! The lifecycle on the page of a release: the stages with their dates, and what shows them.

use serde_json::json;
use tidegate_tests::{
    laboratory::{Laboratory, cdevent},
    page::{check_page, page, signed_in, valid_html},
};

const RELEASE: &str = "/products/shop/releases/1.0.0";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_release_says_how_far_it_is_and_what_failed() {
    let lab = Laboratory::open().await;
    let server = &lab.server;
    let made = json!({ "artifactId": format!("pkg:oci/web@{}", lab.digest) });
    let link = json!({ "link": "https://ci.example.com/b-7" });
    let built = cdevent("e-1", "build.finished", "b-7", made, link);
    assert_eq!(lab.structured(&built).await.0, 200);
    let suite = json!({ "outcome": "fail", "testSuite": { "name": "<shop>" } });
    let custom = json!({ "digests": [lab.digest], "kind": "e2e", "passed": 2, "failed": 1, "failures": ["pays <b>twice</b>"] });
    let suite = cdevent("e-2", "testsuiterun.finished", "s-1", suite, custom);
    assert_eq!(lab.structured(&suite).await.0, 200);
    lab.release();

    let browser = signed_in(server).await;
    let sentence = "shop 1.0.0 is sealed and runs nowhere.";
    check_page(server, &browser, ("release-lifecycle", RELEASE, sentence)).await;
    let html = page(server, RELEASE, &server.sign_in().await).await;
    for part in [
        "From build to review",
        "Build done, testing failed, staging has no environment, live not begun, review not begun.",
        "Failed: web: e2e tests &#60;shop&#62; failed: 2 passed, 1 failed (pays &#60;b&#62;twice&#60;/b&#62;).",
        "href=\"https://ci.example.com/b-7\"",
        "Build b-7 finished",
        "2026-01-02T03:04:05Z",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(server);
}
