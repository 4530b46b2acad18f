//! A real HAProxy before the shop, and people who use it all the time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use crate::process::{Process, free_port};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// A HAProxy with one backend, `shop`.
#[derive(Debug)]
pub struct Haproxy {
    port: u16,
    socket: PathBuf,
    _process: Process,
}

/// People who ask the shop for its version, one after the other.
#[derive(Debug)]
pub struct Crowd {
    over: Arc<AtomicBool>,
    people: Vec<JoinHandle<Answers>>,
}

/// What they were answered.
#[derive(Debug, Default)]
pub struct Answers {
    /// How often each version answered.
    pub versions: BTreeMap<String, usize>,
    /// Requests without an answer, each with what was received.
    pub failed: Vec<String>,
}

impl Haproxy {
    /// Starts it before servers, each by its name and port, with its files in `directory`.
    pub fn start(directory: &Path, servers: &[(String, u16)]) -> Self {
        let (port, socket) = (free_port(), directory.join("haproxy.sock"));
        let lines: String = servers
            .iter()
            .map(|(name, port)| format!(" server {name} 127.0.0.1:{port} weight 100\n"))
            .collect();
        let text = format!(
            "global\n stats socket {} level admin\ndefaults\n mode http\n timeout connect 5s\n timeout client 30s\n \
            timeout server 30s\nfrontend front\n bind 127.0.0.1:{port}\n default_backend shop\nbackend shop\n \
            balance roundrobin\n{lines}",
            socket.display()
        );
        let configuration = directory.join("haproxy.cfg");
        std::fs::write(&configuration, text).unwrap();
        let arguments = ["-db", "-f", configuration.to_str().unwrap()];
        let log = directory.join("haproxy.log");
        let process = Process::start(Path::new("haproxy"), &arguments, &log);
        Self {
            port,
            socket,
            _process: process,
        }
    }

    /// The path of its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Asks so many times, by a few people at once.
    pub fn ask(&self, times: usize) -> Answers {
        let port = self.port;
        let people: Vec<_> = (0..4)
            .map(|_| thread::spawn(move || visit(port, |answers| answers.asked() < times / 4)))
            .collect();
        together(people)
    }

    /// People who ask until they are told that it is over.
    pub fn crowd(&self) -> Crowd {
        let over = Arc::new(AtomicBool::new(false));
        let port = self.port;
        let person = |_| {
            let over = Arc::clone(&over);
            thread::spawn(move || visit(port, |_| !over.load(Ordering::Relaxed)))
        };
        let people = (0..4).map(person).collect();
        Crowd { over, people }
    }
}

impl Crowd {
    /// Sends them home; what they were answered.
    pub fn over(self) -> Answers {
        self.over.store(true, Ordering::Relaxed);
        together(self.people)
    }
}

impl Answers {
    /// How many requests were made.
    pub fn asked(&self) -> usize {
        self.versions.values().sum::<usize>() + self.failed.len()
    }
}

fn together(people: Vec<JoinHandle<Answers>>) -> Answers {
    let mut all = Answers::default();
    for person in people {
        let own = person.join().unwrap();
        for (version, times) in own.versions {
            *all.versions.entry(version).or_default() += times;
        }
        all.failed.extend(own.failed);
    }
    all
}

fn visit(port: u16, goes_on: impl Fn(&Answers) -> bool) -> Answers {
    let mut answers = Answers::default();
    while goes_on(&answers) {
        match version(port) {
            Ok(version) => *answers.versions.entry(version).or_default() += 1,
            Err(why) => answers.failed.push(why),
        }
    }
    answers
}

fn version(port: u16) -> Result<String, String> {
    let broken = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(broken)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .map_err(broken)?;
    let request = b"GET /version HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n";
    stream.write_all(request).map_err(broken)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(broken)?;
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(body).map_err(|_| answer.clone())?;
    json["version"].as_str().map(str::to_owned).ok_or(answer)
}
