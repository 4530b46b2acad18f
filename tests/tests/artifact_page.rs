//! The page of an artifact: whose signatures it carries, what it is made of, how its tests went, and where it runs.

use serde_json::json;
use tidegate_tests::{
    browser::until,
    cosign::Signer,
    page::{check_page, cookie_of, look, signed_in, valid_html},
    server::{Server, text},
    stage::with_history,
};

const SHOWN: &str = "/artifacts/storefront/web/1.0.0";
const ADVISORY: &str = r#"{"id": "GHSA-aaaa", "modified": "2026-01-01T00:00:00Z", "summary": "lodash <b>is</b> broken",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [{"package": {"ecosystem": "npm", "name": "lodash"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}]}]}"#;
const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

/// Declares two keys that let artifacts go, and one whose word about builds is believed.
fn declare(server: &Server, (first, second, build): (&Signer, &Signer, &Signer)) {
    let key = |name: &str, signer: &Signer| {
        format!(
            "    - name: {name}\n      valid_from: 2020-01-01T00:00:00Z\n      public_key: {}",
            signer.public_key(8)
        )
    };
    let keys = [
        "kind: KeySet\nname: release-keys\nsigners:\n  threshold: 2\n  keys:\n",
        &key("first", first),
        &key("second", second),
        "---\nkind: KeySet\nname: builders\npurpose: build\nsigners:\n  threshold: 1\n  keys:\n",
        &key("ci", build),
        "---\nkind: Team\nname: rivals\nmembers: [rival]\n",
    ];
    let file = server.directory().join("keys.yaml");
    server.run(&["person", "create", "rival"]);
    std::fs::write(&file, keys.concat()).expect("the file can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
}

fn write(server: &Server, name: &str, content: &str) -> String {
    let file = server.directory().join(name);
    std::fs::write(&file, content).expect("the file can be written");
    text(&file).to_owned()
}

/// Attaches a bill, a report with a failure, and something that is neither.
fn attach(server: &Server) {
    let bill = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20",
            "licenses": [{"license": {"id": "MIT"}}]}]});
    let report = r#"<testsuite><testcase name="pays"/><testcase name="ships"><failure/></testcase></testsuite>"#;
    let (bill, report) = (
        write(server, "bom.json", &bill.to_string()),
        write(server, "red.xml", report),
    );
    let broken = write(server, "broken.xml", "<html></html>");
    let what = "storefront/web:1.0.0";
    server.run(&["attach", "sbom", what, &bill, "--bind"]);
    server.run(&["attach", "tests", what, &report]);
    server.run(&["attach", "tests", what, &broken]);
    let advisories = write(server, "known.json", &format!("[{ADVISORY}]"));
    server.run(&["advisories", "import", &advisories]);
}

/// Waits until so much was read of what is attached; answers the artifact's digest.
async fn read(server: &Server, attached: usize) -> String {
    until("all of it was read", async || {
        let it = server.get("/api/v1/artifacts/storefront/web/1.0.0").await;
        let known = it["attached"].as_array().expect("a list").len();
        (it["waiting"] == 0 && known == attached).then(|| it["digest"].as_str().map(str::to_owned))
    })
    .await
    .expect("a digest")
}

#[tokio::test]
async fn an_artifact_shows_why_it_can_be_trusted_and_why_not() {
    let (server, fleet) = with_history().await;
    let browser = signed_in(&server).await;
    let bare = "No key set about this product says whose signatures count";
    check_page(&server, &browser, ("artifact-bare", SHOWN, bare)).await;

    let (first, second, build) = (Signer::new(), Signer::new(), Signer::new());
    declare(&server, (&first, &second, &build));
    attach(&server);
    let digest = read(&server, 3).await;
    let of = ("storefront/web", digest.as_str());
    first.sign_artifact(&server, of.0, of.1).await;
    let provenance = json!({"buildDefinition": {"buildType": "https://ci.example/build/v1", "externalParameters": {},
        "resolvedDependencies": [{"uri": "git+https://git.example/shop/web@refs/tags/v1",
            "digest": {"gitCommit": "a".repeat(40)}}]},
        "runDetails": {"builder": {"id": "https://ci.example/runner"}}});
    build.attest(&server, of, (PROVENANCE, provenance)).await;
    read(&server, 5).await;
    let unsigned = "signed by 1 of the 2 needed: first; 1 more must sign, of second";
    check_page(&server, &browser, ("artifact", SHOWN, unsigned)).await;
    let cookie = server.sign_in().await;
    let (_, html) = look(&server, &cookie, SHOWN).await;
    for fact in [
        "does not count as signed, and runs on 3 targets",
        "https://ci.example/runner",
        "CycloneDX 1.6",
        "MIT",
        "GHSA-aaaa",
        "4.17.21",
        "<code>ships</code>",
        "is this JUnit XML?",
        "live-1, live-2, live-3",
        &digest,
    ] {
        assert!(html.contains(fact), "{fact} is not in {html}");
    }
    assert!(!html.contains("<b>is</b>"), "what others wrote is escaped");

    second.sign_artifact(&server, of.0, of.1).await;
    read(&server, 6).await;
    browser.open(&server.url("/artifacts")).await;
    browser
        .tab_to("main a[href='/artifacts/storefront/web/1.0.0']")
        .await;
    browser.press("\u{e007}").await;
    browser
        .text_becomes("h1", "is signed by all it takes")
        .await;
    // The contents of a release lead there by the digest.
    browser
        .open(&server.url("/products/storefront/releases/1.0.0"))
        .await;
    browser
        .click(&format!("a[href='/artifacts/storefront/web/{digest}']"))
        .await;
    browser.text_becomes("h1", "storefront/web is signed").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());

    let rival = cookie_of(&server, "rival").await;
    for path in [SHOWN, "/artifacts/storefront/web/9.9.9"] {
        assert_eq!(look(&server, &rival, path).await.0, 404, "{path}");
    }
    assert_eq!(
        look(&server, &cookie, "/artifacts/storefront/web/9.9.9")
            .await
            .0,
        404
    );
    valid_html(&server);
    drop(fleet);
}
