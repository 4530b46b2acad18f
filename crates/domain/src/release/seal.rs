//! Sealing: the moment after which a release's contents, configuration and hash never change.

use super::{Contents, Snapshot};
use crate::{canonical, digest::Digest, id::SnapshotNumber, name::Name, version::Version};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A release of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The product.
    pub product: Name,
    /// Unique within the product.
    pub version: Version,
    /// 1, 2, 3… in the order of creation within the product.
    pub number: u64,
    /// What is in it; of a draft, what is meant to be.
    pub contents: Contents,
    /// None while it is a draft.
    pub sealed: Option<Sealed>,
    /// Further configuration snapshots it may be deployed with, oldest first; the last is the default.
    #[serde(default)]
    pub reconfigured: Vec<SnapshotNumber>,
    /// Why nothing may deploy it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Block>,
    /// When it was drafted.
    pub created_at: jiff::Timestamp,
    /// By whom.
    pub created_by: Name,
}

/// What sealing fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The hash of product, version, contents and the digest of the snapshot.
    pub hash: Digest,
    /// The configuration snapshot of that moment.
    pub snapshot: SnapshotNumber,
    /// When.
    pub at: jiff::Timestamp,
    /// By whom.
    pub by: Name,
}

/// A person's word that a release must not be deployed anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Whose.
    pub by: Name,
    /// When.
    pub at: jiff::Timestamp,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason.as_str() {
            "" => write!(f, "{} blocked it", self.by),
            reason => write!(f, "{} blocked it: {reason}", self.by),
        }
    }
}

/// Why a release cannot be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is sealed.
    #[error("release {0} is sealed; its contents never change again")]
    Sealed(Version),
    /// The product has a component that the release does not name.
    #[error("component `{0}` is missing from the release")]
    Missing(Name),
    /// The release names a component that the product does not have.
    #[error("component `{0}` is not part of the product")]
    Unknown(Name),
    /// The product has no components.
    #[error("product `{0}` has no components")]
    Empty(Name),
}

impl Release {
    /// Seals this draft with a numbered snapshot.
    ///
    /// # Errors
    /// When it is sealed already, or its contents are not exactly the product's components.
    pub fn seal(
        &self,
        snapshot: (&Snapshot, SnapshotNumber),
        by: &Name,
        at: jiff::Timestamp,
    ) -> Result<Self, SealError> {
        if self.sealed.is_some() {
            return Err(SealError::Sealed(self.version.clone()));
        }
        let (snapshot, number) = snapshot;
        self.check_complete(snapshot)?;
        let hash = canonical::hash(&(
            &self.product,
            &self.version,
            &self.contents,
            snapshot.digest(),
        ));
        let sealed = Sealed {
            hash,
            snapshot: number,
            at,
            by: by.clone(),
        };
        Ok(Self {
            sealed: Some(sealed),
            ..self.clone()
        })
    }

    /// The snapshot that a deployment takes unless told otherwise; none of a draft.
    pub fn current_snapshot(&self) -> Option<SnapshotNumber> {
        let sealed = self.sealed.as_ref()?;
        Some(self.reconfigured.last().copied().unwrap_or(sealed.snapshot))
    }

    /// Whether the contents are exactly the components of `snapshot`.
    ///
    /// # Errors
    /// The first component that is missing or unknown.
    pub fn check_complete(&self, snapshot: &Snapshot) -> Result<(), SealError> {
        if snapshot.components.is_empty() {
            return Err(SealError::Empty(self.product.clone()));
        }
        let stranger = self
            .contents
            .keys()
            .find(|c| !snapshot.components.iter().any(|s| s.name == **c));
        if let Some(stranger) = stranger {
            return Err(SealError::Unknown(stranger.clone()));
        }
        let missing = snapshot
            .components
            .iter()
            .find(|c| !self.contents.contains_key(&c.name));
        missing.map_or(Ok(()), |component| {
            Err(SealError::Missing(component.name.clone()))
        })
    }
}
