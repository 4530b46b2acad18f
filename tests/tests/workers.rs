//! Components of several instances, and the strategy that changes a share of them first.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{collections::BTreeMap, fs};
use tidegate_tests::shop::{Shop, until};

/// Sits at a desk while it works: a file that says its version.
const WORK: &str = "#!/bin/sh\ndesk=\"$DESKS/$TIDEGATE_TARGET.$TIDEGATE_SLOT.$TIDEGATE_INSTANCE\"\n\
    trap 'rm -f \"$desk\"; exit 0' TERM\necho \"$TIDEGATE_VERSION\" > \"$desk\"\n\
    echo \"$TIDEGATE_VERSION $TIDEGATE_INSTANCE\" >> \"$DESKS/../worked\"\n\
    while :; do sleep 1000 & wait; done\n";

/// Works as long as the artifact has no fault.
const WELL: &str = "#!/bin/sh\n[ ! -e FAULT ]\n";

const SLOWLY: &str = "\
kind: Strategy
name: slowly
worker_canary:
  steps:
    - { instances: 25%, then: sign-off }
    - { instances: 50% }
limits: { minimum_healthy: 500ms, progress_deadline: 10s }
";

struct Yard {
    shop: Shop,
}

impl Yard {
    fn new() -> Self {
        let shop = Shop::with_shop(None);
        fs::create_dir(shop.file("desks")).unwrap();
        let yard = Self { shop };
        yard.declare("4", "exec: { command: [\"./well\"] }");
        yard.shop.apply(SLOWLY);
        for (version, fault) in [("2.0.0", None), ("2.1.0", None), ("2.2.0", Some("bad"))] {
            yard.release(version, fault);
        }
        yard
    }

    /// Declares the worker with so many instances, asked for their health in this way.
    fn declare(&self, instances: &str, health: &str) {
        let desks = self.shop.file("desks");
        self.shop.apply(&format!(
            r#"kind: Component
product: shop
name: web
driver: service
service:
  command: ["./work"]
  instances: {instances}
  environment: {{ DESKS: "{desks}" }}
  health: {{ {health}, interval: 100ms, healthy_after: 1, unhealthy_after: 2, deadline: 5s }}
  stop: {{ signal: TERM, grace: 3s }}
"#
        ));
    }

    fn release(&self, version: &str, fault: Option<&str>) {
        let programs = [("work", WORK), ("well", WELL)];
        self.shop.push_with(version, fault, &programs);
        let web = format!("web={version}");
        let create = ["release", "create", "shop", version, "--component", &web];
        self.shop.ok(&create);
    }

    /// Who works now: how many of each version.
    fn working(&self) -> BTreeMap<String, usize> {
        let mut working = BTreeMap::new();
        for desk in fs::read_dir(self.shop.file("desks")).unwrap().flatten() {
            // It may have been left in this moment.
            let version = fs::read_to_string(desk.path()).unwrap_or_default();
            *working.entry(version.trim().to_owned()).or_default() += 1;
        }
        working
    }

    fn until_working(&self, wanted: &[(&str, usize)]) {
        let wanted: BTreeMap<String, usize> =
            wanted.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect();
        until(&format!("{wanted:?} work"), || self.working() == wanted);
    }

    fn begin(&self, version: &str) -> String {
        let deploy = ["deploy", "shop", version, "--to", "testing"];
        let slowly = ["--strategy", "slowly", "--output", "json"];
        self.shop.json(&[&deploy[..], &slowly].concat())["id"].to_string()
    }
}

#[test]
fn a_share_of_the_workers_changes_first() {
    let yard = Yard::new();
    let shop = &yard.shop;
    let quick = ["--minimum-healthy", "500ms", "--wait"];
    let first = ["deploy", "shop", "2.0.0", "--to", "testing"];
    shop.ok(&[&first[..], &quick].concat());
    yard.until_working(&[("2.0.0", 4)]);

    let compile = ["plan", "compile", "shop", "2.1.0", "--to", "testing"];
    let plan = shop.ok(&[&compile[..], &["--strategy", "slowly"]].concat());
    for words in ["25% of instances", "50% of instances", "all instances"] {
        assert!(plan.contains(words), "{plan}");
    }
    let id = yard.begin("2.1.0");
    until("a person is asked", || {
        shop.ok(&["explain", &id])
            .contains("a person to sign off wave 1")
    });
    yard.until_working(&[("2.0.0", 3), ("2.1.0", 1)]);
    let logs = ["logs", "shop/web", "--on", "testing/testing-1"];
    let canary = ["--slot", "green", "--instance", "1"];
    let logs = shop.ok(&[&logs[..], &canary].concat());
    assert!(logs.contains("started ./work"), "{logs}");
    shop.ok(&["sign-off", &id, "--wave", "1"]);
    let told = shop.ok(&["watch", &id]);
    assert!(told.contains("runs on all"), "{told}");
    yard.until_working(&[("2.1.0", 4)]);
    // Each worker was started once: those of the first step went on through the later ones.
    let worked = fs::read_to_string(shop.file("worked")).unwrap();
    let mut new: Vec<&str> = worked.lines().filter(|l| l.starts_with("2.1.0")).collect();
    new.sort_unstable();
    assert_eq!(new, ["2.1.0 1", "2.1.0 2", "2.1.0 3", "2.1.0 4"]);

    // A bad one costs a quarter of the workers, for a moment, and nothing else.
    let bad = yard.begin("2.2.0");
    let told = shop.run(&["watch", &bad]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("was rolled back"), "{told}");
    yard.until_working(&[("2.1.0", 4)]);
    let worked = fs::read_to_string(shop.file("worked")).unwrap();
    assert!(
        worked.contains("2.2.0 1") && !worked.contains("2.2.0 2"),
        "{worked}"
    );
    assert!(shop.ok(&["doctor"]).contains("all is sound"));
}

#[test]
fn instances_that_cannot_be_are_refused_in_words() {
    let yard = Yard::new();
    let shop = &yard.shop;
    let slowly = ["--strategy", "slowly"];
    let deploy = |version: &str, more: &[&str], status| {
        let deploy = ["deploy", "shop", version, "--to", "testing"];
        shop.refused(status, &[&deploy[..], more].concat())
    };
    let cases = [
        (
            "1",
            "exec: { command: [\"./well\"] }",
            &slowly[..],
            "runs one instance on target `testing-1`",
        ),
        (
            "0",
            "exec: { command: [\"./well\"] }",
            &[],
            "`0` is not a number of instances from 1 to 100",
        ),
        (
            "3",
            "tcp: { port: 80 }",
            &[],
            "3 instances cannot share one port",
        ),
        (
            "\"${vars.workers}\"",
            "exec: { command: [\"./well\"] }",
            &[],
            "variable `workers` has no value",
        ),
    ];
    for (number, (instances, health, more, words)) in (0..).zip(cases) {
        yard.declare(instances, health);
        let version = format!("3.{number}.0");
        yard.release(&version, None);
        let refused = deploy(&version, more, 2);
        assert!(refused.contains(words), "{refused}");
    }
    let none = shop.refused(2, &["apply", "-f", &none(shop), "--yes"]);
    assert!(none.contains("worker_canary"), "{none}");
}

/// A strategy that says nothing.
fn none(shop: &Shop) -> String {
    let path = shop.file("none.yaml");
    fs::write(&path, "kind: Strategy\nname: none\n").unwrap();
    path
}
