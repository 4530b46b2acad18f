//! What is told of builds and tests.

mod events;

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::{SharedApp, lifecycle::ReportOf};
use axum::{
    Router,
    extract::{self, DefaultBodyLimit},
    routing::{get, post},
};
use events::{EVENTS_MAX, Events, REPORT_MAX, Report};
use serde::Deserialize;
use tidegate_protocol::api::{FactRequest, FactView, FactsHeardView, Problem};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/products/{product}/facts", get(list).post(tell))
        .route(
            "/api/v1/products/{product}/events",
            post(hear).layer(DefaultBodyLimit::max(EVENTS_MAX)),
        )
        .route(
            "/api/v1/products/{product}/test-reports",
            post(report).layer(DefaultBodyLimit::max(REPORT_MAX)),
        )
}

/// How many.
#[derive(Debug, Deserialize)]
pub(super) struct Limit {
    limit: Option<u64>,
}

/// What a report is of.
#[derive(Debug, Deserialize)]
pub(super) struct Of {
    digest: String,
    kind: Option<String>,
    suite: Option<String>,
    run: Option<String>,
    source: Option<String>,
    link: Option<String>,
    at: Option<jiff::Timestamp>,
}

/// What was told of builds and tests of a product, as it came; the newest first.
#[utoipa::path(get, path = "/api/v1/products/{product}/facts",
    params(("product" = String, Path), ("limit" = Option<u64>, Query, minimum = 1, maximum = 500)),
    responses((status = 200, body = [FactView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
    Query(of): Query<Limit>,
) -> Result<extract::Json<Vec<FactView>>, ApiError> {
    let limit = bounded("limit", of.limit, 50, 500)?;
    Ok(extract::Json(app.facts(&request, &product, limit).await?))
}

/// Tells of a build, or of tests, by script. The same run in the same state is told once.
#[utoipa::path(post, path = "/api/v1/products/{product}/facts", request_body = FactRequest, params(("product" = String, Path)),
    responses((status = 200, body = FactsHeardView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn tell(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
    Json(wanted): Json<FactRequest>,
) -> Result<extract::Json<FactsHeardView>, ApiError> {
    let view = app.tell_fact(request, &product, &wanted).await?;
    Ok(extract::Json(view))
}

/// Hears `CDEvents` of builds and tests: as `CloudEvents` in structured, binary or batched mode, or bare. What is told twice, late or in
/// another order changes nothing; events about something else are ignored, and the answer says so.
#[utoipa::path(post, path = "/api/v1/products/{product}/events",
    request_body(content = Object, content_type = "application/cloudevents+json"), params(("product" = String, Path)),
    responses((status = 200, body = FactsHeardView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn hear(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
    Events(events): Events,
) -> Result<extract::Json<FactsHeardView>, ApiError> {
    let view = app.hear_events(request, &product, &events).await?;
    Ok(extract::Json(view))
}

/// Takes what a test run found, as `JUnit` XML, about an artifact that may be pushed later. The file itself is not kept.
#[utoipa::path(post, path = "/api/v1/products/{product}/test-reports",
    request_body(content = String, content_type = "application/xml"),
    params(("product" = String, Path), ("digest" = String, Query, description = "The artifact, sha256:…"),
        ("kind" = Option<String>, Query, description = "Such as unit, integration or acceptance."), ("suite" = Option<String>, Query),
        ("run" = Option<String>, Query), ("source" = Option<String>, Query), ("link" = Option<String>, Query), ("at" = Option<String>, Query)),
    responses((status = 200, body = FactsHeardView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn report(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
    Query(of): Query<Of>,
    Report(file): Report,
) -> Result<extract::Json<FactsHeardView>, ApiError> {
    let of = ReportOf {
        digest: of.digest,
        kind: of.kind,
        suite: of.suite,
        run: of.run,
        source: of.source,
        link: of.link,
        at: of.at,
    };
    let view = app.tell_report(request, &product, (&of, file)).await?;
    Ok(extract::Json(view))
}
