//! Who may ask for what, written a second time and put to every route: a level below is refused, the least level is not,
//! and whoever belongs to another team is told that there is no such thing.

use About::{Large, Listed, Own, Product, Shared};
use serde_json::Value;
use tidegate_tests::{
    makers,
    server::{Server, client},
    shop::Shop,
};

/// What a route is about, and the least level that it takes.
#[derive(Debug, Clone, Copy)]
enum About {
    /// The organisation: a level in a team is worth nothing.
    Large(u8),
    /// What all teams share: members of any team may.
    Shared(u8),
    /// A list of what is seen: everybody may, and sees what is theirs.
    Listed(u8),
    /// What is of a product: its team's, and nobody else knows that it exists.
    Product(u8),
    /// Whoever asks.
    Own(u8),
}

/// Method, path, what it is about, and a body that is understood.
type Row = (&'static str, &'static str, About, &'static str);

const ROWS: &[Row] = &[
    ("post", "/api/v1/advisories", Large(5), "[]"),
    ("get", "/api/v1/artifacts", Listed(2), ""),
    ("post", "/api/v1/artifacts/check", Large(4), "{}"),
    (
        "post",
        "/api/v1/artifacts/retention",
        Large(4),
        r#"{"dry_run":true}"#,
    ),
    (
        "get",
        "/api/v1/artifacts/{product}/{component}/{reference}",
        Product(2),
        "",
    ),
    ("post", "/api/v1/backups", Large(6), ""),
    ("get", "/api/v1/changes", Listed(2), ""),
    ("post", "/api/v1/changes", Product(3), CHANGE),
    ("get", "/api/v1/changes/{id}", Product(2), ""),
    ("post", "/api/v1/changes/{id}/approve", Product(4), "{}"),
    ("post", "/api/v1/changes/{id}/close", Product(4), "{}"),
    ("post", "/api/v1/changes/{id}/turn-down", Product(4), WHY),
    ("get", "/api/v1/controls", Shared(2), ""),
    ("post", "/api/v1/controls/acknowledge", Shared(2), ""),
    (
        "post",
        "/api/v1/controls/backtest",
        Large(2),
        r#"{"control":"signed"}"#,
    ),
    ("get", "/api/v1/controls/schema", Shared(2), ""),
    ("get", "/api/v1/controls/shipped", Shared(2), ""),
    (
        "post",
        "/api/v1/controls/{control}/acknowledge",
        Shared(2),
        "",
    ),
    ("post", "/api/v1/deployments/{id}/approve", Product(3), "{}"),
    ("get", "/api/v1/deployments/{id}/approvals", Product(2), ""),
    ("get", "/api/v1/deployments/{id}/controls", Product(2), ""),
    ("post", "/api/v1/deployments/{id}/supervise", Product(3), ""),
    (
        "post",
        "/api/v1/deployments/{id}/turn-down",
        Product(3),
        r#"{"note":"x"}"#,
    ),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}/evidence",
        Product(2),
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/evidence",
        Product(3),
        r#"{"kind":"handover","note":"x"}"#,
    ),
    ("get", "/api/v1/waivers", Listed(2), ""),
    (
        "post",
        "/api/v1/waivers",
        Product(3),
        r#"{"control":"signed","product":"shop","reason":"x","hours":1}"#,
    ),
    ("post", "/api/v1/waivers/{id}/end", Product(5), ""),
    ("post", "/api/v1/waivers/{id}/sign", Product(5), ""),
    ("post", "/api/v1/apply", Large(4), APPLIED),
    ("get", "/api/v1/calendar", Shared(2), ""),
    ("get", "/api/v1/calendar.ics", Shared(2), ""),
    ("get", "/api/v1/calendar/feed", Shared(2), ""),
    ("post", "/api/v1/can", Own(2), r#"{"action":"deploy"}"#),
    ("get", "/api/v1/deployments", Listed(2), ""),
    ("post", "/api/v1/deployments", Product(2), DEPLOYMENT),
    ("get", "/api/v1/deployments/{id}", Product(2), ""),
    ("post", "/api/v1/deployments/{id}/cancel", Product(3), "{}"),
    (
        "post",
        "/api/v1/deployments/{id}/checks/{check}/accept",
        Product(5),
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/checks/{check}/retry",
        Product(3),
        "",
    ),
    (
        "post",
        "/api/v1/deployments/{id}/jobs/{component}/{job}/accept",
        Product(5),
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/jobs/{component}/{job}/retry",
        Product(3),
        "",
    ),
    (
        "post",
        "/api/v1/deployments/{id}/look-back",
        Product(2),
        "{}",
    ),
    ("post", "/api/v1/deployments/{id}/override", Product(4), WHY),
    ("post", "/api/v1/deployments/{id}/pause", Product(3), "{}"),
    ("post", "/api/v1/deployments/{id}/resume", Product(3), "{}"),
    (
        "post",
        "/api/v1/deployments/{id}/rollback",
        Product(3),
        "{}",
    ),
    (
        "post",
        "/api/v1/deployments/{id}/sign-off",
        Product(4),
        r#"{"wave":1}"#,
    ),
    ("get", "/api/v1/deployments/{id}/stream", Product(2), ""),
    (
        "post",
        "/api/v1/deployments/{id}/targets/{target}/exclude",
        Product(4),
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/targets/{target}/ignore",
        Product(4),
        WHY,
    ),
    (
        "post",
        "/api/v1/deployments/{id}/targets/{target}/retry",
        Product(3),
        "{}",
    ),
    ("get", "/api/v1/doctor", Large(2), ""),
    ("get", "/api/v1/tasks", Listed(2), ""),
    ("post", "/api/v1/tasks", Product(3), TASK),
    ("get", "/api/v1/tasks/{id}", Product(2), ""),
    ("post", "/api/v1/tasks/{id}/take", Product(2), "{}"),
    ("post", "/api/v1/tasks/{id}/assign", Product(3), "{}"),
    ("post", "/api/v1/tasks/{id}/start", Product(2), "{}"),
    ("post", "/api/v1/tasks/{id}/finish", Product(2), "{}"),
    (
        "post",
        "/api/v1/tasks/{id}/skip",
        Product(3),
        r#"{"note":"x"}"#,
    ),
    ("post", "/api/v1/tasks/{id}/reopen", Product(3), "{}"),
    ("get", "/api/v1/drills", Listed(2), ""),
    ("post", "/api/v1/drills", Product(3), DEPLOYMENT),
    ("get", "/api/v1/drills/{id}", Product(2), ""),
    ("post", "/api/v1/drills/{id}/cancel", Product(3), ""),
    (
        "post",
        "/api/v1/enrolments",
        Large(4),
        r#"{"environment":"testing"}"#,
    ),
    ("get", "/api/v1/group-runs", Listed(2), ""),
    ("post", "/api/v1/group-runs", Product(2), GROUP),
    ("get", "/api/v1/group-runs/{id}", Product(2), ""),
    ("post", "/api/v1/group-runs/{id}/cancel", Product(3), ""),
    ("post", "/api/v1/group-runs/{id}/rollback", Product(3), "{}"),
    ("get", "/api/v1/incarnation", Large(6), ""),
    ("post", "/api/v1/incarnation", Large(6), WHY),
    ("post", "/api/v1/instruction-key/successor", Large(4), ""),
    ("get", "/api/v1/journal", Listed(2), ""),
    ("get", "/api/v1/journal/checkpoint", Shared(2), ""),
    ("get", "/api/v1/journal/export", Large(2), ""),
    ("get", "/api/v1/journal/proofs/consistency", Shared(2), ""),
    ("get", "/api/v1/journal/proofs/inclusion", Shared(2), ""),
    ("get", "/api/v1/logs", Product(2), ""),
    ("get", "/api/v1/people", Large(2), ""),
    (
        "post",
        "/api/v1/people",
        Large(6),
        r#"{"name":"x","level":2}"#,
    ),
    ("delete", "/api/v1/people/{name}", Large(6), ""),
    ("patch", "/api/v1/people/{name}", Large(6), "{}"),
    ("delete", "/api/v1/people/{name}/external", Large(6), ""),
    ("post", "/api/v1/people/{name}/sign-in-links", Large(6), ""),
    ("get", "/api/v1/people/{name}/trusts", Large(6), ""),
    (
        "put",
        "/api/v1/people/{name}/trusts/{trust}",
        Large(6),
        r#"{"issuer":"https://ci.example","audience":"tidegate","claims":{"sub":"x"}}"#,
    ),
    (
        "delete",
        "/api/v1/people/{name}/trusts/{trust}",
        Large(6),
        "",
    ),
    ("put", "/api/v1/password", Own(2), "{}"),
    ("post", "/api/v1/plans", Product(2), DEPLOYMENT),
    ("get", "/api/v1/policies", Shared(2), ""),
    ("get", "/api/v1/policies/schema", Shared(2), ""),
    ("get", "/api/v1/policies/shipped", Shared(2), ""),
    ("get", "/api/v1/products", Listed(2), ""),
    ("get", "/api/v1/products/{product}/releases", Product(2), ""),
    (
        "post",
        "/api/v1/products/{product}/releases",
        Product(4),
        RELEASE,
    ),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}",
        Product(2),
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/block",
        Product(3),
        WHY,
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/configure",
        Product(4),
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/contents",
        Product(4),
        r#"{"components":{"web":"1.0.0"}}"#,
    ),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}/plan",
        Product(2),
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/plan",
        Product(4),
        "{}",
    ),
    (
        "put",
        "/api/v1/products/{product}/releases/{version}/plan",
        Product(4),
        r#"{"base":1,"text":"purpose: x","dry_run":true}"#,
    ),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}/plan/editions",
        Product(2),
        "",
    ),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}/scope",
        Product(2),
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/scope/adjustments",
        Product(4),
        r#"{"act":"write","change":"+banner","description":"x","reason":"x"}"#,
    ),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}/notes",
        Product(2),
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/notes",
        Product(3),
        r#"{"audience":"customer","subject":"introduction","text":"x"}"#,
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/seal",
        Product(4),
        "",
    ),
    (
        "post",
        "/api/v1/products/{product}/releases/{version}/unblock",
        Product(4),
        "",
    ),
    (
        "put",
        "/api/v1/products/{product}/secrets/{name}",
        Product(4),
        r#"{"value":"x"}"#,
    ),
    ("get", "/api/v1/proposals", Large(2), ""),
    ("post", "/api/v1/proposals/{id}/agree", Large(6), ""),
    ("post", "/api/v1/proposals/{id}/turn-down", Large(6), ""),
    ("get", "/api/v1/rehearsals", Listed(2), ""),
    ("post", "/api/v1/rehearsals", Product(3), REHEARSAL),
    ("get", "/api/v1/rehearsals/{id}", Product(2), ""),
    (
        "post",
        "/api/v1/remove",
        Large(4),
        r#"{"kind":"Freeze","name":"quiet","dry_run":true}"#,
    ),
    (
        "post",
        "/api/v1/rollbacks",
        Product(3),
        r#"{"product":"shop","environment":"testing"}"#,
    ),
    (
        "get",
        "/api/v1/products/{product}/releases/{version}/evidence-file",
        Product(2),
        "",
    ),
    ("get", "/api/v1/parts", Listed(2), ""),
    ("get", "/api/v1/vulnerabilities", Listed(2), ""),
    ("get", "/api/v1/trackers/{tracker}/items", Shared(2), ""),
    (
        "post",
        "/api/v1/trackers/{tracker}/items",
        Large(3),
        r#"{"items":[]}"#,
    ),
    ("post", "/api/v1/secrets/rotate", Large(6), "{}"),
    ("get", "/api/v1/sessions", Own(2), ""),
    ("delete", "/api/v1/sessions/{id}", Own(2), ""),
    ("post", "/api/v1/sign-in-links", Own(2), ""),
    ("get", "/api/v1/status", Listed(2), ""),
    ("get", "/api/v1/targets", Shared(2), ""),
    (
        "delete",
        "/api/v1/targets/{environment}/{target}/agent",
        Large(4),
        "",
    ),
    ("get", "/api/v1/tokens", Own(2), ""),
    ("post", "/api/v1/tokens", Own(3), r#"{"name":"x"}"#),
    ("delete", "/api/v1/tokens/{id}", Own(2), ""),
    (
        "post",
        "/api/v1/workload-tokens",
        Own(2),
        r#"{"grant_type":"urn:ietf:params:oauth:grant-type:token-exchange","account":"robot","subject_token":"x",
            "subject_token_type":"urn:ietf:params:oauth:token-type:jwt"}"#,
    ),
];
const WHY: &str = r#"{"reason":"x"}"#;
const DEPLOYMENT: &str = r#"{"product":"shop","release":"1.0.0","environment":"testing"}"#;
const GROUP: &str = r#"{"members":[{"product":"shop","release":"1.0.0","environment":"testing"},{"product":"bank","release":"1.0.0","environment":"testing"}]}"#;
const REHEARSAL: &str =
    r#"{"deployment":{"product":"shop","release":"1.0.0","environment":"testing"}}"#;
/// It waits for a second person, and forbids nothing that anybody does.
const CHANGE: &str = r#"{"kind":"normal","title":"x","product":"shop","environment":"testing"}"#;
const RELEASE: &str = r#"{"version":"1.0.0"}"#;
const APPLIED: &str = r#"{"files":[{"path":"a","text":"kind: Environment\nname: testing\ntitle: Changed"}],"dry_run":true}"#;
/// A task beside a plan.
const TASK: &str = r#"{"product":"shop","version":"1.0.0","title":"x"}"#;
/// The levels there are.
const LEVELS: std::ops::RangeInclusive<u8> = 2..=6;
/// A deployment, a drill, a rehearsal and a group run, each with number 1, of two products of one team.
struct World {
    shop: Shop,
    http: reqwest::Client,
}

impl World {
    fn new() -> Self {
        let shop = makers::furnished();
        Self {
            shop,
            http: client(),
        }
    }

    fn token(&self, name: &str) -> String {
        let token = self.shop.ok(&["token", "create", "test", "--for", name]);
        token.trim().to_owned()
    }

    /// The status, and the problem if there is one.
    async fn ask(&self, (method, path, _, body): &Row, token: &str) -> (u16, Value) {
        let (status, text) = self.text((method, path, body), token).await;
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn text(&self, (method, path, body): (&str, &str, &str), token: &str) -> (u16, String) {
        let method = method.to_uppercase().parse().expect("a method");
        let url = format!("{}{}", self.shop.url(), filled(path));
        let request = self.http.request(method, url).bearer_auth(token);
        let request = request.header("content-type", "application/json");
        let answer = request
            .body(body.to_owned())
            .send()
            .await
            .expect("the server answers");
        let status = answer.status().as_u16();
        if path.ends_with("/stream") && status == 200 {
            return (status, String::new());
        }
        (status, answer.text().await.expect("a whole answer"))
    }
}

/// The path with names and numbers of what there is in the world.
fn filled(path: &str) -> String {
    let path = match path {
        "/api/v1/logs" => {
            "/api/v1/logs?product=shop&component=web&environment=testing&target=testing-1"
        }
        "/api/v1/journal/proofs/consistency" => "/api/v1/journal/proofs/consistency?from=1",
        "/api/v1/journal/proofs/inclusion" => "/api/v1/journal/proofs/inclusion?sequence=0",
        "/api/v1/parts" => "/api/v1/parts?q=lodash",
        other => other,
    };
    let nothing = "00000000-0000-7000-8000-000000000000";
    path.replace("/tokens/{id}", &format!("/tokens/{nothing}"))
        .replace("/people/{name}", "/people/unknown")
        .replace("{id}", "1")
        .replace("{control}", "signed")
        .replace("{tracker}", "tickets")
        .replace("{product}", "shop")
        .replace("{version}", "1.0.0")
        .replace("{component}", "web")
        .replace("{reference}", "1.0.0")
        .replace(['{', '}'], "")
}

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

#[tokio::test(flavor = "multi_thread")]
async fn the_least_level_is_needed_and_enough_and_another_team_knows_of_nothing() {
    let world = World::new();
    for level in LEVELS {
        let name = format!("level-{level}");
        world
            .shop
            .ok(&["person", "create", &name, "--level", &level.to_string()]);
        // Who assists does what falls to them.
        if level == *LEVELS.start() {
            world.shop.ok(&["task", "assign", "1", "--to", &name]);
        }
        let token = world.token(&name);
        for row in ROWS {
            let (Large(least) | Shared(least) | Listed(least) | Product(least) | Own(least)) =
                row.2;
            world.expect(row, &token, level < least).await;
        }
    }
    // A level in a team is as good for what the team has, and worth nothing beyond.
    let (maker, rival, nobody) = (
        world.token("maker"),
        world.token("rival"),
        world.token("nobody"),
    );
    for row in ROWS {
        let is_large = matches!(row.2, Large(_));
        world.expect(row, &maker, is_large).await;
        for (stranger, belongs) in [(&rival, true), (&nobody, false)] {
            match row.2 {
                Large(_) => world.expect(row, stranger, true).await,
                Shared(_) => world.expect(row, stranger, !belongs).await,
                Own(least) => world.expect(row, stranger, !belongs && least > 2).await,
                Listed(_) => world.shows_nothing(row, stranger).await,
                Product(_) => world.hides(row, stranger).await,
            }
        }
    }
}

impl World {
    async fn expect(&self, row: &Row, token: &str, expected: bool) {
        let (status, problem) = self.ask(row, token).await;
        let said = format!("{row:?} is answered with {status}: {problem}");
        let is_refused = status == 403 && problem["type"] == "not-allowed";
        assert_eq!(is_refused, expected, "{said}");
        let is_known = !matches!(status, 401 | 403) && status < 500;
        assert!(is_refused || is_known, "{said}");
    }

    /// A list that this person may ask for, with nothing of the other team in it.
    async fn shows_nothing(&self, (method, path, _, body): &Row, token: &str) {
        let (status, text) = self.text((method, path, body), token).await;
        assert_eq!(status, 200, "{path}: {text}");
        for word in ["shop", "bank", "1.1.0"] {
            assert!(!text.contains(word), "{path} tells of {word}: {text}");
        }
    }

    /// What exists is answered like what does not.
    async fn hides(&self, row: &Row, token: &str) {
        let (method, path, _, body) = row;
        let (status, there) = self.ask(row, token).await;
        assert_eq!(status, 404, "{row:?}: {there}");
        let unknown = |text: &str| {
            let text = text.replace("shop", "xshop").replace("bank", "xbank");
            text.replace("/{id}", "/99")
        };
        let (other, not_there) = self
            .text((method, &unknown(&filled_ids(path)), &unknown(body)), token)
            .await;
        let not_there: Value = serde_json::from_str(&not_there).unwrap_or_default();
        assert_eq!(
            (status, &there["type"]),
            (other, &not_there["type"]),
            "{row:?}: {not_there}"
        );
        assert_eq!(there["hint"], not_there["hint"], "{row:?}");
    }
}

/// The product said by name, so that another can be said in its place.
fn filled_ids(path: &str) -> String {
    match path {
        "/api/v1/logs" => filled(path),
        other => other.replace("{product}", "shop"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_reads_its_own_part_of_the_journal_and_no_other() {
    let world = World::new();
    for (who, sees) in [("maker", true), ("rival", false)] {
        let token = world.token(who);
        let path = "/api/v1/journal?limit=500";
        let (status, text) = world.text(("get", path, ""), &token).await;
        assert_eq!(status, 200, "{text}");
        for subject in [
            "release/shop/1.0.0",
            "deployment/1",
            "drill/1",
            "change/1",
            "waiver/1",
            "task/1",
            "group-run/1",
            "artifact/shop/web@",
        ] {
            let told = text.contains(&format!("\"subject\":\"{subject}"));
            assert_eq!(told, sees, "{who}, {subject}: {text}");
        }
        assert!(!text.contains("\"subject\":\"person/"), "{who}: {text}");
    }
}
