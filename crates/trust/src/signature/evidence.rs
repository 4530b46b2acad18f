//! What is laid before the judge: signatures in the forms that tools publish them in.

use jiff::Timestamp;
use std::{collections::BTreeMap, sync::Arc};

/// The most pieces of evidence about one artifact that are looked at.
pub const EVIDENCE_MAX: usize = 128;

/// Something that may prove a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What was found.
    pub material: Material,
    /// When the server first received it. It cannot have been made later.
    pub received: Option<Timestamp>,
    /// The artifact itself. Only Ed25519 signatures over the artifact need it; others need no more than its digest.
    pub artifact_bytes: Option<Arc<[u8]>>,
}

/// A form of signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// JSON of a sigstore bundle, `application/vnd.dev.sigstore.bundle.v0.3+json` (sigstore protobuf-specs).
    Bundle(Vec<u8>),
    /// A layer of a cosign signature manifest (cosign `specs/SIGNATURE_SPEC.md`).
    SimpleSigning {
        /// The layer's bytes.
        payload: Vec<u8>,
        /// Its annotations: `dev.cosignproject.cosign/signature`, and what cosign proves it with.
        annotations: BTreeMap<String, String>,
    },
    /// A DSSE envelope, as the layers of cosign attestation manifests are.
    Envelope {
        /// The layer's bytes.
        json: Vec<u8>,
        /// Its annotations, as of a signature.
        annotations: BTreeMap<String, String>,
    },
    /// A signature over the artifact's bytes, in base64, as `cosign sign-blob` and others write it.
    Detached(String),
}

impl Evidence {
    /// Evidence of which nobody recorded when it arrived.
    pub const fn new(material: Material) -> Self {
        Self {
            material,
            received: None,
            artifact_bytes: None,
        }
    }
}
