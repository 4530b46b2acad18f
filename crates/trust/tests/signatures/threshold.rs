//! What cosign signs holds, and distinct keys are what counts.

use crate::material::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tidegate_trust::{
    attestation::{PAYLOAD_TYPE_IN_TOTO, PREDICATE_COSIGN_SIGN},
    signature::{EVIDENCE_MAX, Evidence, Refusal, judge},
};

/// The annotation of the layer that `cosign sign` pushed.
fn pushed_signature() -> String {
    let manifest: serde_json::Value = serde_json::from_str(material!("tag.manifest.json")).unwrap();
    let annotation = &manifest["layers"][0]["annotations"]["dev.cosignproject.cosign/signature"];
    annotation.as_str().unwrap().to_owned()
}

#[test]
fn every_form_that_cosign_writes_is_verified() {
    let keys = any_of_ours();
    let pushed = pushed_signature();
    for (evidence, artifact, by) in [
        (simple(PAYLOAD, material!("first.sig")), image(), "first"),
        (simple(PAYLOAD, material!("second.sig")), image(), "second"),
        (simple(PAYLOAD, material!("ed25519.sig")), image(), "third"),
        (simple(PAYLOAD, &pushed), image(), "first"),
        (detached(material!("blob.first.sig")), blob(), "first"),
        (
            with_bytes(detached(material!("blob.ed25519.sig")), BLOB),
            blob(),
            "third",
        ),
        (
            bundle(material!("manifest.first.bundle.json")),
            image(),
            "first",
        ),
        (bundle(material!("blob.first.bundle.json")), blob(), "first"),
        (
            with_bytes(bundle(material!("blob.ed25519.bundle.json")), BLOB),
            blob(),
            "third",
        ),
    ] {
        let signed =
            outcome(&keys, &evidence, artifact).unwrap_or_else(|err| panic!("{by}: {err}"));
        assert_eq!(signed.by.name().as_str(), by);
        assert_eq!((signed.artifact, signed.time), (artifact, None));
    }
}

#[test]
fn two_signatures_of_one_key_count_once() {
    let keys = set(
        2,
        &[("first", FIRST), ("second", SECOND), ("third", ED25519)],
    );
    let first = simple(PAYLOAD, material!("first.sig"));
    let first_again = simple(PAYLOAD, &pushed_signature());
    let second = simple(PAYLOAD, material!("second.sig"));
    let third = simple(PAYLOAD, material!("ed25519.sig"));
    for (evidence, met) in [
        (vec![], false),
        (vec![&first], false),
        (vec![&first, &first], false),
        (vec![&first, &first_again], false),
        (vec![&first, &second], true),
        (vec![&first, &first_again, &third], true),
    ] {
        let evidence: Vec<Evidence> = evidence.into_iter().cloned().collect();
        let verdict = judge(&keys, &evidence, image(), now());
        assert_eq!(verdict.is_met(), met, "{verdict}");
    }
}

#[test]
fn one_key_under_two_names_counts_once() {
    let keys = set(
        2,
        &[("old-name", FIRST), ("new-name", FIRST), ("second", SECOND)],
    );
    let evidence = [
        simple(PAYLOAD, material!("first.sig")),
        simple(PAYLOAD, &pushed_signature()),
    ];
    let verdict = judge(&keys, &evidence, image(), now());
    assert_eq!(
        verdict.to_string(),
        "signed by 1 of the 2 needed: old-name; 1 more must sign, of second"
    );
}

#[test]
fn the_malleable_twin_of_an_ecdsa_signature_adds_nothing() {
    let keys = set(2, &[("first", FIRST), ("second", SECOND)]);
    let signature = STANDARD.decode(material!("first.sig").trim()).unwrap();
    let twin = STANDARD.encode(twin(&signature));
    let evidence = [
        simple(PAYLOAD, material!("first.sig")),
        simple(PAYLOAD, &twin),
    ];
    let verdict = judge(&keys, &evidence, image(), now());
    assert!(verdict.findings.iter().all(|it| it.outcome.is_ok()));
    assert_eq!((verdict.signers.len(), verdict.is_met()), (1, false));
}

/// (r, n − s) for (r, s), in DER.
fn twin(signature: &[u8]) -> Vec<u8> {
    let order = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let r_length = usize::from(signature[3]);
    let (r, s) = signature[2..].split_at(2 + r_length);
    let mut negated = order.unwrap();
    let s: Vec<u8> = s[2..].iter().copied().skip_while(|b| *b == 0).collect();
    let mut borrow = 0;
    for i in 0..32 {
        let subtrahend = i32::from(*s.iter().rev().nth(i).unwrap_or(&0));
        let difference = i32::from(negated[31 - i]) - subtrahend - borrow;
        borrow = i32::from(difference < 0);
        negated[31 - i] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    let mut s: Vec<u8> = negated.into_iter().skip_while(|b| *b == 0).collect();
    if s[0] >= 0x80 {
        s.insert(0, 0);
    }
    let s = [&[0x02, u8::try_from(s.len()).unwrap()], s.as_slice()].concat();
    let length = u8::try_from(r.len() + s.len()).unwrap();
    [&[0x30, length], r, &s].concat()
}

#[test]
fn an_envelope_with_several_signatures_counts_its_distinct_keys() {
    let ((a, a_pem), (b, b_pem)) = (own_key(1), own_key(2));
    let (stranger, _) = own_key(3);
    let keys = set(2, &[("a", &a_pem), ("b", &b_pem)]);
    let text = statement(PREDICATE_COSIGN_SIGN, image());
    for (signers, met) in [
        (vec![&a, &b], true),
        (vec![&a, &a], false),
        (vec![&a, &stranger], false),
        (vec![&stranger, &b, &a], true),
    ] {
        let evidence = [sealed(&signers, PAYLOAD_TYPE_IN_TOTO, &text)];
        let verdict = judge(&keys, &evidence, image(), now());
        assert_eq!(verdict.is_met(), met, "{verdict}");
    }
}

#[test]
fn a_verdict_says_what_is_missing() {
    let keys = set(
        2,
        &[("first", FIRST), ("second", SECOND), ("third", ED25519)],
    );
    let first = simple(PAYLOAD, material!("first.sig"));
    let said = |evidence: &[Evidence]| judge(&keys, evidence, image(), now()).to_string();
    assert_eq!(
        said(&[]),
        "signed by none of the 2 needed; 2 more must sign, of first, second, third"
    );
    let wrong = simple(PAYLOAD, material!("blob.first.sig"));
    assert_eq!(
        said(&[wrong, first.clone()]),
        "signed by 1 of the 2 needed: first; 1 more must sign, of second, third; signature 1 does not count: no key \
         of the set made this signature"
    );
    let second = simple(PAYLOAD, material!("second.sig"));
    assert_eq!(
        said(&[first, second]),
        "signed by 2 of the 2 needed: first, second"
    );
}

#[test]
fn a_flood_of_evidence_is_cut_off() {
    let keys = set(1, &[("first", FIRST)]);
    let evidence = vec![detached("AAAA"); EVIDENCE_MAX + 5];
    let verdict = judge(&keys, &evidence, image(), now());
    assert_eq!(verdict.findings.len(), EVIDENCE_MAX + 1);
    let last = &verdict.findings[EVIDENCE_MAX];
    assert_eq!(last.outcome, Err(Refusal::TooMany));
}
