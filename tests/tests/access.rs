//! Who may ask for what, written a second time and put to every route: a level below is refused, the least level is not.

use serde_json::Value;
use tidegate_tests::server::Server;

/// Method, path, the least level, and a body that is understood.
type Row = (&'static str, &'static str, u8, &'static str);

const ROWS: &[Row] = &[
    ("post", "/api/v1/apply", 4, r#"{"files":[]}"#),
    ("get", "/api/v1/calendar", 2, ""),
    ("get", "/api/v1/calendar.ics", 2, ""),
    ("get", "/api/v1/calendar/feed", 2, ""),
    ("get", "/api/v1/deployments", 2, ""),
    ("post", "/api/v1/deployments", 3, DEPLOYMENT),
    ("get", "/api/v1/deployments/{id}", 2, ""),
    (
        "post",
        "/api/v1/deployments/{id}/checks/{check}/accept",
        5,
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/checks/{check}/retry",
        3,
        "",
    ),
    ("post", "/api/v1/deployments/{id}/cancel", 3, "{}"),
    (
        "post",
        "/api/v1/deployments/{id}/jobs/{component}/{job}/accept",
        5,
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/jobs/{component}/{job}/retry",
        3,
        "",
    ),
    ("post", "/api/v1/deployments/{id}/look-back", 2, "{}"),
    ("post", "/api/v1/deployments/{id}/override", 4, WHY),
    ("post", "/api/v1/deployments/{id}/pause", 3, "{}"),
    ("post", "/api/v1/deployments/{id}/resume", 3, "{}"),
    ("post", "/api/v1/deployments/{id}/rollback", 3, "{}"),
    (
        "post",
        "/api/v1/deployments/{id}/sign-off",
        4,
        r#"{"wave":1}"#,
    ),
    ("get", "/api/v1/deployments/{id}/stream", 2, ""),
    (
        "post",
        "/api/v1/deployments/{id}/targets/{target}/exclude",
        4,
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/targets/{target}/ignore",
        4,
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/targets/{target}/retry",
        3,
        "{}",
    ),
    ("get", "/api/v1/doctor", 2, ""),
    ("get", "/api/v1/drills", 2, ""),
    ("post", "/api/v1/drills", 3, DEPLOYMENT),
    ("get", "/api/v1/drills/{id}", 2, ""),
    ("post", "/api/v1/drills/{id}/cancel", 3, ""),
    ("post", "/api/v1/enrolments", 4, r#"{"environment":"x"}"#),
    ("get", "/api/v1/group-runs", 2, ""),
    ("post", "/api/v1/group-runs", 3, GROUP),
    ("get", "/api/v1/group-runs/{id}", 2, ""),
    ("post", "/api/v1/group-runs/{id}/cancel", 3, ""),
    ("post", "/api/v1/group-runs/{id}/rollback", 3, "{}"),
    ("get", "/api/v1/journal", 2, ""),
    ("get", "/api/v1/journal/checkpoint", 2, ""),
    ("get", "/api/v1/journal/export", 2, ""),
    ("get", "/api/v1/logs", 2, ""),
    ("get", "/api/v1/people", 2, ""),
    ("post", "/api/v1/people", 6, r#"{"name":"x","level":2}"#),
    ("post", "/api/v1/plans", 2, DEPLOYMENT),
    ("get", "/api/v1/products", 2, ""),
    ("get", "/api/v1/products/{product}/releases", 2, ""),
    ("post", "/api/v1/products/{product}/releases", 4, RELEASE),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}",
        2,
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/block",
        3,
        WHY,
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/configure",
        4,
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/seal",
        4,
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/unblock",
        4,
        "",
    ),
    (
        "put",
        "/api/v1/products/{product}/secrets/{name}",
        4,
        r#"{"value":"x"}"#,
    ),
    ("get", "/api/v1/rehearsals", 2, ""),
    ("post", "/api/v1/rehearsals", 3, REHEARSAL),
    ("get", "/api/v1/rehearsals/{id}", 2, ""),
    (
        "post",
        "/api/v1/remove",
        4,
        r#"{"kind":"Freeze","name":"x"}"#,
    ),
    (
        "post",
        "/api/v1/rollbacks",
        3,
        r#"{"product":"x","environment":"x"}"#,
    ),
    ("post", "/api/v1/sign-in-links", 2, ""),
    ("get", "/api/v1/status", 2, ""),
    ("get", "/api/v1/targets", 2, ""),
    ("post", "/api/v1/tokens", 3, r#"{"name":"x"}"#),
    ("delete", "/api/v1/tokens/{id}", 3, ""),
];
const WHY: &str = r#"{"reason":"x"}"#;
const DEPLOYMENT: &str = r#"{"product":"x","release":"1","environment":"x"}"#;
const GROUP: &str = r#"{"members":[{"product":"x","release":"1","environment":"x"},{"product":"y","release":"1","environment":"x"}]}"#;
const REHEARSAL: &str = r#"{"deployment":{"product":"x","release":"1","environment":"x"}}"#;
const RELEASE: &str = r#"{"version":"1"}"#;
/// The levels there are.
const LEVELS: std::ops::RangeInclusive<u8> = 2..=6;

#[tokio::test]
async fn each_route_of_the_document_has_its_row() {
    let server = Server::start().await;
    let document = server.get("/api/openapi.json").await;
    let paths = document["paths"].as_object().expect("paths");
    let described = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("an item").keys();
        methods.map(move |method| (method.clone(), path.clone()))
    });
    let mut described: Vec<_> = described.collect();
    let row = |(method, path, ..): &Row| ((*method).to_owned(), (*path).to_owned());
    let mut rows: Vec<_> = ROWS.iter().map(row).collect();
    described.sort();
    rows.sort();
    assert_eq!(described, rows);
}

#[tokio::test]
async fn the_least_level_is_needed_and_enough() {
    let server = Server::start().await;
    for level in LEVELS {
        let token = token_of(&server, level);
        for row in ROWS {
            let (method, path, least, _) = *row;
            let (status, problem) = ask(&server, row, &token).await;
            let said = format!("{method} {path} answers level {level} with {status}: {problem}");
            let is_refused = status == 403 && problem["type"] == "not-allowed";
            assert_eq!(is_refused, level < least, "{said}");
            let is_known = !matches!(status, 401 | 403) && status < 500;
            assert!(is_refused || is_known, "{said}");
        }
    }
}

/// The token of a person of that level.
fn token_of(server: &Server, level: u8) -> String {
    let name = format!("level-{level}");
    server.run(&["person", "create", &name, "--level", &level.to_string()]);
    let token = server.run(&["token", "create", &name, "--for", &name]);
    token.trim().to_owned()
}

/// The status, and the problem if there is one.
async fn ask(server: &Server, (method, path, _, body): &Row, token: &str) -> (u16, Value) {
    let method = method.to_uppercase().parse().expect("a method");
    let path = path
        .replace(
            "/tokens/{id}",
            "/tokens/00000000-0000-7000-8000-000000000000",
        )
        .replace("{id}", "1")
        .replace(['{', '}'], "");
    let request = server.http.request(method, server.url(&path));
    let request = request.bearer_auth(token).body(*body);
    let request = request.header("content-type", "application/json");
    let answer = request.send().await.expect("the server answers");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("a whole answer");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}
