//! Files of the catalog: YAML that people write.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        tidegate_server::fuzz::reads_catalog(text);
    }
});
