//! Lists: tags of a repository, referrers of a manifest, repositories of the registry. All in pages.

use super::{
    dispatch::Call,
    reply::{self, Reply},
};
use crate::error::Error;
use axum::{body::Body, http::HeaderName, http::header, response::Response};
use futures::FutureExt;
use serde_json::{Value, json};
use tidegate_domain::digest::Digest;
use tidegate_store::{ReferrerPage, ReferrerRecord, Repository};

/// The longest page, and the length of one that is not asked for.
const PAGE: u32 = 1000;
const FILTERS: HeaderName = HeaderName::from_static("oci-filters-applied");
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

pub(super) async fn tags(call: &Call<'_>, repository: &Repository) -> Result<Response, Error> {
    let limit = call.page()?;
    let last = call.query.last.clone().unwrap_or_default();
    let tags: Result<Vec<String>, Error> = call
        .registry
        .store
        .read(
            (repository.clone(), last, limit + 1),
            |tx, (repository, last, limit)| {
                async move { Ok(tx.tags(repository, last, *limit).await?) }.boxed()
            },
        )
        .await;
    let (tags, next) = cut(tags?, limit);
    let path = format!("/v2/{repository}/tags/list?n={limit}");
    let next = next.map(|last| format!("{path}&last={last}"));
    Ok(list(
        &json!({"name": repository.to_string(), "tags": tags}),
        next,
    ))
}

pub(super) async fn catalog(call: &Call<'_>) -> Result<Response, Error> {
    let limit = call.page()?;
    let mut last = call.query.last.clone().unwrap_or_default();
    let mut seen = Vec::new();
    // What the caller may not see is left out, so go on until the page is full or the list at its end.
    while seen.len() <= limit as usize {
        let batch = repositories_behind(call, &last).await?;
        let Some(end) = batch.last() else {
            break;
        };
        last = end.to_string();
        for repository in batch {
            if call.caller.lists(&repository).await? {
                seen.push(repository.to_string());
            }
        }
    }
    let (seen, next) = cut(seen, limit);
    let next = next.map(|last| format!("/v2/_catalog?n={limit}&last={last}"));
    Ok(list(&json!({"repositories": seen}), next))
}

async fn repositories_behind(call: &Call<'_>, last: &str) -> Result<Vec<Repository>, Error> {
    let (product, component) = last.split_once('/').unwrap_or((last, ""));
    let after = (product.to_owned(), component.to_owned());
    call.registry
        .store
        .read(after, |tx, (product, component)| {
            async move { Ok(tx.repositories((product, component), PAGE).await?) }.boxed()
        })
        .await
}

pub(super) async fn referrers(
    call: &Call<'_>,
    repository: &Repository,
    subject: Digest,
) -> Result<Response, Error> {
    if call.method != "GET" && call.method != "HEAD" {
        return Err(Error::Unsupported);
    }
    call.check_handed_out(repository, subject).await?;
    let artifact_type = call
        .query
        .artifact_type
        .clone()
        .filter(|text| !text.is_empty());
    let page = ReferrerPage {
        repository: repository.clone(),
        subject,
        artifact_type: artifact_type.clone(),
        after: call
            .query
            .last
            .as_deref()
            .map(crate::route::digest)
            .transpose()?,
        limit: PAGE + 1,
    };
    let found: Result<Vec<ReferrerRecord>, Error> = call
        .registry
        .store
        .read(page, |tx, page| {
            async move { Ok(tx.referrers(page).await?) }.boxed()
        })
        .await;
    let mut found = found?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let kind = artifact_type
        .as_deref()
        .map(encode)
        .map(|kind| format!("&artifactType={kind}"));
    let kind = kind.unwrap_or_default();
    let next = found.last().filter(|_| more).map(|record| {
        format!(
            "/v2/{repository}/referrers/{subject}?last={}{kind}",
            record.digest
        )
    });
    let manifests: Vec<Value> = found.iter().map(descriptor).collect();
    let body = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    let mut reply = linked(next).with(header::CONTENT_TYPE, INDEX);
    if artifact_type.is_some() {
        reply = reply.with(FILTERS, "artifactType");
    }
    Ok(reply.body(Body::from(body.to_string())))
}

fn descriptor(record: &ReferrerRecord) -> Value {
    let mut descriptor = json!({
        "mediaType": record.media_type,
        "digest": record.digest.to_string(),
        "size": record.size,
    });
    if let Some(artifact_type) = &record.artifact_type {
        descriptor["artifactType"] = json!(artifact_type);
    }
    if let Some(annotations) = &record.annotations
        && let Ok(annotations) = serde_json::from_str(annotations)
    {
        descriptor["annotations"] = annotations;
    }
    descriptor
}

/// The page, and its last entry if there are more behind it.
fn cut(mut entries: Vec<String>, limit: u32) -> (Vec<String>, Option<String>) {
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().cloned().filter(|_| more);
    (entries, next)
}

fn list(body: &Value, next: Option<String>) -> Response {
    linked(next)
        .with(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
}

fn linked(next: Option<String>) -> Reply {
    match next {
        Some(next) => reply::ok().with(header::LINK, format!("<{next}>; rel=\"next\"")),
        None => reply::ok(),
    }
}

/// Percent-encodes whatever is not plain in a query.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl Call<'_> {
    fn page(&self) -> Result<u32, Error> {
        if self.method != "GET" && self.method != "HEAD" {
            return Err(Error::Unsupported);
        }
        match &self.query.n {
            None => Ok(PAGE),
            Some(text) => text
                .parse::<u32>()
                .map(|n| n.min(PAGE))
                .map_err(|_| Error::SizeInvalid("n is not a number".to_owned())),
        }
    }
}
