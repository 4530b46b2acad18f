//! The pages of controls: what they ask, who has read them, what they would have stopped, and what is excepted.

use serde_json::json;
use tidegate_tests::{
    page::{check_page, look, signed_in, submit, valid_html},
    server::Server,
    staff::Staff,
    stage::with_history,
};

const NEW: &str = "kind: Control\nname: only-old\ntitle: Only the old one\npolicy: |\n  permit (principal, action, \
    resource is Release)\n  when { resource.version == \"1.0.0\" };\n";

#[tokio::test]
async fn controls_are_read_and_tried_on_the_past() {
    let (server, fleet) = with_history().await;
    let staff = Staff::of(&server).await;
    let browser = signed_in(&server).await;
    let list = "must hold before anything goes out";
    check_page(&server, &browser, ("controls", "/controls", list)).await;
    let one = "/controls/customer-approval";
    let fact = "The customer approved the release";
    check_page(&server, &browser, ("control", one, fact)).await;
    browser.open(&server.url(one)).await;
    browser.tab_to("#acknowledge button").await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("main", "You have read this version")
        .await;
    let all = shown(&server, &staff.bob, "/controls").await;
    let all = [("shown", all.as_str())];
    assert_eq!(
        submit(&server, &staff.bob, ("/controls", &all)).await.0,
        303
    );
    let (_, html) = look(&server, &staff.bob, "/controls").await;
    assert!(!html.contains("You have not read"), "{html}");
    assert_eq!(look(&server, &staff.bob, "/controls/nothing").await.0, 404);
    // People of teams that somebody does not see are not named to them.
    for (who, sees) in [(&staff.bob, true), (&staff.boss, false)] {
        let (_, html) = look(&server, who, "/controls/can-go-back").await;
        assert_eq!(html.contains("admin"), sees, "{html}");
    }

    let tried = "/backtest?control=can-go-back";
    check_page(
        &server,
        &browser,
        ("backtest", tried, "can-go-back would have stopped"),
    )
    .await;
    browser.open(&server.url("/backtest")).await;
    browser.tab_to("#file").await;
    browser
        .run(&format!(
            "document.activeElement.value = {}; done()",
            json!(NEW)
        ))
        .await;
    browser.tab_to("#by-file button").await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("h1", "only-old would have stopped")
        .await;
    browser
        .text_becomes("main table", "storefront 1.1.0 to testing")
        .await;
    let broken = [("file", "kind: Nothing")];
    assert_eq!(
        submit(&server, &staff.bob, ("/backtest", &broken)).await.0,
        400
    );
    let (_, html) = look(&server, &staff.boss, "/backtest").await;
    assert!(
        html.contains("boss may not read") && !html.contains("by-file"),
        "{html}"
    );

    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
    drop(fleet);
}

/// What the form on a page of controls says was shown.
async fn shown(server: &Server, cookie: &str, path: &str) -> String {
    let (_, html) = look(server, cookie, path).await;
    let (_, rest) = html.split_once("name=\"shown\" value=\"").expect("a form");
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_was_read_is_what_is_acknowledged() {
    let server = Server::start().await;
    let declare = |title: &str| {
        let file = server.directory().join("control.yaml");
        let text = NEW.replace("Only the old one", title);
        std::fs::write(&file, text).expect("the file can be written");
        server.run(&[
            "apply",
            "-f",
            file.to_str().expect("a path is text"),
            "--yes",
        ]);
    };
    declare("As it was read");
    let cookie = server.sign_in().await;
    let (one, all) = ("/controls/only-old", "/controls");
    let read = [
        shown(&server, &cookie, one).await,
        shown(&server, &cookie, all).await,
    ];
    declare("As it is now");
    for (path, shown) in [
        ("/controls/only-old/acknowledge", &read[0]),
        (all, &read[1]),
    ] {
        let (status, html) = submit(&server, &cookie, (path, &[("shown", shown)])).await;
        assert_eq!(status, 409, "{html}");
        assert!(
            html.contains("has changed since it was shown to you"),
            "{html}"
        );
    }
    let (_, html) = look(&server, &cookie, one).await;
    assert!(html.contains("id=\"acknowledge\""), "{html}");
    for (form, path) in [(one, "/controls/only-old/acknowledge"), (all, all)] {
        let shown = shown(&server, &cookie, form).await;
        let done = submit(&server, &cookie, (path, &[("shown", &shown)])).await;
        assert_eq!(done.0, 303, "{}", done.1);
        let (_, html) = look(&server, &cookie, one).await;
        assert!(html.contains("You have read this version"), "{html}");
    }
}

#[tokio::test]
async fn exceptions_are_asked_for_signed_and_ended() {
    let (server, fleet) = with_history().await;
    let staff = Staff::of(&server).await;
    let browser = signed_in(&server).await;
    waivers(&server, &staff).await;
    browser.open(&server.url("/waivers")).await;
    browser.tab_to("#sign-1 summary").await;
    browser.press("\u{e007}").await;
    browser.tab_to("#sign-1 button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("h1", "1 exception is good now").await;
    check_page(
        &server,
        &browser,
        ("waivers", "/waivers", "they are on holiday"),
    )
    .await;
    assert_eq!(
        submit(&server, &staff.ada, ("/waivers/1/end", &[])).await.0,
        303
    );
    let (status, html) = look(&server, &staff.bob, "/waivers?all=perhaps").await;
    assert!(status == 400 && html.contains("<main"), "{html}");
    let (_, html) = look(&server, &staff.bob, "/waivers?all=true").await;
    assert!(
        html.contains("0 exceptions are good now") && html.contains("on holiday"),
        "{html}"
    );
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
    drop(fleet);
}

/// `bob` asks for an exception; he, who assists, and who belongs elsewhere do not sign it.
async fn waivers(server: &Server, staff: &Staff) {
    let (bob, ada, eve, boss) = (&staff.bob, &staff.ada, &staff.eve, &staff.boss);
    let (_, empty) = look(server, bob, "/waivers").await;
    assert!(
        empty.contains("Nothing is excepted from any control"),
        "{empty}"
    );
    let wish = [
        ("control", "customer-approval"),
        ("product", "storefront"),
        ("environment", "staging"),
        ("release", ""),
        ("hours", "24"),
        ("reason", "they are on holiday"),
    ];
    for (who, status) in [(boss, 404), (eve, 403), (bob, 303)] {
        let (got, said) = submit(server, who, ("/waivers", &wish)).await;
        assert_eq!(got, status, "{said}");
    }
    let (_, own) = look(server, bob, "/waivers").await;
    assert!(
        own.contains("on holiday") && !own.contains("sign-1"),
        "{own}"
    );
    let (_, others) = look(server, boss, "/waivers").await;
    assert!(!others.contains("on holiday"), "{others}");
    for (who, status) in [(boss, 404), (eve, 403), (bob, 403)] {
        let (got, said) = submit(server, who, ("/waivers/1/sign", &[])).await;
        assert_eq!(got, status, "{said}");
    }
    let (_, offered) = look(server, ada, "/waivers").await;
    assert!(offered.contains("sign-1"), "{offered}");
    // Each has a page of its own, where it is talked about.
    let word = [
        ("subject", "waiver/1"),
        ("text", "until when are they away?"),
    ];
    assert_eq!(submit(server, ada, ("/talk/say", &word)).await.0, 303);
    let (_, one) = look(server, bob, "/waivers/1").await;
    assert!(
        one.contains("bob asked for an exception: it waits for a signature.")
            && one.contains("until when are they away?"),
        "{one}"
    );
    for missing in [
        (boss, "/waivers/1"),
        (bob, "/waivers/9"),
        (bob, "/waivers/x"),
    ] {
        assert_eq!(look(server, missing.0, missing.1).await.0, 404);
    }
}

#[tokio::test]
async fn what_binds_its_author_is_agreed_to_by_a_second_person() {
    let server = Server::start().await;
    let staff = Staff::of(&server).await;
    let browser = signed_in(&server).await;
    let nothing = "Nothing waits for a second person";
    check_page(&server, &browser, ("proposals-none", "/proposals", nothing)).await;
    let file = server.directory().join("control.yaml");
    let path = file.to_str().expect("a path is text");
    for text in [
        NEW.to_owned(),
        NEW.replace("Only the old", "<b>Only</b> the old"),
    ] {
        std::fs::write(&file, text).expect("the file can be written");
        let said = server.run(&["apply", "-f", path, "--yes"]);
        assert!(said.contains("waits for a second person"), "{said}");
    }
    let waits = "2 changes wait for a second person";
    check_page(&server, &browser, ("proposals", "/proposals", waits)).await;

    // Whoever proposed it may only take it back; who may not change such things is offered nothing.
    let own = server.sign_in().await;
    let (_, html) = look(&server, &own, "/proposals").await;
    assert!(
        html.contains("turn-down-1") && !html.contains("agree-1"),
        "{html}"
    );
    assert!(
        html.contains("&#60;b&#62;Only") && html.contains("resource.version"),
        "{html}"
    );
    let (_, html) = look(&server, &staff.bob, "/proposals").await;
    assert!(!html.contains("turn-down-1"), "{html}");
    for (who, path, status) in [
        (&own, "/proposals/1/agree", 409),
        (&staff.bob, "/proposals/1/agree", 403),
        (&staff.bob, "/proposals/1/turn-down", 403),
        (&staff.ada, "/proposals/1/look", 404),
        (&staff.ada, "/proposals/9/agree", 404),
        (&staff.ada, "/proposals/1/agree", 303),
        // What it changes has changed since.
        (&staff.ada, "/proposals/2/agree", 409),
        (&own, "/proposals/2/turn-down", 303),
    ] {
        let (got, said) = submit(&server, who, (path, &[])).await;
        assert_eq!(got, status, "{path}: {said}");
    }
    assert_eq!(look(&server, &staff.bob, "/controls/only-old").await.0, 200);
    let (_, html) = look(&server, &staff.bob, "/proposals?all=true").await;
    assert!(
        html.contains("agreed to by ada") && html.contains("turned down by admin"),
        "{html}"
    );
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
}
