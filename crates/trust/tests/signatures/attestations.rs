//! What `cosign attest` wrote becomes facts, if a believed key signed it about this artifact.

use crate::material::*;
use tidegate_domain::digest::Digest;
use tidegate_trust::{
    attestation::{
        Outcome, PAYLOAD_TYPE_IN_TOTO, PREDICATE_COSIGN_SIGN, PREDICATE_TEST_RESULT, Predicate,
        Provenance, Source, TestResult,
    },
    signature::{Attested, Evidence, Refusal, attested},
};

fn fact(evidence: &Evidence, artifact: Digest) -> Result<Attested, Refusal> {
    let mut found = attested(
        &any_of_ours(),
        std::slice::from_ref(evidence),
        artifact,
        now(),
    );
    assert_eq!(found.len(), 1);
    found.remove(0).outcome
}

fn provenance(version: &str) -> Predicate {
    Predicate::Provenance(Provenance {
        builder: "https://build.example/runner".to_owned(),
        build_type: format!("https://build.example/pipeline/{version}"),
        sources: vec![Source {
            repository: "https://git.example/shop/web".to_owned(),
            reference: Some("refs/tags/v1".to_owned()),
            commit: "9f3c1c6ad2f4d1a0c0f5f0f6b5a1b2c3d4e5f607".to_owned(),
        }],
        started: Some(time("2026-11-20T10:00:00Z")),
        finished: Some(time("2026-11-20T10:04:30Z")),
    })
}

fn result() -> Predicate {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Predicate::TestResult(TestResult {
        result: Outcome::Warned,
        url: None,
        passed: names(&["starts", "sells"]),
        warned: names(&["slow"]),
        failed: Vec::new(),
    })
}

#[test]
fn what_cosign_attests_is_read() {
    let bytes = |json| with_bytes(bundle(json), BLOB);
    for (evidence, artifact, by, expected) in [
        (
            envelope(material!("attest.slsaprovenance1.json")),
            image(),
            "first",
            provenance("v1"),
        ),
        (
            envelope(material!("attest.slsaprovenance02.json")),
            image(),
            "first",
            provenance("v0"),
        ),
        (
            envelope(material!("attest.test-result.json")),
            image(),
            "first",
            result(),
        ),
        (
            bytes(material!("blob.first.attest.bundle.json")),
            blob(),
            "first",
            provenance("v1"),
        ),
        (
            bytes(material!("blob.ed25519.attest.bundle.json")),
            blob(),
            "third",
            provenance("v1"),
        ),
    ] {
        let fact = fact(&evidence, artifact).unwrap();
        assert_eq!(fact.by.name().as_str(), by);
        assert_eq!(fact.statement.predicate, expected);
        assert!(fact.statement.is_about(artifact));
    }
}

#[test]
fn a_statement_counts_only_for_its_subject_and_its_signer() {
    let good = material!("attest.test-result.json");
    let other = fact(&envelope(good), blob()).unwrap_err();
    assert_eq!(other, Refusal::Artifact(Some(image())));
    let strangers = set(1, &[("second", SECOND)]);
    let found = attested(&strangers, &[envelope(good)], image(), now());
    assert_eq!(found[0].outcome, Err(Refusal::NoKey));
    let signature = simple(PAYLOAD, material!("first.sig"));
    assert_eq!(fact(&signature, image()), Err(Refusal::IsSignature));
}

#[test]
fn a_signature_stated_as_cosign_3_does_is_no_attestation() {
    let (key, pem) = own_key(1);
    let keys = set(1, &[("own", &pem)]);
    let text = statement(PREDICATE_COSIGN_SIGN, image());
    let evidence = sealed(&[&key], PAYLOAD_TYPE_IN_TOTO, &text);
    let found = attested(&keys, &[evidence], image(), now());
    assert_eq!(found[0].outcome, Err(Refusal::IsSignature));
}

#[test]
fn an_edited_statement_is_refused() {
    let (key, pem) = own_key(1);
    let keys = set(1, &[("own", &pem)]);
    let text = statement(PREDICATE_TEST_RESULT, image());
    let passed = text.replace(r#""predicate":{}"#, r#""predicate":{"result":"PASSED"}"#);
    let failed = passed.replace("PASSED", "FAILED");
    let twice = passed.replace(
        r#"{"result":"PASSED"}"#,
        r#"{"result":"FAILED","result":"PASSED"}"#,
    );
    let sealed_text = |text: &str| sealed(&[&key], PAYLOAD_TYPE_IN_TOTO, text);
    let Evidence { material, .. } = sealed_text(&failed);
    let swapped = with_payload(&material, &passed);
    for (evidence, why) in [
        (sealed_text(&passed), None),
        (swapped, Some("no key of the set made")),
        (sealed_text(&twice), Some("the statement is not sound")),
        (
            sealed_text(&text),
            Some("the statement is not sound: the predicate is not a test result"),
        ),
    ] {
        let said = attested(&keys, &[evidence], image(), now())
            .remove(0)
            .outcome;
        match (said, why) {
            (Ok(_), None) => {}
            (Err(said), Some(why)) => assert!(said.to_string().starts_with(why), "{said}"),
            (said, why) => panic!("{said:?}, not {why:?}"),
        }
    }
}

fn with_payload(material: &tidegate_trust::signature::Material, payload: &str) -> Evidence {
    let tidegate_trust::signature::Material::Envelope { json, .. } = material else {
        panic!("{material:?} is no envelope");
    };
    let mut json: serde_json::Value = serde_json::from_slice(json).unwrap();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, payload);
    json["payload"] = encoded.into();
    envelope(&json.to_string())
}
