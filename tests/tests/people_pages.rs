//! The pages of who may come in, and of the journal's entries with their proofs.

use serde_json::{Value, json};
use tidegate_tests::{
    page::{check_page, cookie_of, look, signed_in, submit, valid_html},
    server::{Server, text},
};

const TEAMS: &str = "kind: Environment\nname: live\n---\nkind: Team\nname: makers\nlevels: { bob: apply }\nmembers: [eve]\n---\n\
    kind: Team\nname: rivals\nlevels: { boss: initiate }\n---\nkind: Product\nname: shop\nteam: makers\npath: [live]\n";

/// `bob` and `eve` of the makers, `boss` of the rivals, `ada` of level 6 with a program.
async fn office() -> Server {
    let server = Server::start().await;
    for name in ["bob", "eve", "boss"] {
        server.run(&["person", "create", name]);
    }
    let file = server.directory().join("teams.yaml");
    std::fs::write(&file, TEAMS).expect("the file can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
    server.run(&["person", "create", "ada", "--level", "4"]);
    let program = ["person", "create", "robot", "--service", "--owner", "ada"];
    server.run(&[&program[..], &["--level", "3"]].concat());
    server
}

async fn level(server: &Server, name: &str) -> Value {
    let people = server.get("/api/v1/people").await;
    let mut people = people.as_array().expect("a list").iter();
    let found = people.find(|it| it["name"] == name);
    found.map_or(Value::Null, |it| it["level"].clone())
}

#[tokio::test]
async fn people_are_looked_at_changed_and_removed_on_their_pages() {
    let server = office().await;
    let browser = signed_in(&server).await;
    let all = "5 people and 1 program may come in.";
    check_page(&server, &browser, ("people", "/people", all)).await;
    let (_, html) = look(&server, &server.sign_in().await, "/people").await;
    assert!(html.contains("bob (3), eve (2)"), "{html}");
    let bob = cookie_of(&server, "bob").await;
    let person = ("person", "/people/bob", "Bob has what their teams give");
    let person = (person.0, person.1, &person.2.replace("Bob", "bob")[..]);
    check_page(&server, &browser, person).await;
    check_page(
        &server,
        &browser,
        ("person-own", "/people/admin", "This is you"),
    )
    .await;

    // A level is looked at before it holds.
    let before = ("person-level", "/people/ada?level=5", "granting a waiver");
    check_page(&server, &browser, before).await;
    browser.open(&server.url("/people/ada")).await;
    browser
        .run("document.querySelector('#choice').value = '5'; done()")
        .await;
    browser.tab_to("#choose button").await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("#change", "from level 4 (enable) to level 5 (ensure)")
        .await;
    assert_eq!(level(&server, "ada").await, 4, "nothing holds yet");
    browser.tab_to("#change button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("h1", "ada has level 5 (ensure)").await;
    assert_eq!(level(&server, "ada").await, 5);

    others(&server, &bob).await;
    own_things(&server, &bob).await;
    let admin = server.sign_in().await;
    let last = submit(&server, &admin, ("/people/admin/level", &[("level", "3")])).await;
    assert!(
        last.0 == 409 && last.1.contains("Nobody would be left"),
        "{last:?}"
    );
    let wrong = submit(
        &server,
        &admin,
        ("/people/ada/remove", &[("confirm", "ad")]),
    )
    .await;
    assert_eq!(wrong.0, 400, "{}", wrong.1);
    browser.tab_to("#deed-remove summary").await;
    browser.press("\u{e007}").await;
    let effect = browser.text("#remove-form").await.unwrap_or_default();
    assert!(
        effect.contains("and so do robot, for which ada answers"),
        "{effect}"
    );
    browser.tab_to("#remove-confirm").await;
    browser.press("ada\u{e007}").await;
    browser.text_becomes("h1", "4 people may come in.").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(&server);
}

/// Who has no level at large sees themselves only, and changes nobody.
async fn others(server: &Server, bob: &str) {
    let (status, html) = look(server, bob, "/people").await;
    assert_eq!(status, 200);
    assert!(
        html.contains("You see yourself here") && !html.contains("ada"),
        "{html}"
    );
    for name in ["ada", "eve", "nobody"] {
        let path = format!("/people/{name}");
        assert_eq!(look(server, bob, &path).await.0, 404, "{path}");
    }
    let change = submit(server, bob, ("/people/eve/level", &[("level", "6")])).await;
    let remove = submit(server, bob, ("/people/eve/remove", &[("confirm", "eve")])).await;
    assert_eq!(
        (change.0, remove.0),
        (403, 403),
        "{} {}",
        change.1,
        remove.1
    );
    assert!(change.1.contains("Ask a person of level 6"), "{}", change.1);
    let boss = cookie_of(server, "boss").await;
    let (_, html) = look(server, &boss, "/people").await;
    assert!(!html.contains("makers") && !html.contains("shop"), "{html}");
}

/// Everybody sees and ends their own tokens and sign-ins.
async fn own_things(server: &Server, bob: &str) {
    let (status, html) = look(server, bob, "/people/bob").await;
    assert_eq!(status, 200);
    assert!(
        html.contains("this one") && html.contains("Revoke token desk"),
        "{html}"
    );
    assert!(!html.contains("deed-remove"), "{html}");
    let after = |text: &str| {
        let (_, rest) = html.split_once(text).expect("it is offered");
        rest.split('/').next().expect("an identifier").to_owned()
    };
    // A sign-in by a token ends with it.
    let second = cookie_of(server, "bob").await;
    let token = after("/people/bob/tokens/");
    let path = format!("/people/bob/tokens/{token}/revoke");
    assert_eq!(submit(server, &second, (&path, &[])).await.0, 303);
    let session = after("/people/bob/sessions/");
    let path = format!("/people/bob/sessions/{session}/end");
    let eve = cookie_of(server, "eve").await;
    assert_eq!(submit(server, &eve, (&path, &[])).await.0, 404);
    assert_eq!(look(server, bob, "/people/bob").await.0, 303, "bob is out");
}

#[tokio::test]
async fn an_entry_of_the_journal_is_proved_on_its_page() {
    let server = office().await;
    let browser = signed_in(&server).await;
    browser
        .open(&server.url("/journal?subject=product/shop"))
        .await;
    browser.tab_to("main table a").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("h1", "is in the journal of").await;
    browser.text_becomes("main", "tidegate journal prove").await;
    let fact = "hashes to its leaf";
    check_page(&server, &browser, ("journal-entry", "/journal/0", fact)).await;
    let admin = server.sign_in().await;
    let (_, html) = look(&server, &admin, "/journal/0").await;
    assert!(html.contains("c2sp.org/tlog-proof@v1"), "{html}");
    assert!(!html.contains("does not hold"), "{html}");
    for path in ["/journal/999999", "/journal/x", "/journal/-1"] {
        assert_eq!(look(&server, &admin, path).await.0, 404, "{path}");
    }

    // A team sees the entries about its own products and no others.
    let about = server.get("/api/v1/journal?subject=product/shop").await;
    let number = about["entries"][0]["sequence"].as_u64().expect("an entry");
    let path = format!("/journal/{number}");
    let [bob, boss] = [
        cookie_of(&server, "bob").await,
        cookie_of(&server, "boss").await,
    ];
    let (status, html) = look(&server, &bob, &path).await;
    assert_eq!(status, 200, "{html}");
    assert_eq!(look(&server, &boss, &path).await.0, 404);
    assert_eq!(look(&server, &bob, "/journal/0").await.0, 404);
    let api = format!("/api/v1/journal/proofs/inclusion?sequence={number}");
    assert_ne!(server.get(&api).await["proof"], json!([]));
    valid_html(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_deceives_is_marked_where_people_read_it() {
    let server = Server::start().await;
    let reason = "it was user\u{202e}gpj.exe, by p\u{430}ypal";
    server.run(&["incarnation", "begin", "--reason", reason, "--yes"]);
    let newest = server.get("/api/v1/journal?limit=1").await;
    let sequence = newest["entries"][0]["sequence"].to_string();
    let cookie = server.sign_in().await;
    let (status, html) = look(&server, &cookie, &format!("/journal/{sequence}")).await;
    assert_eq!(status, 200);
    assert!(
        html.contains("user[U+202E]gpj.exe, by p\u{430}[U+0430]ypal"),
        "{html}"
    );
    assert!(!html.contains('\u{202e}'), "{html}");
    // What is HTML on purpose still is.
    let (_, journal) = look(&server, &cookie, "/journal").await;
    assert!(
        journal.contains("<time ") && !journal.contains("&#60;"),
        "{journal}"
    );
}
