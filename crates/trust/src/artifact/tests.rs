//! Material of real cosign, attached to the image that it was made for.

use super::*;
use serde_json::json;
use std::collections::BTreeMap;
use tidegate_domain::version::Version;

const MANIFEST: &str = include_str!("../../tests/material/manifest.json");
const PAYLOAD: &str = include_str!("../../tests/material/payload.json");
const FIRST: &str = include_str!("../../tests/material/first.pub");
const SECOND: &str = include_str!("../../tests/material/second.pub");
const FIRST_SIGNATURE: &str = include_str!("../../tests/material/first.sig");
const PROVENANCE: &str = include_str!("../../tests/material/attest.slsaprovenance1.json");
const RESULT: &str = include_str!("../../tests/material/attest.test-result.json");

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn set(purpose: KeyPurpose, keys: &[(&str, &str)]) -> TrustedSet {
    let keys: Vec<_> = keys
        .iter()
        .map(|(name, pem)| json!({"name": name, "public_key": pem, "valid_from": "2020-01-01T00:00:00Z"}))
        .collect();
    TrustedSet {
        name: name("keys"),
        purpose,
        keys: serde_json::from_value(json!({"threshold": keys.len(), "keys": keys})).unwrap(),
    }
}

fn attached(content: AttachedContent) -> Attachment {
    Attachment {
        manifest: Digest::of(b"manifest"),
        blob: Digest::of(b"blob"),
        media_type: String::new(),
        received: "2026-01-01T00:00:00Z".parse().unwrap(),
        content,
    }
}

fn signature(form: SignatureForm, text: &str, signature: Option<&str>) -> Attachment {
    let signature = signature.map(|it| {
        (
            "dev.cosignproject.cosign/signature".to_owned(),
            it.to_owned(),
        )
    });
    attached(AttachedContent::Signature {
        form,
        text: text.to_owned(),
        annotations: signature.into_iter().collect::<BTreeMap<_, _>>(),
    })
}

fn facts(attachments: &[Attachment], sets: &[TrustedSet]) -> ArtifactFacts {
    let artifact = Digest::of(MANIFEST.as_bytes());
    let version: Version = "1.0.0".parse().unwrap();
    let mut facts: ArtifactFacts = serde_json::from_value(json!({"version": version,
        "digest": artifact, "kept": true}))
    .unwrap();
    let at = "2026-11-26T12:00:00Z".parse().unwrap();
    let sets: Vec<&TrustedSet> = sets.iter().collect();
    let known = known(
        (artifact, Some(MANIFEST.as_bytes())),
        attachments,
        &sets,
        at,
    );
    known.fill(&mut facts);
    facts
}

#[test]
fn a_signature_counts_by_the_sets_that_let_go() {
    let signed = [signature(
        SignatureForm::SimpleSigning,
        PAYLOAD,
        Some(FIRST_SIGNATURE),
    )];
    let release = set(KeyPurpose::Release, &[("first", FIRST)]);
    let both = set(KeyPurpose::Release, &[("first", FIRST), ("second", SECOND)]);
    let build = set(KeyPurpose::Build, &[("first", FIRST)]);
    let by_first = BTreeSet::from(["keys/first".to_owned()]);
    for (sets, is_signed, why) in [
        (vec![release.clone()], true, ""),
        (vec![release.clone(), both], false, "1 of the 2 needed"),
        (vec![build], false, "no key set says whose signatures count"),
        (vec![], false, "no key set says whose signatures count"),
    ] {
        let found = facts(&signed, &sets);
        assert_eq!(found.signed, is_signed);
        assert!(found.unsigned_because.contains(why), "{found:?}");
    }
    assert_eq!(
        facts(&signed, std::slice::from_ref(&release)).signers,
        by_first
    );
    let unsigned = facts(&[], &[release]);
    assert!(!unsigned.signed && unsigned.unsigned_because.contains("none of the 1 needed"));
}

#[test]
fn statements_count_by_the_sets_of_builders() {
    let stated = [
        signature(SignatureForm::Envelope, PROVENANCE, None),
        signature(SignatureForm::Envelope, RESULT, None),
    ];
    let believed = facts(&stated, &[set(KeyPurpose::Build, &[("ci", FIRST)])]);
    assert!(believed.builder.is_some() && !believed.signed);
    assert_eq!(believed.test_reports, 1);
    for others in [
        set(KeyPurpose::Release, &[("ci", FIRST)]),
        set(KeyPurpose::Build, &[("ci", SECOND)]),
    ] {
        let found = facts(&stated, &[others]);
        assert_eq!((found.builder, found.test_reports), (None, 0));
    }
}

#[test]
fn vulnerabilities_are_known_once_every_bill_was_matched() {
    let bill_of = |severities: Option<&[VulnerabilitySeverity]>, unmatched: &[&str]| {
        let vulnerability = |severity: &VulnerabilitySeverity| {
            serde_json::from_value(
                json!({"advisory": "A-1", "part": "lodash", "severity": severity}),
            )
            .unwrap()
        };
        attached(AttachedContent::Bill {
            bill: BillSummary {
                format: "CycloneDX 1.6".to_owned(),
                about_it: true,
                parts: 1,
                licences: BTreeSet::from(["MIT".to_owned()]),
                unmatched: unmatched.iter().map(|it| (*it).to_owned()).collect(),
                vulnerabilities: severities.map(|it| it.iter().map(vulnerability).collect()),
                cut: false,
                remarks: Vec::new(),
                matched_at: None,
                untold: 0,
            },
        })
    };
    let bill = |severities| bill_of(severities, &[]);
    use VulnerabilitySeverity::{Critical, Low};
    let of = |bills: &[Attachment]| facts(bills, &[]).vulnerabilities;
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[bill(None)]), None);
    assert_eq!(of(&[bill(Some(&[Critical])), bill(None)]), None);
    let expect = Vulnerabilities {
        critical: 2,
        low: 1,
        ..Vulnerabilities::default()
    };
    let bills = [bill(Some(&[Critical, Low])), bill(Some(&[Critical]))];
    assert_eq!(of(&bills), Some(expect));
    let half = [bill(Some(&[Low])), bill_of(Some(&[]), &["Maven"])];
    assert_eq!(of(&half), None, "nobody looked up what is of Maven");
    let beyond = |of| attached(AttachedContent::Beyond { of });
    let crowded = [bill(Some(&[Low])), beyond(AttachedKind::Bill)];
    assert_eq!(of(&crowded), None, "nobody looks at the one that is beyond");
    let failed = facts(&[beyond(AttachedKind::Tests)], &[]);
    assert_eq!((failed.test_reports, failed.tests_failed), (1, 1));
    let clean = of(&[bill(Some(&[]))]);
    assert_eq!(clean, Some(Vulnerabilities::default()));
}
