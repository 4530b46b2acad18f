//! Test reports: JUnit.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = tidegate_trust::test_report::read(data);
});
