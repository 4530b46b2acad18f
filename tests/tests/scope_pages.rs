//! The page of a release's scope: what it brings, what people decide about it and tell whom.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;
use tidegate_tests::{
    page::{
        check_page, cookie_of, keep_html, look, shown_once, signed_in, submit, upload, valid_html,
    },
    repository::Repository,
    server::{Server, software, text},
};

const SCOPE: &str = "/products/shop/releases/1.0.0/scope";

const CATALOG: &str = "\
kind: Tracker
name: tickets
system: jira
projects: [SHOP]
url: https://tickets.example.com/browse/{key}
---
kind: Environment
name: staging
---
kind: Environment
name: live
after: staging
---
kind: Product
name: shop
components:
  - name: web
    driver: service
    source: { repository: shop, branch: main }
    service: { command: [\"./web\"] }
  - name: worker
    driver: service
    service: { command: [\"./worker\"] }
";

/// A server that reads sources, with a draft of a component that has one and a component that has none; and the commit that is a
/// mistake.
async fn studio(sources: &Path) -> (Server, String) {
    let repository = Repository::at(&sources.join("shop"));
    repository.commit("feat: sell <b>things</b>\n\nSHOP-1");
    let mistake = repository.commit(
        "fix(cart)!: count once\n\nBREAKING CHANGE: carts of before are emptied\nFixes: SHOP-2",
    );
    let server = Server::with(&["--sources", text(sources)]).await;
    let catalog = server.directory().join("catalog.yaml");
    std::fs::write(&catalog, CATALOG).unwrap();
    server.run(&["apply", "-f", text(&catalog), "--yes"]);
    let wares = software(server.directory(), "wares", &[("worker", "#!/bin/sh\n")]);
    server.run(&["push", "shop/worker:1.0.0", text(&wares)]);
    let worker = ["--component", "worker=1.0.0"];
    let create = ["release", "create", "shop", "1.0.0", "--draft"];
    server.run(&[&create[..], &worker].concat());
    (server, mistake)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_release_brings_is_read_decided_and_told_on_its_page() {
    let sources = tempfile::tempdir().unwrap();
    let (server, mistake) = studio(sources.path()).await;
    let browser = signed_in(&server).await;
    let said = "1.0.0 brings 2 changes to live, where nothing was deployed yet, 1 of them breaking, for 2 work items, as far as is known.";
    check_page(&server, &browser, ("release-scope", SCOPE, said)).await;

    let cookie = server.sign_in().await;
    decided(&server, &cookie, &mistake).await;
    let bens = worded(&server, &cookie).await;
    let told = format!("{SCOPE}?environment=live&audience=customer");
    let said = "1.0.0 brings 2 changes to live";
    check_page(&server, &browser, ("release-scope-told", &told, said)).await;
    let page = page(&server, &cookie, &told).await;
    for words in [
        "A new face for all",
        "taken out by admin: not yet",
        "sell &#60;b&#62;things",
        "Words by admin, ben.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Who plans nothing is told so, and may still write.
    let page = self::page(&server, &bens, &told).await;
    assert!(
        !page.contains("id=\"deed-add\"") && page.contains("id=\"deed-introduce\""),
        "{page}"
    );
    assert!(page.contains("may not plan-release"), "{page}");
}

async fn page(server: &Server, cookie: &str, path: &str) -> String {
    let page = server.http.get(server.url(path)).header("cookie", cookie);
    page.send().await.unwrap().text().await.unwrap()
}

/// A change is taken out, and one is written down; what is no commit is not added.
async fn decided(server: &Server, cookie: &str, mistake: &str) {
    let adjust = format!("{SCOPE}/adjustments");
    let out = [
        ("environment", "staging"),
        ("act", "take-out"),
        ("change", mistake),
        ("reason", "not yet"),
    ];
    let (status, next) = submit(server, cookie, (&adjust, &out)).await;
    let here = format!("{SCOPE}?environment=staging");
    assert_eq!((status, next), (303, here));
    let write = [
        ("environment", "live"),
        ("act", "write"),
        ("change", "logo"),
        ("kind", "feature"),
        ("description", "A new logo"),
        ("reason", "by marketing"),
    ];
    assert_eq!(submit(server, cookie, (&adjust, &write)).await.0, 303);
    let nothing = [("act", "add"), ("change", "0123456"), ("reason", "x")];
    let (status, problem) = submit(server, cookie, (&adjust, &nothing)).await;
    assert_eq!(status, 404);
    assert!(problem.contains("no branch, tag or commit"), "{problem}");
}

/// Two write about the same, and nothing is written over unseen; answers the session of the second.
async fn worded(server: &Server, cookie: &str) -> String {
    let word = format!("{SCOPE}/wordings");
    let words = |text, seen| {
        [
            ("environment", "live"),
            ("audience", "customer"),
            ("subject", "+logo"),
            ("text", text),
            ("seen", seen),
        ]
    };
    let first = submit(server, cookie, (&word, &words("A <new> face", "0"))).await;
    assert_eq!(first.0, 303);
    server.run(&["person", "create", "ben", "--level", "3"]);
    let ben = server.run(&["token", "create", "test", "--for", "ben"]);
    let bens = server.sign_in_by(ben.trim()).await;
    let (status, problem) = submit(server, &bens, (&word, &words("Another face", "0"))).await;
    assert_eq!(status, 409);
    assert!(problem.contains("wrote in between"), "{problem}");
    let second = words("A new face for all", "1");
    assert_eq!(submit(server, &bens, (&word, &second)).await.0, 303);
    bens
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_tells_by_an_address_and_by_files_on_its_page() {
    let server = Server::start().await;
    for (name, level) in [("ann", "3"), ("cas", "2")] {
        server.run(&["person", "create", name, "--level", level]);
    }
    let browser = signed_in(&server).await;
    let look_at = async |page| check_page(&server, &browser, page).await;
    look_at(("trackers-none", "/trackers", "No tracker is declared yet.")).await;
    server.apply("kind: Tracker\nname: tickets\nsystem: jira\nprojects: [SHOP]\n");
    look_at(("trackers", "/trackers", "Work items are kept in 1 tracker.")).await;
    let none = "No item of tickets is known yet.";
    look_at(("tracker-none", "/trackers/tickets", none)).await;
    let ann = cookie_of(&server, "ann").await;
    let to = "/trackers/tickets/items";
    let items = r#"[{"key":"SHOP-1","title":"Sell <b>things</b>"}]"#;
    let (status, html) = upload(&server, &ann, (to, "items.json", "nothing")).await;
    assert!(
        status == 400 && html.contains("it is not JSON"),
        "{status} {html}"
    );
    let read = upload(&server, &ann, (to, "items.json", items)).await;
    assert_eq!(read, (303, "/trackers/tickets?read=1&changed=1".to_owned()));
    let (_, html) = look(&server, &ann, &read.1).await;
    assert!(
        html.contains("1 work item read, 1 new or changed."),
        "{html}"
    );
    told_by_itself(&server, &ann).await;
    let cas = cookie_of(&server, "cas").await;
    let (_, html) = look(&server, &cas, "/trackers/tickets").await;
    assert!(
        !html.contains("Make an address") && !html.contains("action=\"/trackers"),
        "{html}"
    );
    assert_eq!(
        upload(&server, &cas, (to, "items.json", items)).await.0,
        403
    );
    let admin = server.sign_in().await;
    let hook = ("/trackers/tickets/hook", &[][..]);
    assert_eq!(submit(&server, &admin, hook).await.0, 200);
    let known = "These items of tickets are known.";
    look_at(("tracker", "/trackers/tickets", known)).await;
    valid_html(&server);
}

/// The address is shown once and takes what the tracker tells, until it is ended.
async fn told_by_itself(server: &Server, ann: &str) {
    let (status, html) = submit(server, ann, ("/trackers/tickets/hook", &[])).await;
    assert_eq!(status, 200, "{html}");
    keep_html(server, "tracker-address", &html);
    let address = shown_once(&html);
    let tell = async || {
        let event = serde_json::json!({ "key": "SHOP-2", "title": "Count once" });
        let answer = server.http.post(&address).json(&event).send().await;
        answer.unwrap().status().as_u16()
    };
    assert_eq!(tell().await, 200);
    let (_, html) = look(server, ann, "/trackers/tickets").await;
    assert!(
        html.contains("SHOP-2") && html.contains("tracker-tickets"),
        "{html}"
    );
    let end = html
        .split_once("/addresses/")
        .and_then(|(_, it)| it.split_once('"'));
    let end = format!("/addresses/{}", end.unwrap().0);
    let here = [("here", "/trackers/tickets")];
    let ended = submit(server, ann, (&end, &here)).await;
    assert_eq!(ended, (303, "/trackers/tickets".to_owned()));
    assert_eq!(tell().await, 401);
}
