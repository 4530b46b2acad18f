//! The scope of releases, read from git, adjusted and told by people.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::{Value, json};
use std::fs;
use tidegate_tests::{
    repository::Repository,
    server::{Server, text},
    shop::Shop,
};

/// A shop whose server reads sources, with a repository that has versions 1.0.0 and 1.1.0.
struct Studio {
    shop: Shop,
    repository: Repository,
}

impl Studio {
    fn open() -> Self {
        let mut shop = Shop::with_shop(None);
        let sources = shop.path().join("sources");
        let repository = Repository::at(&sources.join("shop"));
        repository.commit("feat: sell things");
        repository.tag("v1.0.0");
        repository.commit("feat(cart): keep a cart\n\nRefs: SHOP-1");
        repository.commit(
            "fix(cart)!: count once\n\nBREAKING CHANGE: carts of before are emptied\nFixes: SHOP-2",
        );
        repository.tag("v1.1.0");
        shop.kill_server();
        shop.start_server_with(&["--sources", sources.to_str().unwrap()]);
        shop.change_component("source: { repository: shop, tag: \"v{version}\" }\n");
        let tracker = "kind: Tracker\nname: tickets\nsystem: jira\nprojects: [SHOP]\nurl: https://tickets.example.com/browse/{key}\n";
        fs::write(shop.file("tracker.yaml"), tracker).unwrap();
        shop.ok(&["apply", "-f", &shop.file("tracker.yaml"), "--yes"]);
        Self { shop, repository }
    }

    /// Releases what was committed last, as its artifact says.
    fn release(&self, version: &str) {
        let head = self.repository.git(&["rev-parse", "HEAD"]);
        let wares = self.shop.path().join("wares").join(version);
        fs::create_dir_all(&wares).unwrap();
        fs::write(wares.join("VERSION"), version).unwrap();
        let what = format!("shop/web:{version}");
        let wares = wares.to_str().unwrap();
        self.shop.ok(&["push", &what, wares, "--revision", &head]);
        let component = format!("web={version}");
        let words = ["release", "create", "shop", version, "--component"];
        self.shop.ok(&[&words[..], &[&component]].concat());
    }

    fn scope(&self, version: &str, to: &str) -> Value {
        let words = ["release", "scope", "show", "shop", version, "--to", to];
        self.shop
            .json(&[&words[..], &["--output", "json"]].concat())
    }

    fn notes(&self, version: &str, whom: &str, to: &str) -> String {
        let words = ["release", "notes", "show", "shop", version];
        self.shop
            .ok(&[&words[..], &["--for", whom, "--to", to]].concat())
    }

    fn unread(&self, version: &str) -> String {
        let scope = self.scope(version, "live");
        let unread = &scope["unread"][0];
        format!("{}; {}", unread["why"], unread["hint"])
    }
}

/// The words of a command.
fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

/// The words of a command about a scope.
fn scope<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["release", "scope"], words].concat()
}

fn described(scope: &Value, title: &str) -> Vec<String> {
    let groups = scope["groups"].as_array().unwrap();
    let group = groups.iter().find(|it| it["title"] == title);
    let changes = group.map_or(&[][..], |it| it["changes"].as_array().unwrap());
    let text = |it: &Value| it["description"].as_str().unwrap().to_owned();
    changes.iter().map(text).collect()
}

#[test]
fn a_release_says_what_it_brings_to_each_environment_since_what_runs_there() {
    let studio = Studio::open();
    let shop = &studio.shop;
    shop.deploy("1.0.0", "testing");
    studio
        .repository
        .commit("feat: pay by card\n\nRefs: SHOP-3");
    let mistake = studio.repository.commit("perf: cache prices");
    let back = format!("Revert \"perf: cache prices\"\n\nThis reverts commit {mistake}.");
    studio.repository.commit(&back);
    studio.release("1.2.0");

    // Rolled up over both releases for testing; all that there is where nothing runs.
    let scope = studio.scope("1.2.0", "testing");
    assert_eq!(scope["since"]["version"], "1.0.0");
    assert_eq!(scope["releases"], json!(["1.1.0", "1.2.0"]));
    let said =
        "1.2.0 brings 3 changes to testing, since 1.0.0, 1 of them breaking, for 3 work items.";
    assert_eq!(scope["sentence"], said);
    assert_eq!(described(&scope, "Breaking changes"), ["count once"]);
    assert_eq!(described(&scope, "New"), ["pay by card", "keep a cart"]);
    assert_eq!(described(&scope, "Cancelled out").len(), 2);
    let breaking = &scope["groups"][0]["changes"][0];
    assert_eq!(breaking["releases"], json!(["1.1.0"]));
    assert_eq!(breaking["breaking"], "carts of before are emptied");
    assert_eq!(
        scope["contributors"],
        json!([{"name": "Ada", "changes": 3}])
    );
    let item = &scope["items"][1];
    assert_eq!(item["key"], "SHOP-2");
    assert_eq!(item["closes"], true);
    assert_eq!(item["url"], "https://tickets.example.com/browse/SHOP-2");
    let scope = studio.scope("1.2.0", "live");
    assert_eq!(scope["changes"], 4);
    assert_eq!(scope["since"], Value::Null);
    let word = "release notes word shop 1.2.0 introduction";
    let word = [&words(word)[..], &["All about cards.", "--for", "operator"]].concat();
    shop.ok(&word);
    let notes = studio.notes("1.2.0", "operator", "testing");
    assert!(notes.starts_with("All about cards."), "{notes}");
    of_another_line(&studio);
    of_nothing_new(&studio);
}

/// What runs and would be taken away is told, and what never was on the way does not count.
fn of_another_line(studio: &Studio) {
    studio.shop.deploy("1.1.0", "testing");
    studio.repository.git(&["checkout", "-q", "v1.0.0"]);
    studio.repository.commit("fix: mend in a hurry");
    studio.release("1.0.1");
    let scope = studio.scope("1.0.1", "testing");
    assert_eq!(described(&scope, "Fixed"), ["mend in a hurry"]);
    assert_eq!(scope["changes"], 1);
    assert_eq!(scope["releases"], json!(["1.0.1"]));
    let notes = studio.notes("1.0.1", "operator", "testing");
    assert!(!notes.contains("All about cards."), "{notes}");
    let lost = scope["lost"][0]["commits"].as_array().unwrap();
    assert_eq!(lost.len(), 2);
    assert!(lost[0].as_str().unwrap().contains("count once"), "{lost:?}");
    let words = words("release scope show shop 1.0.1 --to testing");
    let told = studio.shop.ok(&words);
    assert!(
        told.contains("It would take away what runs now of web"),
        "{told}"
    );
}

/// Of what stays the very same nothing has to be known.
fn of_nothing_new(studio: &Studio) {
    let words = words("release create shop 1.1.1 --component web=1.1.0");
    studio.shop.ok(&words);
    studio.shop.change_component("");
    let scope = studio.scope("1.1.1", "testing");
    let said = "1.1.1 brings no changes to testing, since 1.1.0.";
    assert_eq!(scope["sentence"], said);
}

#[test]
fn people_take_out_add_and_write_what_is_told_and_nothing_is_written_over() {
    let studio = Studio::open();
    let shop = &studio.shop;
    shop.deploy("1.0.0", "testing");
    let cart = studio.repository.git(&["rev-parse", "v1.1.0~1"]);
    let count = studio.repository.git(&["rev-parse", "v1.1.0"]);
    let stray = {
        studio
            .repository
            .git(&["checkout", "-q", "-b", "side", "v1.0.0"]);
        studio.repository.commit("feat: ship abroad")
    };
    let of = ["shop", "1.1.0"];
    let take_out = ["take-out", of[0], of[1], &cart[..7], "--reason"];
    let refused = shop.refused(2, &scope(&[&take_out[..], &[" "]].concat()));
    assert!(refused.contains("say why"), "{refused}");
    shop.ok(&scope(&[&take_out[..], &["behind a flag"]].concat()));
    let add = |commit| ["add", of[0], of[1], commit, "--reason", "picked by hand"];
    shop.ok(&scope(&add(&stray[..9])));
    let banner = ["write", of[0], of[1], "banner", "A banner for the sale"];
    let why = ["--kind", "feature", "--reason", "by marketing"];
    shop.ok(&scope(&[&banner[..], &why].concat()));
    let refused = shop.refused(4, &scope(&add("0123456")));
    assert!(
        refused.contains("no branch, tag or commit `0123456`"),
        "{refused}"
    );
    let seen = studio.scope("1.1.0", "testing");
    assert_eq!(described(&seen, "Taken out"), ["keep a cart"]);
    assert_eq!(
        described(&seen, "New"),
        ["ship abroad", "A banner for the sale"]
    );
    let taken = seen["groups"].as_array().unwrap().last().unwrap();
    assert_eq!(
        taken["changes"][0]["told"],
        "taken out by admin: behind a flag"
    );

    told(&studio, &count);
}

/// Customers are told by work items and by people.
fn told(studio: &Studio, count: &str) {
    let (shop, of) = (&studio.shop, ["shop", "1.1.0"]);
    let items = json!([{"key": "SHOP-2", "title": "The cart counts twice", "kind": "bug", "state": "Done"}]);
    fs::write(shop.file("items.json"), items.to_string()).unwrap();
    let imported = shop.ok(&["tracker", "import", "tickets", &shop.file("items.json")]);
    assert_eq!(imported.trim(), "1 work item read, 1 new or changed");
    let again = shop.ok(&["tracker", "import", "tickets", &shop.file("items.json")]);
    assert_eq!(again.trim(), "1 work item read, 0 new or changed");
    let notes = studio.notes("1.1.0", "customer", "testing");
    assert!(
        notes.contains("## Fixed\n\n- The cart counts twice ([SHOP-2]("),
        "{notes}"
    );
    assert!(!notes.contains("banner"), "{notes}");
    let word = |about: &str, text: &str| {
        let words = [
            "release", "notes", "word", of[0], of[1], about, text, "--for", "customer",
        ];
        shop.ok(&words)
    };
    word("introduction", "What you asked for.");
    word("+banner", "A <b>banner</b> & more");
    word("tickets:SHOP-2", "Your cart counts well now.");
    let notes = studio.notes("1.1.0", "customer", "testing");
    assert!(notes.starts_with("What you asked for.\n"), "{notes}");
    assert!(notes.contains(r"A \<b\>banner\</b\> \& more"), "{notes}");
    assert!(notes.contains("Your cart counts well now."), "{notes}");
    // Somebody wrote since: who says what they saw writes over nothing.
    shop.ok(&["person", "create", "ben", "--level", "3"]);
    let (status, refused) = shop.by(
        "ben",
        &[
            "release", "notes", "word", of[0], of[1], "+banner", "Another", "--seen", "1",
        ],
    );
    assert!(
        status == 5 && refused.contains("admin"),
        "{status}: {refused}"
    );
    let developers = studio.notes("1.1.0", "developer", "testing");
    assert!(
        developers.contains("## Breaking changes") && developers.contains(&count[..10]),
        "{developers}"
    );
    let operators = studio.notes("1.1.0", "operator", "testing");
    assert!(
        operators.contains("carts of before are emptied"),
        "{operators}"
    );
    let journal = shop.ok(&["journal", "list", "--output", "json"]);
    for action in [
        "release.scope_adjusted",
        "release.notes_worded",
        "tracker.items_imported",
    ] {
        assert!(journal.contains(action), "{action}");
    }
}

#[test]
fn a_source_that_cannot_be_read_is_told_with_what_to_do() {
    let mut studio = Studio::open();
    let component = |source: &str| {
        let source = format!("source: {{ {source} }}\n");
        studio.shop.change_component(&source);
    };
    component("repository: nowhere");
    assert!(studio.unread("1.1.0").contains("there is no `nowhere`"));
    let outside = studio.shop.path().join("outside");
    Repository::at(&outside).commit("feat: a secret");
    std::os::unix::fs::symlink(&outside, studio.shop.path().join("sources/link")).unwrap();
    component("repository: link");
    let unread = studio.unread("1.1.0");
    assert!(
        unread.contains("leads out of the server's sources"),
        "{unread}"
    );
    component("repository: shop");
    let unread = studio.unread("1.1.0");
    assert!(
        unread.contains("not known which commit 1.1.0 was built from"),
        "{unread}"
    );
    component("repository: shop, tag: \"release-{version}\"");
    let unread = studio.unread("1.1.0");
    assert!(
        unread.contains("no branch, tag or commit `release-1.1.0`"),
        "{unread}"
    );
    let refused = studio
        .shop
        .component_refused("source: { repository: ../server }\n");
    assert!(refused.contains("below the server's sources"), "{refused}");

    // An object that is not what its name says.
    component("repository: shop, tag: \"v{version}\"");
    let commit = studio.repository.git(&["rev-parse", "v1.1.0~1"]);
    let object = format!(
        "sources/shop/.git/objects/{}/{}",
        &commit[..2],
        &commit[2..]
    );
    let object = studio.shop.path().join(object);
    fs::remove_file(&object).unwrap();
    fs::write(&object, b"nothing").unwrap();
    let unread = studio.unread("1.1.0");
    assert!(
        unread.contains("is broken") && unread.contains("git fsck"),
        "{unread}"
    );
    let told = studio
        .shop
        .ok(&["release", "scope", "show", "shop", "1.1.0"]);
    assert!(
        told.starts_with("It is not known what 1.1.0 brings to live"),
        "{told}"
    );

    // A server that was told of no sources.
    studio.shop.kill_server();
    studio.shop.start_server();
    let unread = studio.unread("1.1.0");
    assert!(
        unread.contains("this server reads no sources") && unread.contains("--sources DIR"),
        "{unread}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_tells_of_its_items_by_itself_and_late_and_double_news_change_nothing() {
    let server = Server::start().await;
    let address = hook(&server).await;
    let tell = async |event: Value| tell(&server, &address, event).await;
    let event = |title: &str, at: &str| {
        json!({"action": "edited", "repository": {"full_name": "shop/web"}, "issue": {"number": 7, "title": title,
            "state": "open", "html_url": "https://github.com/shop/web/issues/7", "labels": [{"name": "bug"}],
            "updated_at": at}})
    };
    let news = |changed| (200, json!({"items": 1, "changed": changed}));
    let first = event("Cards are refused", "2026-03-01T10:00:00Z");
    assert_eq!(tell(first.clone()).await, news(1));
    assert_eq!(tell(first.clone()).await, news(0));
    let later = event("Some cards are refused", "2026-03-02T10:00:00Z");
    assert_eq!(tell(later).await, news(1));
    assert_eq!(tell(first).await, news(0));
    let ping = json!({"zen": "Design for failure.", "hook_id": 1});
    assert_eq!(tell(ping).await, (200, json!({"items": 0, "changed": 0})));
    let other = json!({"issue": {"number": 7, "title": "T", "html_url": "https://github.com/other/one/issues/7"}, "repository": {"full_name": "other/one"}});
    let (status, problem) = tell(other).await;
    assert_eq!(status, 400, "{problem}");
    let items = server.run(&["tracker", "items", "issues"]);
    assert!(
        items.contains("shop/web#7") && items.contains("Some cards are refused"),
        "{items}"
    );
    opens_nothing_else(&server, &address).await;
}

/// The address at which a service account's tracker tells of items.
async fn hook(server: &Server) -> String {
    let file = server.directory().join("tracker.yaml");
    let tracker = "kind: Tracker\nname: issues\nsystem: github\nprojects: [shop/web]\n";
    fs::write(&file, tracker).unwrap();
    server.run(&["apply", "-f", text(&file), "--yes"]);
    server.run(&words(
        "person create robot --service --owner admin --level 3",
    ));
    let made = server.run(&words("token create hook --for robot --output json"));
    let made: Value = serde_json::from_str(&made).unwrap();
    let token = made["token"].as_str().unwrap();
    let address = server.http.get(server.url("/api/v1/trackers/issues/hook"));
    let address = address.bearer_auth(token).send().await.unwrap();
    let address: Value = address.json().await.unwrap();
    server.url(address["path"].as_str().unwrap())
}

async fn tell(server: &Server, address: &str, event: Value) -> (u16, Value) {
    let answer = server.http.post(address).json(&event).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

/// The key of an address ends with its token, and does nothing else.
async fn opens_nothing_else(server: &Server, address: &str) {
    let key = address.split("key=").nth(1).unwrap();
    let calendar = format!("/api/v1/calendar.ics?key={key}");
    let calendar = server.http.get(server.url(&calendar)).send().await.unwrap();
    assert_eq!(calendar.status(), 401);
    let wrong = server.url("/api/v1/trackers/issues/hook?key=AAAA");
    assert_eq!(tell(server, &wrong, json!({})).await.0, 401);
    server.run(&["person", "remove", "robot", "--yes"]);
    let (status, problem) = tell(server, address, json!({})).await;
    assert_eq!(status, 401, "{problem}");
    let hint = problem["hint"].as_str().unwrap();
    assert!(hint.contains("tidegate tracker hook"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_does_not_choose_by_itself_which_repository_it_reads() {
    let server = Server::start().await;
    let product = |more: &str| {
        format!(
            "kind: Product\nname: shop\nteam: makers\ntitle: Shop\ncomponents:\n  - {{ name: web, driver: service, {more} service: {{ command: [\"./web\"] }} }}\n"
        )
    };
    let team = "kind: Team\nname: makers\nlevels: { maker: initiate }\n---\n";
    server.run(&words("person create maker"));
    let file = server.directory().join("shop.yaml");
    fs::write(&file, format!("{team}{}", product(""))).unwrap();
    server.run(&["apply", "-f", text(&file), "--yes"]);
    let token = server.run(&words("token create test --for maker"));
    let declare = async |text: String| -> (u16, Value) {
        let body = json!({"files": [{"path": "shop.yaml", "text": text}], "dry_run": false});
        let answer = server.http.post(server.url("/api/v1/apply")).json(&body);
        let answer = answer.bearer_auth(token.trim()).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    };
    let (status, problem) = declare(product("source: { repository: bank.git },")).await;
    assert_eq!(status, 403, "{problem}");
    let hint = problem["hint"].as_str().unwrap();
    assert!(hint.contains("in the whole organisation"), "{problem}");

    // What somebody of the organisation declared the team may refine, and keep.
    fs::write(&file, product("source: { repository: shop.git },")).unwrap();
    server.run(&["apply", "-f", text(&file), "--yes"]);
    let refined = product("source: { repository: shop.git, branch: next },");
    let (status, answer) = declare(refined).await;
    assert_eq!(status, 200, "{answer}");
    let (status, _) = declare(product("source: { repository: bank.git },")).await;
    assert_eq!(status, 403);
}
