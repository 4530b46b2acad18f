//! Published bundles of the public-good and staging sigstore, verified offline with their published roots.

use crate::material::*;
use tidegate_domain::digest::Digest;
use tidegate_trust::{
    attestation::Predicate,
    keys::{KeySet, Pattern, RevocationKind, TrustedRoot},
    signature::{Refusal, Signer, TimeSource, attested, judge},
};

const ROOT: &str = material!("published/trusted_root.json");
const STAGING: &str = material!("published/trusted_root.staging.json");
const KEYLESS: &str = material!("published/keyless.bundle.json");
const ATTESTATION: &str = material!("published/keyless-attestation.bundle.json");
const MANAGED: &str = material!("published/managed-key.bundle.json");
const MANAGED_KEY: &str = material!("published/managed-key.pub");
const ARTIFACT: &str = material!("published/managed-key.txt");

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const BEACON: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const LOGGED: &str = "2025-12-18T17:04:39Z";

fn root(text: &str) -> TrustedRoot {
    text.to_owned().try_into().unwrap()
}

fn believes(subject: Pattern, root_text: &str) -> KeySet {
    let mut declared = declared(1, &[]);
    declared.identities = vec![identity("ci", GITHUB, subject)];
    declared.trusted_root = Some(root(root_text));
    declared.try_into().unwrap()
}

fn glob(text: &str) -> Pattern {
    Pattern::Glob(text.parse().unwrap())
}

fn exact(text: &str) -> Pattern {
    Pattern::Exact(text.to_owned())
}

fn artifact() -> Digest {
    Digest::of(ARTIFACT.as_bytes())
}

/// What the keyless attestation is about.
fn attested_artifact() -> Digest {
    "sha256:54303491a8418fbed24344b513546182c29b43bf282ceb433af65e2299f9271f"
        .parse()
        .unwrap()
}

#[test]
fn an_identity_is_known_by_its_certificate() {
    for subject in [
        exact(BEACON),
        glob("https://github.com/sigstore-conformance/*/.github/workflows/*@refs/heads/main"),
        glob("https://github.com/sigstore-conformance/**"),
    ] {
        let keys = believes(subject, STAGING);
        let signed = outcome(&keys, &bundle(KEYLESS), artifact()).unwrap();
        let Signer::Identity {
            name,
            subject,
            issuer,
        } = signed.by
        else {
            panic!("{:?}", signed.by);
        };
        assert_eq!(
            (name.as_str(), subject.as_str(), issuer.as_str()),
            ("ci", BEACON, GITHUB)
        );
        assert_eq!(signed.time.unwrap().source, TimeSource::Authority);
    }
}

#[test]
fn strangers_and_other_roots_prove_nothing() {
    let staging = believes(exact(BEACON), STAGING);
    let stranger = believes(glob("https://github.com/*/*"), STAGING);
    let mut elsewhere = declared(1, &[]);
    elsewhere.identities = vec![identity("ci", "https://other.example", exact(BEACON))];
    elsewhere.trusted_root = Some(root(STAGING));
    for (keys, artifact, why) in [
        (&staging, image(), "it is about another artifact"),
        (
            &stranger,
            artifact(),
            "`https://github.com/sigstore-conformance/",
        ),
        (
            &elsewhere.try_into().unwrap(),
            artifact(),
            "`https://github.com/sigstore-conformance/",
        ),
        (
            &believes(exact(BEACON), ROOT),
            artifact(),
            "the trusted root does not prove it",
        ),
        (
            &any_of_ours(),
            artifact(),
            "it is keyless, and the key set has no trusted root",
        ),
    ] {
        let said = outcome(keys, &bundle(KEYLESS), artifact)
            .unwrap_err()
            .to_string();
        assert!(said.starts_with(why), "{said}, not {why}");
    }
}

#[test]
fn no_part_of_a_keyless_bundle_can_be_changed() {
    let keys = believes(exact(BEACON), STAGING);
    let good: serde_json::Value = serde_json::from_str(KEYLESS).unwrap();
    for pointer in [
        "/messageSignature/signature",
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
        "/verificationMaterial/tlogEntries/0/inclusionProof/hashes/0",
        "/verificationMaterial/tlogEntries/0/inclusionProof/checkpoint/envelope",
    ] {
        let mut changed = good.clone();
        let text = changed
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}"));
        *text = flipped(text.as_str().unwrap()).into();
        let found = outcome(&keys, &bundle(&changed.to_string()), artifact());
        let refused = matches!(found, Err(Refusal::Unproved(_) | Refusal::Json { .. }));
        assert!(refused, "{pointer}: {found:?}");
    }
    for list in ["tlogEntries", "timestampVerificationData"] {
        let mut without = good.clone();
        without["verificationMaterial"]
            .as_object_mut()
            .unwrap()
            .remove(list);
        let why = outcome(&keys, &bundle(&without.to_string()), artifact()).unwrap_err();
        assert!(matches!(why, Refusal::Unproved(_)), "{list}: {why}");
    }
    let mut flooded = good;
    let entry = flooded["verificationMaterial"]["tlogEntries"][0].clone();
    flooded["verificationMaterial"]["tlogEntries"] = vec![entry; 5].into();
    assert_eq!(
        outcome(&keys, &bundle(&flooded.to_string()), artifact()),
        Err(Refusal::BundleProofs)
    );
}

/// The text with one letter changed: of a checkpoint, one of its root.
fn flipped(text: &str) -> String {
    let third = text.len() / 3;
    changed_at(text, third).unwrap()
}

/// The text with the next letter from `at` on changed.
fn changed_at(text: &str, at: usize) -> Option<String> {
    let letter = (at..text.len()).find(|at| text.as_bytes()[*at].is_ascii_alphabetic())?;
    let mut bytes = text.as_bytes().to_vec();
    bytes[letter] = if bytes[letter] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).ok()
}

#[test]
fn a_changed_bundle_proves_the_same_or_nothing() {
    let believed = believes(exact(BEACON), STAGING);
    for (keys, json) in [(believed, KEYLESS), (managed(None, Some(ROOT)), MANAGED)] {
        let original = outcome(&keys, &bundle(json), artifact()).unwrap();
        let mut refused = 0;
        for changed in (0..json.len())
            .step_by(23)
            .filter_map(|at| changed_at(json, at))
        {
            match outcome(&keys, &bundle(&changed), artifact()) {
                // Names beside signatures, and certificates that nobody needs, are not authenticated. What proves
                // the time can be dropped; nothing makes the time another one.
                Ok(signed) => {
                    assert_eq!(signed.by, original.by, "{changed}");
                    let time = signed.time.map(|it| it.at);
                    let same = time == original.time.map(|it| it.at);
                    assert!(time.is_none() || same, "{time:?}: {changed}");
                }
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 50, "{refused}");
    }
}

#[test]
fn a_changed_timestamp_proves_nothing() {
    let keys = believes(exact(BEACON), STAGING);
    let good: serde_json::Value = serde_json::from_str(KEYLESS).unwrap();
    let pointer =
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp";
    let token = good.pointer(pointer).and_then(|it| it.as_str()).unwrap();
    // Its message imprint is at the front, its signature at the end.
    for at in [150, 200, token.len() - 40, token.len() - 100] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = changed_at(token, at).into();
        let found = outcome(&keys, &bundle(&changed.to_string()), artifact());
        assert!(
            matches!(found, Err(Refusal::Unproved(_))),
            "{at}: {found:?}"
        );
    }
}

fn managed(kind: Option<(RevocationKind, &str)>, root_text: Option<&str>) -> KeySet {
    let mut declared = declared(1, &[("managed", MANAGED_KEY)]);
    declared.keys[0].revoked = kind.map(|(kind, at)| revoked(kind, at));
    declared.trusted_root = root_text.map(root);
    declared.try_into().unwrap()
}

#[test]
fn a_log_proves_when_a_key_signed() {
    let signed = outcome(&managed(None, Some(ROOT)), &bundle(MANAGED), artifact()).unwrap();
    let time_proved = signed.time.unwrap();
    assert_eq!(
        (time_proved.at, time_proved.source),
        (time(LOGGED), TimeSource::Log)
    );
    let signed = outcome(&managed(None, None), &bundle(MANAGED), artifact()).unwrap();
    assert_eq!(signed.time, None);
    let early = received(bundle(MANAGED), "2025-12-18T17:04:00Z");
    let signed = outcome(&managed(None, Some(ROOT)), &early, artifact()).unwrap();
    assert_eq!(signed.time.unwrap().source, TimeSource::Received);
}

#[test]
fn a_logged_signature_outlives_the_loss_of_its_key() {
    use RevocationKind::{Compromised, FromNowOn};
    for kind in [FromNowOn, Compromised] {
        for (since, root_text, holds) in [
            ("2025-12-19T00:00:00Z", Some(ROOT), true),
            ("2025-12-18T00:00:00Z", Some(ROOT), false),
            ("2025-12-19T00:00:00Z", None, false),
        ] {
            let keys = managed(Some((kind, since)), root_text);
            let held = outcome(&keys, &bundle(MANAGED), artifact());
            assert_eq!(held.is_ok(), holds, "{kind:?} {since}: {held:?}");
        }
    }
}

#[test]
fn a_time_cannot_be_forged_into_a_bundle() {
    let keys = managed(None, Some(ROOT));
    for (from, to) in [
        (
            "\"integratedTime\":\"1766077479\"",
            "\"integratedTime\":\"1666077479\"",
        ),
        (
            "\"signedEntryTimestamp\":\"MEQ",
            "\"signedEntryTimestamp\":\"MEU",
        ),
        ("\"logIndex\":\"771488337\"", "\"logIndex\":\"771488338\""),
    ] {
        assert!(MANAGED.contains(from), "{from}");
        let why = outcome(&keys, &bundle(&MANAGED.replace(from, to)), artifact()).unwrap_err();
        assert!(matches!(why, Refusal::Unproved(_)), "{from}: {why}");
    }
}

#[test]
fn what_is_judged_as_of_an_earlier_day_has_not_been_signed_yet() {
    let keys = managed(None, Some(ROOT));
    let at = time("2025-12-18T00:00:00Z");
    let verdict = judge(&keys, &[bundle(MANAGED)], artifact(), at);
    assert_eq!(
        verdict.findings[0].outcome,
        Err(Refusal::Future(time(LOGGED)))
    );
}

#[test]
fn a_keyless_attestation_is_attributed_and_is_no_approval() {
    let keys = believes(glob("https://github.com/prefix-dev/**"), ROOT);
    let evidence = [bundle(ATTESTATION)];
    let found = attested(&keys, &evidence, attested_artifact(), now());
    let attested = found[0].outcome.as_ref().unwrap();
    assert_eq!(attested.by.name().as_str(), "ci");
    assert_eq!(attested.time.unwrap().source, TimeSource::Log);
    assert_eq!(attested.statement.predicate, Predicate::Other);
    let verdict = judge(&keys, &evidence, attested_artifact(), now());
    assert!(matches!(
        verdict.findings[0].outcome,
        Err(Refusal::IsAttestation(_))
    ));
}
