//! Answers of success: their statuses and headers, in one place.

use crate::blobs::UploadId;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::fmt::Display;
use tidegate_domain::digest::Digest;
use tidegate_store::Repository;

pub(super) const DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
const UPLOAD: HeaderName = HeaderName::from_static("docker-upload-uuid");
const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");

/// A response under construction.
pub(super) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
}

pub(super) fn base() -> Response {
    axum::Json(serde_json::json!({})).into_response()
}

pub(super) fn ok() -> Reply {
    Reply::new(StatusCode::OK)
}

pub(super) fn partial() -> Reply {
    Reply::new(StatusCode::PARTIAL_CONTENT)
}

pub(super) fn not_modified() -> Reply {
    Reply::new(StatusCode::NOT_MODIFIED)
}

pub(super) fn deleted() -> Reply {
    Reply::new(StatusCode::ACCEPTED)
}

pub(super) fn cancelled() -> Reply {
    Reply::new(StatusCode::NO_CONTENT)
}

/// Something of this digest is visible now.
pub(super) fn created(repository: &Repository, kind: &str, digest: Digest) -> Reply {
    Reply::new(StatusCode::CREATED)
        .with(
            header::LOCATION,
            format!("/v2/{repository}/{kind}/{digest}"),
        )
        .with(DIGEST, digest)
}

/// So much of an upload is stored.
pub(super) fn accepted(repository: &Repository, upload: UploadId, length: u64) -> Reply {
    Reply::new(StatusCode::ACCEPTED).upload(repository, upload, length)
}

/// The answer to the question how much is stored.
pub(super) fn progress(repository: &Repository, upload: UploadId, length: u64) -> Reply {
    Reply::new(StatusCode::NO_CONTENT).upload(repository, upload, length)
}

impl Reply {
    fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
        }
    }

    /// Digests, numbers, names and media types make header values; whatever does not is left out.
    pub(super) fn with(mut self, name: HeaderName, value: impl Display) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.to_string()) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(super) fn with_subject(self, subject: Option<Digest>) -> Self {
        match subject {
            Some(subject) => self.with(SUBJECT, subject),
            None => self,
        }
    }

    /// The name of content that never changes.
    pub(super) fn content(self, digest: Digest) -> Self {
        self.with(DIGEST, digest)
            .with(header::ETAG, format!("\"{digest}\""))
    }

    pub(super) fn empty(self) -> Response {
        self.body(Body::empty())
    }

    pub(super) fn body(self, body: Body) -> Response {
        let mut response = (self.status, body).into_response();
        *response.headers_mut() = self.headers;
        response
    }

    /// The specification writes an empty upload as `0-0`, like one of a single byte.
    fn upload(self, repository: &Repository, upload: UploadId, length: u64) -> Self {
        self.with(
            header::LOCATION,
            format!("/v2/{repository}/blobs/uploads/{upload}"),
        )
        .with(header::RANGE, format!("0-{}", length.saturating_sub(1)))
        .with(UPLOAD, upload)
    }
}

/// Whether the caller holds this content already.
pub(super) fn unchanged(headers: &HeaderMap, digest: Digest) -> bool {
    let etag = format!("\"{digest}\"");
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| matches!(value.trim().trim_start_matches("W/"), tag if tag == etag || tag == "*"))
}
