//! cosign's tag scheme with certificates and log entries in annotations, as cosign 2 signs by default.

use crate::{
    instance::{ISSUER, Instance, LOGGED_TEXT, Signer},
    material::*,
};
use serde_json::Value;
use tidegate_trust::{
    attestation::{PAYLOAD_TYPE_IN_TOTO, pae},
    keys::{Declaration, KeySet, Pattern, RevocationKind},
    signature::{Evidence, Material, Refusal, TimeSource, attested, judge},
};

const WORKFLOW: &str = "https://git.example/shop/web/release.yml@refs/tags/v1";

/// An image signed by a certificate of its own instance.
struct Keyless {
    instance: Instance,
    signer: Signer,
    signature: String,
    entry: Value,
}

impl Keyless {
    fn new() -> Self {
        Self::of(Instance::new(), |signer| signer.sign(PAYLOAD))
    }

    fn of(instance: Instance, sign: impl Fn(&Signer) -> String) -> Self {
        let signer = instance.certified(WORKFLOW);
        let signature = sign(&signer);
        let entry = instance.entry(PAYLOAD, &signature, &signer.verifier);
        Self {
            instance,
            signer,
            signature,
            entry,
        }
    }

    fn believed(&self) -> KeySet {
        let mut declared = declared(1, &[]);
        let subject = Pattern::Glob("https://git.example/shop/*/release.yml@**".parse().unwrap());
        declared.identities = vec![identity("ci", ISSUER, subject)];
        declared.trusted_root = Some(self.instance.trusted_root().try_into().unwrap());
        declared.try_into().unwrap()
    }

    fn evidence(&self, entry: &Value) -> Evidence {
        layer(&self.signature, &self.signer.verifier, Some(entry))
    }
}

fn layer(signature: &str, certificate: &str, entry: Option<&Value>) -> Evidence {
    let entry = entry.map(Value::to_string).unwrap_or_default();
    let annotations = [
        ("dev.cosignproject.cosign/signature", signature),
        ("dev.sigstore.cosign/certificate", certificate),
        ("dev.sigstore.cosign/bundle", &entry),
    ];
    annotated(PAYLOAD, &annotations)
}

#[test]
fn a_keyless_signature_of_the_tag_scheme_is_verified() {
    let keyless = Keyless::new();
    let evidence = keyless.evidence(&keyless.entry);
    let signed = outcome(&keyless.believed(), &evidence, image()).unwrap();
    assert_eq!(signed.by.name().as_str(), "ci");
    let proved = signed.time.unwrap();
    assert_eq!(
        (proved.at, proved.source),
        (time(LOGGED_TEXT), TimeSource::Log)
    );
}

#[test]
fn what_the_log_says_must_be_of_this_signature() {
    let keyless = Keyless::new();
    let keys = keyless.believed();
    let stranger = keyless.instance.certified("https://git.example/evil");
    let resigned = keyless.signer.sign(PAYLOAD);
    let entry = |payload: &str, signature: &str, verifier: &str| {
        keyless.instance.entry(payload, signature, verifier)
    };
    let verifier = &keyless.signer.verifier;
    let mut backdated = keyless.entry.clone();
    backdated["Payload"]["integratedTime"] = 1_748_779_100.into();
    let mut unpromised = keyless.entry.clone();
    unpromised["SignedEntryTimestamp"] = "MAA=".into();
    for (what, entry) in [
        ("another payload", entry("{}", &keyless.signature, verifier)),
        ("another signature", entry(PAYLOAD, &resigned, verifier)),
        (
            "another signer",
            entry(PAYLOAD, &keyless.signature, &stranger.verifier),
        ),
        ("another time", backdated),
        ("another promise", unpromised),
        ("another log", Keyless::new().entry),
    ] {
        let found = outcome(&keys, &keyless.evidence(&entry), image());
        assert!(
            matches!(found, Err(Refusal::Unproved(_))),
            "{what}: {found:?}"
        );
    }
    let bare = layer(&keyless.signature, verifier, None);
    let found = outcome(&keys, &bare, image());
    assert!(matches!(found, Err(Refusal::Unproved(_))), "{found:?}");
}

#[test]
fn certificates_of_others_prove_nothing() {
    let keyless = Keyless::new();
    let keys = keyless.believed();
    let elsewhere = Keyless::new();
    let found = outcome(&keys, &elsewhere.evidence(&elsewhere.entry), image());
    assert!(matches!(found, Err(Refusal::Unproved(_))), "{found:?}");

    let stranger = keyless.instance.certified("https://git.example/evil");
    let signature = stranger.sign(PAYLOAD);
    let entry = keyless
        .instance
        .entry(PAYLOAD, &signature, &stranger.verifier);
    let evidence = layer(&signature, &stranger.verifier, Some(&entry));
    let found = outcome(&keys, &evidence, image());
    assert!(matches!(found, Err(Refusal::Stranger { .. })), "{found:?}");

    let evidence = layer(&keyless.signature, "not PEM", Some(&keyless.entry));
    assert_eq!(
        outcome(&keys, &evidence, image()),
        Err(Refusal::Certificate)
    );
    let found = outcome(&any_of_ours(), &keyless.evidence(&keyless.entry), image());
    assert_eq!(found, Err(Refusal::NoRoot));
}

#[test]
fn a_log_entry_beside_a_key_s_signature_proves_its_time() {
    let instance = Instance::new();
    let signer = Signer::with_key();
    let signature = signer.sign(PAYLOAD);
    let entry = instance.entry(PAYLOAD, &signature, &signer.verifier);
    for (revoked_at, with_root, holds) in [
        ("2025-06-02T00:00:00Z", true, true),
        ("2025-06-01T12:00:00Z", true, false),
        ("2025-06-02T00:00:00Z", false, false),
    ] {
        let mut declared = declared(1, &[("key", &signer.verifier)]);
        declared.keys[0].revoked = Some(revoked(RevocationKind::Compromised, revoked_at));
        if with_root {
            declared.trusted_root = Some(instance.trusted_root().try_into().unwrap());
        }
        let keys: KeySet = declared.try_into().unwrap();
        let found = outcome(&keys, &layer(&signature, "", Some(&entry)), image());
        assert_eq!(found.is_ok(), holds, "{revoked_at} {with_root}: {found:?}");
    }
}

#[test]
fn a_keyless_attestation_of_the_tag_scheme_is_attributed() {
    let instance = Instance::new();
    let text = statement("https://x.example/p", image());
    let signed = pae(PAYLOAD_TYPE_IN_TOTO, text.as_bytes());
    let keyless = Keyless::of(instance, |signer| signer.sign(&signed));
    let (signature, verifier) = (&keyless.signature, &keyless.signer.verifier);
    let layer = |entry: &Value| {
        let sealed = enveloped(PAYLOAD_TYPE_IN_TOTO, &text, std::slice::from_ref(signature));
        let Material::Envelope { json, .. } = sealed.material else {
            panic!("{sealed:?} is no envelope");
        };
        let annotations = [
            ("dev.sigstore.cosign/certificate", verifier.clone()),
            ("dev.sigstore.cosign/bundle", entry.to_string()),
        ]
        .map(|(name, text)| (name.to_owned(), text));
        Evidence::new(Material::Envelope {
            json,
            annotations: annotations.into(),
        })
    };
    let entry = |payload: &str| {
        keyless
            .instance
            .envelope_entry(payload, signature, verifier)
    };
    let found = |entry: &Value| {
        let evidence = [layer(entry)];
        attested(&keyless.believed(), &evidence, image(), now())
            .remove(0)
            .outcome
    };
    let stated = found(&entry(&text)).unwrap();
    assert_eq!(stated.by.name().as_str(), "ci");
    assert_eq!(stated.time.unwrap().at, time(LOGGED_TEXT));
    let other = found(&entry("{}"));
    assert!(matches!(other, Err(Refusal::Unproved(_))), "{other:?}");
}

#[test]
fn identities_are_counted_by_their_names() {
    let instance = Instance::new();
    let subjects = ["https://git.example/a", "https://git.example/b"];
    let [a, b] = subjects.map(|subject| {
        let signer = instance.certified(subject);
        let signature = signer.sign(PAYLOAD);
        let entry = instance.entry(PAYLOAD, &signature, &signer.verifier);
        layer(&signature, &signer.verifier, Some(&entry))
    });
    let anybody = || Pattern::Glob("https://git.example/*".parse().unwrap());
    let exactly = |subject: &str| Pattern::Exact(subject.to_owned());
    for (patterns, evidence, counted) in [
        // A glob lets in whom it may, and remains one name.
        ([anybody(), exactly("https://git.example/c")], [&a, &b], 1),
        // Who is named exactly leaves the glob to others, whichever was declared first.
        ([anybody(), exactly(subjects[0])], [&a, &b], 2),
        ([exactly(subjects[0]), anybody()], [&a, &b], 2),
        // Who is covered twice counts once.
        ([anybody(), exactly(subjects[0])], [&a, &a], 1),
    ] {
        let mut declared = declared(2, &[]);
        let names = ["one", "two"].into_iter().zip(patterns);
        declared.identities = names.map(|(name, it)| identity(name, ISSUER, it)).collect();
        declared.trusted_root = Some(instance.trusted_root().try_into().unwrap());
        let keys = declared.try_into().unwrap();
        let verdict = judge(&keys, &evidence.map(Clone::clone), image(), now());
        assert_eq!(verdict.signers.len(), counted, "{verdict}");
    }
}

#[test]
fn where_the_root_names_certificate_logs_certificates_must_be_in_one() {
    let keyless = Keyless::new();
    let mut root: Value = serde_json::from_str(&keyless.instance.trusted_root()).unwrap();
    root["ctlogs"] = root["tlogs"].clone();
    let mut declared: Declaration = keyless.believed().into();
    declared.trusted_root = Some(root.to_string().try_into().unwrap());
    let keys = declared.try_into().unwrap();
    let found = outcome(&keys, &keyless.evidence(&keyless.entry), image());
    assert!(matches!(found, Err(Refusal::Unproved(_))), "{found:?}");
}
