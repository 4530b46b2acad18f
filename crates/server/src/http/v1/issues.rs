//! Issues.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use crate::app::{SharedApp, issues::IssueDeed};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use tidegate_domain::id::IssueId;
use tidegate_protocol::api::{IssueDeedRequest, IssueRequest, IssueView, IssuesView, Problem};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/issues", get(list).post(raise))
        .route("/api/v1/issues/{id}", get(show))
        .route("/api/v1/issues/{id}/start", post(start))
        .route("/api/v1/issues/{id}/assign", post(assign))
        .route("/api/v1/issues/{id}/rate", post(rate))
        .route("/api/v1/issues/{id}/resolve", post(resolve))
        .route("/api/v1/issues/{id}/dismiss", post(dismiss))
        .route("/api/v1/issues/{id}/reopen", post(reopen))
        .route(
            "/api/v1/products/{product}/releases/{version}/issues",
            get(of_release),
        )
}

/// The issues that are open, the worst first.
#[utoipa::path(get, path = "/api/v1/issues",
    responses((status = 200, body = IssuesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<IssuesView>, ApiError> {
    Ok(extract::Json(app.issues(&request).await?))
}

/// The issues of a release: those that are open, the worst first, then those that are over.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/issues",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = IssuesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn of_release(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<IssuesView>, ApiError> {
    let view = app.issues_of(&request, (&product, &version)).await?;
    Ok(extract::Json(view))
}

/// One issue, with what became of it and what was said about it.
#[utoipa::path(get, path = "/api/v1/issues/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<IssueView>, ApiError> {
    Ok(extract::Json(app.issue(&request, IssueId(id)).await?))
}

/// Raises an issue against a release, or against a deployment of it.
#[utoipa::path(post, path = "/api/v1/issues", request_body = IssueRequest,
    responses((status = 201, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn raise(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<IssueRequest>,
) -> Result<(StatusCode, extract::Json<IssueView>), ApiError> {
    let view = app.raise_issue(request, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Says that whoever asks is at an issue.
#[utoipa::path(post, path = "/api/v1/issues/{id}/start", params(("id" = u64, Path)), request_body = IssueDeedRequest,
    responses((status = 200, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn start(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<IssueDeedRequest>,
) -> Result<extract::Json<IssueView>, ApiError> {
    let deed = (IssueId(id), IssueDeed::Start);
    Ok(extract::Json(app.do_issue(request, deed, &said).await?))
}

/// Says whom an issue falls to.
#[utoipa::path(post, path = "/api/v1/issues/{id}/assign", params(("id" = u64, Path)), request_body = IssueDeedRequest,
    responses((status = 200, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn assign(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<IssueDeedRequest>,
) -> Result<extract::Json<IssueView>, ApiError> {
    let deed = (IssueId(id), IssueDeed::Assign);
    Ok(extract::Json(app.do_issue(request, deed, &said).await?))
}

/// Says how bad an issue is.
#[utoipa::path(post, path = "/api/v1/issues/{id}/rate", params(("id" = u64, Path)), request_body = IssueDeedRequest,
    responses((status = 200, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn rate(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<IssueDeedRequest>,
) -> Result<extract::Json<IssueView>, ApiError> {
    let deed = (IssueId(id), IssueDeed::Rate);
    Ok(extract::Json(app.do_issue(request, deed, &said).await?))
}

/// Says that an issue is no more, and what was done.
#[utoipa::path(post, path = "/api/v1/issues/{id}/resolve", params(("id" = u64, Path)), request_body = IssueDeedRequest,
    responses((status = 200, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resolve(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<IssueDeedRequest>,
) -> Result<extract::Json<IssueView>, ApiError> {
    let deed = (IssueId(id), IssueDeed::Resolve);
    Ok(extract::Json(app.do_issue(request, deed, &said).await?))
}

/// Says that an issue is none, or is lived with, and why.
#[utoipa::path(post, path = "/api/v1/issues/{id}/dismiss", params(("id" = u64, Path)), request_body = IssueDeedRequest,
    responses((status = 200, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn dismiss(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<IssueDeedRequest>,
) -> Result<extract::Json<IssueView>, ApiError> {
    let deed = (IssueId(id), IssueDeed::Dismiss);
    Ok(extract::Json(app.do_issue(request, deed, &said).await?))
}

/// Says that an issue is there after all, and what shows it.
#[utoipa::path(post, path = "/api/v1/issues/{id}/reopen", params(("id" = u64, Path)), request_body = IssueDeedRequest,
    responses((status = 200, body = IssueView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn reopen(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<IssueDeedRequest>,
) -> Result<extract::Json<IssueView>, ApiError> {
    let deed = (IssueId(id), IssueDeed::Reopen);
    Ok(extract::Json(app.do_issue(request, deed, &said).await?))
}
