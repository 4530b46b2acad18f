//! cosign's tag scheme: a small JSON document that names the image's digest is what is signed.
//!
//! The format is `specs/SIGNATURE_SPEC.md` of cosign, which takes it from containers/image's simple signing.

use super::{
    Refusal,
    case::{Case, Proof, decode},
};
use crate::{attestation, keys::Message};
use serde::Deserialize;
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

pub(super) fn prove(case: &Case<'_>, payload: &[u8], signature: &str) -> Result<Proof, Refusal> {
    let critical = attestation::read::<Payload>(payload, PAYLOAD_LENGTH_MAX)
        .map_err(Refusal::json("a simple signing payload"))?
        .critical;
    if critical.kind != TYPE {
        let kind = critical.kind.chars().take(80).collect();
        return Err(Refusal::PayloadType(kind));
    }
    if critical.image.digest != case.artifact {
        return Err(Refusal::Artifact(Some(critical.image.digest)));
    }
    let signature = decode(signature)?;
    let key = case.key(Message::Bytes(payload), &signature, None)?;
    case.proof_by_key(key, None, None)
}
