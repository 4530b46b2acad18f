//! Workload identity: what service accounts trust, and the tokens that programs get for theirs.

use super::super::{
    ApiError, STRANGERS_BODY_MAX,
    access::{Caller, Json, Path, State, Stranger},
};
use crate::app::SharedApp;
use axum::{
    Router,
    extract::{self, DefaultBodyLimit},
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
    routing::{get, post, put},
};
use tidegate_protocol::api::{
    Problem, TrustRequest, TrustView, WorkloadTokenRequest, WorkloadTokenView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/people/{name}/trusts", get(list))
        .route("/api/v1/people/{name}/trusts/{trust}", put(set).delete(end))
        .route(
            "/api/v1/workload-tokens",
            post(exchange).layer(DefaultBodyLimit::max(STRANGERS_BODY_MAX)),
        )
}

/// Says what a service account trusts. Tokens that were made by a trust of that name end.
#[utoipa::path(put, path = "/api/v1/people/{name}/trusts/{trust}", params(("name" = String, Path), ("trust" = String, Path)),
    request_body = TrustRequest,
    responses((status = 200, body = TrustView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn set(
    app: State,
    Caller(request): Caller,
    Path((name, trust)): Path<(String, String)>,
    Json(wanted): Json<TrustRequest>,
) -> Result<extract::Json<TrustView>, ApiError> {
    let view = app.set_trust(request, (&name, &trust), &wanted).await?;
    Ok(extract::Json(view))
}

/// What a service account trusts.
#[utoipa::path(get, path = "/api/v1/people/{name}/trusts", params(("name" = String, Path)),
    responses((status = 200, body = [TrustView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<extract::Json<Vec<TrustView>>, ApiError> {
    Ok(extract::Json(app.trusts(&request, &name).await?))
}

/// Ends a trust, and the tokens that were made by it.
#[utoipa::path(delete, path = "/api/v1/people/{name}/trusts/{trust}", params(("name" = String, Path), ("trust" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn end(
    app: State,
    Caller(request): Caller,
    Path((name, trust)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    app.end_trust(request, &name, &trust).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a short-lived token of a service account for a program whose own token the account trusts (RFC 8693).
#[utoipa::path(post, path = "/api/v1/workload-tokens", request_body = WorkloadTokenRequest, security(()),
    responses((status = 200, body = WorkloadTokenView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn exchange(
    app: State,
    Stranger: Stranger,
    Json(wanted): Json<WorkloadTokenRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let view = app.exchange_token(&wanted).await?;
    let keep = HeaderValue::from_static("no-store");
    Ok(([(header::CACHE_CONTROL, keep)], extract::Json(view)))
}
