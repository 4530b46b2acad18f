//! A supplier's address that lies: what it answers is no HTTP, no JSON, no version, has no end, or is another version each time.

use crate::{listener::Listener, process::free_port, supplier_site::path_of};
use std::{
    io::Write as _,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The versions that it answers in turn.
const IN_TURN: [&str; 2] = ["2.4.1", "2.5.0"];
/// Whoever takes nothing of an answer for so long is left alone.
const PATIENCE: Duration = Duration::from_secs(10);

/// The address. Dropping it ends it.
#[derive(Debug)]
pub struct LyingSite {
    port: u16,
    _listener: Listener,
}

impl LyingSite {
    /// One that lies to everybody.
    pub fn open() -> Self {
        let port = free_port();
        let mut turn = 0;
        let listener = Listener::on(port, move |stream, stops| {
            // Who is lied to hangs up when it likes.
            lie(&stream, &mut turn, stops);
        });
        Self {
            port,
            _listener: listener,
        }
    }

    /// The address of one lie: `noise`, `page`, `nothing`, `endless` or `in-turn`.
    pub fn url(&self, lie: &str) -> String {
        format!("http://127.0.0.1:{}/{lie}", self.port)
    }
}

fn lie(stream: &TcpStream, turn: &mut usize, stops: &Arc<AtomicBool>) -> Option<()> {
    let path = path_of(stream)?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    match path.as_str() {
        "/noise" => say(stream, b"\x00\xff\r\n\x07no HTTP\r\n\r\n"),
        "/page" => told(stream, "<!doctype html><title>2.4.1</title>"),
        "/endless" => endless(stream, stops),
        "/in-turn" => {
            let version = IN_TURN[*turn % IN_TURN.len()];
            *turn += 1;
            told(stream, &format!("{{\"version\":\"{version}\"}}"))
        }
        _ => told(stream, "{\"version\":\"<script>alert(1)</script>\"}"),
    }
}

fn told(stream: &TcpStream, body: &str) -> Option<()> {
    let length = body.len();
    let answer =
        format!("HTTP/1.1 200 So\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    say(stream, answer.as_bytes())
}

/// A version that never ends.
fn endless(stream: &TcpStream, stops: &Arc<AtomicBool>) -> Option<()> {
    say(
        stream,
        b"HTTP/1.1 200 So\r\nconnection: close\r\n\r\n{\"version\":\"",
    )?;
    let nines = [b'9'; 16 * 1024];
    while !stops.load(Ordering::Relaxed) {
        say(stream, &nines)?;
    }
    None
}

fn say(mut stream: &TcpStream, bytes: &[u8]) -> Option<()> {
    stream.write_all(bytes).ok()
}
