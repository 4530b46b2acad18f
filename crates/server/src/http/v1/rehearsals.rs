//! Rehearsals.

use super::{
    super::{
        ApiError,
        access::{Caller, Json, Path, Query, State, bounded},
    },
    plan_filter::PlanFilter,
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use tidegate_domain::id::RehearsalId;
use tidegate_protocol::api::{Problem, RehearsalRequest, RehearsalView};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/rehearsals", post(make).get(list))
        .route("/api/v1/rehearsals/{id}", get(show))
}

/// Tries on a simulated copy of the fleet what a deployment would come to, and keeps what was found. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/rehearsals", request_body = RehearsalRequest,
    responses((status = 201, body = RehearsalView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn make(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<RehearsalRequest>,
) -> Result<(StatusCode, extract::Json<RehearsalView>), ApiError> {
    let id = app.rehearse(request.clone(), &wanted).await?;
    let view = app.rehearsal_view(&request, id).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Rehearsals, newest first, without their curves: of a plan, or of a place.
#[utoipa::path(get, path = "/api/v1/rehearsals",
    params(("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200),
        ("plan" = Option<String>, Query), ("product" = Option<String>, Query), ("release" = Option<String>, Query),
        ("environment" = Option<String>, Query)),
    responses((status = 200, body = [RehearsalView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Query(filter): Query<PlanFilter>,
) -> Result<extract::Json<Vec<RehearsalView>>, ApiError> {
    let limit = bounded("limit", filter.limit, 50, 200)?;
    let before = filter.before.map(RehearsalId);
    let of = filter.about()?;
    Ok(extract::Json(
        app.rehearsal_list(&request, before, limit, of).await?,
    ))
}

/// One rehearsal with its curves.
#[utoipa::path(get, path = "/api/v1/rehearsals/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = RehearsalView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<RehearsalView>, ApiError> {
    Ok(extract::Json(
        app.rehearsal_view(&request, RehearsalId(id)).await?,
    ))
}
