//! The roots of keyless signing: certificate authorities, transparency logs and timestamp authorities.
//!
//! The document is supplied, never fetched: who runs a private sigstore supplies another one.

use serde::{Deserialize, Serialize};
use sigstore_verify::{
    PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier,
    types::{Artifact, Bundle, DerPublicKey},
};
use std::{fmt, sync::Arc};

/// The longest `trusted_root.json`, in bytes.
pub const TRUSTED_ROOT_LENGTH_MAX: usize = 256 * 1024;

/// A `trusted_root.json` (sigstore protobuf-specs, `application/vnd.dev.sigstore.trustedroot+json`).
///
/// It is kept as the text that was supplied. What it names is demanded: with transparency logs in it, a keyless
/// signature must be logged; with certificate transparency logs in it, its certificate must carry their timestamp.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TrustedRoot {
    text: String,
    verifier: Arc<Verifier>,
    names: Names,
}

#[derive(Clone, Copy)]
struct Names {
    logs: bool,
    certificate_logs: bool,
    timestamp_authorities: bool,
}

/// Why a text is not a trusted root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustedRootError {
    /// It is too long.
    #[error("a trusted root has at most {TRUSTED_ROOT_LENGTH_MAX} bytes")]
    Length,
    /// It is not the JSON of one.
    #[error("not a trusted_root.json: {0}")]
    Form(String),
    /// A key, certificate or period in it is not sound.
    #[error("the trusted root is not sound: {0}")]
    Unsound(String),
}

impl TrustedRoot {
    /// What a bundle with a certificate proves about `artifact`.
    pub(crate) fn by_certificate(
        &self,
        artifact: Artifact<'_>,
        bundle: &Bundle,
    ) -> sigstore_verify::Result<VerificationResult> {
        let mut policy = VerificationPolicy::any_identity();
        if !self.names.logs {
            policy = policy.skip_tlog_unsafe();
        }
        if !self.names.certificate_logs {
            policy = policy.skip_sct();
        }
        self.verifier.verify(artifact, bundle, &policy)
    }

    /// Whether this root can prove when a bundle's signature was made.
    pub(crate) fn knows_time_of(&self, bundle: &Bundle) -> bool {
        let material = &bundle.verification_material;
        let stamps = &material.timestamp_verification_data.rfc3161_timestamps;
        (self.names.logs && !material.tlog_entries.is_empty())
            || (self.names.timestamp_authorities && !stamps.is_empty())
    }

    /// What a bundle with the hint of a key proves about `artifact` and the time it was signed.
    pub(crate) fn by_key(
        &self,
        artifact: Artifact<'_>,
        bundle: &Bundle,
        spki: &[u8],
    ) -> sigstore_verify::Result<VerificationResult> {
        let mut policy = PublicKeyVerificationPolicy::new(DerPublicKey::from_bytes(spki));
        let mut bundle = bundle.clone();
        if !self.names.logs || bundle.verification_material.tlog_entries.is_empty() {
            policy = policy.skip_tlog_unsafe();
        }
        if !self.names.timestamp_authorities {
            bundle.verification_material.timestamp_verification_data = Default::default();
        }
        self.verifier.verify(artifact, &bundle, &policy)
    }
}

impl TryFrom<String> for TrustedRoot {
    type Error = TrustedRootError;

    fn try_from(text: String) -> Result<Self, TrustedRootError> {
        if text.len() > TRUSTED_ROOT_LENGTH_MAX {
            return Err(TrustedRootError::Length);
        }
        let root = sigstore_verify::trust_root::TrustedRoot::from_json(&text)
            .map_err(|err| TrustedRootError::Form(err.to_string()))?;
        let verifier =
            Verifier::new(&root).map_err(|err| TrustedRootError::Unsound(err.to_string()))?;
        let names = Names {
            logs: !root.tlogs.is_empty(),
            certificate_logs: !root.ctlogs.is_empty(),
            timestamp_authorities: !root.timestamp_authorities.is_empty(),
        };
        Ok(Self {
            text,
            verifier: Arc::new(verifier),
            names,
        })
    }
}

impl From<TrustedRoot> for String {
    fn from(root: TrustedRoot) -> Self {
        root.text
    }
}

impl fmt::Debug for TrustedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trusted root of {} bytes", self.text.len())
    }
}

impl PartialEq for TrustedRoot {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TrustedRoot {}
