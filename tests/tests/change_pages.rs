//! The pages of change requests: asked for, decided by somebody else, and closed.

use tidegate_tests::{
    page::{check_page, look, signed_in, submit, valid_html},
    server::Server,
    staff::Staff,
    stage::with_history,
};

#[tokio::test]
async fn change_requests_are_asked_for_decided_and_closed() {
    let (server, fleet) = with_history().await;
    let staff = Staff::of(&server).await;
    let browser = signed_in(&server).await;
    let none = (
        "changes-empty",
        "/changes",
        "Nobody has asked for a change yet.",
    );
    check_page(&server, &browser, none).await;
    asked(&server, &staff).await;
    let one = "/changes/1";
    check_page(
        &server,
        &browser,
        ("change", one, "Approve change request 1"),
    )
    .await;
    let waits = "1 change request waits for a decision";
    check_page(&server, &browser, ("changes", "/changes", waits)).await;
    let (_, own) = look(&server, &staff.bob, one).await;
    assert!(
        own.contains("somebody else decides") && !own.contains("<b>It is"),
        "{own}"
    );
    assert_eq!(look(&server, &staff.boss, one).await.0, 404);
    assert!(
        !look(&server, &staff.boss, "/changes")
            .await
            .1
            .contains("till")
    );
    for (who, status) in [(&staff.boss, 404), (&staff.eve, 403), (&staff.bob, 403)] {
        let (got, said) = submit(&server, who, ("/changes/1/approve", &[])).await;
        assert_eq!(got, status, "{said}");
    }
    decided_by_others(&server, &staff).await;
    browser.open(&server.url(one)).await;
    browser.tab_to("#approve button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("main", "Approved by admin").await;
    let again = submit(&server, &staff.ada, ("/changes/1/approve", &[])).await;
    assert_eq!(again.0, 409, "{}", again.1);
    assert_eq!(
        submit(&server, &staff.ada, ("/changes/1/close", &[]))
            .await
            .0,
        303
    );

    emergency(&server, &staff).await;
    let due = "Its review is due";
    check_page(&server, &browser, ("change-due", "/changes/3", due)).await;
    closed(&server, &staff).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
    drop(fleet);
}

/// Whoever asked decides nothing, whatever level they have and whatever they submit; afterwards it is closed by somebody else.
async fn decided_by_others(server: &Server, staff: &Staff) {
    let wish = [
        ("kind", "normal"),
        ("product", "storefront"),
        ("environment", "live"),
        ("title", "Of somebody who decides"),
    ];
    let (_, next) = submit(server, &staff.ada, ("/changes", &wish)).await;
    assert_eq!(next, "/changes/2");
    let (_, html) = look(server, &staff.ada, &next).await;
    assert!(html.contains("somebody else decides") && !html.contains("/changes/2/turn-down"));
    let note = [("note", "never mind")];
    for deed in ["/changes/2/approve", "/changes/2/turn-down"] {
        let (status, said) = submit(server, &staff.ada, (deed, &note)).await;
        assert_eq!(status, 403, "{said}");
    }
    let cookie = server.sign_in().await;
    let done = submit(server, &cookie, ("/changes/2/turn-down", &note)).await;
    assert_eq!(done.0, 303, "{}", done.1);
}

/// One that passes the promotion order, and is approved.
async fn emergency(server: &Server, staff: &Staff) {
    let wish = [
        ("kind", "emergency"),
        ("product", "storefront"),
        ("environment", "live"),
        ("title", "The till is down"),
    ];
    let (_, next) = submit(server, &staff.bob, ("/changes", &wish)).await;
    assert_eq!(next, "/changes/3");
    let approved = submit(server, &staff.ada, ("/changes/3/approve", &[])).await;
    assert_eq!(approved.0, 303, "{}", approved.1);
}

/// It is closed with what its review found, and not without.
async fn closed(server: &Server, staff: &Staff) {
    let close = "/changes/3/close";
    assert_eq!(submit(server, &staff.ada, (close, &[])).await.0, 400);
    let review = [("note", "a test was missing")];
    assert_eq!(submit(server, &staff.ada, (close, &review)).await.0, 303);
}

/// `bob` asks; neither who assists nor who belongs elsewhere may.
async fn asked(server: &Server, staff: &Staff) {
    let wish = [
        ("kind", "normal"),
        ("product", "storefront"),
        ("environment", "live"),
        ("title", "A new <till>"),
        ("risk", "low"),
        ("starts", "2026-01-01T08:00"),
        ("ends", "2099-01-01T08:00"),
        ("link", "https://tickets.example/1"),
        ("description", "# Why\r\n<b>It is old</b>"),
    ];
    for (who, status) in [(&staff.boss, 404), (&staff.eve, 403), (&staff.bob, 303)] {
        let (got, said) = submit(server, who, ("/changes", &wish)).await;
        assert_eq!(got, status, "{said}");
    }
}
