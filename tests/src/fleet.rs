//! Targets with agents that run, each in a directory of its own.

use crate::{
    process::{Process, end_all_of, tidegate},
    server::{Server, text},
};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// Agents that are not in touch by then never will be.
const TOUCH_WITHIN: Duration = Duration::from_secs(90);

/// The agents of a test. Dropping them ends them, and all that they run.
#[derive(Debug)]
pub struct Fleet {
    agents: Vec<Process>,
    directory: PathBuf,
}

impl Fleet {
    /// Enrols and runs an agent for each `(environment, target)`, and waits until all are in touch.
    pub async fn start(server: &Server, targets: &[(&str, &str)]) -> Self {
        let directory = server.directory().join("agents");
        std::fs::create_dir_all(&directory).expect("a directory");
        let mut fleet = Self {
            agents: Vec::new(),
            directory,
        };
        for (environment, name) in targets {
            fleet.join(server, environment, name);
        }
        fleet.in_touch(server, targets.len()).await;
        fleet
    }

    fn join(&mut self, server: &Server, environment: &str, name: &str) {
        let made = server.run(&[
            "enrolment",
            "create",
            "--environment",
            environment,
            "--output",
            "json",
        ]);
        let made: Value = serde_json::from_str(&made).expect("JSON");
        let token = made["token"].as_str().expect("a token").to_owned();
        let data = self.directory.join(name);
        server.run(&[
            "agent",
            "enroll",
            "--server",
            &server.agent_address,
            "--token",
            &token,
            "--environment",
            environment,
            "--name",
            name,
            "--data",
            text(&data),
        ]);
        let log = self.directory.join(format!("{name}.log"));
        let arguments = ["agent", "run", "--data", text(&data)];
        self.agents
            .push(Process::start(&tidegate(), &arguments, &log));
    }

    async fn in_touch(&self, server: &Server, count: usize) {
        let begun = Instant::now();
        while begun.elapsed() < TOUCH_WITHIN {
            let targets = server.get("/api/v1/targets").await;
            let targets = targets.as_array().expect("a list");
            let connected = targets.iter().filter(|t| t["connected"] == json!(true));
            if connected.count() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "not every agent is in touch; see {}",
            self.directory.display()
        );
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.agents.clear();
        end_all_of(&self.directory);
    }
}
