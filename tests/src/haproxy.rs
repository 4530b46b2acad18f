//! A real HAProxy before the shop, and people who use it all the time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use crate::process::{Process, free_port};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
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

/// People who ask the shop for its version, again and again: some come anew each time, the others keep their connection.
#[derive(Debug)]
pub struct Crowd {
    over: Arc<AtomicBool>,
    people: Vec<JoinHandle<Answers>>,
}

/// Whether somebody uses a connection for the next request, too.
#[derive(Debug, Clone, Copy)]
enum Connections {
    Fresh,
    Kept,
}

const PEOPLE: [Connections; 4] = [
    Connections::Fresh,
    Connections::Fresh,
    Connections::Kept,
    Connections::Kept,
];

/// What they were answered.
#[derive(Debug, Default)]
pub struct Answers {
    /// How often each version answered.
    pub versions: BTreeMap<String, usize>,
    /// How often each process answered.
    pub processes: BTreeMap<u64, usize>,
    /// Requests without an answer, each with what was received.
    pub failed: Vec<String>,
}

impl Haproxy {
    /// Starts it before servers, each by its name and port, with its files in `directory`.
    pub fn start(directory: &Path, servers: &[(String, u16)]) -> Self {
        Self::start_with_later(directory, servers, &[])
    }

    /// The same with servers that come later: they receive nothing before it is told of them.
    pub fn start_with_later(
        directory: &Path,
        servers: &[(String, u16)],
        later: &[(String, u16)],
    ) -> Self {
        let (port, socket) = (free_port(), directory.join("haproxy.sock"));
        let line = |(name, port): &(String, u16), weight| {
            format!(" server {name} 127.0.0.1:{port} weight {weight}\n")
        };
        let present = servers.iter().map(|server| line(server, 100));
        let lines: String = present
            .chain(later.iter().map(|server| line(server, 0)))
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
        let person = |connections| {
            thread::spawn(move || visit(port, connections, |answers| answers.asked() < times / 4))
        };
        together(PEOPLE.map(person).into())
    }

    /// People who ask until they are told that it is over.
    pub fn crowd(&self) -> Crowd {
        Crowd::at(self.port)
    }
}

impl Crowd {
    /// People who ask at a port until they are told that it is over.
    pub fn at(port: u16) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let person = |connections| {
            let over = Arc::clone(&over);
            thread::spawn(move || visit(port, connections, |_| !over.load(Ordering::Relaxed)))
        };
        let people = PEOPLE.map(person).into();
        Self { over, people }
    }

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
        for (process, times) in own.processes {
            *all.processes.entry(process).or_default() += times;
        }
        all.failed.extend(own.failed);
    }
    all
}

fn visit(port: u16, connections: Connections, goes_on: impl Fn(&Answers) -> bool) -> Answers {
    let mut answers = Answers::default();
    let mut kept = None;
    while goes_on(&answers) {
        match version(&mut kept, (port, connections)) {
            Ok((version, process)) => {
                *answers.versions.entry(version).or_default() += 1;
                *answers.processes.entry(process).or_default() += 1;
            }
            Err(why) => answers.failed.push(why),
        }
    }
    answers
}

/// One request, over the connection that is kept if there is one; the version and the process that answered.
///
/// A kept connection may be closed by the other side just when it is used: who asks only to read asks once more on a
/// new one, as RFC 9110, section 9.2.2, lets every client do (HAProxy relies on it, and closes without a word).
/// Nobody who comes anew asks twice.
fn version(
    kept: &mut Option<TcpStream>,
    (port, connections): (u16, Connections),
) -> Result<(String, u64), String> {
    let broken = |error: std::io::Error| format!("{connections:?}: {error}");
    if let Some(mut stream) = kept.take() {
        match request(&mut stream, connections) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            answered => return understood(answered.map_err(broken)?, (kept, stream)),
        }
    }
    let mut stream = connect(port).map_err(broken)?;
    let answered = request(&mut stream, connections).map_err(broken)?;
    understood(answered, (kept, stream))
}

/// Asks for the version over a connection; the head of the answer, and its body.
///
/// # Errors
/// `UnexpectedEof` when it was closed before the first byte of an answer.
fn request(stream: &mut TcpStream, connections: Connections) -> std::io::Result<(String, String)> {
    let connection = match connections {
        Connections::Fresh => "close",
        Connections::Kept => "keep-alive",
    };
    let request =
        format!("GET /version HTTP/1.1\r\nHost: shop\r\nConnection: {connection}\r\n\r\n");
    match stream.write_all(request.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(ErrorKind::UnexpectedEof.into()),
        written => written,
    }?;
    answer(stream)
}

/// The version and the process of an answer; keeps the connection that stays open.
fn understood(
    (head, body): (String, String),
    (kept, stream): (&mut Option<TcpStream>, TcpStream),
) -> Result<(String, u64), String> {
    let json: serde_json::Value =
        serde_json::from_str(&body).map_err(|_| format!("{head}{body}"))?;
    if !head.contains("connection: close") {
        *kept = Some(stream);
    }
    let version = json["version"].as_str().map(str::to_owned);
    version.zip(json["pid"].as_u64()).ok_or(body)
}

fn connect(port: u16) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

/// The head of an answer in small letters, and its body.
fn answer(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            let kind = match head.is_empty() {
                true => ErrorKind::UnexpectedEof,
                false => ErrorKind::InvalidData,
            };
            let how = format!("it was closed after {head:?}");
            return Err(std::io::Error::new(kind, how));
        }
    }
    let head = head.to_ascii_lowercase();
    let length = |line: &str| line.strip_prefix("content-length: ")?.parse().ok();
    let length: usize = head.lines().find_map(length).unwrap_or_default();
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((head, String::from_utf8_lossy(&body).into_owned()))
}
