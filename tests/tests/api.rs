//! The API as its own document describes it: nothing answers a stranger, and a token is worth what it says.

use serde_json::Value;
use tidegate_tests::server::Server;

#[tokio::test]
async fn no_route_answers_a_stranger() {
    let server = Server::start().await;
    for (method, path) in routes(&server).await {
        let status = ask(&server, &method, &path, None).await;
        // A program shows there what it has, to get a token.
        let is_open = path == "/api/v1/workload-tokens";
        let expected = if is_open { 400 } else { 401 };
        assert_eq!(status, expected, "{method} {path} answers without a token");
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
