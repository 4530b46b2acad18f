//! People who hand releases over: those who make a shop, and those who take it over.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::server::Server;
use serde_json::Value;
use std::process::Command;

const CATALOG: &str = "\
kind: Team
name: makers
members: [ada]
---
kind: Team
name: operations
members: [olaf, omar]
---
kind: Team
name: marketing
members: [mia]
---
kind: Environment
name: live
---
kind: HandoverTemplate
name: on-call
title: To those on call
handover: operations
items:
  - { name: errors, title: What goes wrong is written down }
  - { name: board, title: There is a dashboard, wants: link }
  - { name: monitors, title: What watches it is there, wants: monitors }
  - { name: approval, title: The customer agrees, wants: \"evidence:customer-approval\", gives: ben }
  - { name: training, title: They were taught, required: false }
---
kind: Product
name: shop
team: makers
path: [live]
handovers: { operations: on-call }
components: [{ name: web, driver: service, service: { command: [\"./web\"] } }]
";

/// What those who take the release over have to know.
pub const SHEET: &str = "\
monitors: [{ name: load, title: How busy it is, link: \"https://watch.example.com/shop\" }]
known_errors: [{ name: e1, text: It is <slow> at noon, workaround: Wait a while., severity: low }]
contacts: [{ name: on-call, who: \"team:makers\", hours: Mon-Fri 8-18 }]
taught: [{ name: first, who: olaf, about: How it is taken back, on: 2026-11-20 }]
";

/// A handover to operations.
pub const OF: [&str; 3] = ["shop", "2.0.0", "operations"];

/// A server with a draft of a shop, `ada` and `ben` who make it, `olaf` and `omar` who operate it, and `mia` who announces it.
#[derive(Debug)]
pub struct Hands {
    /// Their server.
    pub server: Server,
}

impl Hands {
    /// Opens it.
    pub async fn open() -> Self {
        let server = Server::start().await;
        for (name, level) in [
            ("ada", "4"),
            ("ben", "3"),
            ("olaf", "3"),
            ("omar", "3"),
            ("mia", "3"),
        ] {
            server.run(&["person", "create", name, "--level", level]);
        }
        server.apply(CATALOG);
        server.run(&["release", "create", "shop", "2.0.0", "--draft"]);
        Self { server }
    }

    /// Runs `tidegate handover VERB` about the handover to operations as somebody; answers its status and what it said.
    pub fn tries(&self, who: &str, verb: &str, more: &[&str]) -> (i32, String) {
        self.by(who, &[&["handover", verb], &OF[..], more].concat())
    }

    /// The same where it has to succeed.
    pub fn does(&self, who: &str, verb: &str, more: &[&str]) -> String {
        let (status, said) = self.tries(who, verb, more);
        assert_eq!(status, 0, "{who} {verb}: {said}");
        said
    }

    /// The same where it is refused with that status and those words.
    pub fn refuses(&self, (who, verb): (&str, &str), more: &[&str], (code, why): (i32, &str)) {
        let (status, said) = self.tries(who, verb, more);
        assert_eq!(status, code, "{who} {verb}: {said}");
        assert!(said.contains(why), "{who} {verb}: {said}");
    }

    /// Runs a command as somebody.
    pub fn by(&self, who: &str, arguments: &[&str]) -> (i32, String) {
        let token = self.server.run(&["token", "create", "desk", "--for", who]);
        let output = Command::new(crate::process::tidegate())
            .args(arguments)
            .env("TIDEGATE_SERVER", &self.server.address)
            .env("TIDEGATE_TOKEN", token.trim())
            .env("TIDEGATE_STATE", self.server.directory().join("state"))
            .output()
            .expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        let status = output.status.code().expect("a status");
        (status, String::from_utf8(said).expect("UTF-8"))
    }

    /// The handover as it is now.
    pub fn handover(&self) -> Value {
        self.server.json(&[&["handover", "show"], &OF[..]].concat())
    }

    /// Begins it, and sees to all that is required.
    pub fn sees_to_it(&self) {
        self.does("ada", "begin", &[]);
        self.saves("sheet.yaml", SHEET);
        self.does("ada", "done", &["errors", "--note", "all are listed"]);
        let link = ["board", "--link", "https://watch.example.com/board"];
        self.does("ben", "done", &link);
        let agreed = ["release", "evidence", "shop", "2.0.0", "customer-approval"];
        self.server
            .run(&[&agreed[..], &["--note", "by mail"]].concat());
    }

    /// Saves the sheet on what is there now.
    pub fn saves(&self, name: &str, text: &str) {
        let edition = self.handover()["edition"].to_string();
        let path = self.server.file(name, text);
        self.does("ada", "save", &[&path, "--base", &edition]);
    }

    /// What was offered, by its hash.
    pub fn read(&self) -> String {
        let hash = self.handover()["hash"].as_str().map(str::to_owned);
        hash.expect("a hash")
    }
}
