//! Histories of the server, and backups.

use super::super::{
    ApiError,
    access::{Caller, Json, State},
};
use crate::app::SharedApp;
use axum::{
    Router,
    body::Body,
    extract,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use tidegate_protocol::api::{HistoryRequest, HistoryView, Problem};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/incarnation", get(show).post(begin))
        .route("/api/v1/backups", post(back_up))
}

/// The present history, and what would become of targets in another one.
#[utoipa::path(get, path = "/api/v1/incarnation",
    responses((status = 200, body = HistoryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<HistoryView>, ApiError> {
    Ok(extract::Json(app.history(&request).await?))
}

/// Begins another history. After a backup was put back, that lets the server go on.
#[utoipa::path(post, path = "/api/v1/incarnation", request_body = HistoryRequest,
    responses((status = 201, body = HistoryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<HistoryRequest>,
) -> Result<(StatusCode, extract::Json<HistoryView>), ApiError> {
    let begun = app.begin_history(request, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(begun)))
}

/// Makes a backup of everything, and answers it as it is made: a tar archive that `tidegate backup verify` checks.
#[utoipa::path(post, path = "/api/v1/backups",
    responses((status = 200, content_type = "application/x-tar", body = String),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn back_up(
    app: State,
    Caller(request): Caller,
) -> Result<impl IntoResponse, ApiError> {
    let pieces = app.back_up(request).await?;
    let kind = [(header::CONTENT_TYPE, "application/x-tar")];
    Ok((kind, Body::from_stream(pieces)))
}
