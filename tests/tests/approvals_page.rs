//! The page of what is approved: by its digests, against what was approved before, and by whom.

use serde_json::{Value, json};
use tidegate_tests::{
    browser::until,
    page::{check_page, look, signed_in, submit, valid_html},
    server::Server,
    staff::Staff,
    stage::with_history,
};

/// Somebody deploys to testing; answers the number.
async fn deploys(server: &Server, who: &str, release: &str) -> u64 {
    let token = server.run(&["token", "create", "desk", "--for", who]);
    let wanted = json!({ "product": "storefront", "release": release, "environment": "testing" });
    let request = server.http.post(server.url("/api/v1/deployments"));
    let request = request.bearer_auth(token.trim()).json(&wanted);
    let answer = request.send().await.expect("the server answers");
    let made: Value = answer.json().await.expect("JSON");
    made["id"].as_u64().expect("a deployment")
}

async fn becomes(server: &Server, id: u64, status: &str) {
    until(status, async || {
        let view = server.get(&format!("/api/v1/deployments/{id}")).await;
        (view["status"] == status).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_deployment_is_approved_by_exactly_what_its_page_shows() {
    let (server, fleet) = with_history().await;
    let staff = Staff::of(&server).await;
    let browser = signed_in(&server).await;
    let first = deploys(&server, "bob", "1.0.0").await;
    let path = format!("/deployments/{first}/approvals");
    check_page(
        &server,
        &browser,
        ("approvals", &path, "Approval by one person"),
    )
    .await;
    browser.open(&server.url("/")).await;
    browser
        .text_becomes(".needs", "approval by one person")
        .await;

    refusals(&server, &staff, &path).await;

    browser
        .open(&server.url(&format!("/deployments/{first}")))
        .await;
    browser
        .tab_to(&format!(".waiting-on a[href='{path}']"))
        .await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("h1", "One thing keeps storefront 1.0.0 to testing")
        .await;
    browser.tab_to("#approve-note").await;
    browser.press("looks good").await;
    browser.tab_to("#approve-confirm").await;
    browser.press("1.0.0\u{e007}").await;
    browser.text_becomes("main", "looks good").await;
    becomes(&server, first, "succeeded").await;
    browser.open(&server.url(&path)).await;
    browser
        .text_becomes("h1", "there is nothing to approve any more")
        .await;

    // Another release is another thing: what differs is shown, and it can be turned down.
    let second = deploys(&server, "bob", "1.1.0").await;
    let path = format!("/deployments/{second}/approvals");
    let fact = "contents: release 1.0.0 became 1.1.0";
    check_page(&server, &browser, ("approvals-difference", &path, fact)).await;
    let turn_down = format!("{path}/turn-down");
    assert_eq!(
        submit(&server, &staff.ada, (&turn_down, &[("note", "")]))
            .await
            .0,
        400
    );
    let why = [("note", "not on a <Friday>")];
    let (status, next) = submit(&server, &staff.ada, (&turn_down, &why)).await;
    assert_eq!((status, next.as_str()), (303, path.as_str()));
    let (_, html) = look(&server, &staff.bob, &path).await;
    assert!(
        html.contains("Turned down by ada: not on a &#60;Friday&#62;"),
        "{html}"
    );
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
    drop(fleet);
}

/// Who asked, who may not, who belongs elsewhere, and who looked at something else.
async fn refusals(server: &Server, staff: &Staff, path: &str) {
    let (_, own) = look(server, &staff.bob, path).await;
    assert!(
        own.contains("You asked for it, so somebody else approves it"),
        "{own}"
    );
    let (_, low) = look(server, &staff.eve, path).await;
    assert!(
        low.contains("it takes level 3") && !low.contains("id=\"approve\""),
        "{low}"
    );
    assert_eq!(look(server, &staff.boss, path).await.0, 404);
    let approve = format!("{path}/approve");
    let whole: &[(&str, &str)] = &[("confirm", "1.0.0")];
    for (who, fields, status) in [
        (&staff.boss, whole, 404),
        (&staff.eve, whole, 403),
        (&staff.bob, whole, 403),
        (&staff.ada, &[("confirm", "yes")], 400),
    ] {
        let (got, said) = submit(server, who, (&approve, fields)).await;
        assert_eq!(got, status, "{said}");
    }
    let other = format!("sha256:{}", "0".repeat(64));
    let stale = [("confirm", "1.0.0"), ("parts", other.as_str())];
    let (got, said) = submit(server, &staff.ada, (&approve, &stale)).await;
    assert!(
        got == 409 && said.contains("is not what you looked at"),
        "{said}"
    );
}

#[tokio::test]
async fn what_was_asked_for_under_supervision_is_let_go_on_the_page() {
    let (server, fleet) = with_history().await;
    server.run(&["person", "create", "eve", "--level", "2"]);
    let id = deploys(&server, "eve", "1.0.0").await;
    let browser = signed_in(&server).await;
    browser
        .open(&server.url(&format!("/deployments/{id}/approvals")))
        .await;
    browser.tab_to("form[action$='/let-go'] button").await;
    browser.press("\u{e007}").await;
    becomes(&server, id, "succeeded").await;
    drop(fleet);
}
