//! What keeps a deployment from beginning: controls, approvals, change requests and supervision, with real agents.

use serde_json::{Value, json};
use tidegate_tests::{office::Office, server::client, shop::until};

const APPROVALS: &str = "kind: Environment\nname: testing\napprovals:\n  - { count: 2 }\n";

#[test]
fn who_could_approve_is_named_before_anybody_asks_for_it_and_then() {
    let office = Office::open();
    office.apply(APPROVALS);
    let stands = || office.shop.ok(&["explain", "release", "shop", "1.0.0"]);
    assert!(stands().contains("one of ada, bob, joe"), "{}", stands());
    let first = office.deploys("bob", "1.0.0", "testing");
    office.waits_for(&first, "approval by 2 people");
    assert!(stands().contains("one of ada, admin, joe"), "{}", stands());
    let could = || {
        let ask = ["approvals", &first, "--output", "json"];
        office.shop.json(&ask)["could"].to_string()
    };
    assert_eq!(could(), r#"["ada","admin","joe","zoe"]"#);
    assert_eq!(office.by("joe", &["approve", &first, "--yes"]).0, 0);
    assert_eq!(could(), r#"["ada","admin","zoe"]"#);
}

#[test]
fn two_others_approve_exactly_what_goes_out() {
    let office = Office::open();
    office.apply(APPROVALS);
    let first = office.deploys("bob", "1.0.0", "testing");
    office.waits_for(&first, "approval by 2 people");
    let (status, said) = office.by("bob", &["approve", &first, "--yes"]);
    assert_eq!(status, 3, "{said}");
    assert!(
        said.contains("whoever asks for a deployment does not approve it"),
        "{said}"
    );
    // Neither does a second account of his, nor a program of his with a token.
    for (account, kind) in [("bob-two", None), ("bobs-robot", Some("--service"))] {
        let create = [
            "person", "create", account, "--level", "3", "--owner", "bob",
        ];
        office.shop.ok(&[&create[..], kind.as_slice()].concat());
        let (status, said) = office.by(account, &["approve", &first, "--yes"]);
        assert_eq!(status, 3, "{said}");
    }
    let (status, said) = office.by("joe", &["approve", &first, "--yes", "--note", "looks good"]);
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("it still takes approval by 2 people; so far joe"),
        "{said}"
    );
    assert_eq!(
        office.by("eve", &["approve", &first, "--yes"]).0,
        3,
        "level 2 does not approve"
    );

    // What joe said counts for exactly this: not once he may not say it any more, and not for anything else.
    office.shop.ok(&["person", "change", "joe", "--level", "2"]);
    office.waits_for(&first, "approval by 2 people");
    office.shop.ok(&["person", "change", "joe", "--level", "3"]);
    let (_, said) = office.by("zoe", &["turn-down", &first, "--note", "not on a Friday"]);
    assert!(
        said.contains("turned down by zoe: not on a Friday"),
        "{said}"
    );
    let (status, said) = office.by("ada", &["approve", &first, "--yes"]);
    assert_eq!(status, 0, "{said}");
    office.waits_for(&first, "turned down by zoe: not on a Friday");
    office.by("zoe", &["approve", &first, "--yes"]);
    office.succeeds(&first);
    let actions = office.shop.actions(&format!("deployment/{first}"));
    assert!(
        actions.contains(&"deployment.cleared".to_owned()),
        "{actions:?}"
    );

    // Another release has other contents: nothing of that counts, and the difference is shown.
    let second = office.deploys("bob", "1.1.0", "testing");
    office.waits_for(&second, "approval by 2 people");
    let shown = office.shop.ok(&["approvals", &second]);
    assert!(
        shown.contains(&format!("what differs from deployment {first}")),
        "{shown}"
    );
    assert!(
        shown.contains("contents: release 1.0.0 became 1.1.0"),
        "{shown}"
    );
    assert!(shown.contains("~ web 1.1.0 sha256:"), "{shown}");
    office.shop.ok(&["cancel", &second]);
    // The first one again has the same parts; what was said of them counts.
    until("it has ended", || {
        office.show(&second)["status"] == "cancelled"
    });
    let again = office.deploys("bob", "1.0.0", "testing");
    office.succeeds(&again);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_at_is_what_is_approved() {
    let office = Office::open();
    office.apply(APPROVALS);
    let id = office.deploys("bob", "1.0.0", "testing");
    let token = office.shop.ok(&["token", "create", "desk", "--for", "ada"]);
    let url = format!("{}/api/v1/deployments/{id}/approve", office.shop.url());
    let other = format!("sha256:{}", "0".repeat(64));
    let request = client().post(url).bearer_auth(token.trim());
    let answer = request
        .json(&json!({ "parts": other }))
        .send()
        .await
        .expect("it answers");
    assert_eq!(answer.status().as_u16(), 409);
    let problem: Value = answer.json().await.expect("JSON");
    assert_eq!(problem["type"], "parts-changed");
}

#[test]
fn an_enforced_control_holds_it_until_it_holds_or_is_waived() {
    let office = Office::open();
    office
        .apply("kind: Control\nname: customer-approval\nmode: enforce\nenvironments: [testing]\n");
    let id = office.deploys("bob", "1.0.0", "testing");
    office.waits_for(
        &id,
        "control customer-approval: The customer approved the release",
    );
    let output = office.shop.run(&["controls", "check", &id]);
    assert_eq!(output.status.code(), Some(6));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("stops") && said.contains("tidegate release evidence"),
        "{said}"
    );
    assert!(
        said.contains("lacking") && said.contains("no key set says whose signatures count"),
        "{said}"
    );

    // An exception is signed by somebody else of level 5.
    let (status, said) = office.by(
        "bob",
        &[
            "waiver",
            "ask",
            "customer-approval",
            "shop",
            "--reason",
            "they are on holiday",
        ],
    );
    assert_eq!(status, 0, "{said}");
    assert_eq!(office.by("bob", &["waiver", "sign", "1"]).0, 3);
    let (status, said) = office.by("ada", &["waiver", "sign", "1"]);
    assert_eq!(status, 0, "{said}");
    office.succeeds(&id);
    let checked = office.shop.ok(&["controls", "check", &id]);
    assert!(checked.contains("nothing stops it"), "{checked}");

    // Once it is ended, the next deployment waits for the customer, and goes once there is their word.
    office.shop.ok(&["waiver", "end", "1"]);
    let next = office.deploys("bob", "1.1.0", "testing");
    office.waits_for(&next, "control customer-approval");
    office.shop.ok(&[
        "release",
        "evidence",
        "shop",
        "1.1.0",
        "customer-approval",
        "--note",
        "signed on paper",
    ]);
    office.succeeds(&next);
}

#[test]
fn an_exception_that_ends_in_mid_rollout_holds_the_next_wave() {
    let office = Office::open();
    office.apply("kind: Control\nname: handed-over\nmode: enforce\nenvironments: [live]\n---\nkind: Strategy\nname: looked-at\ncanary: { steps: [{ targets: 1, then: sign-off }] }\nlimits: { minimum_healthy: 300ms }\n");
    for environment in ["testing", "staging"] {
        let id = office.deploys("bob", "1.0.0", environment);
        office.succeeds(&id);
    }
    office.by(
        "bob",
        &[
            "waiver",
            "ask",
            "handed-over",
            "shop",
            "--in",
            "live",
            "--reason",
            "it hurries",
        ],
    );
    office.by("ada", &["waiver", "sign", "1"]);
    let (status, said) = office.by(
        "bob",
        &[
            "deploy",
            "shop",
            "1.0.0",
            "--to",
            "live",
            "--strategy",
            "looked-at",
            "--output",
            "json",
        ],
    );
    assert_eq!(status, 0, "{said}");
    let id = serde_json::from_str::<Value>(&said).expect("JSON")["id"].to_string();
    office.waits_for(&id, "sign off wave 1");
    office.shop.ok(&["waiver", "end", "1"]);
    office.shop.ok(&["sign-off", &id, "--wave", "1"]);
    office.waits_for(&id, "control handed-over");
    assert_eq!(office.show(&id)["status"], "rolling");
    office.shop.ok(&[
        "release", "evidence", "shop", "1.0.0", "handover", "--note", "accepted",
    ]);
    office.succeeds(&id);
}

#[test]
fn a_new_control_is_tried_on_what_went_before() {
    let office = Office::open();
    for release in ["1.0.0", "1.1.0"] {
        let id = office.deploys("bob", release, "testing");
        office.succeeds(&id);
    }
    let control = "kind: Control\nname: only-old\ntitle: Only the old one\npolicy: |\n  permit (principal, action, resource is Release)\n  when { resource.version == \"1.0.0\" };\n";
    let path = office.shop.file("control.yaml");
    std::fs::write(&path, control).expect("a file");
    let said = office.shop.ok(&["controls", "backtest", "--file", &path]);
    assert!(
        said.contains("deployment 2 (shop 1.1.0 to testing"),
        "{said}"
    );
    assert!(
        said.contains("only-old would have stopped 1 of the 2 deployments"),
        "{said}"
    );
    let said = office.shop.ok(&["controls", "backtest", "can-go-back"]);
    assert!(said.contains("would have stopped 1 of the 2"), "{said}");

    // It binds nobody before it is applied; its versions are counted, and who has read which is told.
    office.apply(control);
    office.by("bob", &["controls", "acknowledge", "only-old"]);
    let read = |office: &Office| {
        let all = office.shop.json(&["controls", "list", "--output", "json"]);
        let mut all = all.as_array().expect("controls").clone().into_iter();
        let found = all
            .find(|it| it["name"] == "only-old")
            .expect("it is listed");
        (found["version"].clone(), found["read_by"].clone())
    };
    assert_eq!(read(&office), (json!(1), json!(["bob"])));
    office.apply(&control.replace("Only the old one", "Only the first one"));
    assert_eq!(read(&office), (json!(2), json!([])));
    let faulty = control.replace("resource.version", "resource.versoin");
    std::fs::write(&path, faulty).expect("a file");
    let said = office.shop.refused(2, &["apply", "-f", &path, "--yes"]);
    assert!(
        said.contains("control.yaml:6:10: attribute `versoin`"),
        "{said}"
    );
}

const DEMANDED: &str = "kind: Environment\nname: testing\nchange_request: true\n---\nkind: ChangeTemplate\nname: routine\ntitle: A routine update\n\
        risk: low\nenvironments: [testing]\n";

#[test]
fn where_it_is_demanded_a_deployment_runs_under_an_approved_change_request() {
    let office = Office::open();
    office.apply(DEMANDED);
    let id = office.deploys("bob", "1.0.0", "testing");
    office.waits_for(&id, "an approved change request for shop in testing");
    office.by(
        "bob",
        &[
            "change",
            "create",
            "shop",
            "--in",
            "testing",
            "--title",
            "A new till",
        ],
    );
    let (status, said) = office.by("bob", &["change", "approve", "1"]);
    assert_eq!(status, 3, "{said}");
    let (status, said) = office.by("ada", &["change", "approve", "1"]);
    assert_eq!(status, 0, "{said}");
    office.succeeds(&id);
    office.shop.ok(&["change", "close", "1"]);
}

#[test]
fn a_standard_change_was_approved_beforehand() {
    let office = Office::open();
    office.apply(DEMANDED);
    let (status, said) = office.by(
        "bob",
        &[
            "change",
            "create",
            "shop",
            "--in",
            "testing",
            "--kind",
            "standard",
            "--template",
            "routine",
        ],
    );
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("approved by its template"), "{said}");
    let id = office.deploys("bob", "1.0.0", "testing");
    office.succeeds(&id);
    let (status, said) = office.by(
        "bob",
        &[
            "change",
            "create",
            "shop",
            "--in",
            "live",
            "--kind",
            "standard",
            "--template",
            "routine",
        ],
    );
    assert_eq!(
        (status, said.contains("not good for shop in live")),
        (3, true),
        "{said}"
    );
}

#[test]
fn an_emergency_passes_the_promotion_order_and_is_reviewed() {
    let office = Office::open();
    let id = office.deploys("bob", "1.0.0", "testing");
    office.succeeds(&id);
    let (status, said) = office.by("bob", &["deploy", "shop", "1.1.0", "--to", "live"]);
    assert_eq!(status, 6, "{said}");
    let create = [
        "change",
        "create",
        "shop",
        "--in",
        "live",
        "--kind",
        "emergency",
        "--title",
        "The till is down",
    ];
    let (status, said) = office.by("bob", &create);
    assert_eq!(status, 0, "{said}");
    let emergency = [
        "deploy", "shop", "1.1.0", "--to", "live", "--change", "1", "--wait",
    ];
    assert_eq!(office.by("bob", &emergency).0, 6, "nobody has agreed");
    office.by("ada", &["change", "approve", "1"]);
    let (status, said) = office.by("bob", &emergency);
    assert_eq!(status, 0, "{said}");
    let listed = office.shop.ok(&["change", "list"]);
    assert!(listed.contains("review due"), "{listed}");
    assert_eq!(
        office.by("zoe", &["change", "close", "1"]).0,
        2,
        "an emergency is reviewed"
    );
    let (status, said) = office.by(
        "zoe",
        &["change", "close", "1", "--review", "a test was missing"],
    );
    assert_eq!(status, 0, "{said}");
}

#[test]
fn nobody_loosens_alone_what_they_are_held_by() {
    let office = Office::open();
    office.shop.ok(&["person", "create", "max", "--level", "5"]);
    office.shop.ok(&["person", "create", "kim", "--level", "4"]);
    office.apply(APPROVALS);
    office.apply("kind: Control\nname: no-fridays\ntitle: No Fridays\npolicy: permit (principal, action, resource is Deployment);\n");
    let loosened = [
        "kind: Environment\nname: testing\n",
        "kind: Control\nname: no-fridays\nmode: off\ntitle: No Fridays\npolicy: permit (principal, action, resource is Deployment);\n",
        "kind: ChangeTemplate\nname: anything\nrisk: low\n",
    ];
    for (number, text) in (3..).zip(loosened) {
        let path = office.shop.file("loosened.yaml");
        std::fs::write(&path, text).expect("a file");
        let (status, said) = office.by("kim", &["apply", "-f", &path, "--yes"]);
        assert_eq!(status, 3, "level 4 sets no rules: {said}");
        let (status, said) = office.by("max", &["apply", "-f", &path, "--yes"]);
        assert_eq!(status, 0, "{said}");
        let agree = format!("tidegate policy agree {number}");
        assert!(said.contains(&agree), "{said}");
        let number = number.to_string();
        let (status, said) = office.by("max", &["policy", "agree", &number]);
        assert_eq!(status, 5, "{said}");
        assert_eq!(office.by("kim", &["policy", "agree", &number]).0, 3);
    }
    let (status, said) = office.by("max", &["remove", "control", "no-fridays", "--yes"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("waits for a second person"), "{said}");
    let id = office.deploys("bob", "1.0.0", "testing");
    office.waits_for(&id, "approval by 2 people");
    // What else there is of an environment binds nobody.
    let path = office.shop.file("titled.yaml");
    std::fs::write(&path, APPROVALS.replace("name:", "title: Tests\nname:")).expect("a file");
    let (status, said) = office.by("kim", &["apply", "-f", &path, "--yes"]);
    assert_eq!(
        (status, said.contains("second person")),
        (0, false),
        "{said}"
    );
}

#[test]
fn who_assists_is_let_go_by_somebody_of_level_3() {
    let office = Office::open();
    let id = office.deploys("eve", "1.0.0", "testing");
    office.waits_for(
        &id,
        "somebody of level 3 or above to let go what eve asked for",
    );
    assert_eq!(office.by("eve", &["supervise", &id]).0, 3);
    // Nor does a program of hers, whatever level it has.
    let program = ["person", "create", "helper", "--service", "--owner", "eve"];
    let (status, said) = office.by("ada", &[&program[..], &["--level", "3"]].concat());
    assert_eq!(status, 0, "{said}");
    let (status, said) = office.by("helper", &["supervise", &id]);
    assert!(
        status == 3 && said.contains("whoever asks for a deployment"),
        "{said}"
    );
    // It is among the work of whoever may let it go, and of nobody else.
    let work = |who: &str| office.by(who, &["task", "list"]).1;
    let (bob, eve) = (work("bob"), work("eve"));
    assert!(
        bob.contains("1 deployment waits to be let go") && bob.contains("shop 1.0.0 to testing"),
        "{bob}"
    );
    assert!(!eve.contains("let go"), "{eve}");
    let (status, said) = office.by("bob", &["supervise", &id]);
    assert_eq!(status, 0, "{said}");
    assert!(!work("bob").contains("let go"));
    office.succeeds(&id);
    assert_eq!(office.by("bob", &["supervise", &id]).0, 5, "it has ended");
}

#[test]
fn who_assists_asks_for_a_rollback_that_somebody_of_level_3_lets_go() {
    let (office, id) = rolled_out();
    let (status, said) = office.by("eve", &BACK);
    assert_eq!(status, 2, "no reason is given: {said}");
    let (status, said) = asks(&office);
    assert!(
        status == 0 && said.contains(&format!("of level 3 or above: `tidegate supervise {id}`")),
        "{said}"
    );
    assert_eq!(asks(&office).0, 0, "asking twice changes nothing");
    let explained = office.shop.ok(&["explain", &id]);
    assert!(
        explained.contains("eve asks to roll it back: carts are empty."),
        "{explained}"
    );
    // It is among the work of whoever may let it go, and new for them; for nobody else.
    let work = |who: &str| office.by(who, &["task", "list"]).1;
    assert!(
        work("bob").contains("1 rollback waits to be let go")
            && work("bob").contains("roll shop 1.1.0 back in testing: carts are empty"),
        "{}",
        work("bob")
    );
    let (_, news) = office.by("joe", &["news"]);
    assert!(
        news.contains("asked to roll it back: carts are empty"),
        "{news}"
    );
    assert!(!work("eve").contains("let go"), "{}", work("eve"));
    assert_eq!(office.by("eve", &["supervise", &id]).0, 3);
    // Nobody else of level 2 asks beside her: they hear that she did.
    office.shop.ok(&["person", "create", "kay", "--level", "2"]);
    let kay = [&BACK[..], &["--reason", "it is slow"]].concat();
    let (status, said) = office.by("kay", &kay);
    assert!(
        status == 5 && said.contains("eve asked already") && said.contains("carts are empty"),
        "{said}"
    );

    // Let go, it is a rollback like any other, by whoever let it go.
    let let_go = ["supervise", &id, "--note", "I looked"];
    let (status, said) = office.by("bob", &let_go);
    assert_eq!(status, 0, "{said}");
    let back = after(&id);
    office.succeeds(&back);
    let view = office.show(&back);
    assert_eq!(view["release"], "1.0.0", "{view}");
    assert_eq!(view["requested_by"], "bob", "{view}");
    assert_eq!(
        detail(&office, &back, "rollback_started")["cause"]["reason"],
        "eve asked for it: carts are empty; bob: I looked"
    );
    assert_eq!(
        detail(&office, &id, "rollback_asked")["reason"],
        "carts are empty"
    );
    assert_eq!(detail(&office, &id, "rollback_let_go")["note"], "I looked");
    assert_eq!(office.by("joe", &let_go).0, 5, "nobody asks that any more");
}

#[test]
fn a_rollback_that_is_asked_for_is_declined_or_overtaken() {
    let (office, id) = rolled_out();
    let work = |who: &str| office.by(who, &["task", "list"]).1;
    // Declined, nothing moves, and she reads why.
    assert_eq!(asks(&office).0, 0);
    let decline = ["supervise", &id, "--decline", "--note", "they are full"];
    assert_eq!(office.by("eve", &decline).0, 3);
    let (status, said) = office.by("bob", &decline);
    assert_eq!(status, 0, "{said}");
    let (_, news) = office.by("eve", &["news"]);
    assert!(
        news.contains("bob declines the rollback: they are full"),
        "{news}"
    );
    assert!(!work("bob").contains("let go"), "{}", work("bob"));
    assert_eq!(office.by("bob", &decline).0, 5, "nobody asks that any more");
    assert_eq!(office.show(&id)["status"], "succeeded");

    // Asked for again, and overtaken by somebody who rolls back: nobody waits for an answer any more.
    assert_eq!(asks(&office).0, 0);
    assert!(work("bob").contains("let go"), "{}", work("bob"));
    let (status, said) = office.by("joe", &BACK);
    assert_eq!(status, 0, "{said}");
    office.succeeds(&after(&id));
    assert!(!work("bob").contains("let go"), "{}", work("bob"));
    assert_eq!(office.by("joe", &["supervise", &id]).0, 5);
    let actions = office.shop.actions(&format!("deployment/{id}"));
    let about: Vec<&str> = actions
        .iter()
        .filter_map(|it| it.strip_prefix("deployment.rollback_"))
        .collect();
    assert_eq!(about, ["asked", "declined", "asked", "overtaken"]);
}

const BACK: [&str; 4] = ["rollback", "shop", "--in", "testing"];

/// An office where one release took the place of another; the deployment that brought it.
fn rolled_out() -> (Office, String) {
    let office = Office::open();
    let [_, id] = ["1.0.0", "1.1.0"].map(|version| {
        let id = office.deploys("bob", version, "testing");
        office.succeeds(&id);
        id
    });
    (office, id)
}

/// Somebody of level 2 asks for a rollback.
fn asks(office: &Office) -> (i32, String) {
    let arguments = [&BACK[..], &["--reason", "carts are empty"]].concat();
    office.by("eve", &arguments)
}

/// The number of the next deployment.
fn after(id: &str) -> String {
    (id.parse::<u64>().expect("a number") + 1).to_string()
}

/// What the journal says of something that became of a deployment.
fn detail(office: &Office, id: &str, event: &str) -> Value {
    let subject = format!("deployment/{id}");
    let arguments = ["journal", "list", "--subject", &subject, "--output", "json"];
    let page = office.shop.json(&arguments);
    let action = format!("deployment.{event}");
    let mut entries = page["entries"].as_array().expect("entries").iter();
    let entry = entries.find(|entry| entry["action"] == action.as_str());
    entry.expect("an entry")["detail"].clone()
}
