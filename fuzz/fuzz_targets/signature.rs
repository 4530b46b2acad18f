//! Sigstore bundles and cosign signatures.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use tidegate_trust::signature::{Evidence, Material, judge};
    // Nobody is made a signer by bytes that nobody signed.
    let evidence = [
        Evidence::new(Material::Bundle(data.to_vec())),
        Evidence::new(Material::SimpleSigning {
            payload: data.to_vec(),
            annotations: Default::default(),
        }),
    ];
    let artifact = tidegate_domain::digest::Digest::of(b"an artifact that nobody signed");
    let verdict = judge(keys(), &evidence, artifact, jiff::Timestamp::UNIX_EPOCH);
    assert!(!verdict.is_met());
});

fn keys() -> &'static tidegate_trust::keys::KeySet {
    static KEYS: std::sync::LazyLock<tidegate_trust::keys::KeySet> = std::sync::LazyLock::new(
        || {
            let key = include_str!("../../crates/trust/tests/material/first.pub");
            let key = serde_json::json!({ "name": "first", "public_key": key, "valid_from": "1970-01-01T00:00:00Z" });
            serde_json::from_value(serde_json::json!({ "threshold": 1, "keys": [key] }))
                .expect("a key set")
        },
    );
    &KEYS
}
