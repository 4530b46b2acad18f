//! Preflights, and who is on duty.

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
use tidegate_domain::id::{DeploymentId, PreflightId};
use tidegate_protocol::api::{DeploymentRequest, DutyRequest, DutyView, PreflightView, Problem};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/preflights", post(make).get(list))
        .route("/api/v1/preflights/{id}", get(show))
        .route("/api/v1/deployments/{id}/preflight", post(again))
        .route(
            "/api/v1/products/{product}/releases/{version}/duties/{environment}",
            get(duties).put(confirm).delete(leave),
        )
}

/// Asks every target of a deployment how fit it is, judges what they say, and keeps it. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/preflights", request_body = DeploymentRequest,
    responses((status = 201, body = PreflightView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn make(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<DeploymentRequest>,
) -> Result<(StatusCode, extract::Json<PreflightView>), ApiError> {
    let id = app.preflight(request.clone(), &wanted).await?;
    let view = app.preflight_view(&request, id).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Asks every target of a deployment that waits or goes on: of just its plan and configuration.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/preflight", params(("id" = u64, Path)),
    responses((status = 201, body = PreflightView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn again(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<(StatusCode, extract::Json<PreflightView>), ApiError> {
    let made = app.preflight_of(request.clone(), DeploymentId(id)).await?;
    let view = app.preflight_view(&request, made).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Preflights, newest first: of a plan, or of a place.
#[utoipa::path(get, path = "/api/v1/preflights",
    params(("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200),
        ("plan" = Option<String>, Query), ("product" = Option<String>, Query), ("release" = Option<String>, Query),
        ("environment" = Option<String>, Query)),
    responses((status = 200, body = [PreflightView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Query(filter): Query<PlanFilter>,
) -> Result<extract::Json<Vec<PreflightView>>, ApiError> {
    let limit = bounded("limit", filter.limit, 50, 200)?;
    let before = filter.before.map(PreflightId);
    let views = app.preflight_list(&request, before, limit, filter.about()?);
    Ok(extract::Json(views.await?))
}

/// One preflight.
#[utoipa::path(get, path = "/api/v1/preflights/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = PreflightView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<PreflightView>, ApiError> {
    Ok(extract::Json(
        app.preflight_view(&request, PreflightId(id)).await?,
    ))
}

/// Product, release and environment.
type Of = (String, String, String);

const fn of((product, version, environment): &Of) -> (&str, &str, &str) {
    (product.as_str(), version.as_str(), environment.as_str())
}

/// Who is on duty while a release goes to an environment.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/duties/{environment}",
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path)),
    responses((status = 200, body = [DutyView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn duties(
    app: State,
    Caller(request): Caller,
    Path(place): Path<Of>,
) -> Result<extract::Json<Vec<DutyView>>, ApiError> {
    Ok(extract::Json(app.duties(&request, of(&place)).await?))
}

/// Says until when whoever asks is on duty. Their last word counts.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/duties/{environment}", request_body = DutyRequest,
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path)),
    responses((status = 200, body = [DutyView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn confirm(
    app: State,
    Caller(request): Caller,
    Path(place): Path<Of>,
    Json(wanted): Json<DutyRequest>,
) -> Result<extract::Json<Vec<DutyView>>, ApiError> {
    let all = app.confirm_duty(request, of(&place), &wanted).await?;
    Ok(extract::Json(all))
}

/// Says that whoever asks is on duty no more.
#[utoipa::path(delete, path = "/api/v1/products/{product}/releases/{version}/duties/{environment}",
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path)),
    responses((status = 200, body = [DutyView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn leave(
    app: State,
    Caller(request): Caller,
    Path(place): Path<Of>,
) -> Result<extract::Json<Vec<DutyView>>, ApiError> {
    Ok(extract::Json(app.end_duty(request, of(&place)).await?))
}
