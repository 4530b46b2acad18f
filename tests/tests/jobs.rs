//! Jobs that run once per deployment, and the point of no return.

use std::fs;
use tidegate_tests::shop::{Shop, until};

/// Notes which deployment and which try it is, and fails as long as a file says so.
const MIGRATE: &str = "#!/bin/sh\necho \"$TIDEGATE_DEPLOYMENT by try $TIDEGATE_FENCE on $TIDEGATE_TARGET\" >> \"$SCHEMA\"\n\
    echo \"moving to $TO\"\n[ ! -e \"$SCHEMA.broken\" ]\n";

/// It is well at first, and not for as long as it has to be.
const BAD: &str = "unhealthy-after 0.7";

/// A shop whose component migrates a schema before each change, which cannot be undone.
struct Yard {
    shop: Shop,
}

impl Yard {
    fn new(reversible: &str) -> Self {
        let shop = Shop::with_shop(None);
        let schema = shop.file("schema");
        shop.change_component(&format!(
            r#"jobs:
  - name: migrate
    command: ["./migrate"]
    environment: {{ SCHEMA: "{schema}", TO: "${{release.version}}" }}
    reversible: {reversible}
    deadline: 30s
"#
        ));
        let yard = Self { shop };
        for (version, fault) in [("2.0.0", None), ("2.1.0", Some(BAD)), ("2.2.0", None)] {
            yard.release(version, fault);
        }
        yard
    }

    fn release(&self, version: &str, fault: Option<&str>) {
        self.shop.push_with(version, fault, &[("migrate", MIGRATE)]);
        let web = format!("web={version}");
        let create = ["release", "create", "shop", version, "--component", &web];
        self.shop.ok(&create);
    }

    /// Every run of the migration, oldest first.
    fn runs(&self) -> Vec<String> {
        let text = fs::read_to_string(self.shop.file("schema")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Deploys to testing and answers the number, without waiting.
    fn begin(&self, version: &str, more: &[&str]) -> String {
        let quick = ["--minimum-healthy", "1s", "--output", "json"];
        let what = ["deploy", "shop", version, "--to", "testing"];
        let view = self.shop.json(&[&what[..], &quick, more].concat());
        view["id"].to_string()
    }

    fn deploy(&self, version: &str) -> String {
        let id = self.begin(version, &[]);
        let told = self.shop.ok(&["watch", &id]);
        assert!(told.contains("runs on all"), "{told}");
        id
    }

    fn until_explained(&self, id: &str, words: &str) {
        until(words, || self.shop.ok(&["explain", id]).contains(words));
    }
}

/// What asks the shop's smoke test.
const SMOKE: &str = "\
kind: Strategy
name: tried
canary: { steps: [ { targets: 1 } ] }
checks:
  - { name: smoke, exec: { job: web/smoke }, interval: 300ms, count: 2 }
limits: { minimum_healthy: 300ms }
";

#[test]
fn a_smoke_test_on_what_has_changed_decides() {
    let shop = Shop::with_shop(None);
    let schema = shop.file("schema");
    shop.change_component(&format!(
        r#"jobs:
  - name: smoke
    command: ["./migrate"]
    environment: {{ SCHEMA: "{schema}", TO: "${{release.version}}" }}
    when: check
    reversible: yes
"#
    ));
    let yard = Yard { shop };
    let shop = &yard.shop;
    yard.release("2.0.0", None);
    yard.release("2.1.0", None);
    shop.apply(SMOKE);
    let asked = ["--strategy", "tried"];
    let plan = ["plan", "compile", "shop", "2.0.0", "--to", "testing"];
    let plan = shop.ok(&[&plan[..], &asked].concat());
    assert!(
        plan.contains("job web/smoke whenever a check asks it"),
        "{plan}"
    );

    let first = yard.begin("2.0.0", &asked);
    let told = shop.ok(&["watch", &first]);
    assert!(told.contains("runs on all"), "{told}");
    let of_first = |run: &String| run.starts_with(&format!("{first} by try "));
    let runs = yard.runs();
    let mine = runs
        .iter()
        .filter(|run| of_first(run) && run.ends_with("on testing-1"));
    assert_eq!((runs.len(), mine.count()), (2, 2), "{runs:?}");

    fs::write(shop.file("schema.broken"), "").unwrap();
    let second = yard.begin("2.1.0", &asked);
    let ended = shop.run(&["watch", &second]);
    assert_eq!(ended.status.code(), Some(7), "it was rolled back");
    let told = String::from_utf8_lossy(&ended.stdout);
    let why = "check smoke failed: web/smoke on testing-1 failed: exited with status 1";
    assert!(told.contains(why), "{told}");
    shop.await_version("testing", "2.0.0");
    assert_eq!(yard.runs().len(), 3, "one run is enough to know");

    let unasked = SMOKE
        .replace("web/smoke", "web/smoky")
        .replace("tried", "typo");
    shop.apply(&unasked);
    let wrong = [
        "deploy",
        "shop",
        "2.1.0",
        "--to",
        "testing",
        "--strategy",
        "typo",
    ];
    let refused = shop.refused(6, &wrong);
    assert!(
        refused.contains("the release has no job web/smoky"),
        "{refused}"
    );
}

#[test]
fn a_migration_runs_once_and_what_it_did_keeps_the_deployment_from_going_back() {
    let yard = Yard::new("no");
    let shop = &yard.shop;
    let plan = shop.ok(&["plan", "compile", "shop", "2.0.0", "--to", "testing"]);
    let job = "job web/migrate before the first wave, reversible: no, stopped after 30 s";
    assert!(plan.contains(job), "{plan}");
    let first = yard.deploy("2.0.0");
    assert_eq!(yard.runs(), [format!("{first} by try 1 on testing-1")]);
    let logs = [
        "logs",
        "shop/web",
        "--on",
        "testing/testing-1",
        "--job",
        "migrate",
    ];
    let logs = shop.ok(&logs);
    assert!(logs.contains("moving to 2.0.0"), "{logs}");

    let bad = yard.begin("2.1.0", &[]);
    let past = format!("job web/migrate of deployment {bad} cannot be undone");
    yard.until_explained(&bad, &past);
    assert_eq!(yard.runs().len(), 2);
    let rollback = ["rollback", "shop", "--in", "testing"];
    let refused = shop.refused(5, &rollback);
    assert!(
        refused.contains(&past)
            && refused.contains("--supersede")
            && refused.contains("--past-no-return"),
        "{refused}"
    );
    // The way forward: something better takes its place.
    let better = yard.begin("2.2.0", &["--supersede"]);
    let told = shop.ok(&["watch", &better]);
    assert!(told.contains("runs on all"), "{told}");
    shop.await_version("testing", "2.2.0");
    assert_eq!(yard.runs().len(), 3);

    // Or the way back, signed: by whatever name.
    let older = ["deploy", "shop", "2.0.0", "--to", "testing"];
    for way in [&rollback[..], &older] {
        let refused = shop.refused(5, way);
        assert!(refused.contains("cannot be undone"), "{refused}");
    }
    let unsaid = shop.refused(
        2,
        &[&rollback[..], &["--past-no-return", "--reason", " "]].concat(),
    );
    assert!(unsaid.contains("say why"), "{unsaid}");
    let signed = [
        "--past-no-return",
        "--reason",
        "nobody has written yet",
        "--wait",
    ];
    shop.ok(&[&rollback[..], &signed].concat());
    shop.await_version("testing", "2.0.0");
    assert_eq!(yard.runs().len(), 3);
    let view = shop.json(&["deployment", "list", "--output", "json"]);
    let newest = view[0]["id"].to_string();
    let actions = shop.actions(&format!("deployment/{newest}"));
    assert!(
        actions.contains(&"deployment.return_signed".to_owned()),
        "{actions:?}"
    );
    assert!(shop.ok(&["doctor"]).contains("all is sound"));
}

#[test]
fn what_takes_the_place_of_a_deployment_past_no_return_does_not_go_back_either() {
    let yard = Yard::new("no");
    let shop = &yard.shop;
    yard.deploy("2.0.0");
    let bad = yard.begin("2.1.0", &[]);
    yard.until_explained(&bad, "cannot be undone");
    // This one has no job, and is no better.
    shop.change_component("");
    yard.release("2.3.0", Some(BAD));
    let worse = yard.begin("2.3.0", &["--supersede"]);
    let past = format!("job web/migrate of deployment {bad} cannot be undone");
    yard.until_explained(&worse, &past);
    let signed = ["--past-no-return", "--reason", "we looked", "--wait"];
    shop.ok(&[&["rollback", "shop", "--in", "testing"][..], &signed].concat());
    shop.await_version("testing", "2.0.0");
}

#[test]
fn a_job_that_fails_is_run_again_or_accepted() {
    let yard = Yard::new("no");
    let shop = &yard.shop;
    let broken = shop.file("schema.broken");
    fs::write(&broken, "").expect("a file");
    let id = yard.begin("2.0.0", &[]);
    yard.until_explained(&id, "job web/migrate failed: exited with status 1");
    let shown = shop.ok(&["deployment", "show", &id]);
    let line = "job web/migrate on testing-1, cannot be undone: failed: exited with status 1";
    assert!(shown.contains(line), "{shown}");
    shop.ok(&["deployment", "retry-job", &id, "web/migrate"]);
    until("it fails again", || {
        yard.runs().len() == 2 && shop.ok(&["explain", &id]).contains("failed: exited")
    });
    let accept = ["deployment", "accept-job", &id, "web/migrate"];
    let unsaid = shop.refused(2, &[&accept[..], &["--reason", " "]].concat());
    assert!(unsaid.contains("say why"), "{unsaid}");
    shop.ok(&[&accept[..], &["--reason", "done by hand"]].concat());
    let told = shop.ok(&["watch", &id]);
    assert!(told.contains("runs on all"), "{told}");
    assert_eq!(yard.runs().len(), 2);

    let id = yard.begin("2.2.0", &[]);
    yard.until_explained(&id, "job web/migrate failed: exited with status 1");
    fs::remove_file(&broken).expect("the file is there");
    shop.ok(&["deployment", "retry-job", &id, "web/migrate"]);
    shop.ok(&["watch", &id]);
    shop.await_version("testing", "2.2.0");
    let unknown = shop.refused(4, &["deployment", "retry-job", &id, "web/other"]);
    assert!(unknown.contains("its jobs are web/migrate"), "{unknown}");
}

#[test]
fn what_can_be_undone_goes_back_by_itself() {
    let yard = Yard::new("yes");
    let shop = &yard.shop;
    yard.deploy("2.0.0");
    let bad = yard.begin("2.1.0", &[]);
    until("it is rolled back", || {
        let view = shop.json(&["deployment", "show", &bad, "--output", "json"]);
        view["status"] == "rolled_back"
    });
    shop.await_version("testing", "2.0.0");
    fs::write(shop.file("schema.broken"), "").expect("a file");
    let id = yard.begin("2.2.0", &[]);
    assert_eq!(shop.run(&["watch", &id]).status.code(), Some(8));
    let view = shop.json(&["deployment", "show", &id, "--output", "json"]);
    assert_eq!(
        view["cause"],
        "job web/migrate failed: exited with status 1"
    );
    shop.await_version("testing", "2.0.0");
}

#[test]
fn the_server_and_the_agent_may_die_in_the_middle_of_a_job() {
    let mut yard = Yard::new("no");
    // It waits until it is let go.
    let waits = MIGRATE.to_owned() + "while [ ! -e \"$SCHEMA.go\" ]; do sleep 0.02; done\n";
    yard.shop.push_with("2.4.0", None, &[("migrate", &waits)]);
    let create = [
        "release",
        "create",
        "shop",
        "2.4.0",
        "--component",
        "web=2.4.0",
    ];
    yard.shop.ok(&create);
    let id = yard.begin("2.4.0", &[]);
    until("it runs", || !yard.runs().is_empty());
    yard.shop.kill_server();
    yard.shop.kill_agent("testing-1");
    fs::write(yard.shop.file("schema.go"), "").expect("a file");
    yard.shop.start_agent("testing-1");
    yard.shop.start_server();
    let told = yard.shop.ok(&["watch", &id]);
    assert!(told.contains("runs on all"), "{told}");
    assert_eq!(yard.runs(), [format!("{id} by try 1 on testing-1")]);
}

#[test]
fn jobs_that_cannot_be_are_refused_where_they_are_written() {
    let shop = Shop::with_shop(None);
    for (job, why) in [
        (
            "{ name: a, command: [], reversible: no }",
            "job `a` of component `web` has no command",
        ),
        ("{ name: a, command: [x] }", "missing field `reversible`"),
        (
            "{ name: a, command: [x], reversible: perhaps }",
            "none of `yes`, `no` and `until`",
        ),
        (
            "{ name: a, command: [x], reversible: no, deadline: 48h }",
            "it takes more than 0 s and at most a day",
        ),
        (
            "{ name: a, command: [x], reversible: no }, { name: a, command: [x], reversible: no }",
            "job `a` of component `web` is declared twice",
        ),
        (
            "{ name: a, command: [x], when: check, reversible: no }",
            "job `a` of component `web` runs whenever a check asks it, so it changes nothing",
        ),
    ] {
        let said = shop.component_refused(&format!("jobs: [{job}]\n"));
        assert!(said.contains(why), "{said}");
    }
}
