//! Several products in lockstep: they change in order and succeed together, or go back together.

use std::{collections::BTreeMap, fs, fs::Permissions, os::unix::fs::PermissionsExt};
use tidegate_tests::shop::{Shop, until};

const PRODUCTS: [&str; 3] = ["stock", "till", "site"];
const TO: [&str; 4] = ["--to", "testing", "--minimum-healthy", "200ms"];
const ORDER: [&str; 4] = ["--after", "till=stock", "--after", "site=till"];

/// Three products on one target, each with a release that runs there and one that may go out.
struct Yard {
    shop: Shop,
}

impl Yard {
    /// `jobs` are those of the first product.
    fn new(jobs: &str) -> Self {
        let yard = Self {
            shop: Shop::with_shop(None),
        };
        for product in PRODUCTS {
            let jobs = if product == "stock" { jobs } else { "" };
            yard.declare(product, jobs);
            for version in ["1.0.0", "2.0.0"] {
                yard.release(product, version);
            }
            let deploy = [&["deploy", product, "1.0.0"][..], &TO, &["--wait"]].concat();
            yard.shop.ok(&deploy);
        }
        yard
    }

    fn declare(&self, product: &str, jobs: &str) {
        self.shop.apply(&format!(
            r#"kind: Product
name: {product}
path: [testing]
components:
  - name: app
    driver: service
    service:
      command: ["./serve"]
      health: {{ exec: {{ command: ["./check"] }}, interval: 100ms, healthy_after: 1, unhealthy_after: 1, deadline: 2s }}
      stop: {{ grace: 1s }}
{jobs}"#
        ));
    }

    /// The second release is well as long as nobody breaks it.
    fn release(&self, product: &str, version: &str) {
        let directory = self.shop.path().join(format!("{product}-{version}"));
        fs::create_dir_all(&directory).expect("a directory");
        let broken = self.broken(product);
        let check = match version {
            "1.0.0" => "exit 0".to_owned(),
            _ => format!("[ ! -e {broken} ]"),
        };
        let serve = format!("# {product} {version}\nexec sleep 600");
        for (name, text) in [("serve", serve.as_str()), ("check", &check)] {
            let path = directory.join(name);
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file");
            fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("a program");
        }
        let what = format!("{product}/app:{version}");
        self.shop
            .ok(&["push", &what, directory.to_str().expect("a path")]);
        let app = format!("app={version}");
        self.shop
            .ok(&["release", "create", product, version, "--component", &app]);
    }

    fn broken(&self, product: &str) -> String {
        self.shop.file(&format!("{product}.broken"))
    }

    fn break_it(&self, product: &str) {
        fs::write(self.broken(product), "").expect("a file");
    }

    /// Begins to bring the second releases out and answers the group's number.
    fn begin(&self) -> String {
        self.begin_with("2.0.0", &ORDER)
    }

    fn begin_with(&self, version: &str, order: &[&str]) -> String {
        let members = PRODUCTS.map(|product| format!("{product}={version}"));
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        let (start, more) = (["group-run", "start"], ["--output", "json"]);
        let all = [&start[..], &members, &TO, order, &more].concat();
        self.shop.json(&all)["id"].to_string()
    }

    fn show(&self, group: &str) -> serde_json::Value {
        self.shop
            .json(&["group-run", "show", group, "--output", "json"])
    }

    /// The deployment of each member, by product.
    fn deployments(&self, group: &str) -> BTreeMap<String, String> {
        let view = self.show(group);
        let members = view["members"].as_array().expect("members");
        let member = |member: &serde_json::Value| {
            let product = member["product"].as_str().expect("a product");
            (product.to_owned(), member["deployment"].to_string())
        };
        members.iter().map(member).collect()
    }

    /// What happened to members in the order of the journal: `stock target_passed`.
    fn happened(&self, group: &str) -> Vec<String> {
        let of: BTreeMap<String, String> = self
            .deployments(group)
            .into_iter()
            .map(|(product, id)| (format!("deployment/{id}"), product))
            .collect();
        let page = self
            .shop
            .json(&["journal", "list", "-n", "500", "--output", "json"]);
        let entries = page["entries"].as_array().expect("entries");
        let said = entries.iter().rev().filter_map(|entry| {
            let product = of.get(entry["subject"].as_str()?)?;
            let action = entry["action"].as_str()?.strip_prefix("deployment.")?;
            Some(format!("{product} {action}"))
        });
        said.collect()
    }

    /// What each product runs in testing.
    fn releases(&self) -> Vec<String> {
        let status = self.shop.json(&["status", "--output", "json"]);
        let products = status["products"].as_array().expect("products");
        let release = |product: &&str| {
            let found = products.iter().find(|it| it["product"] == *product);
            let found = found.expect("a product");
            found["environments"][0]["release"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        PRODUCTS.iter().map(release).collect()
    }
}

fn position(happened: &[String], what: &str) -> usize {
    let found = happened.iter().position(|it| it == what);
    found.unwrap_or_else(|| panic!("`{what}` is not in {happened:?}"))
}

#[test]
fn all_prepare_then_change_in_order_and_succeed_together() {
    let yard = Yard::new("");
    let group = yard.begin();
    let told = yard.shop.ok(&["group-run", "watch", &group]);
    assert!(told.contains("succeeded together"), "{told}");
    assert_eq!(yard.releases(), ["2.0.0"; 3]);
    let subject = format!("group-run/{group}");
    yard.shop
        .ok(&["comment", "add", &subject, "That was quick."]);
    let said = yard.shop.ok(&["comment", "list", &subject]);
    assert!(said.contains("That was quick."), "{said}");
    let happened = yard.happened(&group);
    let at = |what: &str| position(&happened, what);
    let prepared = PRODUCTS.map(|product| at(&format!("{product} target_prepared")));
    assert!(
        prepared
            .iter()
            .all(|prepared| *prepared < at("stock wave_started"))
    );
    assert!(at("stock target_passed") < at("till wave_started"));
    assert!(at("till target_passed") < at("site wave_started"));
    let succeeded = PRODUCTS.map(|product| at(&format!("{product} succeeded")));
    assert!(
        succeeded
            .iter()
            .all(|succeeded| at("site target_passed") < *succeeded)
    );
    let list = yard.shop.ok(&["group-run", "list"]);
    assert!(list.contains("succeeded together"), "{list}");
    assert!(yard.shop.ok(&["doctor"]).contains("all is sound"));
}

#[test]
fn when_the_last_one_fails_all_go_back_in_reverse_order() {
    let yard = Yard::new("");
    yard.break_it("site");
    let group = yard.begin();
    let ended = yard.shop.run(&["group-run", "watch", &group]);
    assert_eq!(ended.status.code(), Some(7));
    let view = yard.show(&group);
    let cause = view["cause"].as_str().expect("a cause");
    assert!(
        cause.starts_with("site in testing: testing-1: app: "),
        "{cause}"
    );
    assert_eq!(yard.releases(), ["1.0.0"; 3]);
    let happened = yard.happened(&group);
    let at = |what: &str| position(&happened, what);
    assert!(at("site rolled_back") < at("till target_restoring"));
    assert!(at("till rolled_back") < at("stock target_restoring"));
    assert!(!happened.contains(&"stock succeeded".to_owned()));
}

const IRREVERSIBLE: &str =
    "    jobs:\n      - { name: migrate, command: [\"./check\"], reversible: no, deadline: 20s }\n";

/// The last product fails behind what the first one did for good.
fn frozen(yard: &Yard) -> String {
    yard.break_it("site");
    let group = yard.begin();
    until("it freezes", || yard.show(&group)["status"] == "frozen");
    let said = yard.shop.ok(&["group-run", "show", &group]);
    assert!(said.contains("job app/migrate"), "{said}");
    assert_eq!(yard.releases()[0], "2.0.0", "nothing goes back by itself");
    let alone = yard
        .shop
        .refused(5, &["rollback", "stock", "--in", "testing"]);
    let together = format!("tidegate group-run rollback {group}");
    assert!(alone.contains(&together), "{alone}");
    group
}

#[test]
fn behind_what_cannot_be_undone_it_freezes_and_goes_back_when_signed() {
    let yard = Yard::new(IRREVERSIBLE);
    let group = frozen(&yard);
    let rollback = ["group-run", "rollback", &group];
    let refused = yard.shop.refused(5, &rollback);
    assert!(refused.contains("--past-no-return"), "{refused}");
    let signed = ["--past-no-return", "--reason", "nobody wrote yet", "--wait"];
    yard.shop.ok(&[&rollback[..], &signed].concat());
    assert_eq!(yard.releases(), ["1.0.0"; 3]);
    let stock = &yard.deployments(&group)["stock"];
    let actions = yard.shop.actions(&format!("deployment/{stock}"));
    assert!(actions.contains(&"deployment.return_signed".to_owned()));
}

#[test]
fn behind_what_cannot_be_undone_it_goes_on_when_what_failed_is_mended() {
    let yard = Yard::new(IRREVERSIBLE);
    let group = frozen(&yard);
    fs::remove_file(yard.broken("site")).expect("the file is there");
    let site = &yard.deployments(&group)["site"];
    yard.shop.ok(&["deployment", "retry", site, "testing-1"]);
    let told = yard.shop.ok(&["group-run", "watch", &group]);
    assert!(told.contains("succeeded together"), "{told}");
    assert_eq!(yard.releases(), ["2.0.0"; 3]);
}

#[test]
fn a_person_takes_it_back_or_ends_it_and_the_server_may_die() {
    let mut yard = Yard::new("");
    let group = yard.begin();
    yard.shop.kill_server();
    yard.shop.start_server();
    let told = yard.shop.ok(&["group-run", "watch", &group]);
    assert!(told.contains("succeeded together"), "{told}");

    // Out of touch, it waits until somebody says otherwise.
    yard.shop.kill_agent("testing-1");
    let again = yard.begin_with("1.0.0", &[]);
    // One that is paused while it prepares would hold up all of them there.
    let explained = || yard.shop.ok(&["group-run", "show", &again]);
    until("it waits", || explained().contains("to change"));
    let till = &yard.deployments(&again)["till"];
    yard.shop.ok(&["pause", till, "--reason", "wait for me"]);
    let person = format!("till in testing (deployment {till}), which waits for a person");
    until("it says whom it waits for", || {
        explained().contains(&person)
    });
    yard.shop.ok(&["group-run", "cancel", &again]);
    until("it ends", || yard.show(&again)["status"] == "cancelled");
    let late = yard.shop.refused(5, &["group-run", "rollback", &again]);
    assert!(late.contains("it cannot do that now"), "{late}");
}

#[test]
fn what_cannot_be_a_group_begins_nothing() {
    let yard = Yard::new("");
    let start = [
        "group-run",
        "start",
        "stock=2.0.0",
        "till=2.0.0",
        "--to",
        "testing",
    ];
    let begin = |more: &[&'static str]| [&start[..], more].concat();
    for (status, more, why) in [
        (
            2,
            &["--after", "stock=till", "--after", "till=stock"][..],
            "depend on each other in a circle",
        ),
        (
            2,
            &["--after", "till=bank"],
            "`bank`, which is none of the products",
        ),
        (
            2,
            &["--after", "bank=till"],
            "`bank` is none of the products",
        ),
        (
            4,
            &["--strategy", "till=careful"],
            "till in testing: there is no strategy `careful`",
        ),
    ] {
        let said = yard.shop.refused(status, &begin(more));
        assert!(said.contains(why), "{said}");
    }
    let missing = [
        "group-run",
        "start",
        "stock=2.0.0",
        "till=9.0.0",
        "--to",
        "testing",
    ];
    let said = yard.shop.refused(4, &missing);
    assert!(
        said.contains("till in testing: there is no release"),
        "{said}"
    );
    let list = yard.shop.json(&["group-run", "list", "--output", "json"]);
    assert_eq!(list, serde_json::json!([]));
    let running = yard.shop.json(&["deployment", "list", "--output", "json"]);
    assert_eq!(
        running.as_array().map(Vec::len),
        Some(3),
        "nothing was begun"
    );
}
