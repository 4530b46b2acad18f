//! Evidence files.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        // Without a key of ours nothing that is made up can be good.
        assert!(
            tidegate_domain::evidence_file::verify(text, Some("tidegate/journal+00000000+AAAA"))
                .is_err()
        );
    }
});
