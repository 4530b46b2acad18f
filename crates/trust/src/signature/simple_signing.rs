//! cosign's tag scheme: a small JSON document that names the image's digest is what is signed.
//!
//! The format is `specs/SIGNATURE_SPEC.md` of cosign, which takes it from containers/image's simple signing.

use super::{
    Refusal,
    annotations::Annotations,
    bundle,
    case::{Case, Proof, decode},
};
use crate::{attestation, keys::Message};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;
use sigstore_verify::types::Artifact;
use tidegate_domain::digest::Digest;

/// The longest payload, in bytes.
pub const PAYLOAD_LENGTH_MAX: usize = 64 * 1024;

const TYPE: &str = "cosign container image signature";

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: Digest,
}

/// The artifact that a payload names, if it is one.
pub(super) fn read(payload: &[u8]) -> Result<Digest, Refusal> {
    let critical = attestation::read::<Payload>(payload, PAYLOAD_LENGTH_MAX)
        .map_err(Refusal::json("a simple signing payload"))?
        .critical;
    if critical.kind != TYPE {
        let kind = critical.kind.chars().take(80).collect();
        return Err(Refusal::PayloadType(kind));
    }
    Ok(critical.image.digest)
}

pub(super) fn prove(
    case: &Case<'_>,
    payload: &[u8],
    annotations: Annotations<'_>,
) -> Result<Proof, Refusal> {
    let named = read(payload)?;
    if named != case.artifact {
        return Err(Refusal::Artifact(Some(named)));
    }
    let text = annotations.signature()?;
    let signature = decode(text)?;
    let proofs = annotations.bundle(
        case,
        json!({"messageSignature": {
            "messageDigest": {
                "algorithm": "SHA2_256",
                "digest": STANDARD.encode(Digest::of(payload).as_bytes()),
            },
            "signature": text,
        }}),
    )?;
    let signed = Artifact::from(payload);
    if let (true, Some(proofs)) = (annotations.has_certificate(), &proofs) {
        return bundle::by_certificate(case, proofs, signed, None);
    }
    let key = case.key(Message::Bytes(payload), &signature, None)?;
    let time = match &proofs {
        Some(proofs) => bundle::time_by_key(case, proofs, signed, key)?,
        None => None,
    };
    case.proof_by_key(key, time, None)
}
