//! Test reports of fifty megabytes: posted, they are refused in words; attached, they are read; and the server goes on answering.

use serde_json::Value;
use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};
use tidegate_tests::{
    laboratory::Laboratory,
    server::{Server, TOKEN},
    shop::until,
};

const SIZE: usize = 50_000_000;
/// Whoever says nothing for so long never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// A `JUnit` file of that size in which every test passed.
fn report() -> String {
    let mut text = "<testsuite name=\"api\">".to_owned();
    let mut number = 0;
    while text.len() < SIZE {
        write!(
            text,
            "<testcase classname=\"shop\" name=\"case-{number}\"/>"
        )
        .expect("more fits");
        number += 1;
    }
    text.push_str("</testsuite>");
    text
}

/// How a body is sent.
#[derive(Clone, Copy)]
enum Sent {
    /// With its length, which is said before.
    Whole,
    /// In pieces, of which nobody says how many come.
    InPieces,
}

/// Sends all of a body to a path, as long as the server takes it; answers what it said to that.
fn sends(server: &Server, path: &str, (how, body): (Sent, &str)) -> String {
    let host = &server.address["http://".len()..];
    let length = match how {
        Sent::Whole => format!("content-length: {}", body.len()),
        Sent::InPieces => "transfer-encoding: chunked".to_owned(),
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/xml\r\n{length}\r\nconnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(host).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
    let sending = stream.try_clone().expect("a second handle");
    std::thread::scope(|scope| {
        scope.spawn(move || pour(sending, &head, (how, body)));
        let mut said = Vec::new();
        // Whoever sends on after the answer may find the connection reset; what was said before counts.
        stream.read_to_end(&mut said).ok();
        String::from_utf8_lossy(&said).into_owned()
    })
}

/// The server may have heard enough before all is sent.
fn pour(mut stream: TcpStream, head: &str, (how, body): (Sent, &str)) -> Option<()> {
    stream.write_all(head.as_bytes()).ok()?;
    match how {
        Sent::Whole => stream.write_all(body.as_bytes()).ok(),
        Sent::InPieces => {
            for piece in body.as_bytes().chunks(64 * 1024) {
                write!(stream, "{:x}\r\n", piece.len()).ok()?;
                stream.write_all(piece).ok()?;
                stream.write_all(b"\r\n").ok()?;
            }
            stream.write_all(b"0\r\n\r\n").ok()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_fifty_megabytes_is_refused_in_words_however_it_is_sent() {
    let lab = Laboratory::open().await;
    lab.release();
    let (server, report) = (&lab.server, report());
    let path = format!("/api/v1/products/shop/test-reports?digest={}", lab.digest);
    for how in [Sent::Whole, Sent::InPieces] {
        let said = sends(server, &path, (how, &report));
        assert!(said.starts_with("HTTP/1.1 400"), "{said}");
        for word in ["body-too-large", "16 MiB", "tidegate attach tests"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        let shown = server.json(&["lifecycle", "show", "shop", "1.0.0"]);
        assert_eq!(
            shown["runs"],
            serde_json::json!([]),
            "nothing of it is kept"
        );
    }
    // One that it reads is read as before.
    let small = "<testsuite><testcase name=\"pays\"/></testsuite>";
    let said = sends(server, &path, (Sent::InPieces, small));
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_fifty_megabytes_is_read_where_it_is_attached() {
    let lab = Laboratory::open().await;
    lab.release();
    let server = &lab.server;
    let report = report();
    let file = server.file("large.xml", &report);
    server.run(&["attach", "tests", "shop/web:1.0.0", &file]);
    let shown = || -> Value { server.json(&["artifact", "show", "shop/web:1.0.0"]) };
    // Each look is an answer to somebody else while it is read.
    until("it was read", || {
        let it = shown();
        it["waiting"] == 0 && it["attached"].as_array().map(Vec::len) == Some(1)
    });
    let tests = &shown()["tests"][0];
    let count = report.matches("<testcase").count();
    assert_eq!(
        (&tests["passed"], &tests["failed"]),
        (&count.into(), &0.into()),
        "{}",
        shown()
    );
}
