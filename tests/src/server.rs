//! A server of its own, with its own directory and ports, spoken to as scripts do: by HTTP and by the command line.

use crate::{
    disk::SmallDisk,
    process::{Process, free_port, tidegate},
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The administrator's token of every test.
pub const TOKEN: &str = "tgt_only-for-tests-0123456789";
/// A server that is not ready by then never will be.
const READY_WITHIN: Duration = Duration::from_secs(90);

/// A server.
#[derive(Debug)]
pub struct Server {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    /// `https://127.0.0.1:PORT`.
    pub agent_address: String,
    /// Asks without following redirects.
    pub http: reqwest::Client,
    /// What its data lies on, if it is small.
    pub disk: Option<SmallDisk>,
    /// What else it is started with.
    pub more: Vec<String>,
    process: Option<Process>,
    directory: TempDir,
}

impl Server {
    /// Starts one, and waits until it is ready.
    pub async fn start() -> Self {
        let mut server = Self::prepared();
        server.start_again().await;
        server
    }

    /// The same, with its data on a disk of so many megabytes.
    pub async fn on_small_disk(megabytes: u32) -> Self {
        let mut server = Self::prepared();
        server.disk = Some(SmallDisk::mount(
            &server.directory().join("server"),
            megabytes,
        ));
        server.start_again().await;
        server
    }

    /// The same, started with more arguments.
    pub async fn with(more: &[&str]) -> Self {
        let mut server = Self::prepared();
        server.more = more.iter().map(|&word| word.to_owned()).collect();
        server.start_again().await;
        server
    }

    /// One that has its address and is not started yet.
    pub fn prepared() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let token = directory.path().join("token");
        std::fs::write(&token, TOKEN).expect("the token can be written");
        Self {
            address: format!("http://127.0.0.1:{}", free_port()),
            agent_address: format!("https://127.0.0.1:{}", free_port()),
            http: client(),
            disk: None,
            more: Vec::new(),
            process: None,
            directory,
        }
    }

    /// Ends it without a warning.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it where it ended, and waits until it is ready.
    pub async fn start_again(&mut self) {
        let (data, token) = (
            self.directory().join("server"),
            self.directory().join("token"),
        );
        let arguments = [
            "serve",
            "--data",
            text(&data),
            "--listen",
            &self.address["http://".len()..],
            "--agent-listen",
            &self.agent_address["https://".len()..],
            "--admin-token-file",
            text(&token),
            // Prometheus, issuers and what checks ask are on this machine in tests.
            "--allow-outgoing",
            "127.0.0.1",
        ];
        let more = self.more.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.into_iter().chain(more).collect();
        let log = self.directory().join("server.log");
        let process = match &self.disk {
            Some(disk) => disk.start(&arguments, &log),
            None => Process::start(&tidegate(), &arguments, &log),
        };
        self.process = Some(process);
        self.become_ready().await;
    }

    /// Where everything of this test lies.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs a command; answers its standard output.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        let status = output.status;
        assert!(status.success(), "tidegate {arguments:?}: {status}: {said}");
        String::from_utf8(output.stdout).expect("it writes UTF-8")
    }

    /// The same, its answer read as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&said).expect("JSON")
    }

    /// Writes a file beside the server's; answers its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.directory().join(name);
        std::fs::write(&path, content).expect("a file");
        text(&path).to_owned()
    }

    /// Applies a catalog.
    pub fn apply(&self, document: &str) {
        let file = self.file("catalog.yaml", document);
        self.run(&["apply", "-f", &file, "--yes"]);
    }

    /// Runs a command that must end with `status`; answers what it said.
    pub fn refused(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        said
    }

    /// Runs a command to its end, whatever that is.
    pub fn output(&self, arguments: &[&str]) -> Output {
        Command::new(tidegate())
            .args(arguments)
            .env("TIDEGATE_SERVER", &self.address)
            .env("TIDEGATE_TOKEN", TOKEN)
            .env("TIDEGATE_STATE", self.directory().join("state"))
            .stdin(Stdio::null())
            .output()
            .expect("the program runs")
    }

    /// Gets JSON of the API.
    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(self.url(path)).bearer_auth(TOKEN);
        answer(path, request).await
    }

    /// Posts JSON to the API.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(self.url(path)).bearer_auth(TOKEN);
        answer(path, request.json(body)).await
    }

    /// Signs in to the pages by the administrator's token; answers the cookie.
    pub async fn sign_in(&self) -> String {
        self.sign_in_by(TOKEN).await
    }

    /// Signs in to the pages by a token; answers the cookie.
    pub async fn sign_in_by(&self, token: &str) -> String {
        session(&self.http, &self.address, token).await
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    async fn become_ready(&mut self) {
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            let answer = self.http.get(self.url("/readyz")).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let log = std::fs::read_to_string(self.directory().join("server.log"));
        panic!("the server is not ready: {}", log.unwrap_or_default());
    }
}

/// Signs in to the pages of the server at `address` by a token; answers the cookie.
pub async fn session(http: &reqwest::Client, address: &str, token: &str) -> String {
    let answer = http
        .post(format!("{address}/sign-in"))
        .header("origin", address)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={token}"))
        .send()
        .await
        .expect("the server answers");
    assert_eq!(answer.status().as_u16(), 303, "signing in redirects");
    let cookie = answer.headers().get("set-cookie").expect("a cookie");
    let cookie = cookie.to_str().expect("a cookie is ASCII");
    let (pair, _) = cookie.split_once(';').expect("attributes follow");
    pair.to_owned()
}

/// An HTTP client that follows no redirects.
pub fn client() -> reqwest::Client {
    // Another test of this process may have been first.
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.build().expect("a client")
}

/// Writes a directory of files to push; answers its path.
pub fn software(parent: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = parent.join("software").join(name);
    std::fs::create_dir_all(&directory).expect("a directory");
    for (file, content) in files {
        let path = directory.join(file);
        std::fs::write(&path, content).expect("a file");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("a mode");
    }
    directory
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are UTF-8")
}

async fn answer(path: &str, request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("the server answers");
    let status = answer.status();
    let body = answer.text().await.expect("a whole answer");
    assert!(status.is_success(), "{path}: {status}: {body}");
    serde_json::from_str(&body).expect("the API answers JSON")
}
