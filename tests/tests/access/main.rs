//! Who may ask for what, written a second time and put to every route: a level below is refused, the least level is not,
//! and whoever belongs to another team is told that there is no such thing.

mod rows;

use rows::{
    About::{Large, Listed, Own, Product, Shared},
    Row, all,
};
use serde_json::Value;
use tidegate_tests::{
    makers,
    server::{Server, client},
    shop::Shop,
};

/// The levels there are.
const LEVELS: std::ops::RangeInclusive<u8> = 2..=6;
/// A deployment, a drill, a rehearsal, a preflight and a group run, each with number 1, of two products of one team.
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
        "/api/v1/comments" => "/api/v1/comments?subject=release/shop/1.0.0",
        "/api/v1/parts" => "/api/v1/parts?q=lodash",
        "/api/v1/products/{product}/test-reports" => {
            "/api/v1/products/{product}/test-reports?digest=sha256:0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427"
        }
        other => other,
    };
    let nothing = "00000000-0000-7000-8000-000000000000";
    path.replace("/tokens/{id}", &format!("/tokens/{nothing}"))
        .replace("/people/{name}", "/people/unknown")
        .replace("{kind}/items/{item}/{deed}", "operations/items/errors/done")
        .replace("{kind}/{deed}", "operations/offer")
        .replace("{kind}", "operations")
        .replace("{way}/{step}/{deed}", "forward/call/start")
        .replace("{way}", "forward")
        .replace("{deed}", "reveal")
        .replace("{note}", "1")
        .replace("{group}", "1")
        .replace("{id}", "1")
        .replace("{control}", "signed")
        .replace("{tracker}", "tickets")
        .replace("{audience}", "staff")
        .replace("{supplier}", "acme")
        .replace("{procedure}", "go-back")
        .replace("{number}", "1")
        .replace("{channel}", "pages")
        .replace("/duties/{environment}", "/duties/testing")
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
    let mut rows: Vec<_> = all().map(row).collect();
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
            world.shop.ok(&["issue", "assign", "1", "--to", &name]);
        }
        let token = world.token(&name);
        for row in all() {
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
    for row in all() {
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
            text.replace("/{id}", "/99").replace("/{train}", "/other")
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
        "/api/v1/logs" | "/api/v1/products/{product}/test-reports" => filled(path),
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
            "preflight/1",
            "change/1",
            "waiver/1",
            "task/1",
            "issue/1",
            "message/1",
            "group-run/1",
            "artifact/shop/web@",
        ] {
            let told = text.contains(&format!("\"subject\":\"{subject}"));
            assert_eq!(told, sees, "{who}, {subject}: {text}");
        }
        assert!(!text.contains("\"subject\":\"person/"), "{who}: {text}");
    }
}
