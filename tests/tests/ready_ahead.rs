//! What a release template has ready before it is needed: controls, messages, runbooks and the review, with real agents.

use serde_json::{Value, json};
use tidegate_tests::shop::{Shop, until};

const DECLARED: &str = "\
kind: Channel
name: pages
by: in-app
---
kind: Stakeholder
name: press
addresses: [desk@press.example]
---
kind: Audience
name: staff
people: [admin]
channels: [pages]
notes: developer
---
kind: MessageTemplate
name: it-is-there
on: deployment succeeded in staging
audiences: [staff]
subject: \"{{ release }} is there\"
body: Since {{ ended }}.
---
kind: Supplier
name: acme
contacts: [{ name: Eve, mail: eve@acme.example }]
components: [{ name: gateway, environments: { live: {} } }]
---
kind: ReleaseTemplate
name: night
involved: { accountable: admin, responsible: [\"supplier:acme\"], informed: [\"stakeholder:press\"] }
milestones: [{ name: ready }]
tasks: [{ name: pack, owner: ben, milestone: ready }]
controls: [customer-approval]
messages:
  - { name: there, template: it-is-there }
  - { name: soon, template: it-is-there, on: milestone ready }
runbooks:
  - environment: staging
    forward:
      deviations: { text: Stop and call., decides: ben }
      steps: [{ name: call, owner: ben, takes: 5m, before: wave-1 }]
    back:
      contacts: [{ name: Ben, reached: extension 7 }]
review: { lead: ben, due: +7d, with: [ben] }
---
kind: Procedure
name: go-back
owner: ben
review_by: 2020-03-01
body: Call first.
";

/// Testing runs 1.1.0, and live 1.0.0; ben assists.
fn shop() -> Shop {
    let shop = Shop::with_shop(None);
    shop.ok(&["person", "create", "ben", "--level", "2"]);
    for (version, environment) in [
        ("1.0.0", "testing"),
        ("1.0.0", "staging"),
        ("1.0.0", "live"),
        ("1.1.0", "testing"),
    ] {
        deploy(&shop, version, environment, &["--wait"]);
    }
    shop.apply(DECLARED);
    shop
}

fn deploy(shop: &Shop, version: &str, environment: &str, more: &[&str]) -> Value {
    let words = ["deploy", "shop", version, "--to", environment];
    let how = ["--minimum-healthy", "200ms", "--output", "json"];
    shop.json(&[&words[..], &how, more].concat())
}

fn plan(shop: &Shop, version: &str) -> Value {
    shop.json(&[
        "release", "plan", "show", "shop", version, "--output", "json",
    ])
}

/// What a plan has ready: kind, name, how far it is.
fn prepared(plan: &Value) -> Vec<String> {
    let all = plan["prepared"].as_array().into_iter().flatten();
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    all.map(|it| {
        let words = ["kind", "name", "state"].map(|key| text(it, key));
        words.join(" / ")
    })
    .collect()
}

fn begin(shop: &Shop, version: &str) -> Value {
    let words = ["release", "plan", "begin", "shop", version];
    let how = ["--template", "night", "--target", "2020-06-10T20:00"];
    shop.json(&[&words[..], &how, &["--output", "json"]].concat())
}

#[test]
fn a_release_has_ready_what_its_template_says_and_is_held_up_by_it() {
    let mut shop = shop();
    let begun = begin(&shop, "1.1.0");
    let ready = [
        "control / customer-approval / enforced for this release",
        "deployment plan / staging / edition 1 by admin",
        "backout plan / staging / edition 1 by admin",
        "message / there / message 1: a draft",
        "message / soon / message 2: a draft",
        "review / ben / due 2020-06-17 20:00, begun once the release is live",
    ];
    assert_eq!(prepared(&begun), ready);
    assert_eq!(begun["unreached"], json!(["press"]));
    let parts = begun["involved"].as_array().expect("parts");
    assert!(parts.contains(&json!({"party": "supplier:acme", "part": "responsible"})));
    let soon = shop.json(&["message", "show", "2", "--output", "json"]);
    assert_eq!(soon["on"], "milestone ready", "{soon}");
    let again = shop.refused(
        5,
        &["message", "write", "shop", "1.1.0", "--planned", "soon"],
    );
    assert!(again.contains("is written already: message 2"), "{again}");
    cancelled(&shop);

    let id = deploy(&shop, "1.1.0", "staging", &[])["id"].to_string();
    until("it waits for the customer", || {
        shop.ok(&["explain", &id]).contains("customer-approval")
    });
    let found = shop.run(&["controls", "check", &id]).stdout;
    let found = String::from_utf8_lossy(&found);
    assert!(
        found.contains("customer-approval (by the release's plan)"),
        "{found}"
    );
    kept(&shop);
    let signed = ["release", "evidence", "shop", "1.1.0", "customer-approval"];
    shop.ok(&[&signed[..], &["--note", "signed on paper"]].concat());
    until("it waits for ben", || {
        shop.ok(&["explain", &id]).contains("people to do call")
    });
    let (code, said) = shop.by("ben", &["step", "finish", &id, "call"]);
    assert_eq!(code, 0, "{said}");
    shop.await_version("staging", "1.1.0");
    until("it has succeeded", || {
        let view = shop.json(&["deployment", "show", &id, "--output", "json"]);
        view["status"] == "succeeded"
    });
    looked_back_at(&mut shop);
}

/// A message that somebody stopped is not written again by itself, and can be by hand.
fn cancelled(shop: &Shop) {
    shop.ok(&["message", "cancel", "2", "--reason", "not yet"]);
    let path = shop.file("purpose.yaml");
    let text = shop.ok(&["release", "plan", "show", "shop", "1.1.0", "--yaml"]);
    std::fs::write(&path, format!("{text}purpose: To be told.\n")).expect("a file");
    shop.ok(&["release", "plan", "save", "shop", "1.1.0", &path]);
    let shown = plan(shop, "1.1.0");
    let soon = &shown["prepared"][4];
    assert_eq!(soon["ready"], false, "{soon}");
    let again = soon["remedy"].as_str().expect("a command");
    assert_eq!(again, "tidegate message write shop 1.1.0 --planned soon");
    // Whoever may not write learns nothing of what is planned.
    let words: Vec<&str> = again.split(' ').skip(1).collect();
    let (status, said) = shop.by("ben", &[&words[..5], &["nothing"]].concat());
    assert_eq!(status, 3, "{said}");
    shop.ok(&words);
    let written = "message / soon / message 3: a draft".to_owned();
    assert!(prepared(&plan(shop, "1.1.0")).contains(&written));
}

/// What holds up a sealed release is taken out of its plan by nobody.
fn kept(shop: &Shop) {
    let text = shop.ok(&["release", "plan", "show", "shop", "1.1.0", "--yaml"]);
    let path = shop.file("plan.yaml");
    let without = text.replace("controls:\n- customer-approval\n", "");
    assert_ne!(without, text);
    std::fs::write(&path, without).expect("a file");
    let refused = shop.refused(5, &["release", "plan", "save", "shop", "1.1.0", &path]);
    assert!(
        refused.contains("its plan holds it up by customer-approval")
            && refused.contains("tidegate waiver ask customer-approval shop --release 1.1.0"),
        "{refused}"
    );
}

/// Once it is live its review is among what ben has to do, and takes him in.
fn looked_back_at(shop: &mut Shop) {
    deploy(shop, "1.1.0", "live", &["--wait"]);
    let (code, work) = shop.by("ben", &["task", "list"]);
    assert!(
        code == 0
            && work.contains("1 live release is to be looked back at")
            && work.contains("tidegate review begin shop 1.1.0"),
        "{work}"
    );
    shop.kill_server();
    shop.start_server();
    for told in [
        "reminds you: to look back at shop 1.1.0 was due 2020-06-17",
        "reminds you: to look at procedure go-back again was due 2020-03-02",
    ] {
        until(told, || shop.by("ben", &["news"]).1.contains(told));
    }
    let view = shop.json(&["review", "begin", "shop", "1.1.0", "--output", "json"]);
    let people = view["participants"].as_array().expect("people");
    assert!(people.iter().any(|it| it["person"] == "ben"), "{people:?}");
    let (_, work) = shop.by("ben", &["task", "list"]);
    assert!(!work.contains("to be looked back at"), "{work}");
}

#[test]
fn what_cannot_be_made_yet_says_why_and_comes_once_it_can() {
    let mut shop = Shop::with_shop(None);
    shop.ok(&["person", "create", "ben", "--level", "2"]);
    shop.apply(&DECLARED.replace("before: wave-1", "before: wave-9"));
    let draft = ["release", "create", "shop", "2.0.0", "--draft"];
    shop.ok(&[&draft[..], &["--component", "web=1.1.0"]].concat());
    let later = "generated once the release is sealed";
    assert_eq!(
        prepared(&begin(&shop, "2.0.0"))[1],
        format!("deployment plan / staging / {later}")
    );
    shop.ok(&["release", "seal", "shop", "2.0.0"]);
    let sealed = plan(&shop, "2.0.0");
    assert_eq!(
        prepared(&sealed)[1..3],
        [
            "deployment plan / staging / not generated",
            "backout plan / staging / edition 1 by admin"
        ]
    );
    let remedy = sealed["prepared"][1]["remedy"].as_str();
    assert_eq!(
        remedy,
        Some("tidegate runbook begin shop 2.0.0 --to staging")
    );
    let why = shop.refused(5, &["runbook", "begin", "shop", "2.0.0", "--to", "staging"]);
    assert!(
        why.contains("step `call` stood before `wave-9`, which is not there")
            && why.contains("tidegate release plan edit shop 2.0.0"),
        "{why}"
    );

    let text = shop.ok(&["release", "plan", "show", "shop", "2.0.0", "--yaml"]);
    let path = shop.file("plan.yaml");
    std::fs::write(&path, text.replace("wave-9", "wave-1")).expect("a file");
    shop.ok(&["release", "plan", "save", "shop", "2.0.0", &path]);
    assert_eq!(
        prepared(&plan(&shop, "2.0.0"))[1],
        "deployment plan / staging / edition 1 by admin"
    );
    reminded(&mut shop);
}

/// What is over is told once to whom it falls, by whichever server looks first.
fn reminded(shop: &mut Shop) {
    let told = "reminds you: pack (shop 2.0.0) was due 2020-06-10 20:00 UTC";
    for _ in 0..2 {
        shop.kill_server();
        shop.start_server();
        until(told, || shop.by("ben", &["news"]).1.contains(told));
    }
    assert_eq!(shop.by("ben", &["news"]).1.matches(told).count(), 1);
}

#[test]
fn what_a_template_names_and_nobody_declared_is_refused_where_it_stands() {
    let shop = Shop::with_shop(None);
    shop.ok(&["person", "create", "ben", "--level", "2"]);
    shop.apply(DECLARED);
    let step = "{ name: wave-1, takes: 1m, automatic: wave 1 }";
    for (part, why) in [
        (
            "controls: [nobody-asks]".to_owned(),
            "control `nobody-asks` is not declared",
        ),
        (
            "messages: [{ name: a, template: lost }]".to_owned(),
            "message template `lost` is not declared",
        ),
        (
            "messages: [{ name: a, template: it-is-there, on: milestone moon }]".to_owned(),
            "message `a` waits for milestone `moon`, which the plan does not have",
        ),
        (
            "involved: { informed: [\"stakeholder:ghost\"] }".to_owned(),
            "stakeholder `ghost` is not declared",
        ),
        (
            "involved: { informed: [\"robot:r2\"] }".to_owned(),
            "write a person's name, team:NAME, supplier:NAME or stakeholder:NAME",
        ),
        (
            "runbooks: [{ environment: moon, forward: {} }]".to_owned(),
            "environment `moon` is not declared",
        ),
        (
            format!("runbooks: [{{ environment: live, forward: {{ steps: [{step}] }} }}]"),
            "the deployment plan to live: step `wave-1` is the engine's",
        ),
    ] {
        let path = shop.file("bad.yaml");
        let document = format!("kind: ReleaseTemplate\nname: bad\n{part}\n");
        std::fs::write(&path, document).expect("a file");
        let refused = shop.refused(2, &["apply", "-f", &path, "--yes"]);
        assert!(
            refused.contains("bad.yaml:") && refused.contains(why),
            "{refused}"
        );
    }
}
