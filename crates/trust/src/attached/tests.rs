//! Each kind of attachment, and each as something else.

use super::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use tidegate_domain::attachment::{CYCLONEDX_TYPE, SPDX_TYPE};

fn artifact() -> Digest {
    Digest::of(b"artifact")
}

fn contents(media_type: &str, bytes: &[u8]) -> Vec<AttachedContent> {
    let found = Found {
        media_type,
        annotations: &BTreeMap::new(),
        bytes,
        artifact: artifact(),
    };
    read(found).into_iter().map(|it| it.content).collect()
}

fn bill(digest: Digest) -> Vec<u8> {
    let bill = json!({"bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": {"component": {"type": "container", "name": "web", "version": digest.to_string()}},
        "components": [{"type": "library", "name": "lodash", "version": "4.17.20",
            "purl": "pkg:npm/lodash@4.17.20", "licenses": [{"license": {"id": "MIT"}}]}]});
    bill.to_string().into_bytes()
}

fn envelope(subject: Digest, predicate: &[u8]) -> serde_json::Value {
    let predicate: serde_json::Value = serde_json::from_slice(predicate).unwrap();
    let statement = json!({"_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "web", "digest": {"sha256": subject.hex()}}],
        "predicateType": "https://cyclonedx.org/bom", "predicate": predicate});
    json!({"payloadType": "application/vnd.in-toto+json",
        "payload": STANDARD.encode(statement.to_string()), "signatures": [{"sig": "AAAA"}]})
}

#[test]
fn a_bill_says_itself_whether_it_is_about_the_artifact() {
    for (digest, about) in [(artifact(), true), (Digest::of(b"another"), false)] {
        let read = contents(CYCLONEDX_TYPE, &bill(digest));
        let [AttachedContent::Bill { bill }] = read.as_slice() else {
            panic!("{read:?}");
        };
        assert_eq!(bill.about_it, about);
        assert_eq!((bill.format.as_str(), bill.parts), ("CycloneDX 1.6", 1));
        assert!(bill.licences.contains("MIT"));
        assert_eq!(bill.vulnerabilities, None, "nobody looked");
    }
}

#[test]
fn a_signed_bill_is_a_signature_and_a_bill() {
    let other = Digest::of(b"another");
    for (subject, about) in [(artifact(), true), (other, false)] {
        let envelope = envelope(subject, &bill(other));
        let bundle = json!({"mediaType": BUNDLE_TYPE, "dsseEnvelope": envelope,
            "verificationMaterial": {"publicKey": {"hint": "AAAA"}}});
        for (media_type, json) in [(ENVELOPE_TYPE, &envelope), (BUNDLE_TYPE, &bundle)] {
            let read = contents(media_type, json.to_string().as_bytes());
            let [
                AttachedContent::Signature { text, .. },
                AttachedContent::Bill { bill },
            ] = read.as_slice()
            else {
                panic!("{read:?}");
            };
            assert_eq!(text, &json.to_string());
            assert_eq!(
                bill.about_it, about,
                "its statement is about {subject}, and it is about another"
            );
        }
    }
}

#[test]
fn a_report_counts_what_its_suites_admit() {
    let text = br#"<testsuites tests="3" failures="2"><testsuite name="s"><testcase classname="shop" name="pays"/>
        <testcase classname="shop" name="ships"><failure/></testcase><testcase name="later"><skipped/></testcase>
        </testsuite></testsuites>"#;
    let read = contents(TESTS_TYPE, text);
    let tests = TestSummary {
        passed: 1,
        failed: 2,
        skipped: 1,
        failures: vec!["shop ships".to_owned()],
    };
    assert_eq!(read, [AttachedContent::Tests { tests }]);
}

#[test]
fn what_is_not_what_its_type_says_is_told() {
    for (media_type, bytes, expect) in [
        (TESTS_TYPE, &b"<html/>"[..], "is this JUnit XML?"),
        (CYCLONEDX_TYPE, b"{}", "neither CycloneDX nor SPDX"),
        (SPDX_TYPE, b"SPDXVersion: SPDX-2.3", "is not JSON"),
        (BUNDLE_TYPE, b"\xff", "not a sigstore bundle"),
        (BUNDLE_TYPE, b"{}", "not a sigstore bundle"),
        (
            SIMPLE_SIGNING_TYPE,
            b"a program",
            "not a simple signing payload",
        ),
        (
            ENVELOPE_TYPE,
            br#"{"payload":"","payloadType":"","signatures":[]}"#,
            "the envelope is not sound",
        ),
    ] {
        let read = contents(media_type, bytes);
        let [AttachedContent::Unreadable { why }] = read.as_slice() else {
            panic!("{media_type}: {read:?}");
        };
        assert!(why.contains(expect), "{why}, not {expect}");
    }
    for unknown in ["application/octet-stream", "application/vnd.cyclonedx+xml"] {
        assert_eq!(contents(unknown, b"?"), [AttachedContent::Other]);
    }
}

#[test]
fn parts_are_found_by_loosened_names() {
    let bill = bill::read(&bill(artifact())).unwrap();
    let part = bill_part(&bill.parts[0]);
    assert_eq!(part.keys, BTreeSet::from(["lodash".to_owned()]));
    let known_as = BTreeSet::from([("npm".to_owned(), "lodash".to_owned())]);
    assert_eq!(part.known_as, known_as);
    let whole: Part = serde_json::from_str(&part.text).unwrap();
    assert_eq!(whole, bill.parts[0]);
    for (asked, key) in [
        ("org.apache.logging.log4j:log4j-core 2.14", "log4j-core"),
        ("pypi:Zope.Interface", "zope-interface"),
        ("@scope/name", "name"),
    ] {
        let query: bill::Query = asked.parse().unwrap();
        assert_eq!(query.key(), key, "{asked}");
    }
}

#[test]
fn a_layer_of_an_unknown_type_is_what_its_manifest_says() {
    let digest = artifact();
    let layer = |kind: &str| json!({"mediaType": kind, "digest": digest, "size": 3});
    for (whole, kind, expect) in [
        (TESTS_TYPE, "application/octet-stream", TESTS_TYPE),
        (TESTS_TYPE, CYCLONEDX_TYPE, CYCLONEDX_TYPE),
        ("text/plain", "text/xml", "text/xml"),
    ] {
        let manifest = json!({"artifactType": whole, "layers": [layer(kind)]}).to_string();
        let layers = layers(manifest.as_bytes());
        assert_eq!(layers.len(), 1);
        assert_eq!((layers[0].media_type.as_str(), layers[0].size), (expect, 3));
    }
    let many: Vec<_> = (0..100)
        .map(|i: u8| json!({"mediaType": "text/plain", "digest": Digest::of(&[i]), "size": 3}))
        .collect();
    let manifest = json!({ "layers": many }).to_string();
    assert_eq!(layers(manifest.as_bytes()).len(), LAYERS_MAX);
    let twice = json!({"layers": [layer("text/plain"), layer("text/html")]}).to_string();
    assert_eq!(layers(twice.as_bytes()).len(), 1);
    let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    for elsewhere in [foreign, "application/x.foreign.cyclonedx"] {
        let manifest = json!({"artifactType": TESTS_TYPE, "layers": [layer(elsewhere)]});
        assert_eq!(layers(manifest.to_string().as_bytes()), []);
    }
    assert_eq!(layers(b"[]"), []);
}

#[test]
fn what_was_not_read_as_something_said_is_no_evidence() {
    let bill_of_it = bill(artifact());
    let (said, other) = (bill_of_it.as_slice(), &b"a program"[..]);
    let manifest = |layers: &[&[u8]]| {
        let layer = |bytes: &&[u8]| json!({ "mediaType": CYCLONEDX_TYPE, "digest": Digest::of(bytes), "size": bytes.len() });
        let layers: Vec<_> = layers.iter().map(layer).collect();
        json!({ "artifactType": CYCLONEDX_TYPE, "config": layers.first(), "layers": layers })
            .to_string()
    };
    let attachment = |bytes: &[u8]| Attachment {
        manifest: Digest::of(b"manifest"),
        blob: Digest::of(bytes),
        media_type: CYCLONEDX_TYPE.to_owned(),
        received: jiff::Timestamp::UNIX_EPOCH,
        content: contents(CYCLONEDX_TYPE, bytes).remove(0),
    };
    let check = |layers: &[&[u8]], config: Option<&[u8]>, read: &[&[u8]], expect: bool| {
        let read: Vec<Attachment> = read.iter().map(|it| attachment(it)).collect();
        let read: Vec<&Attachment> = read.iter().collect();
        let manifest = manifest(layers);
        assert_eq!(
            is_evidence(manifest.as_bytes(), config, &read),
            expect,
            "{manifest}"
        );
    };
    let cosigns: &[u8] = br#"{"architecture":"","os":"","rootfs":{"type":"layers","diff_ids":[]}}"#;
    for config in [&b"{}"[..], cosigns] {
        check(&[said], Some(config), &[said], true);
    }
    // Whatever the types say, a layer that holds something else, or was not read, is none.
    check(&[other], Some(b"{}"), &[other], false);
    check(&[said, other], Some(b"{}"), &[said, other], false);
    check(&[said, other], Some(b"{}"), &[said], false);
    check(&[said], Some(b"{}"), &[], false);
    check(&[], Some(b"{}"), &[], false);
    // Nor is what a config could carry.
    let tool: &[u8] = br#"{"os":"linux","program":"AAAA"}"#;
    for config in [None, Some(other), Some(tool), Some(br#"{"os":"","os":""}"#)] {
        check(&[said], config, &[said], false);
    }
    let beyond = Attachment {
        content: AttachedContent::Beyond {
            of: AttachedKind::Bill,
        },
        ..attachment(said)
    };
    assert!(!is_evidence(
        manifest(&[said]).as_bytes(),
        Some(b"{}"),
        &[&beyond]
    ));
    assert!(!is_evidence(b"nothing", Some(b"{}"), &[]));
}
