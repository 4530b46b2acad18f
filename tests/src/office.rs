//! A shop with people who hold different levels.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::shop::{Shop, until};
use serde_json::Value;

/// The shop, with people: `ada` and `zoe` of level 6, `bob` and `joe` who deploy, `eve` who assists.
#[derive(Debug)]
pub struct Office {
    /// The shop.
    pub shop: Shop,
}

impl Office {
    /// Opens it.
    pub fn open() -> Self {
        let shop = Shop::with_shop(None);
        for (name, level) in [
            ("ada", "6"),
            ("zoe", "6"),
            ("bob", "3"),
            ("joe", "3"),
            ("eve", "2"),
        ] {
            shop.ok(&["person", "create", name, "--level", level]);
        }
        Self { shop }
    }

    /// Applies files to what there is; a second person agrees to what waits for one.
    pub fn apply(&self, text: &str) {
        let path = self.shop.file("more.yaml");
        std::fs::write(&path, text).expect("a file");
        self.shop.ok(&["apply", "-f", &path, "--yes"]);
        let waiting = self.shop.json(&["policy", "proposals", "--output", "json"]);
        for proposal in waiting.as_array().expect("proposals") {
            let (status, said) = self.by("ada", &["policy", "agree", &proposal["id"].to_string()]);
            assert_eq!(status, 0, "{said}");
        }
    }

    /// Runs a command as somebody.
    pub fn by(&self, who: &str, arguments: &[&str]) -> (i32, String) {
        self.shop.by(who, arguments)
    }

    /// Somebody deploys a release; answers the deployment's number.
    pub fn deploys(&self, who: &str, release: &str, environment: &str) -> String {
        let (status, said) = self.by(
            who,
            &[
                "deploy",
                "shop",
                release,
                "--to",
                environment,
                "--output",
                "json",
            ],
        );
        assert_eq!(status, 0, "{said}");
        let view: Value = serde_json::from_str(&said).expect("JSON");
        view["id"].to_string()
    }

    /// A deployment as it is now.
    pub fn show(&self, deployment: &str) -> Value {
        self.shop
            .json(&["deployment", "show", deployment, "--output", "json"])
    }

    /// Waits until a deployment waits for something.
    pub fn waits_for(&self, deployment: &str, words: &str) {
        until(words, || {
            let view = self.show(deployment);
            let mut waits = view["waiting_on"].as_array().expect("waits").iter();
            waits.any(|wait| {
                wait["sentence"]
                    .as_str()
                    .expect("a sentence")
                    .contains(words)
            })
        });
    }

    /// Waits until a deployment has succeeded.
    pub fn succeeds(&self, deployment: &str) {
        until("it has succeeded", || {
            self.show(deployment)["status"] == "succeeded"
        });
    }
}
