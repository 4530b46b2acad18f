//! The journal proves itself to the command line and to agents, who keep what they saw and notice when it was taken back or
//! rewritten.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tidegate_tests::{
    process::{Process, end_all_of, tidegate},
    server::{Server, text},
    shop::until,
};

/// The exit status of an alarm.
const ALARM: i32 = 12;

/// Adds people to the journal, each an entry.
fn write(server: &Server, names: &[&str]) {
    for name in names {
        server.run(&["person", "create", name]);
    }
}

fn witness(server: &Server) -> Value {
    let said = server.run(&["journal", "witness", "--output", "json"]);
    serde_json::from_str(&said).expect("JSON")
}

/// Everything that the server keeps, copied to `name`. It must not run.
fn copy(server: &Server, name: &str) {
    let (from, to) = (
        server.directory().join("server"),
        server.directory().join(name),
    );
    copy_directory(&from, &to);
}

/// What was copied takes the place of what the server keeps. It must not run.
fn restore(server: &Server, name: &str) {
    let (from, to) = (
        server.directory().join(name),
        server.directory().join("server"),
    );
    fs::remove_dir_all(&to).expect("it was there");
    copy_directory(&from, &to);
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let there = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &there);
        } else {
            fs::copy(entry.path(), there).expect("a copy");
        }
    }
}

/// What the command line keeps of the server's journal.
fn kept(server: &Server) -> String {
    let directory = server.directory().join("state/journal");
    let files = fs::read_dir(directory).expect("it keeps").flatten();
    let mut files = files.map(|file| file.path());
    let file = files.find(|path| path.extension().is_some_and(|it| it == "json"));
    fs::read_to_string(file.expect("a file")).expect("it can be read")
}

#[tokio::test]
async fn an_intact_journal_satisfies_its_witness_and_proves_every_entry() {
    let server = Server::start().await;
    write(&server, &["ada", "bob"]);
    let first = witness(&server);
    assert!(first["before"].is_null(), "{first}");
    write(&server, &["eve"]);
    let second = witness(&server);
    assert_eq!(second["before"], first["entries"]);
    assert!(
        second["entries"].as_u64() > first["entries"].as_u64(),
        "{second}"
    );
    assert_eq!(second["verifier"], first["verifier"]);

    let said = server.run(&["journal", "verify"]);
    assert!(said.contains("the journal is intact"), "{said}");
    let proved = server.run(&["journal", "prove", "0", "--output", "json"]);
    let proved: Value = serde_json::from_str(&proved).expect("JSON");
    let entry = proved["entry"]
        .as_str()
        .expect("the administrator reads entries");
    let leaf = Sha256::new()
        .chain_update([0])
        .chain_update(entry)
        .finalize();
    let hex: String = leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(proved["leaf"], json!(format!("sha256:{hex}")));
    let proof = server.run(&["journal", "prove", "1"]);
    assert!(
        proof.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"),
        "{proof}"
    );
    assert!(proof.contains("\n\ntidegate/journal\n"), "{proof}");
    let said = server.refused(2, &["journal", "prove", "999999"]);
    assert!(said.contains("has no entry 999999"), "{said}");

    // An export continues what somebody kept, and nothing else.
    let export = server.directory().join("journal.jsonl");
    server.run(&["journal", "export", "-o", text(&export)]);
    let note = server.directory().join("note");
    let checkpoint = server.get("/api/v1/journal/checkpoint").await;
    fs::write(&note, checkpoint["note"].as_str().expect("a note")).expect("a file");
    let verify = [
        "journal",
        "verify",
        "--file",
        text(&export),
        "--checkpoint",
        text(&note),
    ];
    server.run(&verify);
    write(&server, &["zoe"]);
    let checkpoint = server.get("/api/v1/journal/checkpoint").await;
    fs::write(&note, checkpoint["note"].as_str().expect("a note")).expect("a file");
    let said = server.refused(11, &verify);
    assert!(said.contains("fewer than"), "{said}");
}

#[tokio::test]
async fn a_server_that_was_rolled_back_is_caught_by_the_command_line() {
    let mut server = Server::start().await;
    server.kill();
    copy(&server, "earlier");
    server.start_again().await;
    write(&server, &["ada", "bob", "eve"]);
    let seen = witness(&server)["entries"].as_u64().expect("a number");
    let before = kept(&server);

    server.kill();
    restore(&server, "earlier");
    server.start_again().await;
    let export = server.directory().join("export");
    for arguments in [
        &["journal", "witness"][..],
        &["journal", "list"],
        &["journal", "verify"],
        &["journal", "prove", "0"],
        &["journal", "export", "-o", text(&export)],
    ] {
        let said = server.refused(ALARM, arguments);
        assert!(
            said.contains("JOURNAL ALARM: the journal was shortened"),
            "{said}"
        );
        assert!(said.contains(&format!("it had {seen} entries")), "{said}");
        let notes = said.matches("\ntidegate/journal\n").count();
        assert_eq!(notes, 2, "both checkpoints: {said}");
    }
    assert!(
        !export.exists(),
        "nothing is exported from what is not trusted"
    );

    // Grown beyond what was seen, it is a fork.
    write(&server, &["mallory", "trudy", "oscar", "peggy", "victor"]);
    let said = server.refused(ALARM, &["journal", "witness"]);
    assert!(
        said.contains("JOURNAL ALARM: the journal was rewritten"),
        "{said}"
    );
    assert_eq!(
        kept(&server),
        before,
        "an alarm never replaces what was kept"
    );

    server.run(&["journal", "witness", "--forget"]);
    assert!(witness(&server)["before"].is_null());
    server.run(&["journal", "list"]);
}

#[tokio::test]
async fn a_forked_journal_and_another_key_are_caught() {
    let mut server = Server::start().await;
    write(&server, &["ada"]);
    server.kill();
    copy(&server, "common");
    server.start_again().await;
    write(&server, &["bob", "eve"]);
    let seen = witness(&server)["entries"].clone();

    // Another past of the same length.
    server.kill();
    restore(&server, "common");
    server.start_again().await;
    write(&server, &["bob", "mallory"]);
    let now = server.get("/api/v1/journal/checkpoint").await;
    assert_eq!(now["size"], seen);
    let said = server.refused(ALARM, &["journal", "witness"]);
    assert!(said.contains("the journal was rewritten"), "{said}");

    // Another server at the same address.
    server.kill();
    fs::remove_dir_all(server.directory().join("server")).expect("it was there");
    server.start_again().await;
    let said = server.refused(ALARM, &["journal", "list"]);
    assert!(said.contains("signed by another key"), "{said}");
    server.run(&["journal", "witness", "--forget"]);
    let stranger = format!("--verifier={}", now["verifier"].as_str().expect("a key"));
    let said = server.refused(ALARM, &["journal", "witness", &stranger]);
    assert!(said.contains("signed by another key"), "{said}");
}

/// An agent in a directory of its own. Dropping it ends it.
struct Agent {
    directory: PathBuf,
    process: Option<Process>,
}

impl Agent {
    fn join(server: &Server) -> Self {
        let made = server.run(&[
            "enrolment",
            "create",
            "--environment",
            "testing",
            "--output",
            "json",
        ]);
        let made: Value = serde_json::from_str(&made).expect("JSON");
        let directory = server.directory().join("agent");
        let token = made["token"].as_str().expect("a token");
        let options = [
            ("--server", server.agent_address.as_str()),
            ("--token", token),
            ("--environment", "testing"),
            ("--name", "testing-1"),
            ("--data", text(&directory)),
        ];
        let options = options.iter().flat_map(|(name, value)| [*name, *value]);
        let arguments: Vec<&str> = ["agent", "enroll"].into_iter().chain(options).collect();
        server.run(&arguments);
        let mut agent = Self {
            directory,
            process: None,
        };
        agent.start();
        agent
    }

    fn start(&mut self) {
        self.process = None;
        let arguments = ["agent", "run", "--data", text(&self.directory)];
        self.process = Some(Process::start(&tidegate(), &arguments, &self.log()));
    }

    fn log(&self) -> PathBuf {
        self.directory.with_extension("log")
    }

    fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// The note that it keeps.
    fn kept(&self) -> String {
        let text = fs::read(self.directory.join("journal.json")).unwrap_or_default();
        let kept: Value = serde_json::from_slice(&text).unwrap_or_default();
        kept["testimony"]["note"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    fn kept_size(&self) -> u64 {
        let size = self
            .kept()
            .lines()
            .nth(1)
            .and_then(|line| line.parse().ok());
        size.unwrap_or_default()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.process = None;
        end_all_of(&self.directory);
    }
}

fn testing(server: &Server) {
    let path = server.directory().join("catalog.yaml");
    fs::write(&path, "kind: Environment\nname: testing\n").expect("a file");
    server.run(&["apply", "-f", text(&path), "--yes"]);
}

fn targets(server: &Server) -> Value {
    let listed = server.run(&["target", "list", "--output", "json"]);
    serde_json::from_str(&listed).expect("JSON")
}

async fn size(server: &Server) -> u64 {
    let checkpoint = server.get("/api/v1/journal/checkpoint").await;
    checkpoint["size"].as_u64().expect("a size")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_rolled_back_or_forked_is_caught_by_an_agent() {
    let mut server = Server::start().await;
    testing(&server);
    let mut agent = Agent::join(&server);
    until("the agent has looked", || agent.kept_size() > 0);
    server.kill();
    copy(&server, "earlier");
    server.start_again().await;
    write(&server, &["ada", "bob", "eve", "zoe", "kim", "lee"]);
    let seen = size(&server).await;
    agent.start();
    until("the agent has looked again", || agent.kept_size() >= seen);
    assert!(!agent.said().contains("JOURNAL ALARM"), "{}", agent.said());
    assert!(targets(&server)[0]["journal_alarm"].is_null());
    let kept = agent.kept();

    server.kill();
    restore(&server, "earlier");
    server.start_again().await;
    until("the agent raises an alarm", || {
        targets(&server)[0]["journal_alarm"].is_string()
    });
    let said = agent.said();
    assert!(said.contains("JOURNAL ALARM: the journal was"), "{said}");
    assert_eq!(agent.kept(), kept, "what was believed is kept");
    let listed = server.run(&["target", "list"]);
    assert!(listed.contains("in touch, JOURNAL ALARM"), "{listed}");
    let metrics = server
        .http
        .get(server.url("/metrics"))
        .send()
        .await
        .expect("it answers");
    let metrics = metrics.text().await.expect("text");
    assert!(metrics.contains("tidegate_journal_alarms 1"), "{metrics}");
    let journal = server
        .get("/api/v1/journal?subject=target/testing/testing-1")
        .await;
    let alarms = journal["entries"].as_array().expect("entries").iter();
    let alarms: Vec<_> = alarms
        .filter(|it| it["action"] == "journal.alarm")
        .collect();
    assert_eq!(alarms.len(), 1, "it is written once: {journal}");
    assert_eq!(alarms[0]["detail"]["kept"].as_str().expect("a note"), kept);

    // A fork past what was seen, and a restart of the agent, change nothing about that.
    write(
        &server,
        &[
            "mallory", "trudy", "oscar", "peggy", "victor", "walter", "ivan", "judy",
        ],
    );
    assert!(size(&server).await > seen);
    fs::remove_file(agent.log()).expect("a log");
    agent.start();
    until("the agent sees the fork", || {
        agent
            .said()
            .contains("JOURNAL ALARM: the journal was rewritten")
    });
    assert_eq!(agent.kept(), kept);

    // A person has looked into it, and the agent begins anew.
    fs::remove_file(agent.directory.join("journal.json")).expect("it was kept");
    agent.start();
    until("the agent is content", || agent.kept_size() > seen);
    until("the alarm is over", || {
        targets(&server)[0]["journal_alarm"].is_null()
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_has_yet_to_look_knows_the_key_from_its_enrolment() {
    let server = Server::start().await;
    testing(&server);
    let mut agent = Agent::join(&server);
    until("the agent has looked", || agent.kept_size() > 0);
    agent.process = None;
    let identity = agent.directory.join("identity/identity.json");
    let text = fs::read_to_string(&identity).expect("an identity");
    let verifier = server.get("/api/v1/journal/checkpoint").await["verifier"].clone();
    let mut known: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(known["journal"], verifier);

    // As if the key had changed since then.
    known["journal"] = json!("tidegate/journal+00000000+AAAA");
    fs::write(&identity, known.to_string()).expect("a file");
    fs::remove_file(agent.directory.join("journal.json")).expect("it was kept");
    agent.start();
    until("the agent raises an alarm", || {
        let alarm = targets(&server)[0]["journal_alarm"].clone();
        alarm.as_str().is_some_and(|it| it.contains("another key"))
    });
    assert_eq!(agent.kept(), "");
}
