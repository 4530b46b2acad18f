//! What can go wrong, in the words and codes of the OCI Distribution specification (§Error Codes).
//!
//! [`Error::face`] is the one table of codes and statuses. Detail of faults of ours is logged, never sent.

use crate::{access::AccessError, blobs::BlobError};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tidegate_domain::{digest::Digest, version::Version};
use tidegate_store::{Repository, StoreError};

/// Why a request was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository shows no such blob.
    #[error("the repository has no blob {0}")]
    BlobUnknown(Digest),
    /// The blob is named by a manifest of the repository.
    #[error("blob {blob} is needed by manifest {manifest}")]
    BlobNeeded {
        /// The blob.
        blob: Digest,
        /// What names it.
        manifest: Digest,
    },
    /// The files said no.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The text is not a digest.
    #[error("`{0}` is not a digest that this registry knows: sha256: and 64 lower-case hex digits")]
    DigestInvalid(String),
    /// The bytes have another digest than announced.
    #[error("the content has the digest {actual}, not {expected}")]
    DigestMismatch {
        /// Announced.
        expected: Digest,
        /// Computed.
        actual: Digest,
    },
    /// A manifest names something that is not in the repository.
    #[error("the repository has no {0}, which the manifest names: push it first")]
    ManifestBlobUnknown(Digest),
    /// The manifest is not one.
    #[error("the manifest is not valid: {0}")]
    ManifestInvalid(String),
    /// The repository shows no such manifest.
    #[error("the repository has no manifest {0}")]
    ManifestUnknown(String),
    /// The manifest is longer than the limit.
    #[error("manifests may have at most {0} bytes")]
    ManifestTooLarge(usize),
    /// Not a repository name or not an endpoint.
    #[error("{0}")]
    NameInvalid(&'static str),
    /// The catalog has no such component, or the path names no endpoint.
    #[error("{0}")]
    NameUnknown(String),
    /// A length is not what was announced.
    #[error("{0}")]
    SizeInvalid(String),
    /// The range header of an upload cannot be read.
    #[error("`{0}` is not a content range START-END")]
    ContentRange(String),
    /// The range asked for lies outside the blob.
    #[error("the blob has {0} bytes: the range lies outside")]
    RangeOutside(u64),
    /// The caller may not do this.
    #[error("you may not {0}")]
    Denied(String),
    /// It is in quarantine.
    #[error("{digest} is in quarantine: {why}")]
    Withheld {
        /// What was asked for.
        digest: Digest,
        /// What keeps it there.
        why: String,
    },
    /// The tag is part of a sealed release.
    #[error("tag {tag} is held by {reason}: push this content under a new version")]
    TagSealed {
        /// The tag.
        tag: Version,
        /// What holds it.
        reason: String,
    },
    /// The manifest is part of a sealed release.
    #[error("manifest {digest} is needed by {reason} and cannot be deleted")]
    ManifestPinned {
        /// The manifest.
        digest: Digest,
        /// What needs it.
        reason: String,
    },
    /// The request has to show who it is, or more of what it may.
    #[error("authentication required: any user name, with a Tidegate token as the password")]
    Challenged {
        /// What `WWW-Authenticate` says.
        challenge: String,
    },
    /// The endpoint has no such method.
    #[error("this endpoint does not support the method")]
    Unsupported,
    /// The host could not tell who or whether.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
}

/// How an error looks from outside.
struct Face {
    status: StatusCode,
    code: &'static str,
}

impl Error {
    pub(crate) fn name_unknown(repository: &Repository) -> Self {
        Self::NameUnknown(format!(
            "the catalog has no component {repository}: declare it with `tidegate apply` first"
        ))
    }

    fn face(&self) -> Face {
        let (status, code) = match self {
            Self::BlobUnknown(_) => (StatusCode::NOT_FOUND, "BLOB_UNKNOWN"),
            Self::DigestInvalid(_) | Self::DigestMismatch { .. } => {
                (StatusCode::BAD_REQUEST, "DIGEST_INVALID")
            }
            Self::ManifestBlobUnknown(_) => (StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN"),
            Self::ManifestInvalid(_) => (StatusCode::BAD_REQUEST, "MANIFEST_INVALID"),
            Self::ManifestUnknown(_) => (StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN"),
            Self::ManifestTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID"),
            Self::NameInvalid(_) => (StatusCode::BAD_REQUEST, "NAME_INVALID"),
            Self::NameUnknown(_) => (StatusCode::NOT_FOUND, "NAME_UNKNOWN"),
            Self::SizeInvalid(_) => (StatusCode::BAD_REQUEST, "SIZE_INVALID"),
            Self::ContentRange(_) => (StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID"),
            Self::RangeOutside(_) => (StatusCode::RANGE_NOT_SATISFIABLE, "UNSUPPORTED"),
            Self::Denied(_)
            | Self::Withheld { .. }
            | Self::TagSealed { .. }
            | Self::ManifestPinned { .. }
            | Self::BlobNeeded { .. } => (StatusCode::FORBIDDEN, "DENIED"),
            Self::Unsupported => (StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED"),
            Self::Challenged { .. } | Self::Access(AccessError::Unauthenticated) => {
                (StatusCode::UNAUTHORIZED, "UNAUTHORIZED")
            }
            Self::Access(AccessError::Unavailable(_)) | Self::Store(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN")
            }
            Self::Blob(blob) => blob_face(blob),
        };
        Face { status, code }
    }

    /// Headers that the specification wants beside the status.
    fn mark(&self, response: &mut Response) {
        let headers = response.headers_mut();
        if let Self::Challenged { challenge } = self
            && let Ok(value) = HeaderValue::try_from(challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if let Self::Blob(BlobError::OutOfOrder { stored, .. }) = self
            && let Ok(value) = HeaderValue::try_from(format!("0-{}", stored.saturating_sub(1)))
        {
            headers.insert(header::RANGE, value);
        }
        if let Self::RangeOutside(size) = self
            && let Ok(value) = HeaderValue::try_from(format!("bytes */{size}"))
        {
            headers.insert(header::CONTENT_RANGE, value);
        }
    }
}

fn blob_face(error: &BlobError) -> (StatusCode, &'static str) {
    match error {
        BlobError::UploadUnknown => (StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN"),
        BlobError::Overtaken => (StatusCode::CONFLICT, "BLOB_UPLOAD_INVALID"),
        BlobError::OutOfOrder { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID"),
        BlobError::BrokenOff(_) => (StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID"),
        BlobError::Mismatch { .. } => (StatusCode::BAD_REQUEST, "DIGEST_INVALID"),
        BlobError::Full => (StatusCode::INSUFFICIENT_STORAGE, "UNKNOWN"),
        BlobError::File(_) => (StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN"),
    }
}

/// A full disk is a full disk, whoever writes.
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::NoRoom) {
            Self::Blob(BlobError::Full)
        } else {
            Self::Store(error)
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let Face { status, code } = self.face();
        if status == StatusCode::INSUFFICIENT_STORAGE {
            tracing::error!("registry.no_room");
        }
        let message = if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(
                error = &self as &dyn std::error::Error,
                "registry.request_failed"
            );
            "the registry failed; its log says why".to_owned()
        } else {
            self.to_string()
        };
        let body = serde_json::json!({"errors": [{"code": code, "message": message}]});
        let mut response = (status, Json(body)).into_response();
        self.mark(&mut response);
        response
    }
}
