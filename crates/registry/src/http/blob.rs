//! `…/blobs/<digest>`: read whole or in part, ask, delete.

use super::{
    dispatch::Call,
    range::{Wanted, wanted},
    reply::{self, Reply},
};
use crate::{access::Action, error::Error, registry::Registry};
use axum::{
    body::Body,
    http::{HeaderMap, header},
    response::Response,
};
use tidegate_domain::digest::Digest;
use tidegate_store::Repository;

pub(super) async fn serve(
    call: &Call<'_>,
    repository: &Repository,
    digest: Digest,
) -> Result<Response, Error> {
    match call.method.as_str() {
        "GET" => get(call, repository, digest).await,
        "HEAD" => head(call, repository, digest).await,
        "DELETE" => {
            call.registry.delete_blob(repository, digest).await?;
            Ok(reply::deleted().empty())
        }
        _ => Err(Error::Unsupported),
    }
}

async fn get(call: &Call<'_>, repository: &Repository, digest: Digest) -> Result<Response, Error> {
    call.registry.blob_size(repository, digest).await?;
    call.check_handed_out(repository, digest).await?;
    content(call.registry, digest, call.headers).await
}

/// The bytes of a blob, whole or the part that a `Range` header asks for.
///
/// # Errors
/// When there is no such blob, or the range lies outside of it.
pub async fn content(
    registry: &Registry,
    digest: Digest,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    if reply::unchanged(headers, digest) {
        return Ok(reply::not_modified().content(digest).empty());
    }
    let blob = registry.open_blob(digest).await?;
    let size = blob.size();
    let asked = match headers.get(header::IF_RANGE) {
        Some(held) if held.as_bytes() != format!("\"{digest}\"").as_bytes() => None,
        _ => headers
            .get(header::RANGE)
            .and_then(|value| value.to_str().ok()),
    };
    match wanted(asked, size) {
        Wanted::Outside => Err(Error::RangeOutside(size)),
        Wanted::Whole => Ok(described(reply::ok(), digest, size).body(Body::from_stream(blob))),
        Wanted::Part(range) => {
            if !registry.blobs().is_sound(digest).await? {
                return Err(Error::BlobUnknown(digest));
            }
            let shown = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            let reply = described(reply::partial(), digest, range.end - range.start)
                .with(header::CONTENT_RANGE, shown);
            Ok(reply.body(Body::from_stream(blob.part(range))))
        }
    }
}

/// Whoever may push and is told that a blob is there will not upload it, so it is leased.
async fn head(call: &Call<'_>, repository: &Repository, digest: Digest) -> Result<Response, Error> {
    let size = call.registry.blob_size(repository, digest).await?;
    call.check_handed_out(repository, digest).await?;
    if !call.registry.blobs().has(digest, size).await {
        return Err(Error::BlobUnknown(digest));
    }
    if call.may(Action::Push, repository).await? {
        call.registry.lease(digest, call.now).await?;
    }
    Ok(described(reply::ok(), digest, size).empty())
}

fn described(reply: Reply, digest: Digest, length: u64) -> Reply {
    reply
        .content(digest)
        .with(header::CONTENT_TYPE, "application/octet-stream")
        .with(header::CONTENT_LENGTH, length)
        .with(header::ACCEPT_RANGES, "bytes")
}
