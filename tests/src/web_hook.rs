//! A program that is told by requests, and answers as a test wants.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::{listener::Listener, process::free_port};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Told {
    /// Where to.
    pub path: String,
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// What it said.
    pub body: String,
}

/// The program. Dropping it ends it.
#[derive(Debug)]
pub struct WebHook {
    /// Its port.
    pub port: u16,
    status: Arc<AtomicU16>,
    told: Arc<Mutex<Vec<Told>>>,
    open: Option<Listener>,
}

impl WebHook {
    /// One that has a port and does not answer there yet.
    pub fn closed() -> Self {
        Self {
            port: free_port(),
            status: Arc::new(AtomicU16::new(200)),
            told: Arc::default(),
            open: None,
        }
    }

    /// Answers from now on.
    pub fn open(&mut self) {
        let (status, told) = (self.status.clone(), self.told.clone());
        self.open = Some(Listener::on(self.port, move |stream, _| {
            let status = status.load(Ordering::Relaxed);
            if let Some(request) = answered(&stream, status) {
                told.lock().expect("nobody panics here").push(request);
            }
        }));
    }

    /// Answers with that status from now on.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// Every request that came, in order.
    pub fn told(&self) -> Vec<Told> {
        self.told.lock().expect("nobody panics here").clone()
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }
}

fn answered(mut stream: &TcpStream, status: u16) -> Option<Told> {
    stream.set_nonblocking(false).ok()?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).ok()?;
    Some(Told {
        path,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
