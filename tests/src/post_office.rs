//! A mail server that keeps what it is given, and behaves as a test wants. It speaks as much of RFC 5321 as a client needs.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::{listener::Listener, process::free_port};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It takes every mail.
    Takes,
    /// It takes the last line of a mail, keeps the mail, and never says so.
    Silent,
    /// It says that it is busy, in answer to `RCPT`.
    Busy,
}

/// A mail as it came.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The mailbox that `RCPT` named.
    pub to: String,
    /// Headers and body.
    pub text: String,
}

#[derive(Debug)]
struct State {
    manner: Manner,
    refused: Vec<String>,
    mails: Vec<Mail>,
}

/// The mail server. Dropping it ends it.
#[derive(Debug)]
pub struct PostOffice {
    /// Its port.
    pub port: u16,
    state: Arc<Mutex<State>>,
    count: Arc<AtomicU64>,
    open: Option<Listener>,
}

impl Mail {
    /// The value of a header, on one line.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\r\n\r\n").next()?;
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded.split("\r\n").find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }

    /// The text with the ends of quoted-printable lines taken away.
    pub fn plain(&self) -> String {
        let joined = self.text.replace("=\r\n", "");
        joined.replace("=3D", "=").replace("=3d", "=")
    }

    /// The first link in it that begins like that.
    pub fn link(&self, begins: &str) -> Option<String> {
        let plain = self.plain();
        let at = plain.find(begins)?;
        let rest = &plain[at..];
        let end = rest.find(|c: char| c.is_whitespace() || c == '"' || c == '<' || c == '>');
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    }
}

impl Default for PostOffice {
    fn default() -> Self {
        Self::closed().opened()
    }
}

impl PostOffice {
    /// One that has a port and does not answer there yet.
    pub fn closed() -> Self {
        Self {
            port: free_port(),
            state: Arc::new(Mutex::new(State {
                manner: Manner::Takes,
                refused: Vec::new(),
                mails: Vec::new(),
            })),
            count: Arc::default(),
            open: None,
        }
    }

    fn opened(mut self) -> Self {
        self.open();
        self
    }

    /// Answers from now on.
    pub fn open(&mut self) {
        let (state, count) = (self.state.clone(), self.count.clone());
        self.open = Some(Listener::on(self.port, move |stream, ends| {
            let (state, count, ends) = (state.clone(), count.clone(), ends.clone());
            std::thread::spawn(move || converse(&stream, (&state, &count, &ends)));
        }));
    }

    /// Behaves otherwise from now on.
    pub fn behave(&self, manner: Manner) {
        self.lock().manner = manner;
    }

    /// Knows no such mailbox from now on; all of them, where none is named.
    pub fn refuse(&self, mailbox: Option<&str>) {
        self.lock().refused = mailbox.map(str::to_owned).into_iter().collect();
    }

    /// Every mail that came, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.lock().mails.clone()
    }

    /// How many came.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Those to a mailbox.
    pub fn to(&self, mailbox: &str) -> Vec<Mail> {
        let all = self.mails().into_iter();
        all.filter(|mail| mail.to == mailbox).collect()
    }

    /// How often each Message-ID came.
    pub fn message_ids(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for mail in self.mails() {
            let id = mail.header("Message-ID").expect("a Message-ID");
            *counts.entry(id).or_default() += 1;
        }
        counts
    }

    /// The file that names this server `relay`.
    pub fn settings(&self) -> String {
        format!(
            "mail_servers:\n  - {{ name: relay, host: 127.0.0.1, port: {}, security: none, timeout_seconds: 2 }}\n",
            self.port
        )
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics here")
    }
}

type Shared<'a> = (&'a Mutex<State>, &'a AtomicU64, &'a AtomicBool);

/// One conversation. A client that goes away ends it.
fn converse(stream: &TcpStream, shared: Shared<'_>) {
    stream.set_nonblocking(false).ok();
    stream.set_nodelay(true).ok();
    converse_until_its_end(stream, shared);
}

fn converse_until_its_end(mut stream: &TcpStream, (state, count, ends): Shared<'_>) -> Option<()> {
    let mut lines = BufReader::new(stream);
    let (mut line, mut to) = (String::new(), String::new());
    stream.write_all(b"220 post office\r\n").ok()?;
    loop {
        line.clear();
        if lines.read_line(&mut line).ok()? == 0 || ends.load(Ordering::Relaxed) {
            return None;
        }
        let upper = line.to_ascii_uppercase();
        let answer: Cow<'static, [u8]> = if upper.starts_with("EHLO") {
            fixed(b"250-post office\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n")
        } else if upper.starts_with("RCPT") {
            let named = line.split(['<', '>']).nth(1).unwrap_or_default();
            named.clone_into(&mut to);
            let state = state.lock().ok()?;
            let is_refused = state.refused.contains(&to);
            match state.manner {
                _ if is_refused => {
                    let answer = format!("550 5.1.1 <{to}>: no such mailbox here\r\n");
                    Cow::Owned(answer.into_bytes())
                }
                Manner::Busy => fixed(b"451 4.3.0 Later, please\r\n"),
                Manner::Takes | Manner::Silent => fixed(b"250 2.1.5 Ok\r\n"),
            }
        } else if upper.starts_with("DATA") {
            stream.write_all(b"354 Go on\r\n").ok()?;
            let text = content(&mut lines)?;
            let mut state = state.lock().ok()?;
            let to = to.clone();
            state.mails.push(Mail { to, text });
            count.fetch_add(1, Ordering::Relaxed);
            if state.manner == Manner::Silent {
                continue;
            }
            fixed(b"250 2.0.0 Taken\r\n")
        } else if upper.starts_with("QUIT") {
            stream.write_all(b"221 Bye\r\n").ok()?;
            return None;
        } else {
            fixed(b"250 2.0.0 Ok\r\n")
        };
        stream.write_all(&answer).ok()?;
    }
}

/// A mail up to its last line.
fn content(lines: &mut BufReader<&TcpStream>) -> Option<String> {
    let (mut text, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

const fn fixed(answer: &'static [u8]) -> Cow<'static, [u8]> {
    Cow::Borrowed(answer)
}
