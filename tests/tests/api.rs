//! The API as its own document describes it: nothing answers a stranger, and a token is worth what it says.

use serde_json::Value;
use std::time::Duration;
use tidegate_tests::server::Server;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Where strangers are heard, because what they send says who they are: a program shows what it has, to get a token; a supplier
/// signs what it says.
const OPEN: [&str; 2] = ["/api/v1/workload-tokens", "/api/v1/suppliers/x/hook"];

#[tokio::test]
async fn no_route_answers_a_stranger() {
    let server = Server::start().await;
    for (method, path) in routes(&server).await {
        let status = ask(&server, &method, &path, None).await;
        let is_open = OPEN.contains(&path.as_str());
        let expected = if is_open { 400 } else { 401 };
        assert_eq!(status, expected, "{method} {path} answers without a token");
    }
}

#[tokio::test]
async fn no_route_waits_for_what_a_stranger_sends() {
    let server = Server::start().await;
    let apart = [
        ("post", "/sign-out"),
        ("post", "/password"),
        ("post", "/products/shop/releases/1.0.0/deploy"),
        ("post", "/deployments/1/cancel"),
        ("post", "/v2/shop/web/blobs/uploads/"),
        ("patch", "/v2/shop/web/blobs/uploads/1"),
        ("put", "/v2/shop/web/blobs/uploads/1?digest=sha256:0"),
        ("put", "/v2/shop/web/manifests/1.0.0"),
    ];
    let apart = apart.map(|(method, path)| (method.to_owned(), path.to_owned()));
    let all = routes(&server).await.into_iter().chain(apart);
    let is_shut =
        |(method, path): &(String, String)| method != "get" && !OPEN.contains(&path.as_str());
    for (method, path) in all.filter(is_shut) {
        let method = method.to_uppercase();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n"
        );
        let mut stream = connected(&server, &head).await;
        let answer = answer(&mut stream).await;
        let refused = ["HTTP/1.1 401", "HTTP/1.1 403", "HTTP/1.1 303"];
        let is_refused = refused.iter().any(|status| answer.starts_with(status));
        assert!(is_refused, "{method} {path}: {answer}");
    }
}

#[tokio::test]
async fn behind_a_proxy_a_client_is_whom_the_proxy_names() {
    let server = Server::with(&["--behind-proxy", "--max-connections-per-client", "2"]).await;
    let request = |client: &str| {
        format!(
            "POST /api/v1/workload-tokens HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 192.0.2.9, {client}\r\n\
            content-type: application/json\r\nconnection: close\r\ncontent-length: 2\r\n\r\n"
        )
    };
    let mut first = connected(&server, &request("198.51.100.1")).await;
    let _second = connected(&server, &request("198.51.100.1")).await;
    // Until both are counted, which nobody outside sees, others may still come in.
    let begun = std::time::Instant::now();
    let refused = loop {
        let mut third = connected(&server, &(request("198.51.100.1") + "{}")).await;
        let answer = answer(&mut third).await;
        if !answer.starts_with("HTTP/1.1 400") || begun.elapsed().as_secs() > 10 {
            break answer;
        }
    };
    assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    assert!(refused.contains("\r\nretry-after: 5\r\n"), "{refused}");
    let mut other = connected(&server, &(request("198.51.100.2") + "{}")).await;
    let other = answer(&mut other).await;
    assert!(other.starts_with("HTTP/1.1 400"), "{other}");
    // The ones that were let in go on.
    first.write_all(b"{}").await.expect("it is open");
    let first = answer(&mut first).await;
    assert!(first.starts_with("HTTP/1.1 400"), "{first}");
}

#[tokio::test]
async fn who_is_not_known_sends_little() {
    let server = Server::start().await;
    for (path, kind, told) in [
        (
            "/api/v1/workload-tokens",
            "application/json",
            "body-too-large",
        ),
        (
            "/api/v1/suppliers/x/hook",
            "application/json",
            "length limit",
        ),
        (
            "/sign-in",
            "application/x-www-form-urlencoded",
            "length limit",
        ),
    ] {
        let asked = server.http.post(server.url(path));
        let asked = asked.header("origin", &server.address);
        let long = "x".repeat(70_000);
        let asked = asked.header("content-type", kind).body(long);
        let answer = asked.send().await.expect("an answer");
        let answer = answer.text().await.expect("a whole answer");
        assert!(answer.contains(told), "{path}: {answer}");
    }
}

#[tokio::test]
async fn more_than_the_document_allows_is_refused() {
    let server = Server::start().await;
    let token = server.run(&["token", "create", "reading"]);
    for path in ["deployments", "journal"] {
        for (limit, status) in [(0, 400), (1, 200), (501, 400)] {
            let path = format!("/api/v1/{path}?limit={limit}");
            let said = ask(&server, "get", &path, Some(token.trim())).await;
            assert_eq!(said, status, "{path}");
        }
    }
}

#[tokio::test]
async fn a_token_never_exceeds_its_maker_and_ends_when_revoked() {
    let server = Server::start().await;
    server.run(&["person", "create", "bob", "--level", "3"]);
    let made = server.run(&[
        "token", "create", "laptop", "--for", "bob", "--output", "json",
    ]);
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let token = made["token"].as_str().expect("a token");
    assert_eq!(
        ask(&server, "get", "/api/v1/status", Some(token)).await,
        200
    );
    let request = server
        .http
        .post(server.url("/api/v1/tokens"))
        .bearer_auth(token);
    let wanted = serde_json::json!({ "name": "more", "level": 6 });
    let answer = request.json(&wanted).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 403);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    server.run(&["token", "revoke", made["id"].as_str().expect("an id")]);
    assert_eq!(
        ask(&server, "get", "/api/v1/status", Some(token)).await,
        401
    );
}

#[tokio::test]
async fn a_narrow_token_begins_no_session_and_ends_nobody_elses_token() {
    let server = Server::start().await;
    let narrow = server.run(&["token", "create", "narrow", "--level", "3"]);
    let path = "/api/v1/sign-in-links";
    assert_eq!(ask(&server, "post", path, Some(narrow.trim())).await, 403);
    let made = server.run(&["token", "create", "mine", "--output", "json"]);
    let mine: Value = serde_json::from_str(&made).expect("JSON");
    server.run(&["person", "create", "bob", "--level", "3"]);
    let bob = server.run(&["token", "create", "his", "--for", "bob"]);
    let path = format!("/api/v1/tokens/{}", mine["id"].as_str().expect("an id"));
    // Whose it is not does not even learn that it exists.
    assert_eq!(ask(&server, "delete", &path, Some(bob.trim())).await, 404);
    let token = mine["token"].as_str().expect("a token");
    assert_eq!(
        ask(&server, "get", "/api/v1/status", Some(token)).await,
        200
    );
}

/// Every method and path of the document, with something in the place of each parameter.
/// A connection on which this was said.
async fn connected(server: &Server, said: &str) -> TcpStream {
    let address = &server.address["http://".len()..];
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let written = stream.write_all(said.as_bytes()).await;
    written.expect("the server listens");
    stream
}

/// What the server says first; sooner than it gives up a body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = vec![0; 4096];
    let read = timeout(Duration::from_secs(15), stream.read(&mut answer)).await;
    let read = read.expect("the server answers").expect("it is open");
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

async fn routes(server: &Server) -> Vec<(String, String)> {
    let document = server.get("/api/openapi.json").await;
    assert_eq!(
        document["openapi"].as_str().map(|version| &version[..3]),
        Some("3.1")
    );
    let paths = document["paths"].as_object().expect("paths");
    let routes = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("an item").keys();
        methods.map(move |method| (method.clone(), filled(path)))
    });
    let routes: Vec<_> = routes.collect();
    assert!(
        routes.len() >= 25,
        "the document lists only {} routes",
        routes.len()
    );
    routes
}

fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{id}" => "1",
        part if part.starts_with('{') => "x",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(server: &Server, method: &str, path: &str, token: Option<&str>) -> u16 {
    let method = method.to_uppercase().parse().expect("a method");
    let request = server
        .http
        .request(method, server.url(path))
        .json(&serde_json::json!({}));
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request
        .send()
        .await
        .expect("the server answers")
        .status()
        .as_u16()
}
