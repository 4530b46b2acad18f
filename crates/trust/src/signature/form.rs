//! Whether bytes are a signature at all, before anybody asks whose. It proves nothing: who signed what is judged apart.

use super::{Refusal, bundle, case::stated, simple_signing};
use crate::attestation::Envelope;
use sigstore_verify::types::SignatureContent;
use tidegate_domain::attachment::SignatureForm;

/// Whether bytes are what signatures and signed statements of a form are written as.
///
/// # Errors
/// Why they are not.
pub fn check_form(form: SignatureForm, bytes: &[u8]) -> Result<(), Refusal> {
    match form {
        SignatureForm::SimpleSigning => simple_signing::read(bytes).map(drop),
        SignatureForm::Envelope => {
            let envelope = Envelope::read(bytes).map_err(Refusal::Envelope)?;
            stated(&envelope.payload_type, &envelope.payload).map(drop)
        }
        SignatureForm::Bundle => {
            let bundle = bundle::read(bytes)?;
            let SignatureContent::DsseEnvelope(envelope) = &bundle.content else {
                return Ok(());
            };
            stated(&envelope.payload_type, envelope.payload.as_bytes()).map(drop)
        }
    }
}
