//! The files under `tests/material`, and key sets to judge them with.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::digest::Digest;
use tidegate_trust::{
    attestation::pae,
    keys::{Declaration, Identity, KeySet, NamedKey, Pattern, Revocation, RevocationKind},
    signature::{Evidence, Finding, Material, Refusal, Signed, judge},
};

macro_rules! material {
    ($name:literal) => {
        include_str!(concat!("../material/", $name))
    };
}
pub(crate) use material;

pub(crate) const FIRST: &str = material!("first.pub");
pub(crate) const SECOND: &str = material!("second.pub");
pub(crate) const ED25519: &str = material!("ed25519.pub");
pub(crate) const MANIFEST: &str = material!("manifest.json");
pub(crate) const BLOB: &str = material!("blob.txt");
pub(crate) const PAYLOAD: &str = material!("payload.json");

pub(crate) fn image() -> Digest {
    Digest::of(MANIFEST.as_bytes())
}

pub(crate) fn blob() -> Digest {
    Digest::of(BLOB.as_bytes())
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    time("2026-11-26T12:00:00Z")
}

/// All three of our keys, of which one must sign.
pub(crate) fn any_of_ours() -> KeySet {
    let keys = [("first", FIRST), ("second", SECOND), ("third", ED25519)];
    set(1, &keys)
}

pub(crate) fn set(threshold: u32, keys: &[(&str, &str)]) -> KeySet {
    declared(threshold, keys).try_into().unwrap()
}

pub(crate) fn declared(threshold: u32, keys: &[(&str, &str)]) -> Declaration {
    Declaration {
        threshold,
        keys: keys.iter().map(|(name, pem)| key(name, pem)).collect(),
        identities: Vec::new(),
        trusted_root: None,
    }
}

fn key(name: &str, pem: &str) -> NamedKey {
    NamedKey {
        name: name.parse().unwrap(),
        public_key: pem.parse().unwrap(),
        valid_from: time("2020-01-01T00:00:00Z"),
        revoked: None,
    }
}

pub(crate) fn identity(name: &str, issuer: &str, subject: Pattern) -> Identity {
    Identity {
        name: name.parse().unwrap(),
        issuer: Pattern::Exact(issuer.to_owned()),
        subject,
        valid_from: time("2020-01-01T00:00:00Z"),
        revoked: None,
    }
}

pub(crate) fn revoked(kind: RevocationKind, at: &str) -> Revocation {
    Revocation {
        at: time(at),
        kind,
        reason: "a test".to_owned(),
    }
}

pub(crate) fn bundle(json: &str) -> Evidence {
    Evidence::new(Material::Bundle(json.as_bytes().to_vec()))
}

pub(crate) fn envelope(json: &str) -> Evidence {
    Evidence::new(Material::Envelope {
        json: json.as_bytes().to_vec(),
        annotations: BTreeMap::new(),
    })
}

pub(crate) fn detached(signature: &str) -> Evidence {
    Evidence::new(Material::Detached(signature.to_owned()))
}

pub(crate) fn simple(payload: &str, signature: &str) -> Evidence {
    annotated(
        payload,
        &[("dev.cosignproject.cosign/signature", signature)],
    )
}

pub(crate) fn annotated(payload: &str, annotations: &[(&str, &str)]) -> Evidence {
    let annotations = annotations.iter();
    Evidence::new(Material::SimpleSigning {
        payload: payload.as_bytes().to_vec(),
        annotations: annotations
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    })
}

pub(crate) fn with_bytes(evidence: Evidence, bytes: &str) -> Evidence {
    Evidence {
        artifact_bytes: Some(bytes.as_bytes().into()),
        ..evidence
    }
}

pub(crate) fn received(evidence: Evidence, at: &str) -> Evidence {
    Evidence {
        received: Some(time(at)),
        ..evidence
    }
}

/// What became of one piece of evidence.
pub(crate) fn outcome(
    keys: &KeySet,
    evidence: &Evidence,
    artifact: Digest,
) -> Result<Signed, Refusal> {
    let verdict = judge(keys, std::slice::from_ref(evidence), artifact, now());
    let [Finding { outcome, .. }] = <[_; 1]>::try_from(verdict.findings).unwrap();
    outcome
}

/// A key of the tests, and its PEM.
pub(crate) fn own_key(seed: u8) -> (SigningKey, String) {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let spki = [
        b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(),
        key.verifying_key().as_bytes(),
    ]
    .concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(spki)
    );
    (key, pem)
}

/// An envelope that these keys sign as DSSE demands.
pub(crate) fn sealed(keys: &[&SigningKey], kind: &str, payload: &str) -> Evidence {
    let signed = pae(kind, payload.as_bytes());
    let signatures: Vec<String> = keys
        .iter()
        .map(|key| STANDARD.encode(key.sign(&signed).to_bytes()))
        .collect();
    enveloped(kind, payload, &signatures)
}

pub(crate) fn enveloped(kind: &str, payload: &str, signatures: &[String]) -> Evidence {
    let signatures: Vec<_> = signatures
        .iter()
        .map(|sig| serde_json::json!({"keyid": "", "sig": sig}))
        .collect();
    let json = serde_json::json!({
        "payloadType": kind,
        "payload": STANDARD.encode(payload),
        "signatures": signatures,
    });
    envelope(&json.to_string())
}

/// A statement about `artifact`.
pub(crate) fn statement(predicate_type: &str, artifact: Digest) -> String {
    serde_json::json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "web", "digest": {"sha256": artifact.hex()}}],
        "predicateType": predicate_type,
        "predicate": {},
    })
    .to_string()
}
