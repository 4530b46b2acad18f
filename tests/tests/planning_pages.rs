//! The pages of release plans and tasks: planned together, and worked through.

use tidegate_tests::{
    page::{check_page, cookie_of, look, signed_in, submit, valid_html},
    planners::Planners,
};

const PLAN: &str = "/products/shop/releases/2.0.0/planning";

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_planned_on_its_page_and_its_tasks_are_worked_through() {
    let office = Planners::open().await;
    let server = &office.server;
    let browser = signed_in(server).await;
    let nothing = "Nothing is yours to do.";
    check_page(server, &browser, ("work-empty", "/work", nothing)).await;
    let none = "2.0.0 has no plan yet.";
    check_page(server, &browser, ("release-plan-none", PLAN, none)).await;

    let cookie = server.sign_in().await;
    let begin = format!("{PLAN}/begin");
    let wish = [
        ("template", "large"),
        ("target", "2099-06-10T20:00"),
        ("time_zone", "Europe/Amsterdam"),
    ];
    assert_eq!(submit(server, &cookie, (&begin, &wish)).await.0, 303);
    assert_eq!(submit(server, &cookie, (&begin, &wish)).await.0, 409);
    let standing = "0 of 4 tasks are done";
    check_page(server, &browser, ("release-plan", PLAN, standing)).await;

    // What was typed stays when it is refused, and nothing is changed by looking.
    let typed = "purpose: Gift <cards>\ntasks: [{ name: a, owner: nobody }]\n";
    let save = |base, text, deed| [("base", base), ("text", text), ("deed", deed)];
    let (status, said) = submit(server, &cookie, (PLAN, &save("1", typed, "save"))).await;
    assert_eq!(status, 200, "{said}");
    let kept = ["no person", "Gift &#60;cards&#62;", "It is not saved"];
    for word in kept {
        assert!(said.contains(word), "{word}: {said}");
    }
    let text = office.plan()["text"].as_str().expect("YAML").to_owned();
    let mine = text.replace("What is large is planned.", "Gift cards.");
    let (_, said) = submit(server, &cookie, (PLAN, &save("1", &mine, "preview"))).await;
    assert!(said.contains("Saving would change this"), "{said}");
    assert_eq!(office.plan()["edition"], 1);
    let (status, next) = submit(server, &cookie, (PLAN, &save("1", &mine, "save"))).await;
    assert_eq!((status, next.as_str()), (303, PLAN));

    // Two changed the same: both are shown, and the next saving settles it.
    let third = text.replace("What is large is planned.", "Cards.");
    let (_, said) = submit(server, &cookie, (PLAN, &save("1", &third, "save"))).await;
    for word in [
        "Both changed the same",
        "Gift cards.",
        "name=\"base\" value=\"2\"",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(office.plan()["edition"], 2);

    let add = format!("{PLAN}/tasks");
    let wish = [("title", "Thank <everybody>"), ("due", "2020-01-01T00:00")];
    assert_eq!(submit(server, &cookie, (&add, &wish)).await.0, 303);
    let yours = "1 task for you, 1 of them overdue.";
    check_page(server, &browser, ("work", "/work", yours)).await;
    check_page(
        server,
        &browser,
        ("work-all", "/work?all=true", "5 tasks to be done"),
    )
    .await;

    worked_through(&office).await;
    let one = format!("/tasks/{}", office.task("notes"));
    check_page(
        server,
        &browser,
        ("task", &one, "done by admin: in the wiki"),
    )
    .await;
    let news = format!("/tasks/{}", office.task("news"));
    browser.open(&server.url(&news)).await;
    browser.tab_to("#finish button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("main", "done by admin").await;
    assert_eq!(office.plan()["milestones"][0]["reached"], true);
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(server);
}

/// Who assists sees no form but for what falls to them; who is of no team sees nothing.
async fn worked_through(office: &Planners) {
    let server = &office.server;
    office.server.run(&["person", "create", "stranger"]);
    let (cy, stranger) = (
        cookie_of(server, "cy").await,
        cookie_of(server, "stranger").await,
    );
    let (notes, news) = (office.task("notes"), office.task("news"));
    let (notes, news) = (format!("/tasks/{notes}"), format!("/tasks/{news}"));
    assert_eq!(look(server, &stranger, &notes).await.0, 404);
    assert_eq!(look(server, &stranger, PLAN).await.0, 404);
    assert!(
        !look(server, &stranger, "/work?all=true")
            .await
            .1
            .contains("shop")
    );
    let (_, html) = look(server, &cy, PLAN).await;
    assert!(!html.contains("<textarea"), "{html}");
    let (_, html) = look(server, &cy, &news).await;
    assert!(html.contains("It waits for others"), "{html}");
    let cookie = server.sign_in().await;
    let early = submit(server, &cookie, (&format!("{news}/finish"), &[])).await;
    assert_eq!(early.0, 422, "{}", early.1);
    let skip = [("note", "no time")];
    let skipped = submit(server, &cy, (&format!("{notes}/skip"), &skip)).await;
    assert_eq!(skipped.0, 403, "{}", skipped.1);
    for (deed, note) in [("take", ""), ("start", "")] {
        let done = submit(server, &cy, (&format!("{notes}/{deed}"), &[("note", note)])).await;
        assert_eq!(done.0, 303, "{}", done.1);
    }
    let note = [("note", "in the wiki")];
    let done = submit(server, &cookie, (&format!("{notes}/finish"), &note)).await;
    assert_eq!(done.0, 303, "{}", done.1);
}

/// A plan with more for ben than there is time for, and with what is to be ready before it is needed.
const CROWDED: &str = "kind: Stakeholder\nname: press\naddresses: [news@press.example]\n---\n\
    kind: ReleaseTemplate\nname: crowded\ninvolved: { informed: [\"stakeholder:press\"] }\ntasks:\n  \
    - { name: build, title: Build <it>, owner: ben, takes: 3d }\n  - { name: test, owner: ben, takes: 3d }\n\
    controls: [customer-approval]\nreview: { lead: ada, due: +7d }\n";

#[tokio::test(flavor = "multi_thread")]
async fn who_has_too_much_to_do_and_what_is_ready_ahead_stand_on_the_page_of_the_plan() {
    let office = Planners::open().await;
    let server = &office.server;
    server.apply(CROWDED);
    let browser = signed_in(server).await;
    let cookie = server.sign_in().await;
    let begin = |target: &str| {
        let begin = ["release", "plan", "begin", "shop", "2.0.0"];
        let how = ["--template", "crowded", "--target", target];
        server.run(&[&begin[..], &how].concat());
    };
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(120);
    begin(&soon.strftime("%Y-%m-%dT%H:%M").to_string());
    let over = "more to do than there is time for until";
    check_page(server, &browser, ("release-plan-crowded", PLAN, over)).await;
    let ahead = "Stakeholders who are to be informed, and for whom no message about the release is";
    check_page(server, &browser, ("release-plan-ahead", PLAN, ahead)).await;
    let (_, html) = look(server, &cookie, PLAN).await;
    for part in [
        "<h2 id=\"load\">Too much at once</h2>",
        "<span class=\"tag strong\">ben</span> has ",
        "Build &#60;it&#62; (shop 2.0.0)",
        "<h2 id=\"ready\">Ready ahead</h2>",
        "customer-approval",
        "press",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }

    // With time enough nobody has too much to do.
    let words = [
        "release",
        "plan",
        "move",
        "shop",
        "2.0.0",
        "--to",
        "2099-06-10T20:00",
        "--yes",
    ];
    server.run(&words);
    let (_, html) = look(server, &cookie, PLAN).await;
    assert!(!html.contains("Too much at once"), "{html}");
    assert!(html.contains("Ready ahead"), "{html}");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(server);
}
