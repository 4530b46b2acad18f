//! Arbitrary and damaged bytes never panic, and never make a signer of anybody.

use crate::material::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tidegate_trust::{
    attestation::{Envelope, Statement},
    keys::{Declaration, KeySet, PublicKey, TrustedRoot},
    signature::{Evidence, Material, attested, judge},
};

fn keys() -> KeySet {
    let mut declared: Declaration = any_of_ours().into();
    let root = material!("published/trusted_root.json").to_owned();
    declared.trusted_root = Some(TrustedRoot::try_from(root).unwrap());
    declared.try_into().unwrap()
}

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";

fn forms(bytes: &[u8]) -> Vec<Evidence> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let bare = Evidence::new(Material::Bundle(bytes.to_vec()));
    let layer = Evidence::new(Material::SimpleSigning {
        payload: bytes.to_vec(),
        annotations: BTreeMap::from([(SIGNATURE.to_owned(), material!("first.sig").to_owned())]),
    });
    let logged = [SIGNATURE, LOG_ENTRY].map(|name| (name, text.as_str()));
    vec![
        bare,
        layer,
        envelope(&text),
        detached(&text),
        simple(PAYLOAD, &text),
        annotated(PAYLOAD, &logged),
        annotated(
            PAYLOAD,
            &[
                (SIGNATURE, material!("blob.first.sig")),
                (CERTIFICATE, &text),
            ],
        ),
    ]
}

const REAL: [&str; 6] = [
    material!("published/managed-key.bundle.json"),
    material!("published/keyless-attestation.bundle.json"),
    material!("manifest.first.bundle.json"),
    material!("blob.first.attest.bundle.json"),
    material!("attest.slsaprovenance1.json"),
    material!("payload.json"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn arbitrary_bytes_prove_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let evidence = forms(&bytes);
        prop_assert!(!judge(&keys(), &evidence, image(), now()).is_met());
        prop_assert!(attested(&keys(), &evidence, image(), now()).iter().all(|it| it.outcome.is_err()));
        prop_assert!(Envelope::read(&bytes).is_err() && Statement::read(&bytes).is_err());
    }

    #[test]
    fn arbitrary_json_proves_nothing(text in r#"[\[\]{}":,a-f0-9\\ue.+-]{0,200}"#) {
        prop_assert!(!judge(&keys(), &forms(text.as_bytes()), image(), now()).is_met());
        prop_assert!(text.parse::<PublicKey>().is_err());
        prop_assert!(TrustedRoot::try_from(text.clone()).is_err());
        prop_assert!(serde_json::from_str::<KeySet>(&text).is_err());
    }

    #[test]
    fn damaged_material_never_panics(
        which in 0..REAL.len(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = REAL[which].as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        // None of the real material signs this artifact, and no single byte makes it do so.
        let artifact = tidegate_domain::digest::Digest::of(b"nothing");
        prop_assert!(!judge(&keys(), &forms(&bytes), artifact, now()).is_met());
        for artifact in [image(), blob()] {
            prop_assert!(!judge(&keys(), &forms(&bytes), artifact, now()).to_string().is_empty());
        }
    }
}
