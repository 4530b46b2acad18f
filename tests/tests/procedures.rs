//! Procedures: declared beside their text, changed, acknowledged, written by two people, named by steps and tasks, and taken out of
//! use.

use serde_json::Value;
use std::{fs, path::Path};
use tidegate_tests::shop::{Shop, until};

const TEAM: &str = "kind: Team\nname: desk\n---\nkind: Team\nname: support\nmembers: [ben]\n";
const DECLARED: &str =
    "kind: Procedure\nname: go-back\ntitle: Going back\nowner: team:desk\nbinds: [team:support]\n";
const TEXT: &str = "# Before\n\nCall support.\n\n# Then\n\nGo back.\n";

/// Nothing but a team, and ben who is in it.
fn desk() -> Shop {
    let shop = Shop::start(None);
    shop.ok(&["person", "create", "ben", "--level", "3"]);
    shop.ok(&["person", "create", "cy", "--level", "4"]);
    shop.apply(TEAM);
    shop
}

/// Writes what is declared, and beside it what it says.
fn written(shop: &Shop, more: &str, text: &str) -> String {
    let directory = shop.path().join("procedures");
    fs::create_dir_all(directory.join("texts")).expect("a directory");
    let yaml = format!("{DECLARED}file: texts/go-back.md\n{more}");
    fs::write(directory.join("go-back.yaml"), yaml).expect("a file");
    fs::write(directory.join("texts/go-back.md"), text).expect("a file");
    directory.to_str().expect("a path").to_owned()
}

fn apply(shop: &Shop, more: &str, text: &str) -> String {
    let directory = written(shop, more, text);
    shop.ok(&["apply", "-f", &directory, "--yes"])
}

fn show(shop: &Shop) -> Value {
    shop.json(&["procedure", "show", "go-back", "--output", "json"])
}

fn old(shop: &Shop) -> Vec<String> {
    let all = shop.json(&["procedure", "old", "--output", "json"]);
    let told = |it: &Value| {
        format!(
            "{}: {} {}",
            text(it, "kind"),
            it["version"],
            text(it, "what")
        )
    };
    all.as_array().into_iter().flatten().map(told).collect()
}

fn text(of: &Value, key: &str) -> String {
    of[key].as_str().unwrap_or_default().to_owned()
}

#[test]
fn whoever_is_bound_acknowledges_each_version_that_is_more_than_a_correction() {
    let shop = desk();
    let told = apply(&shop, "", TEXT);
    assert!(told.contains("+ Procedure go-back"), "{told}");
    let again = shop.ok(&["apply", "-f", &shop.file("procedures"), "--yes"]);
    assert!(again.contains("unchanged 1"), "{again}");

    let (code, said) = shop.by("ben", &["procedure", "show", "go-back"]);
    assert!(code == 0 && said.contains("it binds you"), "{said}");
    let (code, said) = shop.by("ben", &["task", "list"]);
    assert!(code == 0 && said.contains("read version 1"), "{said}");
    let (code, _) = shop.by(
        "ben",
        &["procedure", "acknowledge", "go-back", "--version", "1"],
    );
    assert_eq!(code, 0);
    let gap = shop.ok(&["procedure", "gap"]);
    assert!(gap.contains("everybody"), "{gap}");

    // A correction asks nobody again, once it says what it corrects.
    let typo = TEXT.replace("Call support", "Call Support");
    let directory = written(&shop, "minor: true\n", &typo);
    let silent = shop.refused(2, &["apply", "-f", &directory, "--yes"]);
    assert!(silent.contains("says by `change` what is new"), "{silent}");
    apply(&shop, "minor: true\nchange: A name.\n", &typo);
    let view = show(&shop);
    assert_eq!(
        (&view["version"]["number"], &view["version"]["asks"]),
        (&2.into(), &1.into())
    );
    assert_eq!(view["gap"]["read_by"][0], "ben");
    assert_eq!(old(&shop), [""; 0]);

    let told = apply(&shop, "change: Look first.\n", &format!("Look.\n\n{typo}"));
    assert!(
        told.contains("text: version 2 → version 3: 2 lines are new"),
        "{told}"
    );
    let gap = shop.ok(&["procedure", "gap", "go-back"]);
    assert!(gap.contains("ben (last version 1)"), "{gap}");
    assert_eq!(old(&shop), ["person: 1 ben last acknowledged it"]);
    let stale = ["procedure", "acknowledge", "go-back", "--version", "2"];
    let (code, said) = shop.by("ben", &stale);
    assert!(
        code == 5 && said.contains("version 3 is in force"),
        "{said}"
    );
    let diff = shop.ok(&["procedure", "diff", "go-back", "--from", "1"]);
    assert!(
        diff.contains("+ Look.") && diff.contains("- Call support."),
        "{diff}"
    );
    let first = [
        "procedure",
        "show",
        "go-back",
        "--version",
        "1",
        "--markdown",
    ];
    assert_eq!(shop.ok(&first).trim(), TEXT.trim());
    let actions = shop.actions("procedure/go-back");
    for action in ["procedure.versioned", "procedure.acknowledged"] {
        assert!(
            actions.iter().any(|it| it == action),
            "{action} in {actions:?}"
        );
    }
}

#[test]
fn only_what_lies_in_the_directory_is_sent_and_names_stand_for_something() {
    let shop = desk();
    fs::write(shop.path().join("outside.md"), "secret").expect("a file");
    let directory = written(&shop, "", TEXT);
    let yaml = Path::new(&directory).join("go-back.yaml");
    let refused = |text: &str| {
        fs::write(&yaml, text).expect("a file");
        shop.refused(2, &["apply", "-f", &directory, "--yes"])
    };
    let said = refused(&format!("{DECLARED}file: ../outside.md\n"));
    assert!(
        said.contains("go-back.yaml:6: file `../outside.md` lies outside"),
        "{said}"
    );
    let said = refused(&format!("{DECLARED}file: texts/none.md\n"));
    assert!(said.contains("cannot be read"), "{said}");
    let said = refused(&DECLARED.replace("team:desk", "team:dsk"));
    assert!(said.contains("it has no text"), "{said}");
    let said = refused(&format!(
        "{}body: x\n",
        DECLARED.replace("team:support", "role:desk")
    ));
    assert!(said.contains("there is no role `desk`"), "{said}");
    let said = refused(&format!(
        "{DECLARED}body: x\n---\nkind: ReleaseTemplate\nname: a\ntasks:\n  - {{ name: b, owner: ben, procedure: goback }}\n"
    ));
    assert!(
        said.contains("task `b` names procedure `goback`, which is not declared")
            && said.contains("did you mean `go-back`?"),
        "{said}"
    );
    let said = refused(
        "kind: Control\nname: mine\nprocedure: go-back\npolicy: |\n  permit (principal, action, resource);\n",
    );
    assert!(
        said.contains("control `mine` names procedure `go-back`"),
        "{said}"
    );
}

#[test]
fn what_two_people_write_goes_together_or_is_settled_and_a_file_overwrites_neither() {
    let shop = desk();
    apply(&shop, "", TEXT);
    let save = |who: &str, text: &str, base: &str| {
        let path = shop.file("mine.md");
        fs::write(&path, text).expect("a file");
        shop.by(
            who,
            &["procedure", "save", "go-back", &path, "--base", base],
        )
    };
    let (code, said) = save("ben", "x", "1");
    assert_eq!(code, 3, "{said}");
    let (code, said) = save("cy", &TEXT.replace("Call support", "Write to support"), "1");
    assert!(code == 0 && said.contains("version 2 is saved"), "{said}");
    let (code, said) = save("cy", &TEXT.replace("Go back", "Go back slowly"), "1");
    assert!(
        code == 0 && said.contains("what others saved in between is in it"),
        "{said}"
    );
    let merged = shop.ok(&["procedure", "show", "go-back", "--markdown"]);
    assert!(
        merged.contains("Write to") && merged.contains("slowly"),
        "{merged}"
    );
    let (code, said) = save("cy", &TEXT.replace("Call support", "Shout"), "1");
    assert!(
        code == 5 && said.contains("Write to support. there and Shout. here"),
        "{said}"
    );
    assert_eq!(show(&shop)["version"]["number"], 3);

    let directory = written(&shop, "", &format!("{TEXT}More.\n"));
    let said = shop.refused(5, &["apply", "-f", &directory, "--yes"]);
    assert!(
        said.contains("version 3 was written on the page since"),
        "{said}"
    );
    apply(&shop, "base: 3\n", &format!("{TEXT}More.\n"));
    assert_eq!(show(&shop)["version"]["number"], 4);
    let (code, said) = shop.by(
        "cy",
        &[
            "procedure",
            "save",
            "new",
            &shop.file("mine.md"),
            "--base",
            "0",
            "--owner",
            "team:desk",
            "--binds",
            "level:2",
        ],
    );
    assert!(code == 0 && said.contains("version 1 is saved"), "{said}");
    let (code, said) = save("cy", "x", "9");
    assert!(code == 4 && said.contains("no version 9"), "{said}");
}

#[test]
fn a_review_that_is_overdue_is_the_owners_work_until_somebody_finds_it_right() {
    let shop = desk();
    apply(&shop, "review_by: 2026-01-01\n", TEXT);
    let view = show(&shop);
    assert_eq!(view["overdue"], true);
    assert!(
        text(&view, "sentence").contains("overdue since 2026-01-01"),
        "{view}"
    );
    let work = shop.ok(&["task", "list", "--team", "desk"]);
    assert!(work.contains("review, due by 2026-01-01"), "{work}");
    let (code, _) = shop.by(
        "ben",
        &[
            "procedure",
            "reviewed",
            "go-back",
            "--version",
            "1",
            "--next",
            "2099-01-01",
        ],
    );
    assert_eq!(code, 3);
    let never = shop.refused(2, &["procedure", "reviewed", "go-back", "--version", "1"]);
    assert!(never.contains("say when somebody looks again"), "{never}");
    let past = [
        "procedure",
        "reviewed",
        "go-back",
        "--version",
        "1",
        "--next",
        "2020-01-01",
    ];
    assert!(shop.refused(2, &past).contains("after today"));
    shop.ok(&[
        "procedure",
        "reviewed",
        "go-back",
        "--version",
        "1",
        "--next",
        "2099-01-01",
    ]);
    let view = show(&shop);
    assert_eq!(
        (&view["overdue"], &view["review_by"]),
        (&false.into(), &"2099-01-01".into())
    );
    assert_eq!(view["version"]["number"], 1);
    let work = shop.ok(&["task", "list", "--team", "desk"]);
    assert!(!work.contains("go-back"), "{work}");
    assert!(
        shop.actions("procedure/go-back")
            .contains(&"procedure.reviewed".to_owned())
    );
}

#[test]
fn one_that_is_named_stays_in_use_and_one_that_is_retired_is_still_read() {
    let shop = desk();
    apply(&shop, "", TEXT);
    let control = "kind: Control\nname: mine\nmode: observe\nprocedure: go-back\npolicy: |\n  permit (principal, action, resource);\n";
    shop.apply(control);
    let controls = shop.ok(&["controls", "show", "mine"]);
    assert!(
        controls.contains("by procedure go-back, version 1"),
        "{controls}"
    );
    let said = shop.refused(5, &["procedure", "retire", "go-back"]);
    assert!(said.contains("named by control `mine`"), "{said}");
    shop.ok(&["remove", "control", "mine", "--yes"]);
    shop.ok(&["procedure", "retire", "go-back"]);
    let view = show(&shop);
    assert!(
        text(&view, "sentence").contains("not in use any more"),
        "{view}"
    );
    assert_eq!(text(&view["version"], "body").trim(), TEXT.trim());
    let said = shop.refused(
        2,
        &[
            "apply",
            "-f",
            &{
                let path = shop.file("control.yaml");
                fs::write(&path, control).expect("a file");
                path
            },
            "--yes",
        ],
    );
    assert!(said.contains("`go-back`, which is not declared"), "{said}");
    let (code, said) = shop.by(
        "ben",
        &["procedure", "acknowledge", "go-back", "--version", "1"],
    );
    assert!(code == 5 && said.contains("not in use"), "{said}");
    let listed = shop.ok(&["procedure", "list", "--output", "json"]);
    assert_eq!(listed.trim(), "[]");
    // Its numbers go on where it is declared again.
    apply(&shop, "", "Another text.");
    assert_eq!(show(&shop)["version"]["number"], 2);
}

/// Two targets one after the other.
const WAY: &str =
    "kind: Strategy\nname: one-by-one\nrolling: { batch: 1 }\nlimits: { minimum_healthy: 200ms }\n";
const STEP: &str = "- {name: call, title: Call support, owner: ben, takes: 5m, before: wave-1, procedure: go-back}\n";
const RUNBOOK: [&str; 4] = ["shop", "1.1.0", "--to", "staging"];

fn runbook(verb: &str, more: &[&'static str]) -> Vec<&'static str> {
    let verb: &'static str = match verb {
        "begin" => "begin",
        "renew" => "renew",
        _ => "show",
    };
    [&["runbook", verb][..], &RUNBOOK, more].concat()
}

/// A runbook whose step names a procedure, which changes afterwards.
#[test]
fn a_deployment_says_that_a_step_runs_by_an_old_version() {
    let shop = Shop::with_shop(None);
    shop.ok(&["person", "create", "ben", "--level", "3"]);
    shop.apply(&format!("{TEAM}---\n{WAY}"));
    apply(&shop, "", TEXT);
    for (version, environment) in [
        ("1.0.0", "testing"),
        ("1.0.0", "staging"),
        ("1.1.0", "testing"),
    ] {
        shop.deploy(version, environment);
    }
    shop.ok(&runbook("begin", &["--strategy", "one-by-one"]));
    let generated = shop.ok(&runbook("show", &["--yaml"]));
    let path = shop.file("runbook.yaml");
    let save = |step: &str| {
        fs::write(&path, format!("{}\n{step}", generated.trim_end())).expect("a file");
        [&["runbook", "save"][..], &RUNBOOK, &[path.as_str()]].concat()
    };
    let said = shop.refused(2, &save(&STEP.replace("go-back", "goback")));
    assert!(
        said.contains("step `call` names procedure `goback`") && said.contains("`go-back`?"),
        "{said}"
    );
    shop.ok(&save(STEP));
    assert_eq!(old(&shop), [""; 0]);

    apply(&shop, "change: Look first.\n", &format!("Look.\n\n{TEXT}"));
    let runbook_is_old = "runbook: 1 the deployment plan of shop 1.1.0 to staging";
    assert_eq!(old(&shop), [runbook_is_old]);
    let deploy = [
        "deploy",
        "shop",
        "1.1.0",
        "--to",
        "staging",
        "--strategy",
        "one-by-one",
    ];
    let id = shop.json(&[&deploy[..], &["--output", "json"]].concat())["id"].to_string();
    until("it waits for people", || {
        shop.ok(&["explain", &id]).contains("people to do call")
    });
    let by_deployment = format!(
        "deployment: 1 deployment {id} (shop 1.1.0 to staging) runs by its deployment plan"
    );
    assert_eq!(old(&shop), [by_deployment.as_str(), runbook_is_old]);
    let steps = shop.ok(&["step", "list", &id]);
    assert!(
        steps.contains("call: by procedure go-back, version 1, an old version: 2 is in force"),
        "{steps}"
    );
    let said = shop.refused(5, &["procedure", "retire", "go-back"]);
    assert!(
        said.contains("the deployment plan of shop 1.1.0 to staging"),
        "{said}"
    );
    // It is no lock: whoever does the step is told, and does it.
    let (code, said) = shop.by("ben", &["step", "finish", &id, "call"]);
    assert!(
        code == 0
            && said
                .contains("procedure go-back binds you, and you have not acknowledged version 2"),
        "{said}"
    );

    until("it is over", || {
        let view = shop.json(&["deployment", "show", &id, "--output", "json"]);
        view["status"] == "succeeded"
    });
    assert_eq!(old(&shop), [""; 0], "what is over is not told");
}

#[test]
fn a_plan_keeps_the_version_that_it_was_saved_with() {
    let shop = desk();
    apply(&shop, "", TEXT);
    shop.apply("kind: Product\nname: till\ncomponents:\n  - name: web\n    driver: service\n    service: { command: [\"./web\"] }\n---\n\
        kind: ReleaseTemplate\nname: base\ntasks: [{ name: back, title: Try going back, owner: ben, procedure: go-back }]\n");
    shop.ok(&["release", "create", "till", "1.0.0", "--draft"]);
    shop.ok(&[
        "release",
        "plan",
        "begin",
        "till",
        "1.0.0",
        "--template",
        "base",
    ]);
    let task = shop.ok(&["task", "show", "1"]);
    assert!(task.contains("by procedure go-back, version 1"), "{task}");
    apply(&shop, "", "Another text.");
    assert_eq!(
        old(&shop),
        ["task: 1 task 1 (Try going back) of till 1.0.0"]
    );
    let said = shop.refused(5, &["procedure", "retire", "go-back"]);
    assert!(
        said.contains("task `back` of release template `base`"),
        "{said}"
    );
    // Whoever looks through the plan and saves it takes the version in force.
    let plan = shop.file("plan.yaml");
    let text = shop.ok(&["release", "plan", "show", "till", "1.0.0", "--yaml"]);
    fs::write(&plan, text).expect("a file");
    let saved = shop.ok(&["release", "plan", "save", "till", "1.0.0", &plan]);
    assert!(
        saved.contains("procedures.go-back: version 1 → version 2"),
        "{saved}"
    );
    assert_eq!(old(&shop), [""; 0]);
}
