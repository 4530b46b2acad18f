//! Events as others write them.

use super::super::{cdevent::Heard, *};
use proptest::prelude::*;
use serde_json::{Value, json};

const HEX: &str = "0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";

fn event(kind: &str, subject: Value, custom: Value) -> Value {
    let mut event = json!({
        "context": { "version": "0.4.1", "id": "e-1", "source": "/ci", "type": format!("dev.cdevents.{kind}.0.2.0"),
            "timestamp": "2023-03-20T14:27:05.315384Z" },
    });
    event["subject"] = subject;
    event["customData"] = custom;
    event
}

fn bare(body: &str) -> CloudEvent {
    CloudEvent::bare(body.as_bytes()).unwrap()
}

fn heard(kind: &str, subject: Value, custom: Value) -> Result<Heard, cdevent::CdEventError> {
    let body = event(kind, subject, custom).to_string();
    cdevent::read(&bare(&body))
}

#[track_caller]
fn told(kind: &str, subject: Value, custom: Value) -> Told {
    match heard(kind, subject, custom).unwrap() {
        Heard::Fact(told) => *told,
        Heard::Other(why) => panic!("{why}"),
    }
}

#[test]
fn events_of_builds_and_tests_are_understood() {
    let package = format!("pkg:oci/myapp@sha256%3A{HEX}");
    let subject = json!({ "id": "b-7", "type": "build", "content": { "artifactId": package } });
    let finished = told(
        "build.finished",
        subject.clone(),
        json!({ "link": "https://ci.example/7" }),
    );
    assert_eq!(finished.what.words(), "build finished");
    assert_eq!(finished.run.source.as_str(), "/ci", "the context's");
    assert_eq!(finished.digests.len(), 1);
    assert_eq!(
        finished.happened.unwrap().to_string(),
        "2023-03-20T14:27:05.315384Z"
    );
    assert!(finished.link.is_some());
    let failed = told("build.finished", subject, json!({ "outcome": "failure" }));
    assert_eq!(failed.what.words(), "build failed");
    let packaged = told(
        "artifact.packaged",
        json!({ "id": package, "content": {} }),
        Value::Null,
    );
    assert_eq!(
        (packaged.what.words().as_str(), packaged.digests.len()),
        ("build finished", 1)
    );
    let suite = json!({ "id": "s-1", "source": "/tests", "content": { "outcome": "fail", "testSuite": { "id": "1", "name": "Auth" } } });
    let custom = json!({ "digests": [format!("sha256:{HEX}")], "kind": "integration", "passed": 3, "failed": 1, "failures": ["login"] });
    let suite = told("testsuiterun.finished", suite, custom);
    assert_eq!(
        suite.what.words(),
        "integration tests Auth failed: 3 passed, 1 failed"
    );
    let case = json!({ "id": "c-1", "content": { "outcome": "pass", "testCase": { "name": "Login", "type": "e2e" }, "testSuiteRun": { "id": "s-1", "source": "/tests" } } });
    let case = told("testcaserun.finished", case, Value::Null);
    assert_eq!(
        (case.run.clone(), case.what.words().as_str()),
        (suite.run, "test Login passed")
    );
    let alone = json!({ "id": "c-2", "content": { "reason": "not here" } });
    let alone = told("testcaserun.skipped", alone, Value::Null);
    assert_eq!(
        alone.what.words(),
        "tests c-2 was broken off: 0 passed, 1 skipped"
    );
}

#[test]
fn other_events_are_ignored_and_wrong_ones_refused() {
    let nothing = || json!({ "id": "x", "content": {} });
    for kind in [
        "service.deployed",
        "build.queued",
        "pipelinerun.finished",
        "x",
        "",
    ] {
        let other = heard(kind, nothing(), Value::Null).unwrap();
        assert!(matches!(other, Heard::Other(_)), "{kind}: {other:?}");
    }
    let golang = json!({ "id": "pkg:golang/example.com/x@1", "content": {} });
    let other = heard("artifact.packaged", golang, Value::Null).unwrap();
    assert!(matches!(other, Heard::Other(_)), "{other:?}");
    for (kind, subject, custom, why) in [
        ("build.finished", json!({}), Value::Null, "subject.id"),
        (
            "build.finished",
            json!({ "id": "b", "content": { "artifactId": "pkg:oci/x@1" } }),
            Value::Null,
            "names no artifact",
        ),
        (
            "build.finished",
            nothing(),
            json!({ "digests": [7] }),
            "names no artifact",
        ),
        (
            "build.finished",
            nothing(),
            json!({ "outcome": "maybe" }),
            "outcome `maybe`",
        ),
        (
            "testsuiterun.finished",
            nothing(),
            Value::Null,
            "no outcome",
        ),
        (
            "build.started",
            json!({ "id": "x".repeat(501) }),
            Value::Null,
            "identifier",
        ),
        (
            "build.started",
            json!({ "id": "a\u{1b}[2J" }),
            Value::Null,
            "identifier",
        ),
    ] {
        let said = heard(kind, subject, custom).unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn events_come_structured_binary_bare_and_in_batches() {
    let data = event("build.started", json!({ "id": "b" }), Value::Null);
    let whole =
        json!({ "specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": data });
    let written = |value: &Value| serde_json::to_vec(value).unwrap();
    let one = CloudEvent::structured(&written(&whole)).unwrap();
    let headers = Headers {
        version: "1.0",
        id: "1",
        source: "/s",
        kind: "t",
        time: None,
    };
    assert_eq!(CloudEvent::binary(&headers, &written(&data)).unwrap(), one);
    assert_eq!(CloudEvent::bare(&written(&whole)).unwrap(), one);
    let bare = CloudEvent::bare(&written(&data)).unwrap();
    assert_eq!((bare.id.as_str(), &bare.data), ("e-1", &data));
    let batch = CloudEvent::batch(&written(&json!([whole, whole]))).unwrap();
    assert_eq!(batch, [one.clone(), one]);
    let many: Vec<&Value> = (0..=CloudEvent::BATCH_MAX).map(|_| &whole).collect();
    assert_eq!(
        CloudEvent::batch(&written(&json!(many))),
        Err(EventError::Many)
    );
    for (body, why) in [
        ("<xml/>", "no JSON"),
        ("[]", "no CloudEvent"),
        (
            r#"{"specversion":"0.3","id":"1","source":"s","type":"t","data":{}}"#,
            "version 0.3",
        ),
        (
            r#"{"specversion":"1.0","id":"1","source":"s","type":"t"}"#,
            "no",
        ),
        (
            r#"{"specversion":"1.0","id":"","source":"s","type":"t","data":{}}"#,
            "identifier",
        ),
        (
            r#"{"specversion":"1.0","id":"1","source":"s","type":"t","time":"noon","data":{}}"#,
            "noon",
        ),
    ] {
        let said = CloudEvent::structured(body.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(said.contains(why), "{said}");
    }
    assert!(CloudEvent::structured("[".repeat(100_000).as_bytes()).is_err());
}

proptest! {
    /// No bytes make the readers panic.
    #[test]
    fn any_bytes_are_an_event_or_none(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(CloudEvent::bare(&body).map(|it| cdevent::read(&it)));
        drop(digest_of(&String::from_utf8_lossy(&body)));
    }
}
