//! `…/manifests/<tag or digest>`: read, put, delete.

use super::{dispatch::Call, reply};
use crate::{
    access::Action,
    error::Error,
    manifest::{LENGTH_MAX, Manifest},
    route::Reference,
};
use axum::{body::Body, http::header, response::Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tidegate_store::{Repository, StoredManifest};

pub(super) async fn serve(
    call: &Call<'_>,
    repository: &Repository,
    reference: Reference,
    body: Body,
) -> Result<Response, Error> {
    match call.method.as_str() {
        "GET" | "HEAD" => get(call, repository, reference).await,
        "PUT" => put(call, repository, reference, body).await,
        "DELETE" => delete(call, repository, reference).await,
        _ => Err(Error::Unsupported),
    }
}

async fn get(
    call: &Call<'_>,
    repository: &Repository,
    reference: Reference,
) -> Result<Response, Error> {
    let registry = call.registry;
    let StoredManifest {
        digest,
        media_type,
        body,
    } = match reference {
        Reference::Tag(tag) => registry.manifest_tagged(repository, &tag).await?,
        Reference::Digest(digest) => registry.manifest_in(repository, digest).await?,
        Reference::Neither(text) => return Err(Error::ManifestUnknown(text)),
    };
    call.check_handed_out(repository, digest).await?;
    let head = call.method == "HEAD";
    if head && call.may(Action::Push, repository).await? {
        registry.lease(digest, call.now).await?;
    }
    if reply::unchanged(call.headers, digest) {
        return Ok(reply::not_modified().content(digest).empty());
    }
    let reply = reply::ok()
        .content(digest)
        .with(header::CONTENT_TYPE, media_type)
        .with(header::CONTENT_LENGTH, body.len());
    Ok(reply.body(if head {
        Body::empty()
    } else {
        Body::from(body)
    }))
}

async fn put(
    call: &Call<'_>,
    repository: &Repository,
    reference: Reference,
    body: Body,
) -> Result<Response, Error> {
    if let Reference::Neither(text) = reference {
        let why = format!("`{text}` is neither a tag nor a digest");
        return Err(Error::ManifestInvalid(why));
    }
    let content_type = call
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let manifest = Manifest::read(read_whole(call, body).await?, content_type)?;
    let digest = manifest.record.digest;
    let subject = manifest.record.subject;
    let tag = match reference {
        Reference::Tag(tag) => Some(tag),
        Reference::Digest(expected) if expected != digest => {
            return Err(Error::DigestMismatch {
                expected,
                actual: digest,
            });
        }
        Reference::Digest(_) | Reference::Neither(_) => None,
    };
    call.registry
        .put_manifest(repository, tag, manifest, call.now)
        .await?;
    Ok(reply::created(repository, "manifests", digest)
        .with_subject(subject)
        .empty())
}

async fn delete(
    call: &Call<'_>,
    repository: &Repository,
    reference: Reference,
) -> Result<Response, Error> {
    match reference {
        Reference::Tag(tag) => call.registry.delete_tag(repository, &tag).await?,
        Reference::Digest(digest) => call.registry.delete_manifest(repository, digest).await?,
        Reference::Neither(text) => return Err(Error::ManifestUnknown(text)),
    }
    Ok(reply::deleted().empty())
}

async fn read_whole(call: &Call<'_>, body: Body) -> Result<Vec<u8>, Error> {
    let announced = call
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > LENGTH_MAX) {
        return Err(Error::ManifestTooLarge(LENGTH_MAX));
    }
    match Limited::new(body, LENGTH_MAX).collect().await {
        Ok(whole) => Ok(whole.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::ManifestTooLarge(LENGTH_MAX)),
        Err(error) => Err(Error::SizeInvalid(format!(
            "the manifest broke off: {error}"
        ))),
    }
}
