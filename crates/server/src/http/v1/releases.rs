//! Releases.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_protocol::api::{BlockRequest, ContentsRequest, Problem, ReleaseRequest, ReleaseView};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/products/{product}/releases",
            post(create).get(list),
        )
        .route("/api/v1/products/{product}/releases/{version}", get(show))
        .route(
            "/api/v1/products/{product}/releases/{version}/evidence-file",
            get(evidence_file),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/contents",
            post(contents),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/seal",
            post(seal),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/configure",
            post(reconfigure),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/block",
            post(block),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/unblock",
            post(unblock),
        )
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    before: Option<u64>,
    limit: Option<u64>,
}

/// All that is on record of a release, signed, with proofs: `tidegate evidence verify` checks it offline.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/evidence-file",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = serde_json::Value, content_type = "application/json"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn evidence_file(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    let file = app.evidence_file(&request, (&product, &version)).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], file))
}

/// Drafts a release and, unless only a draft is wanted, seals it.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases", request_body = ReleaseRequest,
    params(("product" = String, Path)),
    responses((status = 201, body = ReleaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
    Json(wanted): Json<ReleaseRequest>,
) -> Result<(StatusCode, extract::Json<ReleaseView>), ApiError> {
    let release = app
        .create_release(request.clone(), &product, &wanted)
        .await?;
    let view = app
        .release_view(&request, &product, release.version.as_str())
        .await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// The releases of a product, newest first.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases",
    params(("product" = String, Path), ("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200)),
    responses((status = 200, body = [ReleaseView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<extract::Json<Vec<ReleaseView>>, ApiError> {
    let limit = bounded("limit", paging.limit, 50, 200)?;
    Ok(extract::Json(
        app.release_list(&request, &product, paging.before, limit)
            .await?,
    ))
}

/// One release.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = ReleaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<ReleaseView>, ApiError> {
    Ok(extract::Json(
        app.release_view(&request, &product, &version).await?,
    ))
}

/// Sets components of a draft; those that are not named stay as they are.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/contents", request_body = ContentsRequest,
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = ReleaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn contents(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<ContentsRequest>,
) -> Result<extract::Json<ReleaseView>, ApiError> {
    app.change_contents(request.clone(), (&product, &version), &wanted)
        .await?;
    Ok(extract::Json(
        app.release_view(&request, &product, &version).await?,
    ))
}

/// Seals a draft: contents, configuration snapshot and hash never change again.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/seal",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = ReleaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn seal(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<ReleaseView>, ApiError> {
    app.seal_release(request.clone(), &product, &version)
        .await?;
    Ok(extract::Json(
        app.release_view(&request, &product, &version).await?,
    ))
}

/// Takes a new configuration snapshot for a sealed release.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/configure",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = ReleaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn reconfigure(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<ReleaseView>, ApiError> {
    app.reconfigure_release(request.clone(), &product, &version)
        .await?;
    Ok(extract::Json(
        app.release_view(&request, &product, &version).await?,
    ))
}

/// Keeps a release from being deployed anywhere; what deploys it holds.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/block", request_body = BlockRequest,
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = ReleaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn block(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<BlockRequest>,
) -> Result<extract::Json<ReleaseView>, ApiError> {
    let which = (product.as_str(), version.as_str());
    app.block_release(request.clone(), which, &wanted.reason)
        .await?;
    Ok(extract::Json(
        app.release_view(&request, &product, &version).await?,
    ))
}

/// Lets a blocked release be deployed again.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/unblock",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = ReleaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn unblock(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<ReleaseView>, ApiError> {
    app.unblock_release(request.clone(), (&product, &version))
        .await?;
    Ok(extract::Json(
        app.release_view(&request, &product, &version).await?,
    ))
}
