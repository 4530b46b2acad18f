//! A server that is lost comes back from its backup, and leads nobody back who went on without it.

use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};
use tidegate_tests::{
    server::{client, session},
    shop::{Shop, TOKEN, until},
};

/// The files of a shop's server are gone, but for the key, of which a copy was kept; the backup is put back in their place.
fn lose_and_restore(shop: &mut Shop, backup: &str) {
    let key = fs::read(shop.file("server/key")).expect("a key");
    shop.kill_server();
    fs::remove_dir_all(shop.file("server")).expect("it was there");
    fs::create_dir(shop.file("server")).expect("a directory");
    fs::write(shop.file("server/key"), key).expect("the key's copy");
    let said = shop.ok(&["restore", backup, "--data", &shop.file("server"), "--yes"]);
    assert!(said.starts_with("put back"), "{said}");
    shop.start_server();
}

fn incarnation(shop: &Shop) -> Value {
    shop.json(&["incarnation", "show", "--output", "json"])
}

/// The targets that keep what they run, as `TARGET record → runs`.
fn others(view: &Value) -> Vec<String> {
    let others = view["others"].as_array().expect("a list");
    let line = |it: &Value| {
        let runs = match it["standing"].as_str() {
            Some("silent") => "silent".to_owned(),
            _ => it["runs"].to_string(),
        };
        format!(
            "{} {} → {runs}",
            it["target"].as_str().unwrap_or_default(),
            it["recorded"]
        )
    };
    others.iter().map(line).collect()
}

fn deploy(shop: &Shop, release: &str, environment: &str) {
    let words = ["deploy", "shop", release, "--to", environment];
    let more = ["--minimum-healthy", "300ms", "--wait"];
    shop.ok(&[&words[..], &more[..]].concat());
}

/// What an agent keeps of the histories it was told of.
fn told(shop: &Shop, target: &str) -> String {
    fs::read_to_string(shop.path().join(target).join("identity/trust.json")).unwrap_or_default()
}

#[test]
fn a_lost_server_comes_back_and_leads_nobody_back() {
    let mut shop = Shop::with_shop(None);
    deploy(&shop, "1.0.0", "testing");
    deploy(&shop, "1.0.0", "staging");
    let backup = backed_up(&shop);
    // The world goes on after the backup.
    deploy(&shop, "1.1.0", "testing");
    agents_have_seen_the_journal(&mut shop);
    lose_and_restore(&mut shop, &backup);

    agents_have_said_what_they_run(&shop);
    nothing_changes(&shop);
    let nobody = shop.run(&["incarnation", "begin", "--reason", "the disk was lost"]);
    assert_eq!(nobody.status.code(), Some(2), "{nobody:?}");
    let said = shop.ok(&BEGIN);
    assert!(
        said.contains("history 2, begun by admin") && said.contains("testing/testing-1"),
        "{said}"
    );

    // Who did as the record says goes on in the new history; who was ahead keeps what it runs until it is deployed to.
    until("staging is told of the new history", || {
        told(&shop, "staging-1").contains("the disk was lost")
    });
    assert_eq!(shop.answer("testing-1").as_deref(), Some("1.1.0"));
    nothing_leads_behind_what_runs(&shop);
    deploy(&shop, "1.1.0", "testing");
    assert!(told(&shop, "testing-1").contains("the disk was lost"));
    assert_eq!(others(&incarnation(&shop)), [""; 0]);
    shop.ok(&["doctor"]);
    witnesses_go_on(&mut shop);

    // The same backup once more: what was told since the first time is not told again under its number.
    lose_and_restore(&mut shop, &backup);
    agents_have_said_what_they_run(&shop);
    let said = shop.ok(&BEGIN);
    assert!(said.contains("history 3, begun by admin"), "{said}");
    deploy(&shop, "1.1.0", "testing");
}

const BEGIN: [&str; 5] = [
    "incarnation",
    "begin",
    "--reason",
    "the disk was lost",
    "--yes",
];
/// The targets that the test looks at.
const WATCHED: [&str; 2] = ["testing-1", "staging-1"];

fn backed_up(shop: &Shop) -> String {
    let backup = shop.file("backup.tar");
    let said = shop.ok(&["backup", "-o", &backup]);
    assert!(said.starts_with("the backup is good: "), "{said}");
    let mode = fs::metadata(&backup)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!Path::new(&format!("{backup}.partial")).exists());
    backup
}

/// An agent looks at the journal whenever a connection is opened.
fn restart(shop: &mut Shop, target: &str) {
    shop.kill_agent(target);
    shop.start_agent(target);
}

/// What an agent keeps of the journal.
fn kept(shop: &Shop, target: &str) -> Value {
    let kept = fs::read_to_string(shop.path().join(target).join("journal.json"));
    serde_json::from_str(&kept.unwrap_or_default()).unwrap_or_default()
}

fn agents_have_seen_the_journal(shop: &mut Shop) {
    let newest = shop.json(&["journal", "list", "-n", "1", "--output", "json"]);
    let newest = newest["entries"][0]["sequence"].as_u64();
    for target in WATCHED {
        restart(shop, target);
        until("the agent has seen it", || {
            let kept = kept(shop, target);
            let note = kept["testimony"]["note"].as_str();
            let size = note.and_then(|note| note.lines().nth(1));
            size.and_then(|size| size.parse::<u64>().ok()) > newest
        });
    }
}

fn agents_have_said_what_they_run(shop: &Shop) {
    until("agents have said what they run", || {
        incarnation(shop)["silent"] == serde_json::json!([])
    });
}

/// Until a person lets the server go on, nobody is told anything.
fn nothing_changes(shop: &Shop) {
    let rested = incarnation(shop);
    assert_eq!(rested["incarnation"], 1);
    assert!(
        rested["restored"]["entries"].as_u64() > Some(10),
        "{rested}"
    );
    until("who is ahead has said which release that is", || {
        others(&incarnation(shop)) == [r#"testing/testing-1 ["1.0.0"] → ["1.1.0"]"#]
    });
    assert_eq!(rested["follow"], 2);
    let page = page(shop, "/");
    assert!(
        page.contains("The server rests") && page.contains("incarnation begin"),
        "{page}"
    );
    let refused = shop.refused(6, &["deploy", "shop", "1.1.0", "--to", "staging"]);
    assert!(
        refused.contains("put back from a backup") && refused.contains("incarnation begin"),
        "{refused}"
    );
    let form = submitted(&format!("{}/changes", shop.url()));
    assert!(
        form.contains("<html") && form.contains("put back from a backup"),
        "{form}"
    );
    assert_eq!(shop.answer("testing-1").as_deref(), Some("1.1.0"));
}

/// The next deployment goes on from what runs there, not from what the record says ran there: it begins there, and goes back
/// there.
fn nothing_leads_behind_what_runs(shop: &Shop) {
    shop.push("1.2.0", Some("exit-after 0.1"));
    let words = [
        "release",
        "create",
        "shop",
        "1.2.0",
        "--component",
        "web=1.2.0",
    ];
    shop.ok(&words);
    let is_over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !is_over.load(Ordering::Relaxed) {
                seen.extend(shop.answer("testing-1"));
            }
            seen
        });
        let words = ["deploy", "shop", "1.2.0", "--to", "testing", "--wait"];
        let ended = shop.run(&[&words[..], &["--minimum-healthy", "300ms"]].concat());
        is_over.store(true, Ordering::Relaxed);
        assert!(!ended.status.success(), "{ended:?}");
        watching.join().expect("it watched")
    });
    assert!(
        seen.contains("1.1.0") && !seen.contains("1.0.0"),
        "{seen:?}"
    );
    until("it is back where it was", || {
        shop.answer("testing-1").as_deref() == Some("1.1.0")
    });
}

/// What somebody reads there who is signed in.
fn page(shop: &Shop, path: &str) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (http, address) = (client(), shop.url());
        let cookie = session(&http, &address, TOKEN).await;
        let asked = http
            .get(format!("{address}{path}"))
            .header("cookie", cookie);
        let answer = asked.send().await.expect("an answer");
        answer.text().await.expect("a whole answer")
    })
}

/// What somebody reads who submits a form there.
fn submitted(address: &str) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let answer = client().post(address).send().await.expect("an answer");
        answer.text().await.expect("a whole answer")
    })
}

/// Agents follow the journal once for each history, and keep what they left. What a person saw of it is theirs to judge.
fn witnesses_go_on(shop: &mut Shop) {
    let alarm = shop.refused(12, &["journal", "list"]);
    assert!(alarm.contains("JOURNAL ALARM"), "{alarm}");
    shop.ok(&["journal", "witness", "--forget"]);
    let begun = shop.actions("organisation");
    assert!(
        begun.iter().any(|action| action == "incarnation.begun"),
        "{begun:?}"
    );
    for target in WATCHED {
        restart(shop, target);
        until("the agent follows the journal", || {
            let kept = kept(shop, target);
            kept["history"] == 2 && kept["left"].as_array().is_some_and(|left| left.len() == 1)
        });
        let log = fs::read_to_string(shop.file(&format!("{target}.log"))).expect("a log");
        assert!(log.contains("JOURNAL BEGINS ANEW"), "{log}");
    }
}

#[test]
fn what_was_under_way_ends_without_a_word_and_so_do_sign_ins() {
    let mut shop = Shop::with_shop(None);
    deploy(&shop, "1.0.0", "testing");
    let made = shop.json(&["token", "create", "ci", "--output", "json"]);
    let ci = made["token"].as_str().expect("a token").to_owned();
    let before = shop.answering_pid("testing-1");
    // It is not proved before the test is over.
    let words = ["deploy", "shop", "1.1.0", "--to", "testing"];
    shop.ok(&[&words[..], &["--minimum-healthy", "4m"]].concat());
    let mut ran = before;
    until("it runs", || {
        ran = shop.answering_pid("testing-1");
        ran.is_some() && ran != before
    });
    let backup = shop.file("backup.tar");
    shop.ok(&["backup", "-o", &backup]);
    lose_and_restore(&mut shop, &backup);
    agents_have_said_what_they_run(&shop);
    shop.ok(&[&BEGIN[..], &["--end-tokens"]].concat());

    let shown = shop.ok(&["explain", "2"]);
    assert!(shown.contains("cancelled"), "{shown}");
    let seen = shop.actions("deployment/2");
    assert!(
        seen.iter().any(|it| it == "deployment.cancelled"),
        "{seen:?}"
    );
    let output = shop.command(&["status"]).env("TIDEGATE_TOKEN", ci).output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    // The next one goes on from there, with nothing started anew in between.
    until("it is told of the new history", || {
        told(&shop, "testing-1").contains("the disk was lost")
    });
    assert_eq!(shop.answering_pid("testing-1"), ran);
    deploy(&shop, "1.1.0", "testing");
    assert_eq!(shop.answering_pid("testing-1"), ran);
}

#[test]
fn who_was_silent_when_a_history_began_follows_once_it_is_in_touch() {
    let mut shop = Shop::with_shop(None);
    deploy(&shop, "1.0.0", "testing");
    deploy(&shop, "1.0.0", "staging");
    let backup = shop.file("backup.tar");
    shop.ok(&["backup", "-o", &backup]);
    shop.kill_agent("staging-1");
    lose_and_restore(&mut shop, &backup);
    until("the others have said what they run", || {
        others(&incarnation(&shop)) == [r#"staging/staging-1 ["1.0.0"] → silent"#]
    });
    let refused = shop.refused(6, &BEGIN);
    assert!(
        refused.contains("staging/staging-1") && refused.contains("--leave-silent"),
        "{refused}"
    );
    shop.ok(&[&BEGIN[..], &["--leave-silent"]].concat());
    let refused = shop.refused(6, &["deploy", "shop", "1.0.0", "--to", "staging"]);
    assert!(
        refused.contains("staging-1") && refused.contains("has not said what it runs since"),
        "{refused}"
    );
    shop.start_agent("staging-1");
    until("it follows", || others(&incarnation(&shop)).is_empty());
    deploy(&shop, "1.0.0", "staging");
}

#[test]
fn a_host_that_is_enrolled_anew_keeps_what_it_runs_until_it_is_deployed_to() {
    let mut shop = Shop::with_shop(None);
    deploy(&shop, "1.0.0", "testing");
    let backup = shop.file("backup.tar");
    shop.ok(&["backup", "-o", &backup]);
    deploy(&shop, "1.1.0", "testing");
    lose_and_restore(&mut shop, &backup);
    agents_have_said_what_they_run(&shop);
    shop.ok(&BEGIN);
    // As if it had joined after the backup was made: nobody knows it, and testing runs 1.0.0 as far as the record knows.
    shop.kill_agent("testing-1");
    shop.enrol_anew("testing-1");
    shop.start_agent("testing-1");
    until("it is in touch", || shop.in_touch("testing-1"));
    assert_eq!(
        others(&incarnation(&shop)),
        [r#"testing/testing-1 ["1.0.0"] → ["1.1.0"]"#]
    );
    deploy(&shop, "1.1.0", "testing");
    assert_eq!(others(&incarnation(&shop)), [""; 0]);
}

#[test]
fn a_certificate_that_was_renewed_after_the_backup_is_good_and_the_one_before_it_is_not() {
    let mut shop = Shop::with_shop(None);
    deploy(&shop, "1.0.0", "testing");
    let backup = shop.file("backup.tar");
    shop.ok(&["backup", "-o", &backup]);
    let place = shop.path().join("testing-1/identity/identity.json");
    let old = fs::read_to_string(&place).expect("an identity");
    let mut due: Value = serde_json::from_str(&old).expect("JSON");
    due["renew_after"] = "2020-01-01T00:00:00Z".into();
    shop.kill_agent("testing-1");
    fs::write(&place, due.to_string()).expect("it is written");
    shop.start_agent("testing-1");
    until("its certificate is renewed", || {
        let now = fs::read_to_string(&place).unwrap_or_default();
        let now: Value = serde_json::from_str(&now).unwrap_or_default();
        now["certificate"].is_string() && now["certificate"] != due["certificate"]
    });
    lose_and_restore(&mut shop, &backup);
    agents_have_said_what_they_run(&shop);
    shop.ok(&BEGIN);
    let found = "agent.certificate-found".to_owned();
    assert!(shop.actions("target/testing/testing-1").contains(&found));
    deploy(&shop, "1.0.0", "testing");

    shop.kill_agent("testing-1");
    until("it is gone", || !shop.in_touch("testing-1"));
    fs::write(&place, old).expect("it is written");
    shop.start_agent("testing-1");
    until("it is refused", || {
        let log = fs::read_to_string(shop.file("testing-1.log")).unwrap_or_default();
        log.contains("another agent was enrolled")
    });
    assert!(!shop.in_touch("testing-1"));
}
