//! Who signed, and when at the latest.

use super::Refusal;
use jiff::Timestamp;
use tidegate_domain::{digest::Digest, name::Name};

/// A believed signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// A key of the set.
    Key {
        /// Its first name in the set.
        name: Name,
        /// SHA-256 of its SPKI.
        fingerprint: Digest,
    },
    /// A keyless identity of the set.
    Identity {
        /// Its name in the set.
        name: Name,
        /// Who the certificate says it is.
        subject: String,
        /// Who vouches for that.
        issuer: String,
    },
}

/// That a believed signer signed an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Who.
    pub by: Signer,
    /// What.
    pub artifact: Digest,
    /// When at the latest, if anything proves it.
    pub time: Option<TrustedTime>,
}

/// A time at which a signature is proved to have existed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedTime {
    /// The time.
    pub at: Timestamp,
    /// What proves it.
    pub source: TimeSource,
}

/// What proves a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeSource {
    /// A transparency log took the signature in.
    Log,
    /// A timestamp authority signed the time (RFC 3161).
    Authority,
    /// The server received the signature.
    Received,
}

/// What became of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<T> {
    /// Which piece, counted from 0. An envelope with several signatures leads to several findings.
    pub evidence: usize,
    /// What it proves, or why it proves nothing.
    pub outcome: Result<T, Refusal>,
}

impl Signer {
    /// What the set calls it.
    pub const fn name(&self) -> &Name {
        match self {
            Self::Key { name, .. } | Self::Identity { name, .. } => name,
        }
    }

    /// Whether both count as one: a key by its bytes, whatever its names; an identity by its name, whatever a glob
    /// let in.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key { fingerprint: a, .. }, Self::Key { fingerprint: b, .. }) => a == b,
            (Self::Identity { name: a, .. }, Self::Identity { name: b, .. }) => a == b,
            (Self::Key { .. }, Self::Identity { .. })
            | (Self::Identity { .. }, Self::Key { .. }) => false,
        }
    }
}
