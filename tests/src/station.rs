//! Three products of four components each, of two programmes, that go out together, where some of them need others.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::shop::Shop;
use serde_json::Value;
use std::{fmt::Write as _, fs, fs::Permissions, os::unix::fs::PermissionsExt};

/// The products, in the order in which they need each other.
pub const PRODUCTS: [&str; 3] = ["stock", "till", "site"];
const COMPONENTS: [&str; 4] = ["app", "jobs", "mail", "cache"];

/// A shop with these products, of which nothing is released yet.
#[derive(Debug)]
pub struct Station {
    /// The server and its agents.
    pub shop: Shop,
}

impl Station {
    /// Opens it with so many targets in staging and in live, each with an agent.
    pub fn open(staging: usize, live: usize) -> Self {
        let mut shop = Shop::start(None);
        let mut catalog = "kind: Team\nname: platform\n---\nkind: Programme\nname: goods\n---\nkind: Programme\nname: sales\n---\n\
            kind: Strategy\nname: quick\nall_at_once: {}\n\
            limits: { minimum_healthy: 300ms }\n---\nkind: Environment\nname: staging\nstrategy: quick\n---\n\
            kind: Environment\nname: live\nafter: staging\nstrategy: quick\n"
            .to_owned();
        let mut targets = Vec::new();
        for (environment, count) in [("staging", staging), ("live", live)] {
            for number in 1..=count {
                let target = format!("{environment}-{number}");
                let declared = write!(
                    catalog,
                    "---\nkind: Target\nname: {target}\nenvironment: {environment}\n"
                );
                declared.expect("a text takes more");
                targets.push(target);
            }
        }
        shop.apply(&catalog);
        for target in &targets {
            shop.enrol(target);
            shop.start_agent(target);
        }
        let station = Self { shop };
        station.serve("1.0.0");
        station
    }

    /// A station without targets: what is planned needs none.
    pub fn desk() -> Self {
        Self::open(0, 0)
    }

    /// Declares that each product serves its contract in this version, and needs that of the product before it likewise.
    pub fn serve(&self, contract: &str) {
        let needs = |product: &str| match product {
            "till" => "stock",
            "site" => "till",
            _ => "",
        };
        let products = PRODUCTS.map(|product| declared(product, (contract, needs(product))));
        self.shop.apply(&products.join("---\n"));
    }

    /// Makes and seals a release of each product. From the second on it is well as long as nobody breaks it.
    pub fn release(&self, version: &str) {
        for product in PRODUCTS {
            self.release_of(product, version);
        }
    }

    /// Makes and seals a release of one product.
    pub fn release_of(&self, product: &str, version: &str) {
        let directory = self.shop.path().join(format!("{product}-{version}"));
        fs::create_dir_all(&directory).expect("a directory");
        let check = match version {
            "1.0.0" => "exit 0".to_owned(),
            _ => format!("[ ! -e {} ]", self.broken(product)),
        };
        let serve = format!("# {product} {version}\nexec sleep 600");
        for (name, text) in [("serve", serve.as_str()), ("check", &check)] {
            let path = directory.join(name);
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file");
            fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("a program");
        }
        let mut words = vec!["release".to_owned(), "create".to_owned()];
        words.extend([product.to_owned(), version.to_owned()]);
        for component in COMPONENTS {
            let what = format!("{product}/{component}:{version}");
            let directory = directory.to_str().expect("a path");
            self.shop.ok(&["push", &what, directory]);
            words.extend(["--component".to_owned(), format!("{component}={version}")]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.shop.ok(&words);
    }

    /// The file that breaks a product wherever it runs a release after the first.
    pub fn broken(&self, product: &str) -> String {
        self.shop.file(&format!("{product}.broken"))
    }

    /// The plan of a train of all three, to staging and to live at these times.
    pub fn plan(&self, version: &str, (staging, live): (&str, &str)) -> String {
        let members = PRODUCTS.map(|it| format!("- {{ product: {it}, release: {version} }}\n"));
        format!(
            "title: All of {version}\nowner: team:platform\ndepartures:\n- {{ environment: staging, at: {staging} }}\n\
             - {{ environment: live, at: {live} }}\nmembers:\n{}",
            members.concat()
        )
    }

    /// Saves a plan; answers what was said.
    pub fn save(&self, train: &str, plan: &str, more: &[&str]) -> String {
        let path = self.shop.file("train.yaml");
        fs::write(&path, plan).expect("a file");
        self.shop
            .ok(&[&["train", "plan", train, &path][..], more].concat())
    }

    /// The same where it has to be refused.
    pub fn refused(&self, (status, train): (i32, &str), plan: &str) -> String {
        let path = self.shop.file("refused.yaml");
        fs::write(&path, plan).expect("a file");
        self.shop.refused(status, &["train", "plan", train, &path])
    }

    /// A train as it is now.
    pub fn show(&self, train: &str) -> Value {
        self.shop
            .json(&["train", "show", train, "--output", "json"])
    }

    /// What it waits for, in one text.
    pub fn waits(&self, train: &str) -> String {
        let view = self.show(train);
        let waits = view["waiting_on"].as_array().expect("waits").iter();
        let waits = waits.map(|it| it["sentence"].as_str().expect("a sentence").to_owned());
        waits.collect::<Vec<_>>().join("\n")
    }

    /// What each product runs in an environment.
    pub fn runs(&self, environment: &str) -> Vec<String> {
        let status = self.shop.json(&["status", "--output", "json"]);
        let products = status["products"].as_array().expect("products");
        let release = |product: &&str| {
            let mut all = products.iter();
            let found = all.find(|it| it["product"] == *product);
            let places = found.expect("a product")["environments"].as_array();
            let mut places = places.expect("environments").iter();
            let place = places.find(|it| it["environment"] == environment);
            let release = place.expect("an environment")["release"].as_str();
            release.unwrap_or_default().to_owned()
        };
        PRODUCTS.iter().map(release).collect()
    }
}

fn declared(product: &str, (contract, needs): (&str, &str)) -> String {
    let programme = match product {
        "stock" => "goods",
        _ => "sales",
    };
    let mut text = format!(
        "kind: Product\nname: {product}\nprogramme: {programme}\nteam: platform\npath: [staging, live]\ncomponents:\n"
    );
    for component in COMPONENTS {
        let more = match component {
            "app" => {
                "\n      health: { exec: { command: [\"./check\"] }, interval: 500ms, healthy_after: 1, unhealthy_after: 1, deadline: 5s }"
            }
            _ => "",
        };
        let written = write!(
            text,
            "  - name: {component}\n    driver: service\n    service:\n      command: [\"./serve\"]{more}\n      stop: {{ grace: 1s }}\n"
        );
        written.expect("a text takes more");
        if component == "app" {
            let served = format!("    provides: {{ {product}-api: {contract} }}\n");
            let needed =
                format!("    needs: [{{ contract: {needs}-api, versions: ^{contract} }}]\n");
            text.push_str(&served);
            text.push_str(if needs.is_empty() { "" } else { &needed });
        }
    }
    text
}
