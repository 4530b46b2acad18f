//! Group runs.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::{Request, SharedApp};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::GroupRunId;
use tidegate_protocol::api::{GroupRunRequest, GroupRunView, Problem, ReturnRequest};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/group-runs", post(start).get(list))
        .route("/api/v1/group-runs/{id}", get(show))
        .route("/api/v1/group-runs/{id}/rollback", post(take_back))
        .route("/api/v1/group-runs/{id}/cancel", post(cancel))
}

type Shown = Result<extract::Json<GroupRunView>, ApiError>;

/// Which part of the list.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    before: Option<u64>,
    limit: Option<u64>,
}

/// Begins a group run: all prepare, change in the order of their dependencies, and succeed together, or go back together.
#[utoipa::path(post, path = "/api/v1/group-runs", request_body = GroupRunRequest,
    responses((status = 201, body = GroupRunView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn start(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<GroupRunRequest>,
) -> Result<(StatusCode, extract::Json<GroupRunView>), ApiError> {
    let id = app.start_group_run(request.clone(), &wanted).await?;
    let view = app.group_run_view(&request, id).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Group runs, newest first.
#[utoipa::path(get, path = "/api/v1/group-runs",
    params(("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200)),
    responses((status = 200, body = [GroupRunView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Query(part): Query<Part>,
) -> Result<extract::Json<Vec<GroupRunView>>, ApiError> {
    let limit = bounded("limit", part.limit, 50, 200)?;
    let before = part.before.map(GroupRunId);
    Ok(extract::Json(
        app.group_run_list(&request, before, limit).await?,
    ))
}

/// One group run with its members.
#[utoipa::path(get, path = "/api/v1/group-runs/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = GroupRunView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(app: State, Caller(request): Caller, Path(id): Path<u64>) -> Shown {
    shown(&app, &request, GroupRunId(id)).await
}

/// Takes all of it back, in reverse order.
#[utoipa::path(post, path = "/api/v1/group-runs/{id}/rollback", params(("id" = u64, Path)), request_body = ReturnRequest,
    responses((status = 200, body = GroupRunView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn take_back(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(wanted): Json<ReturnRequest>,
) -> Shown {
    let id = GroupRunId(id);
    app.roll_back_group_run(request.clone(), id, &wanted)
        .await?;
    shown(&app, &request, id).await
}

/// Ends it now; targets stay as they are.
#[utoipa::path(post, path = "/api/v1/group-runs/{id}/cancel", params(("id" = u64, Path)),
    responses((status = 200, body = GroupRunView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel(app: State, Caller(request): Caller, Path(id): Path<u64>) -> Shown {
    let id = GroupRunId(id);
    app.cancel_group_run(request.clone(), id).await?;
    shown(&app, &request, id).await
}

async fn shown(app: &SharedApp, request: &Request, id: GroupRunId) -> Shown {
    Ok(extract::Json(app.group_run_view(request, id).await?))
}
