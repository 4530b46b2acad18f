//! How many signatures a second are judged, beside the bare call of the crypto library.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on says where")]

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ed25519_dalek::{Signature, VerifyingKey};
use std::{collections::BTreeMap, hint::black_box};
use tidegate_domain::digest::Digest;
use tidegate_trust::{
    keys::{Declaration, Identity, KeySet, NamedKey, Pattern, PublicKey},
    signature::{Evidence, Material, attested, judge},
};

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const FIRST: &str = include_str!("../tests/material/first.pub");
const ED25519: &str = include_str!("../tests/material/ed25519.pub");
const PAYLOAD: &[u8] = include_bytes!("../tests/material/payload.json");
const MANIFEST: &[u8] = include_bytes!("../tests/material/manifest.json");
const MANAGED: &[u8] = include_bytes!("../tests/material/published/managed-key.bundle.json");
const MANAGED_KEY: &str = include_str!("../tests/material/published/managed-key.pub");
const MANAGED_ARTIFACT: &[u8] = include_bytes!("../tests/material/published/managed-key.txt");
const KEYLESS: &[u8] =
    include_bytes!("../tests/material/published/keyless-attestation.bundle.json");
/// What the keyless attestation is about.
const ATTESTED: &str = "sha256:54303491a8418fbed24344b513546182c29b43bf282ceb433af65e2299f9271f";
const ROOT: &str = include_str!("../tests/material/published/trusted_root.json");

fn signatures(c: &mut Criterion) {
    let mut group = c.benchmark_group("signature");
    group.throughput(Throughput::Elements(1));
    let p256 = include_str!("../tests/material/first.sig");
    let ed25519 = include_str!("../tests/material/ed25519.sig");

    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, raw(FIRST, 65)).unwrap();
    let signature = STANDARD.decode(p256.trim()).unwrap();
    group.bench_function("p256/bare", |b| {
        b.iter(|| key.verify_sig(black_box(PAYLOAD), &signature).unwrap());
    });
    let key = VerifyingKey::from_bytes(&raw(ED25519, 32).try_into().unwrap()).unwrap();
    let signature = Signature::from_slice(&STANDARD.decode(ed25519.trim()).unwrap()).unwrap();
    group.bench_function("ed25519/bare", |b| {
        b.iter(|| key.verify_strict(black_box(PAYLOAD), &signature).unwrap());
    });

    let image = Digest::of(MANIFEST);
    for (name, pem, signature) in [("p256", FIRST, p256), ("ed25519", ED25519, ed25519)] {
        let keys = set(pem, None);
        let evidence = [Evidence::new(Material::SimpleSigning {
            payload: PAYLOAD.to_vec(),
            annotations: BTreeMap::from([(SIGNATURE.to_owned(), signature.to_owned())]),
        })];
        group.bench_function(format!("{name}/judged"), |b| {
            b.iter(|| met(&keys, &evidence, image));
        });
    }

    let logged = set(MANAGED_KEY, Some(ROOT));
    let evidence = [Evidence::new(Material::Bundle(MANAGED.to_vec()))];
    let artifact = Digest::of(MANAGED_ARTIFACT);
    group.bench_function("logged-bundle/judged", |b| {
        b.iter(|| met(&logged, &evidence, artifact));
    });
    let keyless = believed(ROOT);
    let evidence = [Evidence::new(Material::Bundle(KEYLESS.to_vec()))];
    let artifact = ATTESTED.parse().unwrap();
    group.bench_function("keyless-bundle/attested", |b| {
        b.iter(|| {
            let found = attested(&keyless, black_box(&evidence), artifact, now());
            assert!(found[0].outcome.is_ok());
        });
    });
    group.finish();
}

fn met(keys: &KeySet, evidence: &[Evidence], artifact: Digest) {
    assert!(judge(keys, black_box(evidence), artifact, now()).is_met());
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_800_000_000).unwrap()
}

fn set(pem: &str, root: Option<&str>) -> KeySet {
    let key = NamedKey {
        name: "release".parse().unwrap(),
        public_key: pem.parse().unwrap(),
        valid_from: jiff::Timestamp::UNIX_EPOCH,
        revoked: None,
    };
    let declared = Declaration {
        threshold: 1,
        keys: vec![key],
        identities: Vec::new(),
        trusted_root: root.map(|root| root.to_owned().try_into().unwrap()),
    };
    declared.try_into().unwrap()
}

fn believed(root: &str) -> KeySet {
    let identity = Identity {
        name: "ci".parse().unwrap(),
        issuer: Pattern::Exact("https://token.actions.githubusercontent.com".to_owned()),
        subject: Pattern::Glob("https://github.com/prefix-dev/**".parse().unwrap()),
        valid_from: jiff::Timestamp::UNIX_EPOCH,
        revoked: None,
    };
    let declared = Declaration {
        threshold: 1,
        keys: Vec::new(),
        identities: vec![identity],
        trusted_root: Some(root.to_owned().try_into().unwrap()),
    };
    declared.try_into().unwrap()
}

fn raw(pem: &str, length: usize) -> Vec<u8> {
    let key: PublicKey = pem.parse().unwrap();
    key.spki()[key.spki().len() - length..].to_vec()
}

criterion_group!(benches, signatures);
criterion_main!(benches);
