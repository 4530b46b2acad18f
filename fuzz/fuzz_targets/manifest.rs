//! Manifests that attach something to an artifact.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let layers = tidegate_trust::attached::layers(data);
    assert!(layers.len() <= tidegate_trust::attached::LAYERS_MAX);
});
