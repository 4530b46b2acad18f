//! What cosign's tag scheme keeps in the annotations of a layer: the signature, and what proves it.
//!
//! The annotations are those of `specs/SIGNATURE_SPEC.md` of cosign. The log entry and the timestamp become a sigstore
//! bundle, so that there is one way only in which they are verified. The chain that cosign adds is not read: the
//! trusted root has the authorities.

use super::{Refusal, bundle, case::Case};
use crate::attestation;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use sigstore_verify::types::{Bundle, DerCertificate};
use std::collections::BTreeMap;

/// The longest annotation that is read, in bytes: as long as a manifest may be.
pub const ANNOTATION_LENGTH_MAX: usize = 4 * 1024 * 1024;

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// The annotations of a layer.
#[derive(Clone, Copy)]
pub(super) struct Annotations<'a>(pub(super) &'a BTreeMap<String, String>);

/// `cosign/bundle`: a Rekor entry with its signed entry timestamp.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogEntry {
    signed_entry_timestamp: String,
    payload: LogPayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogPayload {
    body: String,
    integrated_time: i64,
    log_index: i64,
    #[serde(rename = "logID")]
    log_id: String,
}

/// How every kind of Rekor entry begins.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogBody {
    kind: String,
    api_version: String,
}

#[derive(Deserialize)]
struct Timestamp {
    #[serde(rename = "SignedRFC3161Timestamp")]
    token: String,
}

impl<'a> Annotations<'a> {
    pub(super) fn signature(self) -> Result<&'a str, Refusal> {
        let signature = self.0.get(SIGNATURE).ok_or(Refusal::NoSignature)?;
        Ok(signature.trim_ascii())
    }

    pub(super) fn has_certificate(self) -> bool {
        self.nonempty(CERTIFICATE).is_some()
    }

    /// The signed `content` and what proves it, as a bundle; `None` when nothing does but the key, or when there is
    /// no root to prove anything with.
    pub(super) fn bundle(self, case: &Case<'_>, content: Value) -> Result<Option<Bundle>, Refusal> {
        if case.keys.trusted_root().is_none() && !self.has_certificate() {
            return Ok(None);
        }
        let signer = self.signer()?;
        let entries = self.log_entry()?;
        let stamps = self.timestamp()?;
        if signer.is_none() && entries.is_none() && stamps.is_none() {
            return Ok(None);
        }
        // A promise without an inclusion proof is what version 0.1 was made for; without entries, 0.3 asks for less.
        let media_type = match entries {
            Some(_) => "application/vnd.dev.sigstore.bundle+json;version=0.1",
            None => "application/vnd.dev.sigstore.bundle.v0.3+json",
        };
        let mut material = signer.unwrap_or_else(|| json!({"publicKey": {"hint": ""}}));
        material["tlogEntries"] = entries.into_iter().collect();
        let stamps: Vec<Value> = stamps.into_iter().collect();
        material["timestampVerificationData"] = json!({"rfc3161Timestamps": stamps});
        let mut document = content;
        document["mediaType"] = media_type.into();
        document["verificationMaterial"] = material;
        bundle::parse(document).map(Some)
    }

    fn signer(self) -> Result<Option<Value>, Refusal> {
        let Some(pem) = self.nonempty(CERTIFICATE) else {
            return Ok(None);
        };
        bounded(pem)?;
        let der = DerCertificate::from_pem(pem).map_err(|_| Refusal::Certificate)?;
        Ok(Some(json!({"certificate": {"rawBytes": der.to_base64()}})))
    }

    fn log_entry(self) -> Result<Option<Value>, Refusal> {
        let Some(text) = self.nonempty(LOG_ENTRY) else {
            return Ok(None);
        };
        let refused = Refusal::json("the log entry of an annotation");
        let entry: LogEntry =
            attestation::read(text.as_bytes(), ANNOTATION_LENGTH_MAX).map_err(&refused)?;
        let LogPayload {
            body,
            integrated_time,
            log_index,
            log_id,
        } = entry.payload;
        let log_id = hex::decode(log_id).map_err(|_| Refusal::Base64)?;
        let bytes = STANDARD.decode(&body).map_err(|_| Refusal::Base64)?;
        let read: LogBody = attestation::read(&bytes, ANNOTATION_LENGTH_MAX).map_err(refused)?;
        Ok(Some(json!({
            "logIndex": log_index.to_string(),
            "logId": {"keyId": STANDARD.encode(log_id)},
            "kindVersion": {"kind": read.kind, "version": read.api_version},
            "integratedTime": integrated_time.to_string(),
            "inclusionPromise": {"signedEntryTimestamp": entry.signed_entry_timestamp},
            "canonicalizedBody": body,
        })))
    }

    fn timestamp(self) -> Result<Option<Value>, Refusal> {
        let Some(text) = self.nonempty(TIMESTAMP) else {
            return Ok(None);
        };
        let stamp: Timestamp = attestation::read(text.as_bytes(), ANNOTATION_LENGTH_MAX)
            .map_err(Refusal::json("the timestamp of an annotation"))?;
        Ok(Some(json!({"signedTimestamp": stamp.token})))
    }

    fn nonempty(self, name: &str) -> Option<&'a str> {
        let text = self.0.get(name)?.trim_ascii();
        (!text.is_empty()).then_some(text)
    }
}

fn bounded(text: &str) -> Result<(), Refusal> {
    if text.len() > ANNOTATION_LENGTH_MAX {
        return Err(Refusal::Certificate);
    }
    Ok(())
}
