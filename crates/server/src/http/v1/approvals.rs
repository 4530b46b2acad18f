//! Approvals of deployments, supervision, and change requests.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::{SharedApp, changes::Deed};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::{
    control::Verdict,
    id::{ChangeId, DeploymentId},
};
use tidegate_protocol::api::{
    ApprovalRequest, ApprovalsView, ChangeRequest, ChangeView, DeclineRequest, Problem,
    SteerRequest, SuperviseRequest,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/deployments/{id}/approvals", get(show))
        .route("/api/v1/deployments/{id}/approve", post(approve))
        .route("/api/v1/deployments/{id}/turn-down", post(turn_down))
        .route("/api/v1/deployments/{id}/supervise", post(supervise))
        .route("/api/v1/deployments/{id}/decline", post(decline))
        .route("/api/v1/changes", get(changes).post(create))
        .route("/api/v1/changes/{id}", get(change))
        .route("/api/v1/changes/{id}/approve", post(approve_change))
        .route("/api/v1/changes/{id}/turn-down", post(turn_down_change))
        .route("/api/v1/changes/{id}/close", post(close_change))
}

/// Who said what of a deployment, exactly what is approved, and what differs from what was approved there last.
#[utoipa::path(get, path = "/api/v1/deployments/{id}/approvals", params(("id" = u64, Path)),
    responses((status = 200, body = ApprovalsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<ApprovalsView>, ApiError> {
    let view = app.approvals(&request, DeploymentId(id)).await?;
    Ok(extract::Json(view))
}

/// Approves exactly what a deployment is.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/approve", params(("id" = u64, Path)), request_body = ApprovalRequest,
    responses((status = 200, body = ApprovalsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn approve(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<ApprovalRequest>,
) -> Result<extract::Json<ApprovalsView>, ApiError> {
    let id = DeploymentId(id);
    let view = app.approve(request, id, Verdict::Approved, &said).await?;
    Ok(extract::Json(view))
}

/// Turns a deployment down: it waits until that is settled.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/turn-down", params(("id" = u64, Path)), request_body = ApprovalRequest,
    responses((status = 200, body = ApprovalsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn turn_down(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<ApprovalRequest>,
) -> Result<extract::Json<ApprovalsView>, ApiError> {
    let id = DeploymentId(id);
    let view = app.approve(request, id, Verdict::TurnedDown, &said).await?;
    Ok(extract::Json(view))
}

/// Lets go what somebody asked for under supervision: the deployment, or a rollback of it.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/supervise", params(("id" = u64, Path)), request_body = SuperviseRequest,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn supervise(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<SuperviseRequest>,
) -> Result<StatusCode, ApiError> {
    app.supervise(request, DeploymentId(id), &said.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Declines that a deployment is rolled back, as somebody asks.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/decline", params(("id" = u64, Path)), request_body = DeclineRequest,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn decline(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<DeclineRequest>,
) -> Result<StatusCode, ApiError> {
    app.decline_return(request, DeploymentId(id), &said.note)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which change requests.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    before: Option<u64>,
    limit: Option<u64>,
}

/// Change requests, newest first.
#[utoipa::path(get, path = "/api/v1/changes",
    params(("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200)),
    responses((status = 200, body = [ChangeView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn changes(
    app: State,
    Caller(request): Caller,
    Query(which): Query<Which>,
) -> Result<extract::Json<Vec<ChangeView>>, ApiError> {
    let limit = bounded("limit", which.limit, 50, 200)?;
    let changes = app.changes(&request, which.before, limit).await?;
    Ok(extract::Json(changes))
}

/// One change request.
#[utoipa::path(get, path = "/api/v1/changes/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = ChangeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn change(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<ChangeView>, ApiError> {
    Ok(extract::Json(
        app.change_view(&request, ChangeId(id)).await?,
    ))
}

/// Asks for a change.
#[utoipa::path(post, path = "/api/v1/changes", request_body = ChangeRequest,
    responses((status = 201, body = ChangeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<ChangeRequest>,
) -> Result<(StatusCode, extract::Json<ChangeView>), ApiError> {
    let made = app.create_change(request, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(made)))
}

/// Approves somebody else's change request.
#[utoipa::path(post, path = "/api/v1/changes/{id}/approve", params(("id" = u64, Path)), request_body = SteerRequest,
    responses((status = 200, body = ChangeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn approve_change(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<SteerRequest>,
) -> Result<extract::Json<ChangeView>, ApiError> {
    let settled = app
        .settle_change(request, ChangeId(id), Deed::Approve, &said.reason)
        .await?;
    Ok(extract::Json(settled))
}

/// Turns a change request down.
#[utoipa::path(post, path = "/api/v1/changes/{id}/turn-down", params(("id" = u64, Path)), request_body = SteerRequest,
    responses((status = 200, body = ChangeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn turn_down_change(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<SteerRequest>,
) -> Result<extract::Json<ChangeView>, ApiError> {
    let settled = app
        .settle_change(request, ChangeId(id), Deed::TurnDown, &said.reason)
        .await?;
    Ok(extract::Json(settled))
}

/// Closes a change request, with what its review found.
#[utoipa::path(post, path = "/api/v1/changes/{id}/close", params(("id" = u64, Path)), request_body = SteerRequest,
    responses((status = 200, body = ChangeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn close_change(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<SteerRequest>,
) -> Result<extract::Json<ChangeView>, ApiError> {
    let settled = app
        .settle_change(request, ChangeId(id), Deed::Close, &said.reason)
        .await?;
    Ok(extract::Json(settled))
}
