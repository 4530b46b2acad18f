//! Envelopes and in-toto statements.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = tidegate_trust::attestation::Statement::read(data);
    let _ = tidegate_trust::attestation::Envelope::read(data);
});
