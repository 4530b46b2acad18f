//! Why a piece of evidence does not count, as a value and in words.

use crate::{
    attestation::{EnvelopeError, JsonError, StatementError},
    keys::{Revocation, RevocationKind, SIGNATURE_LENGTH_MAX},
};
use jiff::Timestamp;
use tidegate_domain::digest::Digest;

use super::{bundle::PROOFS_MAX, evidence::EVIDENCE_MAX};

/// Why a piece of evidence does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too much was laid before the judge.
    #[error("only the first {EVIDENCE_MAX} signatures of an artifact are looked at")]
    TooMany,
    /// It is not the JSON that it should be.
    #[error("not {what}: {why}")]
    Json {
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        why: JsonError,
    },
    /// Something in it is not base64, or hex where that should be.
    #[error("it is not encoded as it should be")]
    Base64,
    /// A layer without a signature.
    #[error("the layer has no annotation with a signature")]
    NoSignature,
    /// The certificate beside a signature is none.
    #[error("the certificate beside it is not one in PEM")]
    Certificate,
    /// The signature is longer than any can be.
    #[error("the signature is longer than {SIGNATURE_LENGTH_MAX} bytes")]
    SignatureLength,
    /// The bundle is of a version or shape that is not read.
    #[error("only bundles of version 0.3 with one certificate or one key hint are read")]
    BundleForm,
    /// The bundle carries too many log entries or timestamps.
    #[error("a bundle carries at most {PROOFS_MAX} log entries and as many timestamps")]
    BundleProofs,
    /// The payload of simple signing is of another kind.
    #[error("the payload is of type `{0}`, not `cosign container image signature`")]
    PayloadType(String),
    /// The envelope holds something else than a statement.
    #[error("the envelope holds `{0}`, not an in-toto statement")]
    EnvelopeType(String),
    /// The envelope is not one.
    #[error("the envelope is not sound: {0}")]
    Envelope(EnvelopeError),
    /// The statement is not one.
    #[error("the statement is not sound: {0}")]
    Statement(StatementError),
    /// It is about another artifact.
    #[error("it is about another artifact{}", named(*.0))]
    Artifact(Option<Digest>),
    /// The bytes that came with it are not the artifact's.
    #[error("the bytes that came with it are not the artifact's")]
    ArtifactBytes,
    /// Only the bytes of the artifact can tell.
    #[error("an Ed25519 signature over the artifact is only verified with the artifact's bytes")]
    BytesNeeded,
    /// No key of the set made the signature.
    #[error("no key of the set made this signature")]
    NoKey,
    /// A certificate without a root to prove it with.
    #[error("it is keyless, and the key set has no trusted root")]
    NoRoot,
    /// Certificate, log entry or timestamp do not hold.
    #[error("the trusted root does not prove it: {0}")]
    Unproved(String),
    /// The certificate says of nobody that it is theirs.
    #[error("its certificate names no e-mail address or URI, or no issuer that vouches for it")]
    Nameless,
    /// The certificate's identity is not in the set.
    #[error("`{subject}`, vouched for by `{issuer}`, is not in the key set")]
    Stranger {
        /// Who the certificate says it is.
        subject: String,
        /// Who vouches for that.
        issuer: String,
    },
    /// It proves a time that has not come.
    #[error("it was made at {0}, which is yet to come")]
    Future(Timestamp),
    /// The signer was not yet believed.
    #[error("its signer is believed from {0} on")]
    NotYetValid(Timestamp),
    /// The signer is not believed any more.
    #[error("its signer {}", ended(.0))]
    Revoked(Revocation),
    /// A statement is no signature of approval.
    #[error("it states `{0}`; that is an attestation, not a signature of the artifact")]
    IsAttestation(String),
    /// A signature states nothing.
    #[error("it is a signature and states nothing")]
    IsSignature,
}

fn named(digest: Option<Digest>) -> String {
    digest.map_or_else(String::new, |digest| format!(", {digest}"))
}

fn ended(revocation: &Revocation) -> String {
    let Revocation { at, kind, reason } = revocation;
    match kind {
        RevocationKind::FromNowOn => {
            format!("stopped signing at {at} ({reason}), and nothing proves that this is older")
        }
        RevocationKind::Compromised => {
            format!(
                "has been compromised since {at} ({reason}), and nothing proves that this is older"
            )
        }
    }
}

impl Refusal {
    pub(super) const fn json(what: &'static str) -> impl Fn(JsonError) -> Self {
        move |why| Self::Json { what, why }
    }
}
