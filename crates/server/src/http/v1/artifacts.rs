//! Artifacts, what is attached to them, and known vulnerabilities.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State},
};
use crate::app::{
    SharedApp,
    query::{Shelf, ShelfLine},
};
use axum::{
    Router,
    body::Body,
    extract,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_protocol::api::{
    ArtifactCheckRequest, ArtifactCheckView, ArtifactView, BillPartsView, ImportView, Problem,
    RepositoryView, RetentionRequest, RetiredView, TaggedView, VulnerabilitiesView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/artifacts", get(list))
        .route(
            "/api/v1/artifacts/{product}/{component}/{reference}",
            get(show),
        )
        .route("/api/v1/artifacts/check", post(check))
        .route("/api/v1/artifacts/retention", post(retention))
        .route("/api/v1/parts", get(parts))
        .route("/api/v1/vulnerabilities", get(vulnerabilities))
        .route("/api/v1/advisories", post(import))
}

/// What lies in the registry: at most 100 repositories, by their names.
#[utoipa::path(get, path = "/api/v1/artifacts",
    responses((status = 200, body = [RepositoryView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<RepositoryView>>, ApiError> {
    let shelves = app.shelves(&request).await?;
    Ok(extract::Json(shelves.into_iter().map(repository).collect()))
}

fn repository(shelf: Shelf) -> RepositoryView {
    let tagged = |line: ShelfLine| TaggedView {
        tag: line.tag,
        digest: line.digest,
        media_type: line.media_type,
        size: line.size,
        moved_at: line.moved_at,
        kept_for: line.pinned,
        quarantine: line.quarantine,
    };
    RepositoryView {
        repository: shelf.repository,
        tags: shelf.lines.into_iter().map(tagged).collect(),
    }
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

/// Reads some of what lies in the registry again, and sets aside what is damaged.
#[utoipa::path(post, path = "/api/v1/artifacts/check", request_body = ArtifactCheckRequest,
    responses((status = 200, body = ArtifactCheckView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn check(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<ArtifactCheckRequest>,
) -> Result<extract::Json<ArtifactCheckView>, ApiError> {
    let checked = app.check_artifacts(&request, wanted.after.as_deref());
    Ok(extract::Json(checked.await?))
}

/// Takes away the tags whose time is over, by what products declare, or shows which.
#[utoipa::path(post, path = "/api/v1/artifacts/retention", request_body = RetentionRequest,
    responses((status = 200, body = [RetiredView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retention(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<RetentionRequest>,
) -> Result<extract::Json<Vec<RetiredView>>, ApiError> {
    let retired = app.retention(request, wanted.dry_run).await?;
    Ok(extract::Json(retired))
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
