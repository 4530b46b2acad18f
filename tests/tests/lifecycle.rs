//! The lifecycle of releases: builds and tests told by events, files and scripts, and what they and deployments come to.

use serde_json::{Value, json};
use tidegate_tests::{
    cosign::Signer,
    laboratory::{Laboratory, cdevent},
    shop::Shop,
};

const JUNIT: &str = r#"<testsuite name="api"><testcase name="looks"/><testcase name="pays"><failure message="no"/></testcase><testcase name="leaves"><skipped/></testcase></testsuite>"#;

/// Each stage and its state.
fn states(lifecycle: &Value) -> Vec<String> {
    let all = lifecycle["stages"].as_array().expect("stages");
    let word = |it: &Value| format!("{} {}", it["stage"], it["state"]).replace('"', "");
    all.iter().map(word).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_goes_from_build_to_review_and_says_what_shows_it() {
    let shop = Shop::with_shop(None);
    let lifecycle = || {
        let words = ["lifecycle", "show", "shop", "1.1.0", "--output", "json"];
        shop.json(&words)
    };
    let release = shop.json(&["release", "show", "shop", "1.1.0", "--output", "json"]);
    let digest = release["components"][0]["digest"]
        .as_str()
        .expect("a digest");
    let begun = lifecycle();
    let nothing = [
        "build done",
        "testing not-begun",
        "staging not-begun",
        "live not-begun",
        "reviewed not-begun",
    ];
    assert_eq!(states(&begun), nothing);
    let pushed = "web: was pushed, and nobody told how it was built";
    assert_eq!(begun["stages"][0]["shown"][0]["text"], pushed);

    let tests = ["lifecycle", "tests", "shop", "finished", "--kind", "unit"];
    let of = ["--artifact", digest, "--link", "https://ci.example.com/1"];
    let failed = ["--passed", "3", "--failed", "1", "--failure", "pays"];
    let said = shop.ok(&[&tests[..], &of, &failed].concat());
    assert!(said.contains("kept"), "{said}");
    let shown = shop.ok(&["release", "show", "shop", "1.1.0"]);
    let plainly = "Failed: web: unit tests failed: 3 passed, 1 failed (pays).";
    assert!(shown.contains(plainly), "{shown}");
    shop.ok(&[&tests[..], &of, &["--passed", "4"]].concat());
    let tested = &lifecycle()["stages"][1];
    assert_eq!(tested["state"], "partly", "{tested}");
    assert_eq!(
        tested["sentence"],
        "1 of 2 done; it was not in testing yet."
    );

    for version in ["1.0.0", "1.1.0"] {
        for environment in ["testing", "staging", "live"] {
            shop.deploy(version, environment);
        }
    }
    for deed in ["begin", "reveal", "discuss", "close"] {
        shop.ok(&["review", deed, "shop", "1.1.0"]);
    }
    let whole = lifecycle();
    let all_done = "Build done, testing done, staging done, live done, review done.";
    assert_eq!(whole["sentence"], all_done);
    for stage in whole["stages"].as_array().expect("stages") {
        assert!(stage["ended_at"].is_string(), "{stage}");
    }
    assert_eq!(whole["stages"][3]["shown"][0]["deployment"], 6);
    let back = [
        "rollback",
        "shop",
        "--in",
        "live",
        "--reason",
        "it smokes",
        "--wait",
    ];
    shop.ok(&back);
    let gone = lifecycle();
    assert_eq!(gone["stages"][3]["state"], "failed", "{gone}");
    assert_eq!(
        gone["stages"][3]["sentence"],
        "Failed: it was taken back from live."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_in_every_mode_before_the_push_twice_and_late() {
    let lab = Laboratory::open().await;
    let digest = lab.digest.as_str();
    let started = cdevent("e-1", "build.started", "b-7", json!({}), json!({}));
    let made = json!({ "artifactId": format!("pkg:oci/web@{}", digest.replace(':', "%3A")) });
    let link = json!({ "link": "https://ci.example.com/b-7" });
    let finished = cdevent("e-2", "build.finished", "b-7", made, link);
    // What ended is told before what began, and the artifact is not there yet.
    let (status, said) = lab.structured(&finished).await;
    assert_eq!(
        (status, &said["events"][0]["outcome"]),
        (200, &json!("kept"))
    );
    let waits = said["events"][0]["says"].as_str().expect("words");
    assert!(waits.contains("not pushed yet"), "{waits}");
    let (_, said) = lab.binary(&started).await;
    assert_eq!(said["events"][0]["outcome"], "kept", "{said}");
    let (_, said) = lab.bare(&finished).await;
    assert_eq!(said["events"][0]["outcome"], "known", "{said}");
    let other = cdevent("e-3", "service.deployed", "x", json!({}), json!({}));
    let suite = json!({ "outcome": "pass", "testSuite": { "id": "1", "name": "shop" } });
    let custom = json!({ "digests": [digest], "kind": "integration", "passed": 7 });
    let suite = cdevent("e-4", "testsuiterun.finished", "s-1", suite, custom);
    let (_, said) = lab.batch(&[&other, &suite, &finished]).await;
    let outcomes: Vec<&Value> = said["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|it| &it["outcome"])
        .collect();
    assert_eq!(outcomes, ["ignored", "kept", "known"]);
    let case = json!({ "outcome": "fail", "testCase": { "name": "pays", "type": "e2e" }, "testSuiteRun": { "id": "s-2" } });
    let case = cdevent(
        "e-5",
        "testcaserun.finished",
        "c-1",
        case,
        json!({ "digests": [digest] }),
    );
    let file = lab.server.file("event.json", &case.to_string());
    lab.server.run(&["lifecycle", "event", "shop", &file]);

    lab.release();
    let shown = lab.server.json(&["lifecycle", "show", "shop", "1.0.0"]);
    let states = states(&shown);
    let expect = [
        "build done",
        "testing failed",
        "staging absent",
        "live not-begun",
    ];
    assert_eq!(states[..4], expect, "{shown}");
    let build = &shown["stages"][0];
    assert_eq!(build["shown"][0]["link"], "https://ci.example.com/b-7");
    assert_eq!(build["begun_at"], "2026-01-02T03:04:05Z");
    let runs = shown["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 3, "{shown}");
    let told = lab
        .server
        .run(&["journal", "list", "--subject", "product/shop"]);
    assert_eq!(told.matches("lifecycle.told").count(), 4, "{told}");
    let facts = lab.server.run(&["lifecycle", "facts", "shop"]);
    assert!(facts.contains("integration tests shop passed"), "{facts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_junit_file_counts_whether_it_is_posted_or_attached() {
    let lab = Laboratory::open().await;
    let file = lab.server.file("junit.xml", JUNIT);
    let report = [
        "lifecycle",
        "report",
        "shop",
        &file,
        "--digest",
        &lab.digest,
    ];
    let kind = ["--kind", "integration", "--suite", "api"];
    let said = lab.server.run(&[&report[..], &kind].concat());
    let counts = "integration tests api failed: 1 passed, 1 failed, 1 skipped";
    assert!(said.contains(counts), "{said}");
    let again = lab.server.run(&[&report[..], &kind].concat());
    assert!(again.starts_with("known"), "{again}");
    lab.release();
    let good = JUNIT.replace("<failure message=\"no\"/>", "");
    let file = lab.server.file("good.xml", &good);
    let report = [
        "lifecycle",
        "report",
        "shop",
        &file,
        "--digest",
        &lab.digest,
    ];
    lab.server.run(&[&report[..], &kind].concat());
    let shown = lab.server.json(&["lifecycle", "show", "shop", "1.0.0"]);
    assert_eq!(shown["stages"][1]["state"], "done", "{shown}");
    // What is attached counts without being told, and a failing one stays.
    let file = lab.server.file("attached.xml", JUNIT);
    lab.server
        .run(&["attach", "tests", "shop/web:1.0.0", &file]);
    let shown = lab.until_runs(3).await;
    assert_eq!(shown["stages"][1]["state"], "failed", "{shown}");
    let attached = shown["runs"].as_array().expect("runs");
    let report = attached.iter().find(|it| it["means"] == "report");
    assert_eq!(report.expect("the report")["failures"], json!(["pays"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_in_words_and_keeps_nothing() {
    let lab = Laboratory::open().await;
    let events = "/api/v1/products/shop/events";
    let good = cdevent("e-1", "build.started", "b", json!({}), json!({}));
    let text = good.to_string();
    for (kind, body, code, why) in [
        (
            "application/xml",
            text.as_str(),
            "content-type",
            "carries no events",
        ),
        (
            "application/cloudevents+json",
            "<xml/>",
            "invalid-event",
            "no JSON",
        ),
        (
            "application/cloudevents+json",
            "{}",
            "invalid-event",
            "no CloudEvent",
        ),
        (
            "application/cloudevents-batch+json",
            "{}",
            "invalid-event",
            "array",
        ),
        ("application/json", "[1]", "invalid-event", "specversion"),
    ] {
        let (status, said) = lab.post(events, kind, body).await;
        assert_eq!((status, said["type"].as_str()), (400, Some(code)), "{said}");
        assert!(said.to_string().contains(why), "{said}");
    }
    refused_by_what_they_say(&lab, &good).await;
    let facts = lab.server.run(&["lifecycle", "facts", "shop"]);
    assert!(facts.contains("nobody told"), "{facts}");
}

async fn refused_by_what_they_say(lab: &Laboratory, good: &Value) {
    let events = "/api/v1/products/shop/events";
    let none = cdevent(
        "e-2",
        "build.finished",
        "b",
        json!({ "artifactId": "pkg:oci/web@sha256:zz" }),
        json!({}),
    );
    let mut future = cdevent("e-3", "build.started", "b", json!({}), json!({}));
    future["context"]["timestamp"] = json!("2999-01-01T00:00:00Z");
    for (event, why) in [(&none, "names no artifact"), (&future, "set the clock")] {
        let (status, said) = lab.batch(&[good, event]).await;
        assert_eq!(status, 400, "{said}");
        assert!(said.to_string().contains(why), "{said}");
    }
    let reports = format!("/api/v1/products/shop/test-reports?digest={}", lab.digest);
    let (status, said) = lab.post(&reports, "application/xml", "<html/>").await;
    assert_eq!(
        (status, &said["type"]),
        (400, &json!("invalid-report")),
        "{said}"
    );
    for (path, length) in [(events, 50_000_000), (reports.as_str(), 50_000_000)] {
        let said = lab.announced(path, length);
        assert!(said.starts_with("HTTP/1.1 400"), "{said}");
        assert!(said.contains("body-too-large"), "{said}");
    }
    let digest = [
        "lifecycle",
        "build",
        "shop",
        "finished",
        "--artifact",
        "1.0.0",
    ];
    let said = lab.server.refused(2, &digest);
    assert!(said.contains("names no artifact"), "{said}");
}

const PROVENANCE: &str = "https://slsa.dev/provenance/v1";
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// Declares a key that is believed about builds and tests.
fn believe(lab: &Laboratory, signer: &Signer) {
    lab.server.apply(&format!(
        "kind: KeySet
name: builders
purpose: build
signers:
  threshold: 1
  keys:
    - name: ci
      valid_from: 2020-01-01T00:00:00Z
      public_key: {}",
        signer.public_key(8)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_believed_key_signed_about_an_artifact_counts_for_that_one_alone() {
    let lab = Laboratory::open().await;
    let (ci, stranger) = (Signer::new(), Signer::new());
    believe(&lab, &ci);
    lab.release();
    let built = || {
        json!({"buildDefinition": {"buildType": "https://ci.example/build/v1", "externalParameters": {}},
            "runDetails": {"builder": {"id": "https://ci.example/runner"}, "metadata": {
                "startedOn": "2026-01-02T03:00:00Z", "finishedOn": "2026-01-02T03:04:00Z"}}})
    };
    let tested = |result: &str, failed: Value| {
        let passed = ["looks", "leaves"];
        json!({"result": result, "configuration": [], "passedTests": passed, "failedTests": failed})
    };
    let of = ("shop/web", lab.digest.as_str());
    let elsewhere = format!("sha256:{}", "0".repeat(64));
    // Neither somebody whom nobody believes, nor a word about another artifact.
    let failed = tested("FAILED", json!(["pays"]));
    stranger
        .attest(&lab.server, of, (TEST_RESULT, failed.clone()))
        .await;
    let other = ("shop/web", elsewhere.as_str());
    ci.attest(&lab.server, other, (TEST_RESULT, failed)).await;
    ci.attest(&lab.server, of, (PROVENANCE, built())).await;
    let shown = lab.until_runs(1).await;
    let build = &shown["runs"][0];
    assert_eq!(
        (&build["about"], &build["means"], &build["by"]),
        (
            &json!("build"),
            &json!("statement"),
            &json!(["builders/ci"])
        )
    );
    assert_eq!(build["components"], json!(["web"]));
    assert_eq!(build["ended_at"], "2026-01-02T03:04:00Z");
    assert_eq!(states(&shown)[..2], ["build done", "testing not-begun"]);

    let passed = tested("PASSED", json!([]));
    ci.attest(&lab.server, of, (TEST_RESULT, passed)).await;
    let shown = lab.until_runs(2).await;
    assert_eq!(
        states(&shown)[..2],
        ["build done", "testing done"],
        "{shown}"
    );
    let runs = shown["runs"].as_array().expect("runs");
    let tests = runs.iter().find(|it| it["about"] == "tests");
    let tests = tests.expect("the tests");
    assert_eq!(
        (&tests["means"], &tests["by"], &tests["components"]),
        (
            &json!("statement"),
            &json!(["builders/ci"]),
            &json!(["web"])
        )
    );
    assert!(
        tests["says"].as_str().expect("words").contains("2 passed"),
        "{tests}"
    );
    let facts = lab.server.run(&["lifecycle", "facts", "shop"]);
    assert!(
        facts.contains("nobody told"),
        "what is attached is no fact that was told: {facts}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_by_name_and_what_nobody_has_is_kept_apart() {
    let lab = Laboratory::open().await;
    lab.release();
    let large = lab.server.file("large.xml", &" ".repeat((16 << 20) + 1));
    let of = ["--digest", lab.digest.as_str()];
    let report = ["lifecycle", "report", "shop", &large];
    let said = lab.server.refused(2, &[&report[..], &of].concat());
    let why = "large.xml has 16777217 bytes, and a report may have 16 MiB";
    assert!(said.contains(why), "{said}");

    let unknown = format!("sha256:{}", "0".repeat(64));
    let built = ["lifecycle", "build", "shop", "failed", "--artifact"];
    let said = lab.server.run(&[&built[..], &[unknown.as_str()]].concat());
    assert!(said.contains("was not pushed yet"), "{said}");
    let shown = lab.server.json(&["lifecycle", "show", "shop", "1.0.0"]);
    assert_eq!(shown["runs"], json!([]), "it is of another artifact");
    assert_eq!(states(&shown)[0], "build done");
    let facts = lab.server.run(&["lifecycle", "facts", "shop"]);
    assert!(facts.contains("build failed"), "{facts}");
}
