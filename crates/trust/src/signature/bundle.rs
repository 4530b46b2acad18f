//! Sigstore bundles of version 0.3: a signature with what proves it, in one document.
//!
//! The format is `protos/sigstore_bundle.proto` of sigstore protobuf-specs. Certificates, log entries and timestamps
//! are verified by sigstore's own library; signatures of our keys here, because a bundle that cosign made without a
//! log proves no time, and is complete all the same.

use super::{
    Refusal, TimeSource, TrustedTime,
    case::{Case, Proof},
};
use crate::{
    attestation::{self, JsonError, Statement, pae},
    keys::{Message, NamedKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;
use sigstore_verify::{
    VerificationResult,
    types::{
        Artifact, Bundle, HashAlgorithm, MediaType, SignatureContent,
        bundle::{VerificationMaterial, VerificationMaterialContent},
    },
};
use tidegate_domain::digest::Digest;

/// The longest bundle, in bytes: an envelope with what proves it.
pub const BUNDLE_LENGTH_MAX: usize = attestation::ENVELOPE_LENGTH_MAX + 1024 * 1024;
/// The most log entries, and the most timestamps, that a bundle carries.
pub const PROOFS_MAX: usize = 4;

/// What there must be exactly one of: the library that reads bundles takes the first that it finds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    message_signature: Option<IgnoredAny>,
    dsse_envelope: Option<IgnoredAny>,
    verification_material: SignerShape,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignerShape {
    public_key: Option<IgnoredAny>,
    certificate: Option<IgnoredAny>,
    x509_certificate_chain: Option<IgnoredAny>,
}

impl Shape {
    const fn is_unambiguous(&self) -> bool {
        let signer = &self.verification_material;
        self.message_signature.is_some() != self.dsse_envelope.is_some()
            && signer.public_key.is_some() != signer.certificate.is_some()
            && signer.x509_certificate_chain.is_none()
    }
}

/// The bundle in `json`, if it is one, and of the kind that is judged here.
pub(super) fn read(json: &[u8]) -> Result<Bundle, Refusal> {
    let refused = Refusal::json("a sigstore bundle of a known kind");
    let shape: Shape = attestation::read(json, BUNDLE_LENGTH_MAX).map_err(&refused)?;
    let bundle: Bundle =
        serde_json::from_slice(json).map_err(|err| refused(JsonError::Form(err.to_string())))?;
    if bundle.media_type != MediaType::Bundle0_3 || !shape.is_unambiguous() {
        return Err(Refusal::BundleForm);
    }
    if proofs(&bundle.verification_material) > PROOFS_MAX {
        return Err(Refusal::BundleProofs);
    }
    Ok(bundle)
}

pub(super) fn prove(case: &Case<'_>, json: &[u8]) -> Result<Proof, Refusal> {
    let bundle = read(json)?;
    let material = &bundle.verification_material;
    if let VerificationMaterialContent::PublicKey(key) = &material.content {
        by_key(case, &bundle, hint(&key.hint))
    } else if let VerificationMaterialContent::Certificate(_) = &material.content {
        let statement = statement(case, &bundle)?;
        by_certificate(case, &bundle, whole(case)?, statement)
    } else {
        Err(Refusal::BundleForm)
    }
}

fn proofs(material: &VerificationMaterial) -> usize {
    let stamps = &material.timestamp_verification_data.rfc3161_timestamps;
    material.tlog_entries.len().max(stamps.len())
}

/// cosign's hint is the SHA-256 of the key's SPKI in base64.
fn hint(text: &str) -> Option<Digest> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(Digest::from_bytes(bytes.try_into().ok()?))
}

fn by_key(case: &Case<'_>, bundle: &Bundle, hint: Option<Digest>) -> Result<Proof, Refusal> {
    let statement = statement(case, bundle)?;
    let key = match &bundle.content {
        SignatureContent::MessageSignature(message) => {
            let signature = message.signature.as_bytes();
            case.key(case.artifact_message()?, signature, hint)?
        }
        SignatureContent::DsseEnvelope(envelope) => {
            let pae = pae(&envelope.payload_type, envelope.payload.as_bytes());
            let signature = envelope.signature.sig.as_bytes();
            case.key(Message::Bytes(&pae), signature, hint)?
        }
        _ => return Err(Refusal::BundleForm),
    };
    let time = time_by_key(case, bundle, whole(case)?, key)?;
    case.proof_by_key(key, time, statement)
}

/// When the signature of `signed` was made, if the trusted root knows any of the logs and authorities that say so.
pub(super) fn time_by_key(
    case: &Case<'_>,
    bundle: &Bundle,
    signed: Artifact<'_>,
    key: &NamedKey,
) -> Result<Option<TrustedTime>, Refusal> {
    let root = case.keys.trusted_root();
    let Some(root) = root.filter(|root| root.knows_time_of(bundle)) else {
        return Ok(None);
    };
    let proved = root
        .by_key(signed, bundle, key.public_key.spki())
        .map_err(|err| Refusal::Unproved(err.to_string()))?;
    Ok(earliest(&proved))
}

/// What the certificate of a bundle proves of what was signed.
pub(super) fn by_certificate(
    case: &Case<'_>,
    bundle: &Bundle,
    signed: Artifact<'_>,
    statement: Option<Statement>,
) -> Result<Proof, Refusal> {
    let root = case.keys.trusted_root().ok_or(Refusal::NoRoot)?;
    let proved = root
        .by_certificate(signed, bundle)
        .map_err(|err| Refusal::Unproved(err.to_string()))?;
    let (Some(subject), Some(issuer)) = (proved.identity(), proved.issuer()) else {
        return Err(Refusal::Nameless);
    };
    let who = (subject.to_string(), issuer.to_owned());
    case.proof_by_identity(who, earliest(&proved), statement)
}

/// A bundle that was put together of parts.
pub(super) fn parse(document: Value) -> Result<Bundle, Refusal> {
    let refused = Refusal::json("what a bundle is made of");
    serde_json::from_value(document).map_err(|err| refused(JsonError::Form(err.to_string())))
}

/// What the bundle states about the artifact; `None` when it signs the artifact itself.
fn statement(case: &Case<'_>, bundle: &Bundle) -> Result<Option<Statement>, Refusal> {
    match &bundle.content {
        SignatureContent::MessageSignature(message) => match &message.message_digest {
            Some(named) if !names(named.algorithm, named.digest.as_bytes(), case.artifact) => {
                let other = named.digest.as_bytes().try_into().map(Digest::from_bytes);
                Err(Refusal::Artifact(other.ok()))
            }
            _ => Ok(None),
        },
        SignatureContent::DsseEnvelope(envelope) => case
            .statement(&envelope.payload_type, envelope.payload.as_bytes())
            .map(Some),
        _ => Err(Refusal::BundleForm),
    }
}

fn names(algorithm: HashAlgorithm, digest: &[u8], artifact: Digest) -> bool {
    algorithm == HashAlgorithm::Sha2256 && digest == artifact.as_bytes()
}

/// The artifact by its bytes if they came along: Ed25519 needs them.
fn whole<'a>(case: &'a Case<'_>) -> Result<Artifact<'a>, Refusal> {
    case.artifact_message()?;
    let bytes = case.evidence.artifact_bytes.as_deref();
    Ok(bytes.map_or_else(|| case.artifact(), Artifact::from))
}

fn earliest(proved: &VerificationResult) -> Option<TrustedTime> {
    let at = proved.verified_timestamps().iter().min().copied()?;
    let source = if proved.integrated_time() == Some(at) {
        TimeSource::Log
    } else {
        TimeSource::Authority
    };
    Some(TrustedTime { at, source })
}
