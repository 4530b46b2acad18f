//! Tasks of releases.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State},
};
use crate::app::{
    SharedApp, field,
    tasks::{Deed, WorkOf},
};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::TaskId;
use tidegate_protocol::api::{Problem, TaskDeedRequest, TaskRequest, TaskView, WorkView};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/tasks", get(list).post(create))
        .route("/api/v1/tasks/{id}", get(show))
        .route("/api/v1/tasks/{id}/take", post(take))
        .route("/api/v1/tasks/{id}/assign", post(assign))
        .route("/api/v1/tasks/{id}/start", post(start))
        .route("/api/v1/tasks/{id}/finish", post(finish))
        .route("/api/v1/tasks/{id}/skip", post(skip))
        .route("/api/v1/tasks/{id}/reopen", post(reopen))
}

/// Whose tasks.
#[derive(Debug, Deserialize)]
pub(super) struct Whose {
    team: Option<String>,
    all: Option<bool>,
}

/// What is to do for whoever asks and their teams; or what waits for one team; or all there is.
#[utoipa::path(get, path = "/api/v1/tasks", params(("team" = Option<String>, Query), ("all" = Option<bool>, Query)),
    responses((status = 200, body = WorkView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Query(whose): Query<Whose>,
) -> Result<extract::Json<WorkView>, ApiError> {
    let of = match (whose.team, whose.all) {
        (Some(team), _) => WorkOf::Team(field("team", &team)?),
        (None, Some(true)) => WorkOf::All,
        (None, Some(false) | None) => WorkOf::Mine,
    };
    Ok(extract::Json(app.work(&request, &of).await?))
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<TaskView>, ApiError> {
    Ok(extract::Json(app.task(&request, TaskId(id)).await?))
}

/// Brings up a task beside the plan.
#[utoipa::path(post, path = "/api/v1/tasks", request_body = TaskRequest,
    responses((status = 201, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<TaskRequest>,
) -> Result<(StatusCode, extract::Json<TaskView>), ApiError> {
    let view = app.create_task(request, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Says that whoever asks will do a task.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/take", params(("id" = u64, Path)), request_body = TaskDeedRequest,
    responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn take(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<TaskDeedRequest>,
) -> Result<extract::Json<TaskView>, ApiError> {
    let view = app.do_task(request, TaskId(id), Deed::Take, &said).await?;
    Ok(extract::Json(view))
}

/// Says who shall do a task, or that nobody does yet.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/assign", params(("id" = u64, Path)), request_body = TaskDeedRequest,
    responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn assign(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<TaskDeedRequest>,
) -> Result<extract::Json<TaskView>, ApiError> {
    let view = app
        .do_task(request, TaskId(id), Deed::Assign, &said)
        .await?;
    Ok(extract::Json(view))
}

/// Begins a task; what it needs comes first.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/start", params(("id" = u64, Path)), request_body = TaskDeedRequest,
    responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn start(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<TaskDeedRequest>,
) -> Result<extract::Json<TaskView>, ApiError> {
    let view = app.do_task(request, TaskId(id), Deed::Start, &said).await?;
    Ok(extract::Json(view))
}

/// Says that a task is done, and what came of it.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/finish", params(("id" = u64, Path)), request_body = TaskDeedRequest,
    responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn finish(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<TaskDeedRequest>,
) -> Result<extract::Json<TaskView>, ApiError> {
    let view = app
        .do_task(request, TaskId(id), Deed::Finish, &said)
        .await?;
    Ok(extract::Json(view))
}

/// Says that a task is not needed, and why.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/skip", params(("id" = u64, Path)), request_body = TaskDeedRequest,
    responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn skip(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<TaskDeedRequest>,
) -> Result<extract::Json<TaskView>, ApiError> {
    let view = app.do_task(request, TaskId(id), Deed::Skip, &said).await?;
    Ok(extract::Json(view))
}

/// Takes a task up again.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/reopen", params(("id" = u64, Path)), request_body = TaskDeedRequest,
    responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn reopen(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<TaskDeedRequest>,
) -> Result<extract::Json<TaskView>, ApiError> {
    let view = app
        .do_task(request, TaskId(id), Deed::Reopen, &said)
        .await?;
    Ok(extract::Json(view))
}
