//! Bodies that are no JSON of ours: `CloudEvents` (HTTP protocol binding 1.0, §3) and `JUnit` XML.

use super::super::super::ApiError;
use crate::app::{Error, Kind, SharedApp};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use tidegate_domain::lifecycle::{CloudEvent, EventError, Headers};

/// The longest body of events, in bytes.
pub(super) const EVENTS_MAX: usize = 4 << 20;
/// The longest `JUnit` file, in bytes.
pub(super) const REPORT_MAX: usize = 16 << 20;

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const BARE: &str = "application/json";

/// Events, in whatever mode they came.
#[derive(Debug)]
pub(in crate::http::v1) struct Events(pub(super) Vec<CloudEvent>);

/// A `JUnit` file.
#[derive(Debug)]
pub(in crate::http::v1) struct Report(pub(super) Vec<u8>);

impl FromRequest<SharedApp> for Events {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &SharedApp) -> Result<Self, ApiError> {
        let headers = request.headers().clone();
        let remedy = "send the events in parts";
        let body = body(request, app, (EVENTS_MAX, remedy)).await?;
        Ok(Self(read(&headers, &body)?))
    }
}

impl FromRequest<SharedApp> for Report {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &SharedApp) -> Result<Self, ApiError> {
        let remedy = "attach it to the artifact (`tidegate attach tests`), or post what it comes to (`tidegate lifecycle tests`)";
        let body = body(request, app, (REPORT_MAX, remedy)).await?;
        Ok(Self(body.into()))
    }
}

/// A body, unless it is too long: one that says so itself is not read at all.
async fn body(
    request: Request,
    app: &SharedApp,
    (max, remedy): (usize, &str),
) -> Result<Bytes, Error> {
    let length = text(request.headers(), header::CONTENT_LENGTH.as_str());
    let length = length.and_then(|it| it.parse::<u64>().ok());
    let large = || {
        let detail = format!("the body is longer than {} MiB", max >> 20);
        Error::refused(Kind::BadRequest, "body-too-large", detail).hint(remedy)
    };
    if length.is_some_and(|it| it > max as u64) {
        return Err(large());
    }
    // Within its length it may still break off; both are told the same way.
    Bytes::from_request(request, app).await.map_err(|_| large())
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Vec<CloudEvent>, Error> {
    let kind = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    let one = |read: Result<CloudEvent, EventError>| Ok(vec![read.map_err(|why| invalid(&why))?]);
    match (kind.as_str(), text(headers, "ce-specversion")) {
        (STRUCTURED, _) => one(CloudEvent::structured(body)),
        (BATCH, _) => CloudEvent::batch(body).map_err(|why| invalid(&why)),
        (BARE, Some(version)) => {
            let attribute = |name| text(headers, name).unwrap_or_default();
            let attributes = Headers {
                version,
                id: attribute("ce-id"),
                source: attribute("ce-source"),
                kind: attribute("ce-type"),
                time: text(headers, "ce-time"),
            };
            one(CloudEvent::binary(&attributes, body))
        }
        (BARE, None) => one(CloudEvent::bare(body)),
        (other, _) => {
            let other: String = other.chars().take(80).collect();
            let detail = format!("content type `{other}` carries no events here");
            let remedy = format!(
                "send {STRUCTURED}, {BATCH}, or {BARE} with the event's attributes in ce-… headers"
            );
            Err(Error::refused(Kind::BadRequest, "content-type", detail).hint(remedy))
        }
    }
}

fn invalid(why: &EventError) -> Error {
    Error::refused(Kind::BadRequest, "invalid-event", why.to_string())
        .hint("nothing of the request was kept; docs/lifecycle.md says what is understood")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
