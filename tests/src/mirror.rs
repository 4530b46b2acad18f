//! A mirror of a server's registry that asks nobody who they are: it hands every request on in the administrator's name.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::{listener::Listener, process::free_port, server::TOKEN};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    io::{BufRead as _, BufReader, Write as _, copy},
    net::TcpStream,
};

/// The mirror. Dropping it ends it.
#[derive(Debug)]
pub struct Mirror {
    /// Its host and port.
    pub place: String,
    _listener: Listener,
}

impl Mirror {
    /// Of the server at `http://HOST:PORT`.
    pub fn of(address: &str) -> Self {
        let server = address.strip_prefix("http://").expect("plain HTTP");
        let (server, port) = (server.to_owned(), free_port());
        let listener = Listener::on(port, move |stream, _| {
            hand_on(&stream, &server);
        });
        Self {
            place: format!("127.0.0.1:{port}"),
            _listener: listener,
        }
    }
}

fn hand_on(mut stream: &TcpStream, server: &str) -> Option<()> {
    stream.set_nonblocking(false).ok()?;
    let mut lines = BufReader::new(stream).lines();
    let credentials = STANDARD.encode(format!("mirror:{TOKEN}"));
    let mut head = format!("{}\r\n", lines.next()?.ok()?);
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            break;
        }
        let name = line.to_ascii_lowercase();
        if !name.starts_with("connection:") && !name.starts_with("authorization:") {
            head.push_str(&line);
            head.push_str("\r\n");
        }
    }
    let more = ["authorization: Basic ", &credentials];
    head.extend(more);
    head.push_str("\r\nconnection: close\r\n\r\n");
    let mut registry = TcpStream::connect(server).ok()?;
    registry.write_all(head.as_bytes()).ok()?;
    copy(&mut registry, &mut stream).ok().map(drop)
}
