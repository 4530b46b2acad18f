//! What forgers would make of real signatures: each is refused, for the right reason.

use crate::material::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::Signer as _;
use tidegate_domain::digest::Digest;
use tidegate_trust::{
    attestation::{PAYLOAD_TYPE_IN_TOTO, PREDICATE_COSIGN_SIGN, PREDICATE_TEST_RESULT, pae},
    signature::{Evidence, Refusal},
};

fn evil() -> Digest {
    Digest::of(b"evil")
}

/// How a refusal begins, of evidence that is laid before a set of all our keys.
fn refused(evidence: &Evidence, artifact: Digest) -> String {
    match outcome(&any_of_ours(), evidence, artifact) {
        Ok(signed) => panic!("{evidence:?} proves {signed:?}"),
        Err(why) => why.to_string(),
    }
}

#[test]
fn a_payload_binds_exactly_one_digest() {
    let sig = material!("first.sig");
    let swapped = PAYLOAD.replace(&image().hex(), &evil().hex());
    let retyped = PAYLOAD.replace("cosign container image signature", "atomic");
    let twice = PAYLOAD.replace(
        r#""image":{"#,
        &format!(
            r#""image":{{"docker-manifest-digest":"{}"}},"image":{{"#,
            evil()
        ),
    );
    for (payload, artifact, why) in [
        (
            PAYLOAD,
            evil(),
            "it is about another artifact, sha256:09ade",
        ),
        (&swapped, evil(), "no key of the set made"),
        (&swapped, image(), "it is about another artifact"),
        (&retyped, image(), "the payload is of type `atomic`"),
        (
            &twice,
            image(),
            "not a simple signing payload: `image` stands twice",
        ),
        (
            &PAYLOAD[..100],
            image(),
            "not a simple signing payload: EOF",
        ),
        ("{}", image(), "not a simple signing payload: missing field"),
        (&format!("{PAYLOAD} "), image(), "no key of the set made"),
        (
            &"x".repeat(70_000),
            image(),
            "not a simple signing payload: more than 65536",
        ),
    ] {
        let said = refused(&simple(payload, sig), artifact);
        assert!(said.starts_with(why), "{said}, not {why}");
    }
}

#[test]
fn damaged_signatures_are_refused() {
    let der = STANDARD.decode(material!("first.sig").trim()).unwrap();
    let ed = STANDARD.decode(material!("ed25519.sig").trim()).unwrap();
    let encode = |bytes: &[u8]| STANDARD.encode(bytes);
    let mut negative = der.clone();
    negative[4] |= 0x80;
    for (signature, why) in [
        (String::new(), "no key"),
        ("not base64".to_owned(), "it is not encoded"),
        (encode(&der[..der.len() - 1]), "no key"),
        (encode(&[der.as_slice(), &[0]].concat()), "no key"),
        (encode(&[0x30, 0x06, 2, 1, 0, 2, 1, 0]), "no key"),
        (encode(&negative), "no key"),
        (encode(&ed[..63]), "no key"),
        (encode(&plus_order(&ed)), "no key"),
        (material!("second.sig").replace('M', "N"), "no key"),
        (encode(&[0; 129]), "the signature is longer than 128"),
        ("A".repeat(1 << 20), "the signature is longer than 128"),
    ] {
        let said = refused(&simple(PAYLOAD, &signature), image());
        assert!(said.starts_with(why), "{signature:.40}: {said}, not {why}");
    }
    let artifact_sig = material!("blob.first.sig");
    assert!(refused(&simple(PAYLOAD, artifact_sig), image()).starts_with("no key"));
}

/// An Ed25519 signature whose scalar is the same modulo the order, and not reduced.
fn plus_order(signature: &[u8]) -> Vec<u8> {
    let mut order = hex::decode("edd3f55c1a631258d69cf7a2def9de14").unwrap();
    order.extend([0; 15]);
    order.push(0x10);
    let mut changed = signature.to_vec();
    let mut carry = 0;
    for (byte, add) in changed[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = u8::try_from(sum % 256).unwrap();
        carry = sum / 256;
    }
    changed
}

#[test]
fn a_bundle_is_about_one_artifact_and_read_one_way() {
    let good = material!("blob.first.bundle.json");
    let other_hint = "O4KVdFyOrf0C0IIJF1IhNIkbAVZnWBJWaYxxOE1QkIU=";
    let second = "2zUExH0eNxvA2kJPpzefxcd3bxoZQ1hkg6URENdgSuc=";
    let ed25519 = "WbH2mBkhNs0KgIPMo1tZAtBIc2OrEyrp8uUvHBClh60=";
    let digest = r#""messageDigest":{"algorithm":"SHA2_256", "digest":"1B5MxFO2MawtL1OLc5JOc5P9esFo7Fo972jKC/wjPQk="}, "#;
    assert!(
        outcome(
            &any_of_ours(),
            &bundle(&good.replace(second, other_hint)),
            blob()
        )
        .is_ok()
    );
    assert!(outcome(&any_of_ours(), &bundle(&good.replace(digest, "")), blob()).is_ok());
    for (json, artifact, why) in [
        (
            good.to_owned(),
            image(),
            "it is about another artifact, sha256:d41e4",
        ),
        (good.replace(digest, ""), image(), "no key of the set made"),
        (
            good.replace(second, ed25519),
            blob(),
            "no key of the set made",
        ),
        (
            good.replace("SHA2_256", "SHA2_512"),
            blob(),
            "it is about another",
        ),
        (
            good.replace("bundle.v0.3", "bundle.v0.4"),
            blob(),
            "not a sigstore bundle",
        ),
        (
            good.replace(".bundle.v0.3+json", ".bundle+json;version=0.2"),
            blob(),
            "only bundles of version 0.3",
        ),
        (
            good.replace(
                r#""publicKey":{"#,
                r#""publicKey":{"hint":""},"publicKey":{"#,
            ),
            blob(),
            "not a sigstore bundle of a known kind: `publicKey` stands twice",
        ),
        (
            good.replace(r#""signature":"ME"#, r#""signature":"MF"#),
            blob(),
            "no key of the set made",
        ),
        (String::new(), blob(), "not a sigstore bundle"),
        ("null".to_owned(), blob(), "not a sigstore bundle"),
    ] {
        let said = refused(&bundle(&json), artifact);
        assert!(said.starts_with(why), "{json}: {said}, not {why}");
    }
    for length in 0..good.trim_end().len() {
        refused(&bundle(&good[..length]), blob());
    }
}

#[test]
fn two_contents_in_one_bundle_are_refused() {
    let signature = material!("blob.first.bundle.json").trim_end();
    let attested = material!("blob.first.attest.bundle.json");
    let (_, content) = attested.split_once(r#""dsseEnvelope""#).unwrap();
    let both = format!(
        r#"{}, "dsseEnvelope"{content}"#,
        signature.strip_suffix('}').unwrap()
    );
    assert!(refused(&bundle(&both), blob()).starts_with("only bundles of version 0.3"));
    let keyed = signature.replace(
        r#""publicKey""#,
        r#""certificate":{"rawBytes":"MAA="},"publicKey""#,
    );
    assert!(refused(&bundle(&keyed), blob()).starts_with("only bundles of version 0.3"));
}

#[test]
fn bytes_that_are_not_the_artifact_s_do_not_help() {
    let signature = detached(material!("blob.ed25519.sig"));
    let wrong = with_bytes(signature.clone(), "another file\n");
    assert_eq!(
        outcome(&any_of_ours(), &wrong, blob()),
        Err(Refusal::ArtifactBytes)
    );
    let keys = set(1, &[("third", ED25519)]);
    assert_eq!(
        outcome(&keys, &signature, blob()),
        Err(Refusal::BytesNeeded)
    );
    let other = with_bytes(signature, MANIFEST);
    assert_eq!(outcome(&keys, &other, image()), Err(Refusal::NoKey));
}

#[test]
fn an_envelope_confuses_no_types() {
    let (key, pem) = own_key(1);
    let (stranger, _) = own_key(2);
    let keys = set(1, &[("own", &pem)]);
    let sign = |bytes: &[u8]| STANDARD.encode(key.sign(bytes).to_bytes());
    let text = statement(PREDICATE_COSIGN_SIGN, image());
    let kind = PAYLOAD_TYPE_IN_TOTO;
    let good = sealed(&[&key], kind, &text);
    assert!(outcome(&keys, &good, image()).is_ok());

    let over = |bytes: &[u8]| enveloped(kind, &text, &[sign(bytes)]);
    let bare_payload = over(text.as_bytes());
    let other_type = over(&pae("application/json", text.as_bytes()));
    let other_length = over(&pae(kind, &text.as_bytes()[1..]));
    let typed_otherwise = sealed(&[&key], "application/json", &text);
    let payload = sealed(&[&key], kind, PAYLOAD);
    let foreign = sealed(&[&stranger], kind, &text);
    let elsewhere = sealed(&[&key], kind, &statement(PREDICATE_COSIGN_SIGN, evil()));
    let pae_text = String::from_utf8(pae(kind, text.as_bytes())).unwrap();
    let as_payload = simple(&pae_text, &sign(pae_text.as_bytes()));
    for (evidence, why) in [
        (bare_payload, "no key of the set"),
        (other_type, "no key of the set"),
        (other_length, "no key of the set"),
        (foreign, "no key of the set"),
        (typed_otherwise, "the envelope holds `application/json`"),
        (payload, "the statement is not sound"),
        (elsewhere, "it is about another artifact"),
        (as_payload, "not a simple signing payload"),
        (envelope("{}"), "the envelope is not sound"),
        (enveloped(kind, &text, &[]), "the envelope is not sound"),
    ] {
        let said = outcome(&keys, &evidence, image()).unwrap_err().to_string();
        assert!(said.starts_with(why), "{said}, not {why}");
    }
}

#[test]
fn an_attestation_is_no_approval() {
    for (evidence, artifact) in [
        (envelope(material!("attest.test-result.json")), image()),
        (envelope(material!("attest.slsaprovenance1.json")), image()),
        (bundle(material!("blob.first.attest.bundle.json")), blob()),
        (bundle(material!("blob.ed25519.attest.bundle.json")), blob()),
    ] {
        let why = outcome(&any_of_ours(), &evidence, artifact).unwrap_err();
        assert!(matches!(why, Refusal::IsAttestation(_)), "{why}");
    }
    let why = refused(&envelope(material!("attest.test-result.json")), image());
    assert!(why.contains(PREDICATE_TEST_RESULT), "{why}");
}
