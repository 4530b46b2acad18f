//! DSSE envelopes (secure-systems-lab/dsse, version 1) around canonical JSON, with one Ed25519 signature.

use super::Refusal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A longer payload is none of ours.
const PAYLOAD_LENGTH_MAX: usize = 16 * 1024;
/// More signatures than a server makes are not looked at.
const SIGNATURES_MAX: usize = 4;

/// Something signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// What is signed. It is signed, too, so that nothing of one kind passes for another.
    pub payload_type: String,
    /// Canonical JSON (RFC 8785), in base64.
    pub payload: String,
    /// Who signed it.
    pub signatures: Vec<EnvelopeSignature>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvelopeSignature {
    /// The hash of the key, hex. A hint; nothing is believed because of it.
    pub keyid: String,
    /// Ed25519 over the pre-authentication encoding, in base64.
    pub sig: String,
}

impl Envelope {
    pub(super) fn seal(kind: &str, payload: &str, key: &SigningKey, keyid: String) -> Self {
        let signature = key.sign(&encoding(kind, payload.as_bytes()));
        Self {
            payload_type: kind.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: vec![EnvelopeSignature {
                keyid,
                sig: STANDARD.encode(signature.to_bytes()),
            }],
        }
    }

    /// What is in it, if it is of this kind and carries a good signature of `key`.
    pub(super) fn open<T: DeserializeOwned>(
        &self,
        kind: &str,
        key: &VerifyingKey,
    ) -> Result<T, Refusal> {
        if self.payload_type != kind || self.payload.len() > PAYLOAD_LENGTH_MAX {
            return Err(Refusal::Form);
        }
        let payload = STANDARD.decode(&self.payload).map_err(|_| Refusal::Form)?;
        let message = encoding(kind, &payload);
        let is_good = |signature: &EnvelopeSignature| {
            let bytes = STANDARD.decode(&signature.sig).ok();
            let signature = bytes.and_then(|bytes| Signature::from_slice(&bytes).ok());
            signature.is_some_and(|signature| key.verify_strict(&message, &signature).is_ok())
        };
        if !self.signatures.iter().take(SIGNATURES_MAX).any(is_good) {
            return Err(Refusal::Signature);
        }
        serde_json::from_slice(&payload).map_err(|_| Refusal::Form)
    }
}

/// PAE of DSSE: what is signed.
fn encoding(kind: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
