//! People who plan releases, on a server without agents.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::server::Server;
use serde_json::Value;

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
controls: [customer-approval]
runbooks: [{ environment: staging, back: {} }]
review: { lead: ada, due: +7d }
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
            office
                .server
                .run(&["person", "create", name, "--level", level]);
        }
        office.server.run(&["person", "create", "cy"]);
        office.server.apply(CATALOG);
        office
            .server
            .run(&["release", "create", "shop", "2.0.0", "--draft"]);
        office
    }

    /// Runs a command that has to end with that status; answers what it said.
    pub fn refused(&self, status: i32, arguments: &[&str]) -> String {
        self.server.refused(status, arguments)
    }

    /// The token of somebody.
    pub fn token(&self, who: &str) -> String {
        let token = self.server.run(&["token", "create", "desk", "--for", who]);
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
        self.server
            .json(&["release", "plan", "show", "shop", "2.0.0"])
    }

    /// Begins the plan of a release that is to be live then.
    pub fn begin(&self, product: &str, version: &str, target: &str) -> Value {
        let words = ["release", "plan", "begin", product, version];
        let more = ["--template", "large", "--target", target];
        let zone = ["--time-zone", "Europe/Amsterdam"];
        self.server
            .json(&[&words[..], &more[..], &zone[..]].concat())
    }

    /// The plan in a file, changed.
    pub fn written(&self, name: &str, change: impl Fn(String) -> String) -> String {
        let plan = self
            .server
            .run(&["release", "plan", "show", "shop", "2.0.0", "--yaml"]);
        self.server.file(name, &change(plan))
    }
}
