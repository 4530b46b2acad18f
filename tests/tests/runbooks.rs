//! Deployment plans and backout plans that execute, with real agents: people's steps are waited for, and their no is obeyed.

use serde_json::Value;
use tidegate_tests::shop::{Shop, until};

/// Two targets one after the other, or both at once.
const WAYS: &str = "\
kind: Strategy
name: one-by-one
rolling: { batch: 1 }
limits: { minimum_healthy: 200ms }
---
kind: Strategy
name: both
all_at_once: {}
limits: { minimum_healthy: 200ms }
";

/// What people do: before anything changes, between both targets, and once it has succeeded.
const STEPS: &str = "\
- {name: call, title: Call support, owner: ben, takes: 5m, before: wave-1, question: Do they know?, evidence: true}
- {name: look, title: Go on, owner: admin, takes: 5m, needs: [wave-1], before: wave-2, decision: 1h, otherwise: roll-back}
- {name: tell, title: Tell the shops, owner: admin, takes: 1m, needs: [success]}
";

/// Staging runs 1.0.0, and 1.1.0 may go there; ben assists.
fn shop() -> Shop {
    let shop = Shop::with_shop(None);
    shop.apply(WAYS);
    shop.ok(&["person", "create", "ben", "--level", "2"]);
    for (version, environment) in [
        ("1.0.0", "testing"),
        ("1.0.0", "staging"),
        ("1.1.0", "testing"),
    ] {
        let how = ["--to", environment, "--strategy", "both", "--wait"];
        shop.ok(&[&["deploy", "shop", version][..], &how].concat());
    }
    shop
}

const OF: [&str; 4] = ["shop", "1.1.0", "--to", "staging"];

fn runbook(verb: &str, more: &[&str]) -> Vec<String> {
    let first = ["runbook", verb];
    let words = first.iter().chain(&OF).chain(more);
    words.map(|word| (*word).to_owned()).collect()
}

fn words(of: &[String]) -> Vec<&str> {
    of.iter().map(String::as_str).collect()
}

fn show(shop: &Shop, more: &[&str]) -> Value {
    shop.json(&words(&runbook(
        "show",
        &[&["--output", "json"], more].concat(),
    )))
}

/// Puts more steps into a runbook, in a file.
fn written(shop: &Shop, more: &[&str], steps: &str) -> String {
    let text = shop.ok(&words(&runbook("show", &[&["--yaml"], more].concat())));
    let path = shop.file("runbook.yaml");
    std::fs::write(&path, format!("{}\n{steps}", text.trim_end())).expect("a file");
    path
}

fn save(shop: &Shop, more: &[&str], steps: &str) -> Value {
    let path = written(shop, more, steps);
    let arguments = [&[path.as_str(), "--output", "json"], more].concat();
    shop.json(&words(&runbook("save", &arguments)))
}

fn tomorrow() -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string()
}

fn deploy(shop: &Shop) -> String {
    let how = ["--to", "staging", "--strategy", "one-by-one"];
    let view = shop.json(
        &[
            &["deploy", "shop", "1.1.0"][..],
            &how,
            &["--output", "json"],
        ]
        .concat(),
    );
    view["id"].to_string()
}

fn waits(shop: &Shop, id: &str, what: &str) {
    until(what, || shop.ok(&["explain", id]).contains(what));
}

fn status(shop: &Shop, id: &str) -> String {
    let view = shop.json(&["deployment", "show", id, "--output", "json"]);
    view["status"].as_str().unwrap_or_default().to_owned()
}

/// The state of each step by its name, of one runbook of a deployment.
fn states(shop: &Shop, id: &str, runbook: usize) -> Vec<String> {
    let view = shop.json(&["step", "list", id, "--output", "json"]);
    let steps = view["runbooks"][runbook]["timeline"]["steps"].as_array();
    let text = |step: &Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
    let line = |step: &Value| format!("{}: {}", text(step, "name"), text(step, "told"));
    steps.into_iter().flatten().map(line).collect()
}

#[test]
fn a_deployment_waits_for_people_and_goes_back_when_they_say_no() {
    let mut shop = shop();
    let view = plan(&shop);
    let id = deploy(&shop);
    waits(&shop, &id, "people to do call before anything changes");
    bound(&shop, &id, &view);

    ben_calls(&shop, &id);
    waits(&shop, &id, "people to do look before wave 2");
    shop.kill_server();
    shop.start_server();
    waits(&shop, &id, "people to do look before wave 2");
    let work = shop.ok(&["task", "list"]);
    assert!(
        work.contains("1 step of a deployment is up") && work.contains("Go on"),
        "{work}"
    );
    let silent = shop.refused(2, &["step", "no-go", &id, "look", "--note", " "]);
    assert!(silent.contains("what is wrong"), "{silent}");
    shop.ok(&["step", "no-go", &id, "look", "--note", "it is too slow"]);
    until("it is back", || status(&shop, &id) == "rolled_back");
    shop.await_version("staging", "1.0.0");
    let told = shop.ok(&["deployment", "show", &id]);
    assert!(
        told.contains("admin said no-go at `Go on`: it is too slow"),
        "{told}"
    );

    left_to_people(&shop, &id);
}

/// Both runbooks are written; the deployment plan as it would go.
fn plan(shop: &Shop) -> Value {
    let by_one = ["--strategy", "one-by-one"];
    let begun = shop.ok(&words(&runbook("begin", &by_one)));
    assert!(begun.contains("edition 1 is saved"), "{begun}");
    let again = shop.refused(5, &words(&runbook("begin", &by_one)));
    assert!(again.contains("edition 1 by admin"), "{again}");
    shop.ok(&words(&runbook(
        "begin",
        &["--strategy", "one-by-one", "--back"],
    )));
    let saved = save(shop, &[], STEPS);
    assert_eq!(saved["edition"], 2, "{saved}");
    assert_eq!(saved["changes"][0], "step `call` was added");
    let subject = "runbook/shop/1.1.0/staging/forward";
    shop.ok(&["comment", "add", subject, "Who calls support?"]);
    let said = shop.ok(&["comment", "list", subject]);
    assert!(said.contains("Who calls support?"), "{said}");
    let missing = "runbook/shop/1.0.0/staging/back";
    shop.refused(4, &["comment", "list", missing]);
    let view = show(shop, &["--begins", "2099-01-01T20:00:00Z"]);
    assert_eq!(view["timeline"]["begins"], "2099-01-01T20:00:00Z");
    assert_eq!(
        view["sentence"]
            .as_str()
            .map(|it| it.starts_with("7 steps, 3 of them for people")),
        Some(true),
        "{view}"
    );
    let page = shop.ok(&words(&runbook("show", &["--print"])));
    assert!(
        page.contains("# Deployment plan") && page.contains("Call support"),
        "{page}"
    );
    view
}

/// What is approved names both.
fn bound(shop: &Shop, id: &str, view: &Value) {
    let approvals = shop.json(&["approvals", id, "--output", "json"]);
    let hashes = approvals["hashes"].as_array().expect("parts");
    let part = |name: &str| {
        hashes
            .iter()
            .find(|it| it["part"] == name)
            .map(|it| it["hash"].clone())
    };
    assert_eq!(part("deployment plan"), Some(view["hash"].clone()));
    assert_eq!(
        part("backout"),
        Some(show(shop, &["--back"])["hash"].clone())
    );
}

/// What is left for people on the way back is still theirs to do, and the rest is left out.
fn left_to_people(shop: &Shop, id: &str) {
    until("somebody looks", || {
        states(shop, id, 1).contains(&"look: ready".to_owned())
    });
    shop.ok(&["step", "finish", id, "look", "--note", "as before"]);
    assert!(states(shop, id, 1).contains(&"look: done by admin: as before".to_owned()));
    let tell = "tell: skipped: the deployment went back".to_owned();
    until("the rest is left out", || {
        states(shop, id, 0).contains(&tell)
    });
    let actions = shop.actions(&format!("deployment/{id}"));
    for action in [
        "step.started",
        "step.finished",
        "step.no_go",
        "step.skipped",
    ] {
        assert!(
            actions.iter().any(|it| it == action),
            "{action} in {actions:?}"
        );
    }
}

/// It falls to ben, who assists: he may not decide, and says what he saw.
fn ben_calls(shop: &Shop, id: &str) {
    let (code, said) = shop.by("ben", &["step", "go", id, "call"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("is no decision"), "{said}");
    let (code, said) = shop.by("ben", &["step", "skip", id, "look", "--note", "mine"]);
    assert_eq!(code, 3, "{said}");
    let (code, said) = shop.by("ben", &["task", "list"]);
    assert!(code == 0 && said.contains("Call support"), "{said}");
    let (code, said) = shop.by("ben", &["step", "start", id, "call"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = shop.by("ben", &["step", "finish", id, "call"]);
    assert!(code == 2 && said.contains("what you saw"), "{said}");
    let note = ["step", "finish", id, "call", "--note", "they know"];
    let (code, said) = shop.by("ben", &note);
    assert!(
        code == 0 && said.contains("done by ben: they know"),
        "{said}"
    );
}

#[test]
fn with_everybodys_word_it_succeeds_and_what_comes_after_is_done() {
    let shop = shop();
    shop.ok(&words(&runbook("begin", &["--strategy", "one-by-one"])));
    save(&shop, &[], STEPS);
    let id = deploy(&shop);
    waits(&shop, &id, "people to do call before anything changes");
    shop.ok(&[
        "step",
        "skip",
        &id,
        "call",
        "--note",
        "nobody is there at night",
    ]);
    waits(&shop, &id, "people to do look before wave 2");
    shop.ok(&["step", "go", &id, "look", "--note", "fast enough"]);
    until("it has succeeded", || status(&shop, &id) == "succeeded");
    shop.await_version("staging", "1.1.0");
    until("the last step is up", || {
        states(&shop, &id, 0).contains(&"tell: ready".to_owned())
    });
    // Who stands in for somebody does their steps.
    shop.ok(&["person", "create", "cy", "--level", "2"]);
    let tell = ["step", "finish", &id, "tell"];
    let (code, said) = shop.by("cy", &tell);
    assert!(code == 3 && said.contains("is for admin"), "{said}");
    shop.ok(&["delegation", "begin", "cy", "--until", &tomorrow()]);
    let (_, work) = shop.by("cy", &["task", "list"]);
    assert!(work.contains("Tell the shops"), "{work}");
    let (code, said) = shop.by("cy", &tell);
    assert_eq!(code, 0, "{said}");
    let expected = [
        "prepare: done",
        "wave-1: done",
        "wave-2: done",
        "success: done",
        "call: skipped by admin: nobody is there at night",
        "look: done by admin: fast enough",
        "tell: done by cy",
    ];
    let mut expected = expected.map(str::to_owned);
    let mut found = states(&shop, &id, 0);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let said = shop.refused(5, &["step", "finish", &id, "tell"]);
    assert!(said.contains("reopen it"), "{said}");
}

#[test]
fn taking_back_what_succeeded_follows_the_backout_plan_that_went_with_it() {
    let shop = shop();
    // The look at the end falls to the product's team.
    shop.apply("kind: Team\nname: default\n");
    let back = ["--strategy", "one-by-one", "--back"];
    shop.ok(&words(&runbook("begin", &back)));
    let warn = "- {name: warn, owner: admin, takes: 1m, before: wave-2-back, waits: 20m}\n";
    save(&shop, &["--back"], warn);
    let id = deploy(&shop);
    until("it has succeeded", || status(&shop, &id) == "succeeded");
    // What is written later is for the next one.
    let later = "- {name: later, owner: admin, takes: 1m, before: wave-2-back, waits: 20m}\n";
    save(&shop, &["--back"], later);

    let rollback = [
        "rollback",
        "shop",
        "--in",
        "staging",
        "--reason",
        "carts are empty",
    ];
    shop.ok(&rollback);
    let taken = "5";
    waits(&shop, taken, "people to do warn before it goes back");
    let work = shop.ok(&["task", "list"]);
    assert!(work.contains("warn"), "{work}");
    assert_eq!(shop.answer("staging-1").as_deref(), Some("1.1.0"));
    shop.ok(&["step", "finish", taken, "warn", "--note", "they know"]);
    shop.await_version("staging", "1.0.0");
    until("somebody looks", || {
        states(&shop, taken, 0).contains(&"look: ready".to_owned())
    });
    let told = states(&shop, taken, 0);
    for step in ["warn: done by admin: they know", "wave-1-back: done"] {
        assert!(told.iter().any(|it| it == step), "{step}: {told:?}");
    }
    assert!(!told.iter().any(|it| it.starts_with("later")), "{told:?}");
    // What comes after its end is still done.
    shop.ok(&["step", "finish", taken, "look", "--note", "as before"]);
    let looked = "look: done by admin: as before".to_owned();
    assert!(states(&shop, taken, 0).contains(&looked));
}

#[test]
fn an_answer_that_does_not_come_in_time_is_a_no() {
    let shop = shop();
    shop.ok(&words(&runbook("begin", &["--strategy", "one-by-one"])));
    save(
        &shop,
        &[],
        "- {name: look, owner: admin, takes: 1s, needs: [wave-1], before: wave-2, decision: 2s, otherwise: roll-back}\n",
    );
    let id = deploy(&shop);
    until("nobody answered", || status(&shop, &id) == "rolled_back");
    let told = shop.ok(&["deployment", "show", &id]);
    assert!(
        told.contains("admin did not say go at `look` in time"),
        "{told}"
    );
}

#[test]
fn an_issue_stops_it_until_somebody_takes_the_step_up_again() {
    let shop = shop();
    shop.ok(&words(&runbook("begin", &["--strategy", "one-by-one"])));
    save(
        &shop,
        &[],
        "- {name: call, owner: admin, takes: 5m, before: wave-2}\n",
    );
    let id = deploy(&shop);
    waits(&shop, &id, "people to do call before wave 2");
    shop.ok(&["step", "fail", &id, "call", "--note", "the line is dead"]);
    waits(&shop, &id, "step `call` has an issue: the line is dead");
    shop.ok(&["step", "reopen", &id, "call"]);
    shop.ok(&["step", "finish", &id, "call"]);
    until("it has succeeded", || status(&shop, &id) == "succeeded");
}

#[test]
fn a_runbook_for_another_way_of_deploying_is_generated_anew_and_keeps_what_people_wrote() {
    let shop = shop();
    shop.ok(&words(&runbook("begin", &["--strategy", "both"])));
    save(
        &shop,
        &[],
        "- {name: call, owner: ben, takes: 5m, before: wave-1}\n",
    );
    let how = ["--to", "staging", "--strategy", "one-by-one"];
    let said = shop.refused(6, &[&["deploy", "shop", "1.1.0"][..], &how].concat());
    assert!(
        said.contains("wave-2") && said.contains("runbook renew shop 1.1.0 --to staging"),
        "{said}"
    );
    let by_one = ["--strategy", "one-by-one"];
    let seen = shop.ok(&words(&runbook(
        "renew",
        &[&by_one[..], &["--dry-run"]].concat(),
    )));
    assert!(seen.contains("step `wave-2` was added"), "{seen}");
    let renewed = shop.ok(&words(&runbook("renew", &by_one)));
    assert!(renewed.contains("edition 3 is saved"), "{renewed}");
    let id = deploy(&shop);
    waits(&shop, &id, "people to do call before anything changes");
    shop.ok(&["cancel", &id]);
    until("it is cancelled", || status(&shop, &id) == "cancelled");
    let said = shop.refused(5, &["step", "reopen", &id, "call"]);
    assert!(
        said.contains("is not run: deployment") && said.contains("cancelled"),
        "{said}"
    );

    // The other way round a step loses its place: nothing is saved before people give it another.
    save(
        &shop,
        &[],
        "- {name: look, owner: ben, takes: 5m, before: wave-2}\n",
    );
    let lost = shop.run(&words(&runbook("renew", &["--strategy", "both"])));
    let said = String::from_utf8_lossy(&lost.stdout).into_owned();
    assert_eq!(lost.status.code(), Some(6), "{said}");
    assert!(
        said.contains(
            "step `look` stood before `wave-2`, which is not there: give it another place"
        ),
        "{said}"
    );
    assert_eq!(show(&shop, &[])["edition"], 4);
}

#[test]
fn two_people_write_one_runbook_and_what_cannot_be_run_is_refused() {
    let shop = shop();
    let missing = shop.refused(4, &words(&runbook("show", &[])));
    assert!(
        missing.contains("runbook begin shop 1.1.0 --to staging"),
        "{missing}"
    );
    shop.ok(&words(&runbook("begin", &["--strategy", "one-by-one"])));
    let call =
        |owner: &str| format!("- {{name: call, owner: {owner}, takes: 5m, before: wave-1}}\n");
    let mine = written(&shop, &[], &call("ben"));
    let mine = std::fs::read_to_string(mine).expect("a file");
    save(
        &shop,
        &[],
        "- {name: look, owner: admin, takes: 5m, before: wave-2}\n",
    );
    let path = shop.file("mine.yaml");
    std::fs::write(&path, &mine).expect("a file");
    let merged = shop.ok(&words(&runbook("save", &[&path])));
    assert!(
        merged.contains("what others saved in between is in it"),
        "{merged}"
    );
    let text = show(&shop, &[])["text"].to_string();
    assert!(text.contains("look") && text.contains("call"), "{text}");
    // Both change the same.
    std::fs::write(&path, mine.replace("owner: ben", "owner: admin")).expect("a file");
    let said = shop.refused(5, &words(&runbook("save", &[&path])));
    assert!(said.contains("steps.call.owner"), "{said}");
    let history = shop.ok(&words(&runbook("history", &[])));
    assert!(history.contains("step `look` was added"), "{history}");

    for (steps, fault) in [
        ("- {name: again, owner: nobody, takes: 5m}\n", "person"),
        (
            "- {name: again, owner: admin, takes: 5m, needs: [gone]}\n",
            "gone",
        ),
        ("- {name: again, takes: 5m}\n", "again"),
        (
            "- {name: news, owner: admin, message: news}\n",
            "is a message",
        ),
        (
            "- {name: again, owner: admin, takes: a while}\n",
            "is not a length of time",
        ),
    ] {
        let path = written(&shop, &[], steps);
        let output = shop.run(&words(&runbook("save", &[&path])));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains(fault),
            "{steps}: {said}"
        );
    }
    assert_eq!(show(&shop, &[])["edition"], 3);
    // What the engine does is not changed by hand.
    let path = written(&shop, &[], "");
    let text = std::fs::read_to_string(&path).expect("a file");
    let bent = text.replace("automatic: wave 2", "automatic: wave 3");
    std::fs::write(&path, bent).expect("a file");
    let said = shop.refused(2, &words(&runbook("save", &[&path])));
    assert!(
        said.contains("what the engine does is not changed here: wave-2"),
        "{said}"
    );
    let view = show(&shop, &[]);
    assert!(
        view["findings"].to_string().contains("it names no risks"),
        "{view}"
    );
}
