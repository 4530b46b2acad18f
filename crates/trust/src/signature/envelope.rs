//! DSSE envelopes as the layers of cosign's attestation manifests are, with annotations like those of signatures.

use super::{
    Refusal,
    annotations::Annotations,
    bundle,
    case::{Case, Proof},
};
use crate::{
    attestation::{Envelope, Statement},
    keys::Message,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use sigstore_verify::types::Bundle;

/// One proof, or refusal, for each signature of the envelope.
pub(super) fn prove(
    case: &Case<'_>,
    json: &[u8],
    annotations: Annotations<'_>,
) -> Vec<Result<Proof, Refusal>> {
    match read(case, json, annotations) {
        Ok(read) => read.prove(case),
        Err(why) => vec![Err(why)],
    }
}

struct Read {
    envelope: Envelope,
    statement: Statement,
    is_keyless: bool,
    proofs: Option<Bundle>,
}

fn read(case: &Case<'_>, json: &[u8], annotations: Annotations<'_>) -> Result<Read, Refusal> {
    let envelope = Envelope::read(json).map_err(Refusal::Envelope)?;
    let statement = case.statement(&envelope.payload_type, &envelope.payload)?;
    // Annotations belong to one signature; of several, nothing says to which.
    let proofs = match envelope.signatures.as_slice() {
        [one] => annotations.bundle(
            case,
            json!({"dsseEnvelope": {
                "payloadType": envelope.payload_type,
                "payload": STANDARD.encode(&envelope.payload),
                "signatures": [{"sig": STANDARD.encode(&one.signature)}],
            }}),
        )?,
        _ => None,
    };
    Ok(Read {
        is_keyless: annotations.has_certificate(),
        envelope,
        statement,
        proofs,
    })
}

impl Read {
    fn prove(self, case: &Case<'_>) -> Vec<Result<Proof, Refusal>> {
        if let (true, Some(proofs)) = (self.is_keyless, &self.proofs) {
            let artifact = case.artifact();
            return vec![bundle::by_certificate(
                case,
                proofs,
                artifact,
                Some(self.statement),
            )];
        }
        let pae = self.envelope.pae();
        let prove = |signature: &[u8]| {
            let key = case.key(Message::Bytes(&pae), signature, None)?;
            let time = match &self.proofs {
                Some(proofs) => bundle::time_by_key(case, proofs, case.artifact(), key)?,
                None => None,
            };
            case.proof_by_key(key, time, Some(self.statement.clone()))
        };
        self.envelope
            .signatures
            .iter()
            .map(|it| prove(&it.signature))
            .collect()
    }
}
