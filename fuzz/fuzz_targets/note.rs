//! Signed notes of the journal.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let verifier = tidegate_domain::journal::Notary::new(&[1; 32]).verifier();
        let _ = tidegate_domain::journal::note::open(text, &verifier);
        let _ = tidegate_domain::journal::note::open(text, text);
    }
});
