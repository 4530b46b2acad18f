//! Release plans.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::SharedApp;
use axum::{Router, extract, http::StatusCode, routing::get};
use serde::Deserialize;
use tidegate_protocol::api::{
    PlanBeginRequest, PlanEditionView, PlanSaveRequest, PlanSavedView, Problem, ReleasePlanView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/products/{product}/releases/{version}/plan",
            get(show).post(begin).put(save),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/plan/editions",
            get(editions),
        )
}

/// Which edition.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    edition: Option<u64>,
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    before: Option<u64>,
    limit: Option<u64>,
}

/// The plan of a release, with its tasks, what they come to, and who else wants what it books.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/plan",
    params(("product" = String, Path), ("version" = String, Path), ("edition" = Option<u64>, Query)),
    responses((status = 200, body = ReleasePlanView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<extract::Json<ReleasePlanView>, ApiError> {
    let of = (product.as_str(), version.as_str());
    let view = app.release_plan(&request, of, which.edition).await?;
    Ok(extract::Json(view))
}

/// Begins the plan of a release, from a template if one is named.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/plan", request_body = PlanBeginRequest,
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 201, body = ReleasePlanView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<PlanBeginRequest>,
) -> Result<(StatusCode, extract::Json<ReleasePlanView>), ApiError> {
    let view = app
        .begin_plan(request, (&product, &version), &wanted)
        .await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Saves the plan of a release, together with what others saved since its base; or says what saving would change.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/plan", request_body = PlanSaveRequest,
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = PlanSavedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn save(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<PlanSaveRequest>,
) -> Result<extract::Json<PlanSavedView>, ApiError> {
    let view = app
        .save_plan(request, (&product, &version), &wanted)
        .await?;
    Ok(extract::Json(view))
}

/// The editions of a release's plan, the newest first, each with what it changed.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/plan/editions",
    params(("product" = String, Path), ("version" = String, Path), ("before" = Option<u64>, Query),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 200)),
    responses((status = 200, body = [PlanEditionView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn editions(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Query(paging): Query<Paging>,
) -> Result<extract::Json<Vec<PlanEditionView>>, ApiError> {
    let limit = bounded("limit", paging.limit, 20, 200)?;
    let of = (product.as_str(), version.as_str());
    let views = app
        .plan_editions(&request, of, (paging.before, limit))
        .await?;
    Ok(extract::Json(views))
}
