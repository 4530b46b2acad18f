//! The pages of trains: planned, closed, changed and watched.

use tidegate_tests::{
    fleet::Fleet,
    page::{check_page, cookie_of, look, signed_in, submit, valid_html},
    server::{Server, software, text},
};

const CATALOG: &str = "kind: Team\nname: platform\n---\nkind: Environment\nname: testing\n---\nkind: Target\nname: testing-1\n\
    environment: testing\n---\n";

/// A plan whose departure is over.
const PLAN: &str = "title: Autumn <sale>\nowner: team:platform\ndepartures: [{ environment: testing, at: 2026-01-01T10:00 }]\n\
    members: [{ product: orders, release: 1.0.0 }, { product: shop, release: 1.0.0 }]\n";

fn save<'a>(base: &'a str, text: &'a str, deed: &'a str) -> [(&'a str, &'a str); 3] {
    [("base", base), ("text", text), ("deed", deed)]
}

fn product(name: &str, more: &str) -> String {
    format!(
        "kind: Product\nname: {name}\nteam: platform\npath: [testing]\ncomponents:\n  - name: app\n    driver: service\n    \
         service: {{ command: [\"./serve\"], stop: {{ grace: 1s }} }}\n    provides: {{ {name}-api: 1.0.0 }}\n{more}"
    )
}

fn furnish(server: &Server) {
    let needs = "    needs: [{ contract: orders-api, versions: ^1 }]\n";
    let catalog = format!(
        "{CATALOG}{}---\n{}",
        product("orders", ""),
        product("shop", needs)
    );
    let path = server.directory().join("catalog.yaml");
    std::fs::write(&path, catalog).expect("a file");
    server.run(&["apply", "-f", text(&path), "--yes"]);
    let serve = [("serve", "#!/bin/sh\nexec sleep 600\n")];
    for name in ["orders", "shop"] {
        let wares = software(server.directory(), name, &serve);
        server.run(&["push", &format!("{name}/app:1.0.0"), text(&wares)]);
    }
    let orders = [
        "release",
        "create",
        "orders",
        "1.0.0",
        "--component",
        "app=1.0.0",
    ];
    server.run(&orders);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_train_is_planned_closed_and_watched_on_its_page() {
    let server = Server::start().await;
    furnish(&server);
    let browser = signed_in(&server).await;
    let none = "No releases go out together yet.";
    check_page(&server, &browser, ("trains-none", "/trains", none)).await;
    let cookie = server.sign_in().await;
    let (status, next) = submit(&server, &cookie, ("/trains", &[("name", "autumn")])).await;
    assert_eq!((status, next.as_str()), (303, "/trains/autumn#edit"));
    let bad = submit(&server, &cookie, ("/trains", &[("name", "Two words")])).await;
    assert_eq!(bad.0, 400, "{}", bad.1);
    let page = "/trains/autumn";
    check_page(
        &server,
        &browser,
        ("train-none", page, "autumn is not planned yet."),
    )
    .await;

    planned(&server, &cookie).await;
    let open = "Autumn: boarding is open; 1 of 2 members are ready for testing.";
    check_page(&server, &browser, ("train", page, open)).await;

    // The same by the keyboard, once the other is made and somebody runs them.
    let shop = [
        "release",
        "create",
        "shop",
        "1.0.0",
        "--component",
        "app=1.0.0",
    ];
    server.run(&shop);
    let fleet = Fleet::start(&server, &[("testing", "testing-1")]).await;
    browser.open(&server.url(page)).await;
    browser.tab_to("#deed-close summary").await;
    browser.press("\u{e007}").await;
    browser.tab_to("#close-confirm").await;
    browser.press("autumn").await;
    browser.tab_to("#form-close button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("main", "it arrived in testing").await;
    check_page(
        &server,
        &browser,
        ("train-arrived", page, "it arrived in testing"),
    )
    .await;
    check_page(
        &server,
        &browser,
        ("trains", "/trains", "No train is planned or under way."),
    )
    .await;
    let (_, run) = look(&server, &cookie, "/group-runs/1").await;
    assert!(run.contains("href=\"/trains/autumn\""), "{run}");
    drop(fleet);

    kept_from_others(&server, &cookie).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
}

/// What was typed stays when it is refused.
async fn planned(server: &Server, cookie: &str) {
    let plan = "/trains/autumn/plan";
    let wrong = PLAN.replace("team:platform", "nobody");
    let (status, said) = submit(server, cookie, (plan, &save("0", &wrong, "save"))).await;
    assert_eq!(status, 200, "{said}");
    for word in ["It is not saved", "Autumn &#60;sale&#62;", "no person"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let (_, said) = submit(server, cookie, (plan, &save("0", PLAN, "preview"))).await;
    assert!(said.contains("Saving would change this"), "{said}");
    let saved = submit(server, cookie, (plan, &save("0", PLAN, "save"))).await;
    assert_eq!((saved.0, saved.1.as_str()), (303, "/trains/autumn"));
}

/// Who may not see a member sees no train; who may not plan sees no form.
async fn kept_from_others(server: &Server, cookie: &str) {
    server.run(&["person", "create", "stranger"]);
    server.run(&["person", "create", "cy", "--level", "2"]);
    let stranger = cookie_of(server, "stranger").await;
    assert!(
        !look(server, &stranger, "/trains")
            .await
            .1
            .contains("autumn")
    );
    submit(
        server,
        cookie,
        ("/trains/winter/plan", &save("0", PLAN, "save")),
    )
    .await;
    let (_, html) = look(server, &cookie_of(server, "cy").await, "/trains/winter").await;
    assert!(
        html.contains("boarding is open") && !html.contains("Show what would change"),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_hold_change_and_end_a_train_on_its_page() {
    let server = Server::start().await;
    furnish(&server);
    let cookie = server.sign_in().await;
    let typed = "owner: team:platform\ndepartures: [{ environment: testing, at: 2099-01-01T10:00 }]\n\
        members: [{ product: orders, release: 1.0.0 }, { product: shop, release: 1.0.0 }]\n";
    let save = [("base", "0"), ("text", typed), ("deed", "save")];
    assert_eq!(
        submit(&server, &cookie, ("/trains/autumn/plan", &save))
            .await
            .0,
        303
    );
    let deed = async |deed: &str, wish: &[(&str, &str)]| {
        let address = format!("/trains/autumn/deeds/{deed}");
        submit(&server, &cookie, (&address, wish)).await
    };
    assert_eq!(deed("hold", &[("reason", "")]).await.0, 400);
    assert_eq!(deed("hold", &[("reason", "we <wait>")]).await.0, 303);
    let (_, html) = look(&server, &cookie, "/trains/autumn").await;
    assert!(html.contains("admin held it: we &#60;wait&#62;"), "{html}");
    assert_eq!(deed("resume", &[("confirm", "autum")]).await.0, 400);
    assert_eq!(deed("resume", &[("confirm", "autumn")]).await.0, 303);
    let unmade = deed("close", &[("confirm", "autumn")]).await;
    assert_eq!(unmade.0, 422, "{}", unmade.1);
    assert!(
        unmade.1.contains("has no release yet: make one"),
        "{}",
        unmade.1
    );
    let few = deed("drop", &[("product", "shop"), ("reason", "no time")]).await;
    assert!(few.1.contains("at least two members"), "{}", few.1);
    let ended = deed("cancel", &[("reason", "no need"), ("confirm", "autumn")]).await;
    assert_eq!(ended.0, 303, "{}", ended.1);
    let (_, html) = look(&server, &cookie, "/trains/autumn").await;
    assert!(
        html.contains("admin cancelled it: no need") && !html.contains("Show what would change"),
        "{html}"
    );
}
