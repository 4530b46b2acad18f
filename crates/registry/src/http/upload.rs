//! `…/blobs/uploads/`: begin, continue, ask, finish, cancel; or mount a blob of another repository.

use super::{dispatch::Call, range, reply};
use crate::{
    access::Action,
    blobs::{BlobError, Upload, UploadId},
    error::Error,
    route,
};
use axum::{
    body::{Body, BodyDataStream},
    http::header,
    response::Response,
};
use futures::StreamExt as _;
use std::time::Duration;
use tidegate_domain::digest::Digest;
use tidegate_store::Repository;
use tokio::time::timeout;

/// Who is refused may send on for so long; whoever sends still does not hear an answer.
const LINGER: Duration = Duration::from_secs(5);

/// `POST`: mount, whole content at once, or the beginning of an upload.
pub(super) async fn start(
    call: &Call<'_>,
    repository: &Repository,
    body: Body,
) -> Result<Response, Error> {
    let mut content = body.into_data_stream();
    let answer = begin(call, repository, &mut content).await;
    heard(answer, content).await
}

/// What may be done with an upload that was begun.
pub(super) async fn serve(
    call: &Call<'_>,
    repository: &Repository,
    id: UploadId,
    body: Body,
) -> Result<Response, Error> {
    let mut content = body.into_data_stream();
    let answer = go_on(call, repository, id, &mut content).await;
    heard(answer, content).await
}

/// Throws away what is still sent after a refusal: a connection that is closed on a sender takes the answer with it.
async fn heard(
    answer: Result<Response, Error>,
    mut content: BodyDataStream,
) -> Result<Response, Error> {
    if answer.is_err() {
        let rest = async { while let Some(Ok(_)) = content.next().await {} };
        // Whoever is slower learns it from the broken connection and may ask.
        timeout(LINGER, rest).await.ok();
    }
    answer
}

async fn begin(
    call: &Call<'_>,
    repository: &Repository,
    content: &mut BodyDataStream,
) -> Result<Response, Error> {
    if call.method != "POST" {
        return Err(Error::Unsupported);
    }
    if let Some(digest) = mounted(call, repository).await? {
        return Ok(reply::created(repository, "blobs", digest).empty());
    }
    let digest = call
        .query
        .digest
        .as_deref()
        .map(route::digest)
        .transpose()?;
    let mut upload = call.registry.blobs().begin_upload(repository).await?;
    let Some(digest) = digest else {
        return Ok(reply::accepted(repository, upload.id(), 0).empty());
    };
    let id = upload.id();
    if let Err(error) = upload.append(content).await {
        // Nobody was told the name of this upload, so nobody can go on with it.
        call.registry.blobs().cancel_upload(repository, id).await?;
        return Err(error.into());
    }
    finish(call, repository, upload, digest).await
}

async fn go_on(
    call: &Call<'_>,
    repository: &Repository,
    id: UploadId,
    content: &mut BodyDataStream,
) -> Result<Response, Error> {
    let blobs = call.registry.blobs();
    match call.method.as_str() {
        "GET" => {
            let length = blobs.upload_length(repository, id).await?;
            Ok(reply::progress(repository, id, length).empty())
        }
        "PATCH" => {
            let upload = take_chunk(call, repository, id, content).await?;
            upload.sync().await?;
            Ok(reply::accepted(repository, id, upload.length()).empty())
        }
        "PUT" => {
            let text = call.query.digest.as_deref().unwrap_or_default();
            let digest = route::digest(text)?;
            let upload = take_chunk(call, repository, id, content).await?;
            finish(call, repository, upload, digest).await
        }
        "DELETE" => {
            blobs.cancel_upload(repository, id).await?;
            Ok(reply::cancelled().empty())
        }
        _ => Err(Error::Unsupported),
    }
}

async fn take_chunk(
    call: &Call<'_>,
    repository: &Repository,
    id: UploadId,
    content: &mut BodyDataStream,
) -> Result<Upload, Error> {
    let range = range::chunk(call.headers)?;
    let announced = call
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse().ok());
    let mut upload = call.registry.blobs().resume_upload(repository, id).await?;
    if let Some(range) = &range {
        let length = range.end - range.start;
        if announced.is_some_and(|announced: u64| announced != length) {
            let why = format!("the content range has {length} bytes, the content another number");
            return Err(Error::SizeInvalid(why));
        }
        if range.start != upload.length() {
            let (stored, got) = (upload.length(), range.start);
            return Err(BlobError::OutOfOrder { stored, got }.into());
        }
    }
    upload.append(content).await?;
    Ok(upload)
}

async fn finish(
    call: &Call<'_>,
    repository: &Repository,
    upload: Upload,
    digest: Digest,
) -> Result<Response, Error> {
    call.registry
        .finish_upload(upload, repository, digest, call.now)
        .await?;
    Ok(reply::created(repository, "blobs", digest).empty())
}

/// A mount that is not possible, for whatever reason, becomes an ordinary upload (specification, §Mounting).
async fn mounted(call: &Call<'_>, repository: &Repository) -> Result<Option<Digest>, Error> {
    let (Some(mount), Some(from)) = (&call.query.mount, &call.query.from) else {
        return Ok(None);
    };
    let (Ok(digest), Ok(from)) = (route::digest(mount), from.parse::<Repository>()) else {
        return Ok(None);
    };
    if !call.may(Action::Pull, &from).await? {
        return Ok(None);
    }
    // Nobody has what is in quarantine elsewhere by mounting it to where they push.
    if call.caller.withheld(&from, digest).await?.is_some() {
        return Ok(None);
    }
    let mounted = call
        .registry
        .mount(from, repository.clone(), digest, call.now)
        .await?;
    Ok(mounted.then_some(digest))
}
