//! People who plan releases, on a server without agents.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::server::{Server, text};
use serde_json::Value;
use std::fs;

const CATALOG: &str = "\
kind: Team
name: makers
levels: { cy: assist }
---
kind: Environment
name: staging
---
kind: Product
name: shop
team: makers
components: [{ name: web, driver: service, service: { command: [\"./web\"] } }]
---
kind: Product
name: bank
team: makers
components: [{ name: app, driver: service, service: { command: [\"./app\"] } }]
---
kind: ReleaseTemplate
name: told
tasks:
  - { name: notes, title: Write the notes, owner: team:makers, due: -5d, milestone: told }
  - { name: news, title: Tell the news, owner: ben, needs: [notes], milestone: told, takes: 2h }
milestones: [{ name: told, title: Everybody knows, due: -1d }]
---
kind: ReleaseTemplate
name: large
includes: [told]
purpose: What is large is planned.
involved: { accountable: ada, informed: [\"team:makers\"] }
phases: [{ name: build }, { name: tell }]
tasks:
  - { name: build, owner: ben, takes: 3d, phase: build }
  - { name: rehearse, owner: ada, needs: [build], takes: 1d }
bookings: [{ environment: staging, from: -4d, until: -1d, reason: The dress rehearsal }]
";

/// A server with a shop and people: `ada` who plans, `ben` who applies, `cy` who assists in the team.
#[derive(Debug)]
pub struct Planners {
    /// Their server.
    pub server: Server,
}

impl Planners {
    /// Opens it, with a draft of the shop's release 2.0.0.
    pub async fn open() -> Self {
        let office = Self {
            server: Server::start().await,
        };
        for (name, level) in [("ada", "4"), ("ben", "3")] {
            office.ok(&["person", "create", name, "--level", level]);
        }
        office.ok(&["person", "create", "cy"]);
        office.apply(CATALOG);
        office.ok(&["release", "create", "shop", "2.0.0", "--draft"]);
        office
    }

    /// Applies a file.
    pub fn apply(&self, document: &str) {
        let file = self.file("catalog.yaml", document);
        self.ok(&["apply", "-f", &file, "--yes"]);
    }

    /// Writes a file; answers its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.server.directory().join(name);
        fs::write(&path, content).expect("a file");
        text(&path).to_owned()
    }

    /// Runs a command that has to succeed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        self.server.run(arguments)
    }

    /// The same, its answer read as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.ok(&[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&said).expect("JSON")
    }

    /// Runs a command that has to end with that status; answers what it said.
    pub fn refused(&self, status: i32, arguments: &[&str]) -> String {
        self.server.refused(status, arguments)
    }

    /// The token of somebody.
    pub fn token(&self, who: &str) -> String {
        let token = self.ok(&["token", "create", "desk", "--for", who]);
        token.trim().to_owned()
    }

    /// The number of a task by its name in the plan.
    pub fn task(&self, name: &str) -> String {
        let plan = self.plan();
        let tasks = plan["tasks"].as_array().expect("tasks");
        let found = tasks.iter().find(|it| it["name"] == name);
        found.expect(name)["id"].to_string()
    }

    /// The plan of the shop's release.
    pub fn plan(&self) -> Value {
        self.json(&["release", "plan", "show", "shop", "2.0.0"])
    }

    /// Begins the plan of a release that is to be live then.
    pub fn begin(&self, product: &str, version: &str, target: &str) -> Value {
        let words = ["release", "plan", "begin", product, version];
        let more = ["--template", "large", "--target", target];
        let zone = ["--time-zone", "Europe/Amsterdam"];
        self.json(&[&words[..], &more[..], &zone[..]].concat())
    }

    /// The plan in a file, changed.
    pub fn written(&self, name: &str, change: impl Fn(String) -> String) -> String {
        let plan = self.ok(&["release", "plan", "show", "shop", "2.0.0", "--yaml"]);
        self.file(name, &change(plan))
    }
}
