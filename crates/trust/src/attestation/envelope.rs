//! DSSE envelopes: bytes, what they are, and signatures over both.
//!
//! The format is `https://github.com/secure-systems-lab/dsse` v1.0, `envelope.md` and `protocol.md`.

use super::{JsonError, read};
use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;

/// The longest envelope, in bytes.
pub const ENVELOPE_LENGTH_MAX: usize = 24 * 1024 * 1024;
/// The most signatures of an envelope that are looked at.
pub const SIGNATURES_MAX: usize = 16;
/// The payload type of in-toto statements (in-toto attestation framework, `spec/v1/envelope.md`).
pub const PAYLOAD_TYPE_IN_TOTO: &str = "application/vnd.in-toto+json";

/// A DSSE envelope; nobody has verified its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the payload is.
    pub payload_type: String,
    /// The bytes that were signed together with their type.
    pub payload: Vec<u8>,
    /// At least one, at most [`SIGNATURES_MAX`].
    pub signatures: Vec<EnvelopeSignature>,
}

/// A signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// Which key the signer says it used; nothing vouches for it.
    pub key_id: Option<String>,
    /// The signature over [`pae`].
    pub signature: Vec<u8>,
}

/// Why bytes are not an envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not the JSON of one.
    #[error("not a DSSE envelope")]
    Json(#[from] JsonError),
    /// The payload or a signature is not base64.
    #[error("the envelope's {0} is not base64")]
    Base64(&'static str),
    /// No signature, or too many.
    #[error("an envelope has 1 to {SIGNATURES_MAX} signatures, not {0}")]
    Signatures(usize),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    payload_type: String,
    payload: String,
    signatures: Vec<WireSignature>,
}

#[derive(Deserialize)]
struct WireSignature {
    #[serde(default)]
    keyid: Option<String>,
    sig: String,
}

impl Envelope {
    /// The envelope in `json`.
    ///
    /// # Errors
    /// When it is not one, or exceeds a bound.
    pub fn read(json: &[u8]) -> Result<Self, EnvelopeError> {
        let wire: Wire = read(json, ENVELOPE_LENGTH_MAX)?;
        let count = wire.signatures.len();
        if count == 0 || count > SIGNATURES_MAX {
            return Err(EnvelopeError::Signatures(count));
        }
        Ok(Self {
            payload: decode(&wire.payload).ok_or(EnvelopeError::Base64("payload"))?,
            payload_type: wire.payload_type,
            signatures: wire
                .signatures
                .into_iter()
                .map(WireSignature::decoded)
                .collect::<Result<_, _>>()?,
        })
    }

    /// What its signatures are made over.
    pub fn pae(&self) -> Vec<u8> {
        pae(&self.payload_type, &self.payload)
    }
}

impl WireSignature {
    fn decoded(self) -> Result<EnvelopeSignature, EnvelopeError> {
        Ok(EnvelopeSignature {
            signature: decode(&self.sig).ok_or(EnvelopeError::Base64("signature"))?,
            key_id: self.keyid.filter(|id| !id.is_empty()),
        })
    }
}

/// The Pre-Authentication Encoding of DSSE v1: `DSSEv1 LEN(type) type LEN(payload) payload`, lengths in decimal bytes.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

/// DSSE takes standard and URL-safe base64 alike.
fn decode(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    GeneralPurpose::new(alphabet, config).decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_the_specification_s() {
        // The test vector of `protocol.md`.
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
        assert_eq!(pae("é", b"\xff"), b"DSSEv1 2 \xc3\xa9 1 \xff");
    }

    #[test]
    fn both_alphabets_are_read() {
        let read = |payload: &str| {
            let json = format!(
                r#"{{"payloadType":"t","payload":"{payload}","signatures":[{{"sig":""}}]}}"#
            );
            Envelope::read(json.as_bytes()).map(|envelope| envelope.payload)
        };
        assert_eq!(read("+/8="), Ok(vec![0xfb, 0xff]));
        assert_eq!(read("-_8"), Ok(vec![0xfb, 0xff]));
        for bad in ["+_8=", "A", "A A=", "+/9="] {
            assert_eq!(read(bad), Err(EnvelopeError::Base64("payload")), "{bad}");
        }
    }

    #[test]
    fn envelopes_without_or_with_too_many_signatures_are_refused() {
        for count in [0, 1, SIGNATURES_MAX, SIGNATURES_MAX + 1] {
            let signatures = vec![r#"{"keyid":"","sig":"AA=="}"#; count].join(",");
            let json = format!(r#"{{"payloadType":"t","payload":"","signatures":[{signatures}]}}"#);
            let found = Envelope::read(json.as_bytes()).map(|it| it.signatures.len());
            match count {
                0 | 17 => assert_eq!(found, Err(EnvelopeError::Signatures(count))),
                _ => assert_eq!(found, Ok(count)),
            }
        }
        let twice =
            br#"{"payloadType":"t","payload":"","payload":"AA==","signatures":[{"sig":""}]}"#;
        assert!(matches!(
            Envelope::read(twice),
            Err(EnvelopeError::Json(JsonError::Form(_)))
        ));
    }
}
