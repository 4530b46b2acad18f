//! What is attached to artifacts, whom it is believed from, and what controls make of it: with real agents, and
//! signatures as cosign writes them.

use serde_json::{Value, json};
use tidegate_tests::{
    cosign::Signer,
    office::Office,
    server::client,
    shop::{TOKEN, until},
};

const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

/// The office, with keys.
struct Works {
    office: Office,
    release: Signer,
    second: Signer,
    build: Signer,
}

impl Works {
    fn open() -> Self {
        Self {
            office: Office::open(),
            release: Signer::new(),
            second: Signer::new(),
            build: Signer::new(),
        }
    }

    /// Declares whose word counts, and enforces a control.
    fn declare(&self, control: &str, revoked: &str) {
        let (release, second) = (self.release.public_key(8), self.second.public_key(8));
        let build = self.build.public_key(8);
        self.office.apply(&format!(
            "kind: KeySet
name: release-keys
products: [shop]
signers:
  threshold: 2
  keys:
    - name: first
      valid_from: 2020-01-01T00:00:00Z
      public_key: {release}{revoked}    - name: second
      valid_from: 2020-01-01T00:00:00Z
      public_key: {second}
---
kind: KeySet
name: builders
purpose: build
signers:
  threshold: 1
  keys:
    - name: ci
      valid_from: 2020-01-01T00:00:00Z
      public_key: {build}
---
kind: Control
name: {control}
mode: enforce
environments: [testing]
"
        ));
    }

    fn artifact(&self, version: &str) -> Value {
        let what = format!("shop/web:{version}");
        self.office
            .shop
            .json(&["artifact", "show", &what, "--output", "json"])
    }

    /// Waits until everything attached to it was read.
    fn read(&self, version: &str, attached: usize) -> Value {
        until("all of it was read", || {
            let it = self.artifact(version);
            it["waiting"] == 0 && it["attached"].as_array().expect("a list").len() == attached
        });
        self.artifact(version)
    }

    fn digest(&self, version: &str) -> String {
        let it = self.artifact(version);
        it["digest"].as_str().expect("a digest").to_owned()
    }

    fn write(&self, name: &str, value: &str) -> String {
        let path = self.office.shop.file(name);
        std::fs::write(&path, value).expect("a file");
        path
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_before_enough_trusted_keys_signed_it() {
    let works = Works::open();
    works.declare("signed", "");
    let (shop, digest) = (&works.office.shop, works.digest("1.0.0"));
    let id = works.office.deploys("bob", "1.0.0", "testing");
    works.office.waits_for(&id, "control signed");
    works.release.sign_artifact(shop, "shop/web", &digest).await;
    let it = works.read("1.0.0", 1);
    assert_eq!(it["signed"], false);
    let why = it["unsigned_because"].as_str().expect("words");
    assert!(
        why.contains("signed by 1 of the 2 needed: first; 1 more must sign, of second"),
        "{why}"
    );
    works.office.waits_for(&id, "control signed");

    // A stranger's signature takes the tag from the first one; nothing counts then.
    Signer::new().sign_artifact(shop, "shop/web", &digest).await;
    let it = works.read("1.0.0", 2);
    let why = it["unsigned_because"].as_str().expect("words");
    assert!(why.contains("signature 2 does not count"), "{why}");

    works.second.sign_artifact(shop, "shop/web", &digest).await;
    works.office.succeeds(&id);
    let it = works.read("1.0.0", 3);
    assert_eq!(
        (&it["signed"], &it["unsigned_because"]),
        (&json!(true), &Value::Null)
    );
    let runs = it["runs"].as_array().expect("places");
    assert_eq!(runs.len(), 1, "{it}");
    assert_eq!(runs[0]["target"], "testing-1");

    // Once a key is found out to be stolen, what it signed counts no more: not even what went out with it before.
    works.declare(
        "signed",
        "      revoked:\n        at: 2020-01-02T00:00:00Z\n        kind: compromised\n        reason: stolen\n",
    );
    let again = works.office.deploys("bob", "1.0.0", "testing");
    works.office.waits_for(&again, "control signed");
    let output = shop.run(&["controls", "check", &again]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("(stolen)") && said.contains("cosign sign"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_builder_says_how_it_was_built() {
    let works = Works::open();
    works.declare("provenance", "");
    let (shop, digest) = (&works.office.shop, works.digest("1.0.0"));
    let id = works.office.deploys("bob", "1.0.0", "testing");
    works.office.waits_for(&id, "control provenance");
    let provenance = || {
        json!({"buildDefinition": {"buildType": "https://ci.example/build/v1", "externalParameters": {},
            "resolvedDependencies": [{"uri": "git+https://git.example/shop/web@refs/tags/v1",
                "digest": {"gitCommit": "a".repeat(40)}}]},
            "runDetails": {"builder": {"id": "https://ci.example/runner"}}})
    };
    let of = ("shop/web", digest.as_str());
    // Who may let go is not believed about how it was built.
    works
        .release
        .attest(shop, of, (PROVENANCE, provenance()))
        .await;
    let it = works.read("1.0.0", 1);
    assert_eq!(it["statements"], json!([]));
    works.office.waits_for(&id, "control provenance");
    // A statement about something else proves nothing either, under whichever tag.
    let other = format!("sha256:{}", "0".repeat(64));
    works
        .build
        .attest(shop, ("shop/web", &other), (PROVENANCE, provenance()))
        .await;
    works
        .build
        .attest(shop, of, (PROVENANCE, provenance()))
        .await;
    works.office.succeeds(&id);
    let it = works.read("1.0.0", 2);
    let stated = &it["statements"][0];
    assert_eq!(stated["by"], "builders/ci");
    assert_eq!(stated["builder"], "https://ci.example/runner");
    let shown = shop.ok(&["artifact", "show", "shop/web:1.0.0"]);
    assert!(
        shown.contains("built by https://ci.example/runner from https://git.example/shop/web"),
        "{shown}"
    );
}

#[test]
fn tests_have_to_pass_on_exactly_this_artifact() {
    let works = Works::open();
    works.declare("tested", "");
    let shop = &works.office.shop;
    let id = works.office.deploys("bob", "1.0.0", "testing");
    works.office.waits_for(&id, "control tested");
    let green = works.write(
        "green.xml",
        r#"<testsuite><testcase name="pays"/></testsuite>"#,
    );
    let red = works.write(
        "red.xml",
        r#"<testsuite><testcase name="pays"/><testcase name="ships"><failure/></testcase></testsuite>"#,
    );
    shop.ok(&["attach", "tests", "shop/web:1.1.0", &green]);
    works.read("1.1.0", 1);
    works.office.waits_for(&id, "control tested");
    shop.ok(&["attach", "tests", "shop/web:1.0.0", &green]);
    works.office.succeeds(&id);

    // One that failed counts beside one that passed.
    shop.ok(&["attach", "tests", "shop/web:1.1.0", &red]);
    let it = works.read("1.1.0", 2);
    assert!(it["tests"].to_string().contains("ships"), "{it}");
    let next = works.office.deploys("bob", "1.1.0", "testing");
    works.office.waits_for(&next, "control tested");
    let output = shop.run(&["controls", "check", &next]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("1 of its tests failed"), "{said}");

    // What cannot be read is told, and counts for nothing.
    let broken = works.write("broken.xml", "<html></html>");
    shop.ok(&["attach", "tests", "shop/web:1.1.0", &broken]);
    works.read("1.1.0", 3);
    let shown = shop.ok(&["artifact", "show", "shop/web:1.1.0"]);
    assert!(shown.contains("is this JUnit XML?"), "{shown}");
}

const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

/// A bill of a version of lodash, and of log4j-core 2.14.1.
fn bill(lodash: &str) -> String {
    json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "lodash", "version": lodash, "purl": format!("pkg:npm/lodash@{lodash}")},
        {"type": "library", "group": "org.apache.logging.log4j", "name": "log4j-core", "version": "2.14.1",
            "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]})
    .to_string()
}

/// An advisory about every version of a package before the one that is fixed.
fn advisory(id: &str, (ecosystem, name): (&str, &str), fixed: &str) -> String {
    json!({"id": id, "modified": "2026-01-01T00:00:00Z", "summary": format!("{name} is broken"),
        "severity": [{"type": "CVSS_V3", "score": CRITICAL}],
        "affected": [{"package": {"ecosystem": ecosystem, "name": name},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]})
    .to_string()
}

impl Works {
    /// Waits until the bill of a version was matched, and so much is known against it.
    fn matched(&self, version: &str, count: usize) {
        until("its bill was matched", || {
            let it = self.artifact(version);
            let known = it["bills"][0]["vulnerabilities"].as_array();
            it["waiting"] == 0 && known.is_some_and(|known| known.len() == count)
        });
    }
}

#[test]
fn nothing_goes_out_that_is_known_to_be_vulnerable() {
    let works = Works::open();
    works.declare("no-known-vulnerability", "");
    let shop = &works.office.shop;
    let (old, new) = (
        works.write("old.json", &bill("4.17.20")),
        works.write("new.json", &bill("4.17.21")),
    );
    shop.ok(&["attach", "sbom", "shop/web:1.0.0", &old]);
    let it = works.read("1.0.0", 1);
    assert_eq!(it["bills"][0]["about_it"], false, "nobody said so");
    shop.ok(&["attach", "sbom", "shop/web:1.1.0", &new, "--bind"]);
    let it = works.read("1.1.0", 1);
    assert_eq!(it["bills"][0]["about_it"], true);
    let bad = works.office.deploys("bob", "1.0.0", "testing");
    works
        .office
        .waits_for(&bad, "control no-known-vulnerability");

    let lodash = advisory("GHSA-aaaa", ("npm", "lodash"), "4.17.21");
    let lines = works.write("first.jsonl", &format!("{lodash}\n{{\"broken\": true}}\n"));
    let output = shop.run(&["advisories", "import", &lines]);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("1 advisories imported") && said.contains("1 records are broken"),
        "{said}"
    );
    works.matched("1.0.0", 1);
    works.matched("1.1.0", 0);
    // What nobody looked up is not known to be good: there is a part of Maven in it.
    let checked = || {
        let output = shop.run(&["controls", "check", &bad]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let said = checked();
    assert!(
        said.contains("no advisories of Maven were imported"),
        "{said}"
    );
    let other = advisory("GHSA-bbbb", ("Maven", "org.example:other"), "2.0.0");
    shop.ok(&["advisories", "import", &works.write("other.jsonl", &other)]);
    until("its bill was matched anew", || {
        checked().contains("known vulnerabilities: 1 critical")
    });
    shop.ok(&["cancel", &bad]);
    until("it has ended", || {
        works.office.show(&bad)["status"] == "cancelled"
    });
    let good = works.office.deploys("bob", "1.1.0", "testing");
    works.office.succeeds(&good);

    let nonsense = works.write("nonsense.txt", "not advisories");
    let said = shop.refused(2, &["advisories", "import", &nonsense]);
    assert!(said.contains("neither a zip of JSON files"), "{said}");
}

#[test]
fn what_runs_is_found_by_its_parts_and_by_what_is_found_out_later() {
    let works = Works::open();
    let shop = &works.office.shop;
    let file = works.write("bill.json", &bill("4.17.21"));
    for version in ["1.0.0", "1.1.0"] {
        shop.ok(&["attach", "sbom", &format!("shop/web:{version}"), &file]);
        works.read(version, 1);
    }
    assert!(
        shop.ok(&["vulnerabilities"])
            .contains("nothing is known against the 0 artifacts")
    );
    let deployed = works.office.deploys("bob", "1.1.0", "testing");
    works.office.succeeds(&deployed);

    // Where do we run log4j-core 2.14?
    let parts = shop.json(&["parts", "log4j-core", "2.14", "--output", "json"]);
    let parts = parts["parts"].as_array().expect("a list");
    assert_eq!(parts.len(), 2, "{parts:?}");
    assert_eq!(parts[0]["tags"], json!(["1.1.0"]), "what runs comes first");
    let running = shop.ok(&["parts", "--running", "log4j-core 2.14"]);
    assert!(
        running.contains("shop 1.1.0 in testing on testing-1") && !running.contains("1.0.0"),
        "{running}"
    );
    let none = shop.ok(&["parts", "log4j-core 2.15"]);
    assert!(none.contains("no bill of materials names"), "{none}");
    let wrong = shop.refused(2, &["parts", "openssl <"]);
    assert!(wrong.contains("a version is missing"), "{wrong}");

    let log4j = ("Maven", "org.apache.logging.log4j:log4j-core");
    let array = format!("[{}]", advisory("GHSA-jfh8", log4j, "2.15.0"));
    shop.ok(&["advisories", "import", &works.write("later.json", &array)]);
    until("it is found", || {
        shop.ok(&["vulnerabilities"]).contains("GHSA-jfh8")
    });
    let found = shop.json(&["vulnerabilities", "--output", "json"]);
    let found = &found["vulnerabilities"][0];
    assert_eq!(found["vulnerability"]["fixed_in"], "2.15.0");
    assert_eq!(found["runs"][0]["target"], "testing-1");
    let artifact = format!("artifact/shop/web@{}", works.digest("1.1.0"));
    let actions = shop.actions(&artifact);
    assert!(
        actions.contains(&"artifact.vulnerabilities".to_owned()),
        "{actions:?}"
    );
}

#[test]
fn a_key_set_that_is_none_is_refused_where_it_stands() {
    let office = Office::open();
    let shop = &office.shop;
    for (signers, expect) in [
        ("{ threshold: 1, keys: [] }", "keys.yaml:3:"),
        (
            "{ threshold: 1, keys: [], more: 1 }",
            "unknown field `more`",
        ),
        (
            "{ threshold: 1, keys: [{ name: a, valid_from: 2020-01-01T00:00:00Z, public_key: no }] }",
            "not a public key",
        ),
    ] {
        let path = shop.file("keys.yaml");
        let text = format!("kind: KeySet\nname: broken\nsigners: {signers}\n");
        std::fs::write(&path, text).expect("a file");
        let said = shop.refused(2, &["apply", "-f", &path, "--yes"]);
        assert!(said.contains(expect), "{said}, not {expect}");
    }
}

#[test]
fn what_the_disk_damaged_does_not_go_out_until_it_is_pushed_again() {
    let works = Works::open();
    let shop = &works.office.shop;
    let sound = shop.ok(&["artifact", "check"]);
    assert!(sound.contains("blobs are sound"), "{sound}");
    let damaged = largest(&shop.path().join("server/artifacts/blobs"));
    let mut bytes = std::fs::read(&damaged).expect("a blob");
    bytes[9] ^= 1;
    std::fs::write(&damaged, bytes).expect("a bent blob");
    let output = shop.run(&["artifact", "check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("are damaged; push them again: sha256:"),
        "{said}"
    );
    let output = shop.run(&["doctor"]);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(said.contains("needed by release shop 1."), "{said}");

    // Both versions hold the same program, so neither is whole; pushing one again mends its own.
    let version = if said.contains("shop 1.0.0") {
        "1.0.0"
    } else {
        "1.1.0"
    };
    let id = works.office.deploys("bob", version, "testing");
    let output = shop.run(&["controls", "check", &id]);
    let checked = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        checked.contains("the registry does not hold all of it"),
        "{checked}"
    );
    shop.push(version, None);
    works.office.succeeds(&id);
    let sound = shop.ok(&["artifact", "check"]);
    assert!(sound.contains("blobs are sound"), "{sound}");
}

/// The largest file below a directory.
fn largest(directory: &std::path::Path) -> std::path::PathBuf {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.filter_map(|path| match path.is_dir() {
        true => std::fs::read_dir(&path)
            .ok()?
            .next()
            .map(|_| largest(&path)),
        false => Some(path),
    });
    files
        .max_by_key(|path| path.metadata().map_or(0, |it| it.len()))
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_goes_and_what_a_release_needs_stays() {
    let works = Works::open();
    let shop = &works.office.shop;
    for version in ["loose-1", "loose-2"] {
        shop.push(version, None);
    }
    let digest = works.digest("loose-1");
    works.release.sign_artifact(shop, "shop/web", &digest).await;
    let nothing = shop.ok(&["artifact", "retention"]);
    assert!(nothing.contains("nothing is over"), "{nothing}");
    works
        .office
        .apply("kind: Product\nname: shop\nretention: { keep: 1, days: 0 }\n");
    let signature = format!("{}.sig", digest.replace(':', "-"));
    let shown = shop.ok(&["artifact", "retention"]);
    assert!(
        shown.contains("shop/web:loose-1") && shown.contains(&signature),
        "{shown}"
    );
    for stays in ["loose-2", "shop/web:1.0.0", "shop/web:1.1.0"] {
        assert!(!shown.contains(stays), "{stays}: {shown}");
    }
    shop.ok(&["artifact", "show", "shop/web:loose-1"]);
    shop.ok(&["artifact", "retention", "--now"]);
    shop.refused(4, &["artifact", "show", "shop/web:loose-1"]);
    for stays in ["loose-2", "1.0.0", "1.1.0"] {
        shop.ok(&["artifact", "show", &format!("shop/web:{stays}")]);
    }
    // What speaks of an artifact that is there without a tag stays, and goes once the artifact is gone.
    works.release.sign_artifact(shop, "shop/web", &digest).await;
    let shown = || shop.ok(&["artifact", "retention"]);
    assert!(!shown().contains(&signature), "{}", shown());
    let artifact = format!("{}/v2/shop/web/manifests/{digest}", shop.url());
    let gone = client().delete(artifact).bearer_auth(TOKEN).send().await;
    assert_eq!(gone.expect("an answer").status().as_u16(), 202);
    assert!(shown().contains(&signature), "{}", shown());
}
