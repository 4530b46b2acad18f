//! Suppliers: what they run is asked by one server of several, by the question that is declared now, and in real registries.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::Value;
use std::collections::BTreeMap;
use test_postgres::Postgres;
use tidegate_tests::{
    mirror::Mirror,
    server::{Server, TOKEN, software, text},
    shop::until,
    supplier_site::SupplierSite,
};

/// What acme runs, by component; nothing of what nobody knows.
fn runs(server: &Server) -> BTreeMap<String, String> {
    let shown = server.json(&["supplier", "show", "acme"]);
    let places = shown["places"].as_array().unwrap().iter();
    let known = places.filter_map(|it| {
        let runs = it["runs"].as_str()?;
        Some((it["component"].as_str()?.to_owned(), runs.to_owned()))
    });
    known.collect()
}

fn observed(server: &Server) -> usize {
    let shown = server.json(&["supplier", "show", "acme"]);
    shown["observations"].as_array().unwrap().len()
}

/// An environment, and acme with so many components there that its site says the version of.
fn components(site: &SupplierSite, count: usize) -> String {
    let component = |number: usize| {
        let url = format!("{}c{number}", site.url());
        format!(
            "- {{ name: c{number}, environments: {{ live: {{ probe: {{ by: {{ header: {{ url: \"{url}\", name: x-version, pattern: \"gateway/(.+)\" }} }}, \
             every: 10m, agree: 1 }} }} }} }}\n"
        )
    };
    let all: String = (0..count).map(component).collect();
    format!("kind: Environment\nname: live\n---\nkind: Supplier\nname: acme\ncomponents:\n{all}")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_one_asks_and_when_it_is_gone_the_other_does() {
    let (postgres, site) = (Postgres::start(), SupplierSite::open("2.4.1"));
    let address = postgres.address();
    let mut first = Server::with(&["--database", &address]).await;
    let key = first.directory().join("server").join("key");
    let second = Server::with(&["--database", &address, "--key-file", text(&key)]).await;
    first.apply(&components(&site, 20));
    until("all are known to both", || {
        runs(&first).len() == 20 && runs(&second).len() == 20
    });
    let mut asked = site.asked();
    asked.sort();
    let mut each = asked.clone();
    each.dedup();
    assert_eq!((asked.len(), each.len()), (20, 20), "{asked:?}");
    first.kill();
    second.apply(&components(&site, 21));
    until("the other asks", || runs(&second).contains_key("c20"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_question_is_asked_at_once_and_is_no_change() {
    let site = SupplierSite::open("2.4.1");
    let server = Server::start().await;
    let by = |means: &str| {
        server.apply(&format!(
            "kind: Environment\nname: live\n---\nkind: Supplier\nname: acme\ncomponents: [{{ name: gateway, environments: \
             {{ live: {{ probe: {{ by: {{ {means} }}, every: 10m, agree: 1 }} }} }} }}]\n"
        ));
    };
    let is = |version: &str| runs(&server).get("gateway").is_some_and(|it| it == version);
    let header = format!("header: {{ url: \"{}\", name: x-version", site.url());
    by(&format!("{header}, pattern: \"gateway/2.(.+)\" }}"));
    until("a part of the version is known", || is("4.1"));
    by(&format!("{header}, pattern: \"gateway/(.+)\" }}"));
    until("all of it is known", || is("2.4.1"));
    by(&format!(
        "json: {{ url: \"{}\", path: $.build.version }}",
        site.url()
    ));
    until("it was asked once more", || site.asked().len() == 3);
    until("and is known again", || is("2.4.1"));
    assert_eq!(observed(&server), 0);
}

/// The digest of what a tag of the shop's repository names, as the registry says it.
async fn digest(server: &Server, tag: &str) -> String {
    let url = server.url(&format!("/v2/shop/web/manifests/{tag}"));
    let accept = "application/vnd.oci.image.manifest.v1+json";
    let request = server.http.get(url).basic_auth("test", Some(TOKEN));
    let answer = request.header("accept", accept).send().await.unwrap();
    let digest = &answer.headers()["docker-content-digest"];
    digest.to_str().unwrap().to_owned()
}

const SHOP: &str = "kind: Environment\nname: live\n---\nkind: Product\nname: shop\npath: [live]\ncomponents:\n  - name: web\n    \
    driver: service\n    service: { command: [\"./web\"] }\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tag_names_is_asked_of_a_registry() {
    let server = Server::start().await;
    server.apply(SHOP);
    let push = |content: &str| {
        let wares = software(server.directory(), content, &[("web", content)]);
        server.run(&["push", "shop/web:newest", text(&wares)]);
    };
    push("one");
    let first = digest(&server, "newest").await;
    let mirror = Mirror::of(&server.address);
    // Whoever has no account is not let in to the registry itself, and that is said.
    let own = server.address.strip_prefix("http://").unwrap();
    let component = |name: &str, place: &str| {
        format!(
            "  - {{ name: {name}, environments: {{ live: {{ probe: {{ by: {{ tag: {{ repository: \"{place}/shop/web\", tag: newest }} }}, \
             every: 30s, agree: 1 }} }} }} }}\n"
        )
    };
    let (open, closed) = (component("open", &mirror.place), component("closed", own));
    server.apply(&format!(
        "kind: Supplier\nname: acme\ncomponents:\n{open}{closed}"
    ));
    until("what the tag names is known", || {
        runs(&server)
            .get("open")
            .is_some_and(|it| first.contains(it.as_str()) || it.contains(&first))
    });
    until("why nobody knows the other is told", || {
        let shown = server.json(&["supplier", "show", "acme"]);
        let places = shown["places"].as_array().unwrap();
        let closed = places
            .iter()
            .find(|it| it["component"] == "closed")
            .unwrap();
        closed["silence"] != Value::Null
    });
    // What the supplier does not have any more is not silent.
    let silent = || server.json(&["supplier", "list"])[0]["silent"].clone();
    assert_eq!(silent(), 1);
    server.apply(&format!("kind: Supplier\nname: acme\ncomponents:\n{open}"));
    assert_eq!(silent(), 0);
    push("two");
    let second = digest(&server, "newest").await;
    assert_ne!(first, second);
    until("the tag names something else", || observed(&server) == 1);
    drop(mirror);
}
