//! Artifacts, what is attached to them, and known vulnerabilities.

use super::super::{
    ApiError,
    access::{Caller, Path, Query, State},
};
use crate::app::SharedApp;
use axum::{
    Router,
    body::Body,
    extract,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_protocol::api::{
    ArtifactView, BillPartsView, ImportView, Problem, VulnerabilitiesView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/artifacts/{product}/{component}/{reference}",
            get(show),
        )
        .route("/api/v1/parts", get(parts))
        .route("/api/v1/vulnerabilities", get(vulnerabilities))
        .route("/api/v1/advisories", post(import))
}

/// Everything known of an artifact.
#[utoipa::path(get, path = "/api/v1/artifacts/{product}/{component}/{reference}",
    params(("product" = String, Path, description = "Whose it is"),
        ("component" = String, Path, description = "What it is a version of"),
        ("reference" = String, Path, description = "A tag or a digest")),
    responses((status = 200, body = ArtifactView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path((product, component, reference)): Path<(String, String, String)>,
) -> Result<extract::Json<ArtifactView>, ApiError> {
    let of = (product.as_str(), component.as_str(), reference.as_str());
    Ok(extract::Json(app.artifact(&request, of).await?))
}

/// What is looked for.
#[derive(Debug, Deserialize)]
pub(super) struct Question {
    q: String,
}

/// Parts of bills of materials: where they are, and where that runs.
#[utoipa::path(get, path = "/api/v1/parts",
    params(("q" = String, Query, description = "`log4j-core 2.14`, `openssl <3.0.7`, `npm:lodash` or a package URL")),
    responses((status = 200, body = BillPartsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn parts(
    app: State,
    Caller(request): Caller,
    Query(question): Query<Question>,
) -> Result<extract::Json<BillPartsView>, ApiError> {
    Ok(extract::Json(app.bill_parts(&request, &question.q).await?))
}

/// What is known against what runs now.
#[utoipa::path(get, path = "/api/v1/vulnerabilities",
    responses((status = 200, body = VulnerabilitiesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn vulnerabilities(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<VulnerabilitiesView>, ApiError> {
    Ok(extract::Json(app.vulnerabilities(&request).await?))
}

/// Imports advisories in the OSV format: a zip, JSON lines or an array.
#[utoipa::path(post, path = "/api/v1/advisories",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn import(
    app: State,
    Caller(request): Caller,
    body: Body,
) -> Result<extract::Json<ImportView>, ApiError> {
    let body = body.into_data_stream();
    Ok(extract::Json(app.import_advisories(request, body).await?))
}
