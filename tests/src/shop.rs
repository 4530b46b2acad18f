//! A shop on a server and agents that can be killed and started again, driven by the command line alone.
//!
//! Commands are run by `command`, what is seen from outside is in `look`, what a
//! lost server is brought back by in `restored`. Wait with [`until`], never with a pause.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod command;
mod look;
mod restored;

pub use restored::BEGIN;

use crate::process::{Process, end_all_of, free_port, program, tidegate};
use std::{
    collections::BTreeMap,
    fs::Permissions,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Long enough for a busy machine; a condition that holds is noticed at once.
const PATIENCE: Duration = Duration::from_secs(90);
/// The administrator's token in every test.
pub const TOKEN: &str = "tgt_test-token-of-the-administrator";

/// A server with agents.
#[derive(Debug)]
pub struct Shop {
    directory: tempfile::TempDir,
    database: Option<String>,
    server_port: u16,
    agent_port: u16,
    server: Option<Process>,
    agents: BTreeMap<String, Process>,
    ports: BTreeMap<String, u16>,
}

impl Shop {
    /// A server on SQLite, or on the PostgreSQL at `database`, with nothing declared.
    pub fn start(database: Option<String>) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("tidegate-test-")
            .tempdir()
            .unwrap();
        std::fs::write(directory.path().join("token"), TOKEN).unwrap();
        let mut shop = Self {
            directory,
            database,
            server_port: free_port(),
            agent_port: free_port(),
            server: None,
            agents: BTreeMap::new(),
            ports: BTreeMap::new(),
        };
        shop.start_server();
        shop
    }

    /// The shop with one component in testing (1 target), staging (2) and live (3), each with an agent that is in touch.
    pub fn with_shop(database: Option<String>) -> Self {
        let mut shop = Self::start(database);
        for (environment, count) in [("testing", 1), ("staging", 2), ("live", 3)] {
            for number in 1..=count {
                shop.ports
                    .insert(format!("{environment}-{number}"), free_port());
            }
        }
        shop.apply(&shop.catalog());
        for target in shop.targets() {
            shop.enrol(&target);
            shop.start_agent(&target);
        }
        for version in ["1.0.0", "1.1.0"] {
            shop.release(version, None);
        }
        shop
    }

    /// Every target's name, `ENVIRONMENT-NUMBER`.
    pub fn targets(&self) -> Vec<String> {
        self.ports.keys().cloned().collect()
    }

    /// Where the test may put files.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The path of a file there.
    pub fn file(&self, name: &str) -> String {
        self.path().join(name).to_str().unwrap().to_owned()
    }

    /// The server's address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server_port)
    }

    /// Starts the server and waits until it is ready.
    pub fn start_server(&mut self) {
        self.start_server_with(&[]);
    }

    /// The same, told more.
    pub fn start_server_with(&mut self, more: &[&str]) {
        let (listen, agents) = (
            format!("127.0.0.1:{}", self.server_port),
            format!("127.0.0.1:{}", self.agent_port),
        );
        let (data, token) = (self.file("server"), self.file("token"));
        let mut arguments = vec![
            "serve",
            "--listen",
            &listen,
            "--agent-listen",
            &agents,
            "--data",
            &data,
            "--admin-token-file",
            &token,
            // Prometheus and what checks ask are on this machine in tests.
            "--allow-outgoing",
            "127.0.0.1",
        ];
        if let Some(database) = &self.database {
            arguments.extend(["--database", database]);
        }
        arguments.extend(more);
        self.server = Some(Process::start(
            &tidegate(),
            &arguments,
            &self.path().join("server.log"),
        ));
        until("the server is ready", || {
            self.get(self.server_port, "/readyz")
                .is_some_and(|body| body.contains("ready"))
        });
    }

    /// Ends the server without a warning.
    pub fn kill_server(&mut self) {
        self.server = None;
    }

    /// The port that one more target, `ENVIRONMENT-NUMBER`, will use once it is declared.
    pub fn reserve(&mut self, target: &str) -> u16 {
        *self
            .ports
            .entry(target.to_owned())
            .or_insert_with(free_port)
    }

    /// Declares one more target, `ENVIRONMENT-NUMBER`.
    pub fn declare(&mut self, target: &str) {
        self.reserve(target);
        self.apply(&self.catalog());
    }

    /// Starts the agent of a target.
    pub fn start_agent(&mut self, target: &str) {
        let arguments = ["agent", "run", "--data", &self.file(target)];
        let agent = Process::start(
            &tidegate(),
            &arguments,
            &self.path().join(format!("{target}.log")),
        );
        self.agents.insert(target.to_owned(), agent);
    }

    /// Ends the agent of a target without a warning; what it runs goes on.
    pub fn kill_agent(&mut self, target: &str) {
        self.agents.remove(target);
    }

    /// The host of a target is gone, with all that ran there.
    pub fn lose_host(&mut self, target: &str) {
        self.kill_agent(target);
        let place = self.path().join(target);
        end_all_of(&place);
        std::fs::remove_dir_all(place).unwrap();
    }

    /// Lets the agent of a target join.
    pub fn enrol(&self, target: &str) {
        self.enrol_with(target, &[]);
    }

    /// Lets it join anew, in the place of the one that is known.
    pub fn enrol_anew(&self, target: &str) {
        self.enrol_with(target, &["--replace"]);
    }

    fn enrol_with(&self, target: &str, more: &[&str]) {
        let environment = target.split('-').next().unwrap();
        let words = ["enrolment", "create", "--environment", environment];
        let made = self.json(&[&words[..], more, &["--output", "json"]].concat());
        let token = made["token"].as_str().unwrap();
        let server = format!("https://127.0.0.1:{}", self.agent_port);
        self.ok(&[
            "agent",
            "enroll",
            "--server",
            &server,
            "--token",
            token,
            "--environment",
            environment,
            "--name",
            target,
            "--data",
            &self.file(target),
        ]);
    }

    /// Applies a catalog.
    pub fn apply(&self, text: &str) {
        let path = self.path().join("catalog.yaml");
        std::fs::write(&path, text).unwrap();
        self.ok(&["apply", "-f", path.to_str().unwrap(), "--yes"]);
    }

    /// Declares the component anew, with more in it.
    pub fn change_component(&self, more: &str) {
        self.apply(&component(more));
    }

    /// The same where it must be refused; answers what was said.
    pub fn component_refused(&self, more: &str) -> String {
        let path = self.file("refused.yaml");
        std::fs::write(&path, component(more)).unwrap();
        self.refused(2, &["apply", "-f", &path, "--yes"])
    }

    /// Pushes a version of the shop, with a fault if given, and makes a release of it.
    pub fn release(&self, version: &str, fault: Option<&str>) {
        self.push(version, fault);
        let component = format!("web={version}");
        let words = ["release", "create", "shop", version, "--component"];
        self.ok(&[&words[..], &[&component]].concat());
    }

    /// Pushes a version of the shop, with a fault if given.
    pub fn push(&self, version: &str, fault: Option<&str>) {
        self.push_with(version, fault, &[]);
    }

    /// The same with programs beside it: name and text.
    pub fn push_with(&self, version: &str, fault: Option<&str>, programs: &[(&str, &str)]) {
        let directory = self.path().join("wares").join(version);
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::copy(program("storefront"), directory.join("storefront")).unwrap();
        std::fs::write(directory.join("VERSION"), version).unwrap();
        if let Some(fault) = fault {
            std::fs::write(directory.join("FAULT"), fault).unwrap();
        }
        for (name, text) in programs {
            let path = directory.join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        self.ok(&[
            "push",
            &format!("shop/web:{version}"),
            directory.to_str().unwrap(),
        ]);
    }

    fn catalog(&self) -> String {
        let target = |(target, port): (&String, &u16)| {
            let environment = target.split('-').next().unwrap();
            format!(
                "---\nkind: Target\nname: {target}\nenvironment: {environment}\nvars: {{ port: {port} }}\n"
            )
        };
        let targets: String = self.ports.iter().map(target).collect();
        format!("{SHOP}---\n{WEB}{targets}")
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.agents.clear();
        self.server = None;
        end_all_of(self.directory.path());
        if std::thread::panicking()
            && let Some(kept) = keep_logs(self.directory.path())
        {
            let said = format!(
                "the logs of the failed test are kept in {}\n",
                kept.display()
            );
            drop(std::io::stderr().write_all(said.as_bytes()));
        }
    }
}

/// Waits until `holds`, asking often at first, and then less: most of the asking starts a program, and others need the processors.
///
/// # Panics
/// When it does not hold in time.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(10);
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        breathe(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(150));
    }
}

/// Lets others run before a condition is asked again.
#[expect(
    clippy::disallowed_methods,
    reason = "other processes cannot wake a test; it must ask again"
)]
fn breathe(pause: Duration) {
    std::thread::sleep(pause);
}

fn keep_logs(directory: &Path) -> Option<PathBuf> {
    let kept = tempfile::Builder::new()
        .prefix("tidegate-failed-")
        .tempdir()
        .ok()?
        .keep();
    for entry in std::fs::read_dir(directory).ok()?.flatten() {
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "log")
        {
            std::fs::copy(entry.path(), kept.join(entry.file_name())).ok()?;
        }
    }
    Some(kept)
}

/// The one component, with more in it.
fn component(more: &str) -> String {
    format!("{WEB}{more}")
}

/// The one component, with other lines in the place of its environment.
///
/// # Panics
/// When it has none.
pub fn web(lines: &str) -> String {
    let own = r#"environment: { STAGE: "${environment.name}" }"#;
    assert!(WEB.contains(own));
    WEB.replace(own, lines)
}

const WEB: &str = r#"kind: Component
product: shop
name: web
driver: service
service:
  command: ["./storefront", "--component", "web", "--port", "${vars.port}"]
  environment: { STAGE: "${environment.name}" }
  listen: ["127.0.0.1:${vars.port}"]
  route: { port: "${vars.port}" }
  health: { http: { path: /healthz, port: "${vars.port}" }, interval: 200ms, healthy_after: 2, unhealthy_after: 2, deadline: 20s }
  stop: { signal: TERM, grace: 3s }
"#;

const SHOP: &str = r#"kind: Product
name: shop
path: [testing, staging, live]
---
kind: Environment
name: testing
---
kind: Environment
name: staging
after: testing
---
kind: Environment
name: live
after: staging
"#;
