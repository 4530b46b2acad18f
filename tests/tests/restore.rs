//! A server that is lost comes back from its backup, and leads nobody back who went on without it.

use serde_json::Value;
use std::fs;
use tidegate_tests::{
    server::{client, session},
    shop::{BEGIN, Shop, TOKEN, until},
};

#[test]
fn a_lost_server_comes_back_and_leads_nobody_back() {
    let mut shop = Shop::with_shop(None);
    shop.deploy("1.0.0", "testing");
    shop.deploy("1.0.0", "staging");
    let backup = shop.backed_up();
    // The world goes on after the backup.
    shop.deploy("1.1.0", "testing");
    agents_have_seen_the_journal(&mut shop);
    shop.lose_and_restore(&backup);

    shop.await_words_of_all();
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
        shop.is_told_of_history("staging-1")
    });
    assert_eq!(shop.answer("testing-1").as_deref(), Some("1.1.0"));
    nothing_leads_behind_what_runs(&shop);
    shop.deploy("1.1.0", "testing");
    assert!(shop.is_told_of_history("testing-1"));
    assert_eq!(shop.left_behind(), [""; 0]);
    shop.ok(&["doctor"]);
    witnesses_go_on(&mut shop);

    // The same backup once more: what was told since the first time is not told again under its number.
    shop.lose_and_restore(&backup);
    shop.await_words_of_all();
    let said = shop.ok(&BEGIN);
    assert!(said.contains("history 3, begun by admin"), "{said}");
    shop.deploy("1.1.0", "testing");
}

/// The targets that the test looks at.
const WATCHED: [&str; 2] = ["testing-1", "staging-1"];

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

/// Until a person lets the server go on, nobody is told anything.
fn nothing_changes(shop: &Shop) {
    let rested = shop.incarnation();
    assert_eq!(rested["incarnation"], 1);
    assert!(
        rested["restored"]["entries"].as_u64() > Some(10),
        "{rested}"
    );
    until("who is ahead has said which release that is", || {
        shop.left_behind() == [r#"testing/testing-1 ["1.0.0"] → ["1.1.0"]"#]
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
    shop.release("1.2.0", Some("exit-after 0.1"));
    let seen = shop.answers_while("testing-1", || {
        let words = ["deploy", "shop", "1.2.0", "--to", "testing", "--wait"];
        let ended = shop.run(&[&words[..], &["--minimum-healthy", "300ms"]].concat());
        assert!(!ended.status.success(), "{ended:?}");
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
    shop.deploy("1.0.0", "testing");
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
    let backup = shop.backed_up();
    shop.lose_and_restore(&backup);
    shop.await_words_of_all();
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
        shop.is_told_of_history("testing-1")
    });
    assert_eq!(shop.answering_pid("testing-1"), ran);
    shop.deploy("1.1.0", "testing");
    assert_eq!(shop.answering_pid("testing-1"), ran);
}

#[test]
fn who_was_silent_when_a_history_began_follows_once_it_is_in_touch() {
    let mut shop = Shop::with_shop(None);
    shop.deploy("1.0.0", "testing");
    shop.deploy("1.0.0", "staging");
    let backup = shop.backed_up();
    shop.kill_agent("staging-1");
    shop.lose_and_restore(&backup);
    until("the others have said what they run", || {
        shop.left_behind() == [r#"staging/staging-1 ["1.0.0"] → silent"#]
    });
    let refused = shop.refused(6, &BEGIN);
    assert!(
        refused.contains("staging/staging-1") && refused.contains("--leave-silent"),
        "{refused}"
    );
    shop.ok(&[&BEGIN[..], &["--leave-silent"]].concat());
    let refused = shop.refused(6, &["deploy", "shop", "1.0.0", "--to", "staging"]);
    assert!(
        refused.contains("staging-1") && refused.contains("what runs on staging-1 is not known"),
        "{refused}"
    );
    shop.start_agent("staging-1");
    until("it is told of the new history", || {
        shop.is_told_of_history("staging-1")
    });
    assert_eq!(shop.left_behind(), [""; 0]);
    shop.deploy("1.0.0", "staging");
}

#[test]
fn a_host_that_is_enrolled_anew_keeps_what_it_runs_until_it_is_deployed_to() {
    let mut shop = Shop::with_shop(None);
    shop.deploy("1.0.0", "testing");
    let backup = shop.backed_up();
    shop.deploy("1.1.0", "testing");
    shop.go_on_from(&backup);
    // As if it had joined after the backup was made: nobody knows it, and testing runs 1.0.0 as far as the record knows.
    shop.kill_agent("testing-1");
    shop.enrol_anew("testing-1");
    shop.start_agent("testing-1");
    until("it is in touch", || shop.in_touch("testing-1"));
    assert_eq!(
        shop.left_behind(),
        [r#"testing/testing-1 ["1.0.0"] → ["1.1.0"]"#]
    );
    shop.deploy("1.1.0", "testing");
    assert_eq!(shop.left_behind(), [""; 0]);
}

#[test]
fn a_certificate_that_was_renewed_after_the_backup_is_good_and_the_one_before_it_is_not() {
    let mut shop = Shop::with_shop(None);
    shop.deploy("1.0.0", "testing");
    let backup = shop.backed_up();
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
    shop.go_on_from(&backup);
    let found = "agent.certificate-found".to_owned();
    assert!(shop.actions("target/testing/testing-1").contains(&found));
    shop.deploy("1.0.0", "testing");

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

/// An audience that reads on the pages, and a train of two products.
const PLANNED: &str = "kind: Channel\nname: pages\nby: in-app\n---\nkind: Team\nname: makers\n---\nkind: Audience\nname: staff\n\
    people: [admin]\nchannels: [pages]\nnotes: developer\n---\nkind: Product\nname: bank\npath: [testing]\n";

#[test]
fn nothing_goes_out_again_by_itself_after_a_restore() {
    let mut shop = Shop::with_shop(None);
    shop.apply(PLANNED);
    shop.ok(&["person", "create", "zoe", "--level", "6"]);
    let write = [
        "message",
        "write",
        "shop",
        "1.0.0",
        "--subject",
        "It is here",
    ];
    shop.ok(&[&write[..], &["--body", "Look.", "--to", "staff"]].concat());
    let sent = shop.json(&["message", "submit", "1", "--output", "json"]);
    let hash = sent["hash"].as_str().expect("a hash");
    let zoe = shop.ok(&["token", "create", "desk", "--for", "zoe"]);
    let mut sanction = shop.command(&["message", "sanction", "1", "--hash", hash]);
    let sanctioned = sanction.env("TIDEGATE_TOKEN", zoe.trim()).output();
    assert!(sanctioned.expect("it runs").status.success());
    let plan = shop.file("train.yaml");
    let text = "owner: admin\ndepartures: [{ environment: testing, at: 2026-01-01T10:00 }]\nmembers: [{ product: shop }, { product: bank }]\n";
    fs::write(&plan, text).expect("a file");
    shop.ok(&["train", "plan", "autumn", &plan]);

    let backup = shop.backed_up();
    shop.ok(&["message", "send", "1"]);
    let state = |shop: &Shop| {
        let view = shop.json(&["message", "show", "1", "--output", "json"]);
        (view["state"].clone(), view["told"].to_string())
    };
    until("it is sent", || state(&shop).0 == "sent");
    shop.go_on_from(&backup);
    let (now, told) = state(&shop);
    assert_eq!(now, "in review", "{told}");
    assert!(told.contains("it may have gone out since"), "{told}");
    let train = shop.json(&["train", "show", "autumn", "--output", "json"]);
    assert_eq!(train["held"], true, "{train}");
    let told = train["sentence"].as_str().unwrap_or_default();
    assert!(told.contains("put back from a backup"), "{told}");
}
