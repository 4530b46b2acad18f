//! Bills of materials: CycloneDX and SPDX.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(bill) = tidegate_trust::bill::read(data) else {
        return;
    };
    // What is read can be said again.
    let _ = format!("{bill:?}");
});
