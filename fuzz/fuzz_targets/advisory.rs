//! Records of an OSV database.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = tidegate_trust::advisory::read_record(data);
});
