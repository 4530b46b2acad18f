//! Why a revision cannot be prepared. The texts are read by people far away from the target.

use crate::link::LinkError;
use std::io;
use tidegate_domain::digest::Digest;

/// Why a revision cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    /// The download failed.
    #[error("cannot download {digest}")]
    Link {
        /// What.
        digest: Digest,
        /// Why.
        source: LinkError,
    },
    /// What arrived is not what was asked for.
    #[error("the download of {0} does not have that digest or its length")]
    Mismatch(Digest),
    /// The manifest is no component's.
    #[error("the manifest {digest} cannot be used: {reason}")]
    Manifest {
        /// Which.
        digest: Digest,
        /// What is wrong.
        reason: String,
    },
    /// It does not bear the signatures that this agent demands.
    #[error("the artifact {digest} is refused: {reason}")]
    Signatures {
        /// Which.
        digest: Digest,
        /// What is missing.
        reason: String,
    },
    /// The archive is refused.
    #[error("the artifact is refused: {0}")]
    Archive(String),
    /// The disk is full.
    #[error("the disk of the agent is full")]
    DiskFull,
    /// Another error of the disk.
    #[error("the disk of the agent fails: {0}")]
    Disk(io::Error),
}

impl PrepareError {
    /// The error with all its causes, for people who cannot see this process's log.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }

    /// Whether another attempt may go better. A digest mismatch may be a broken download.
    pub(crate) fn retry(&self) -> Retry {
        match self {
            Self::Link { source, .. } if source.is_absence() => Retry::UntilItIsBack,
            Self::Link { source, .. } if source.is_transient() => Retry::Patiently,
            Self::Link { .. } | Self::Mismatch(_) => Retry::AFewTimes,
            Self::Manifest { .. }
            | Self::Signatures { .. }
            | Self::Archive(_)
            | Self::DiskFull
            | Self::Disk(_) => Retry::Never,
        }
    }
}

/// How often to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The server is away; it will come back.
    UntilItIsBack,
    /// The server is there and does not manage; it may take long until it does.
    Patiently,
    /// It may have been an accident.
    AFewTimes,
    /// The same would happen again.
    Never,
}

impl From<io::Error> for PrepareError {
    fn from(error: io::Error) -> Self {
        if [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].contains(&error.kind()) {
            Self::DiskFull
        } else {
            Self::Disk(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named_and_not_tried_again() {
        let error = PrepareError::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(error.to_string(), "the disk of the agent is full");
        assert_eq!(error.retry(), Retry::Never);
    }
}
