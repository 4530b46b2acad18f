//! A supplier's address: it says a version in a header and in JSON, or takes a connection and says nothing.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::{listener::Listener, process::free_port};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    sync::{Arc, Mutex},
};

/// The address. Dropping it ends it.
#[derive(Debug)]
pub struct SupplierSite {
    port: u16,
    version: Arc<Mutex<String>>,
    /// The paths that were asked for, each as often as it was.
    asked: Arc<Mutex<Vec<String>>>,
    _listener: Listener,
}

impl SupplierSite {
    /// One that says this version.
    pub fn open(version: &str) -> Self {
        let port = free_port();
        let version = Arc::new(Mutex::new(version.to_owned()));
        let said = version.clone();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = asked.clone();
        let listener = Listener::on(port, move |stream, _| {
            let version = said.lock().expect("nobody panics here").clone();
            let path = answer(&stream, &version);
            noted.lock().expect("nobody panics here").extend(path);
        });
        Self {
            port,
            version,
            asked,
            _listener: listener,
        }
    }

    /// One that takes every connection and never answers.
    pub fn hanging() -> Self {
        let port = free_port();
        let mut held: Vec<TcpStream> = Vec::new();
        let listener = Listener::on(port, move |stream, _| held.push(stream));
        Self {
            port,
            version: Arc::default(),
            asked: Arc::default(),
            _listener: listener,
        }
    }

    /// Says this version from now on.
    pub fn says(&self, version: &str) {
        version.clone_into(&mut self.version.lock().expect("nobody panics here"));
    }

    /// The paths that were asked for so far, each as often as it was.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics here").clone()
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

/// Answers the path that was asked for.
fn answer(mut stream: &TcpStream, version: &str) -> Option<String> {
    let path = path_of(stream)?;
    let body = format!("{{\"build\":{{\"version\":\"{version}\"}}}}");
    let answer = format!(
        "HTTP/1.1 200 So\r\nx-version: gateway/{version}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).ok()?;
    Some(path)
}

/// Reads a request; answers the path that it asks for.
pub(crate) fn path_of(stream: &TcpStream) -> Option<String> {
    stream.set_nonblocking(false).ok()?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    line.clear();
    while lines.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    Some(path)
}
