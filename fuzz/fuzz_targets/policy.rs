//! Cedar policies.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let policy = tidegate_policy::PolicyText {
            name: "fuzzed".to_owned(),
            title: String::new(),
            document: String::new(),
            text: text.to_owned(),
        };
        let _ = tidegate_policy::examine(&policy);
    }
});
