//! Backups.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = tidegate_backup::verify(data, None);
});
