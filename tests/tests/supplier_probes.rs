//! Suppliers: what they run is asked by one server of several, by the question that is declared now, of real registries and of
//! programs; and whoever lies is not believed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use test_postgres::Postgres;
use tidegate_tests::{
    lying_site::LyingSite,
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

#[tokio::test(flavor = "multi_thread")]
async fn a_program_of_the_directory_says_the_version_and_no_other_is_run() {
    let mut server = Server::prepared();
    let files = [
        ("acme-version", "#!/bin/sh\necho \"$1/2.4.1\"\n"),
        ("confused", "#!/bin/sh\necho \"I do not know\"\n"),
        ("broken", "#!/bin/sh\necho 2.4.1\nexit 3\n"),
    ];
    let programs = software(server.directory(), "programs", &files);
    software(
        server.directory(),
        "other",
        &[("secret", "#!/bin/sh\necho 6.6.6\n")],
    );
    server.more = ["--probe-programs", text(&programs)]
        .map(str::to_owned)
        .into();
    server.start_again().await;
    let component = |name: &str, run: &str, more: &str| {
        format!(
            "- {{ name: {name}, environments: {{ live: {{ probe: {{ by: {{ command: {{ run: [{run}]{more} }} }}, agree: 1 }} }} }} }}\n"
        )
    };
    let all = [
        component("gateway", "acme-version, live", ", pattern: \"live/(.+)\""),
        component("ledger", "confused", ""),
        component("vault", "broken", ""),
        component("till", "../other/secret", ""),
    ];
    server.apply(&format!(
        "kind: Environment\nname: live\n---\nkind: Supplier\nname: acme\ncomponents:\n{}",
        all.concat()
    ));
    until("all were asked", || {
        runs(&server).len() + silences(&server).len() == 4
    });
    assert_eq!(
        runs(&server),
        BTreeMap::from([("gateway".to_owned(), "2.4.1".to_owned())])
    );
    let silences = silences(&server);
    for (component, why) in [
        ("ledger", "`I do not know` is no version"),
        ("vault", "the command ended with code 3"),
        ("till", "a program is named without a path"),
    ] {
        assert!(silences[component].contains(why), "{silences:?}");
    }
}

/// Why nobody knows what acme runs, by component.
fn silences(server: &Server) -> BTreeMap<String, String> {
    let shown = server.json(&["supplier", "show", "acme"]);
    let places = shown["places"].as_array().unwrap().iter();
    let silent = places.filter_map(|it| {
        let why = it["silence"].as_str()?;
        Some((it["component"].as_str()?.to_owned(), why.to_owned()))
    });
    silent.collect()
}

/// What the journal has about acme: the action, and what was told.
fn journal(server: &Server) -> Vec<String> {
    let list = ["journal", "list", "--subject", "supplier/acme", "-n", "500"];
    let page = server.json(&list);
    let entries = page["entries"].as_array().unwrap().iter();
    let line = |it: &Value| {
        let (action, told) = (&it["action"], &it["detail"]["told"]);
        format!("{}: {}", action.as_str().unwrap(), told.as_str()?).into()
    };
    entries.filter_map(line).collect()
}

/// A supplier that lies about all its components, and one that does not.
fn lied_to(lying: &LyingSite, honest: &SupplierSite) -> String {
    let probe = |url: &str, path: &str, agree: u32| {
        format!(
            "{{ by: {{ json: {{ url: \"{url}\", path: {path} }} }}, every: 30s, agree: {agree} }}"
        )
    };
    let component = |name: &str, probe: &str| {
        format!("- {{ name: {name}, environments: {{ live: {{ probe: {probe} }} }} }}\n")
    };
    let lies = ["noise", "page", "nothing", "endless", "in-turn"];
    let lies = lies.map(|it| component(it, &probe(&lying.url(it), "$.version", 2)));
    let good = component("good", &probe(&honest.url(), "$.build.version", 1));
    format!(
        "kind: Environment\nname: live\n---\nkind: Supplier\nname: acme\ncomponents:\n{}---\nkind: Supplier\nname: zeta\ncomponents:\n{good}",
        lies.concat()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplier_that_lies_is_not_believed_and_the_others_are_asked_all_the_same() {
    let (lying, honest) = (LyingSite::open(), SupplierSite::open("1.0.0"));
    let server = Server::start().await;
    server.apply(&lied_to(&lying, &honest));
    let silent = || silences(&server);
    until("all but one are silent", || silent().len() == 4);
    for (lie, why) in [
        ("page", "it answered a page and no JSON"),
        ("nothing", "`<script>alert(1)</script>` is no version"),
        ("endless", "it answered more than 256 KiB"),
    ] {
        assert!(silent()[lie].contains(why), "{lie}: {:?}", silent());
    }
    let told = server.run(&["supplier", "show", "acme"]);
    for lie in ["noise", "page", "nothing", "endless"] {
        let mut lines = told
            .lines()
            .map(|it| it.split_whitespace().collect::<Vec<_>>());
        let is_so = lines.any(|it| it.starts_with(&[lie, "live", "not", "known"]));
        assert!(is_so, "{lie}: {told}");
    }
    let listed = server.json(&["supplier", "list"]);
    assert_eq!(
        (&listed[0]["silent"], &listed[1]["silent"]),
        (&json!(4), &json!(0))
    );

    // Two versions in turn are no change, and that is said. What the other supplier runs is seen to change meanwhile.
    let zeta = || server.json(&["supplier", "show", "zeta"]);
    until("the other supplier is asked", || {
        zeta()["places"][0]["runs"] == "1.0.0"
    });
    honest.says("1.1.0");
    until("it is said that it wavers", || {
        let all = journal(&server);
        let wavers = "supplier.wavers: it answers 2.4.1 and 2.5.0 in turn";
        all.iter().any(|it| it.starts_with(wavers))
    });
    until("a change was seen", || {
        zeta()["observations"][0]["to"] == "1.1.0"
    });
    assert_eq!(runs(&server), BTreeMap::new());
    assert_eq!(observed(&server), 0, "{:?}", journal(&server));
    let journal = journal(&server);
    let silent = journal
        .iter()
        .filter(|it| it.starts_with("supplier.silent: not known since"));
    assert_eq!(silent.count(), 4, "each is told once: {journal:?}");
}
