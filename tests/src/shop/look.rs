//! What can be seen of the shop from outside: what the server says of it, and what it answers itself.

use super::{Shop, until};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    panic::{self, AssertUnwindSafe},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

impl Shop {
    /// What runs in an environment, as `status` says.
    pub fn place(&self, environment: &str) -> Value {
        let status = self.json(&["status", "--output", "json"]);
        let places = status["products"][0]["environments"].as_array().unwrap();
        places
            .iter()
            .find(|place| place["environment"] == environment)
            .unwrap()
            .clone()
    }

    /// Whether the agent of a target is in touch, as the server says.
    pub fn in_touch(&self, target: &str) -> bool {
        let targets = self.json(&["target", "list", "--output", "json"]);
        let mut targets = targets.as_array().unwrap().iter();
        targets.any(|t| t["name"] == target && t["connected"] == true)
    }

    /// The port that the shop uses on a target.
    pub fn port(&self, target: &str) -> u16 {
        self.ports[target]
    }

    /// The version that the shop itself answers on a target; none while it does not answer.
    pub fn answer(&self, target: &str) -> Option<String> {
        self.version_at(self.ports[target])
    }

    /// The version that the shop itself answers on a port; none while it does not answer.
    pub fn version_at(&self, port: u16) -> Option<String> {
        let body = self.get(port, "/version")?;
        let json: Value = serde_json::from_str(body.split("\r\n\r\n").nth(1)?).ok()?;
        json["version"].as_str().map(str::to_owned)
    }

    /// All versions that a target answers while `work` goes on.
    pub fn answers_while(&self, target: &str, work: impl FnOnce()) -> BTreeSet<String> {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let watching = scope.spawn(|| {
                let mut seen = BTreeSet::new();
                while !is_over.load(Ordering::Relaxed) {
                    seen.extend(self.answer(target));
                }
                seen
            });
            // Also if it panics: nobody waits for the end of a scope's threads in vain.
            let ended = panic::catch_unwind(AssertUnwindSafe(work));
            is_over.store(true, Ordering::Relaxed);
            let seen = watching.join().unwrap();
            ended.map_or_else(|why| panic::resume_unwind(why), |()| seen)
        })
    }

    /// The process that answers on a target.
    pub fn answering_pid(&self, target: &str) -> Option<u64> {
        let body = self.get(self.ports[target], "/version")?;
        let json: Value = serde_json::from_str(body.split("\r\n\r\n").nth(1)?).ok()?;
        json["pid"].as_u64()
    }

    /// Waits until every target of an environment answers `version`.
    pub fn await_version(&self, environment: &str, version: &str) {
        for target in self
            .targets()
            .iter()
            .filter(|target| target.starts_with(environment))
        {
            until(&format!("{target} answers {version}"), || {
                self.answer(target).as_deref() == Some(version)
            });
        }
    }

    /// The actions in the journal about a subject, oldest first.
    pub fn actions(&self, subject: &str) -> Vec<String> {
        let page = self.json(&[
            "journal",
            "list",
            "--subject",
            subject,
            "-n",
            "500",
            "--output",
            "json",
        ]);
        let entries = page["entries"].as_array().unwrap();
        entries
            .iter()
            .rev()
            .map(|entry| entry["action"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) fn get(&self, port: u16, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}
