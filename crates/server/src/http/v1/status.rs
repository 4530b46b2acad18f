//! What runs where.

use super::super::{
    ApiError,
    access::{Caller, State},
};
use crate::app::SharedApp;
use axum::{Router, extract, routing::get};
use tidegate_protocol::api::{Problem, StatusView};

pub(super) fn router() -> Router<SharedApp> {
    Router::new().route("/api/v1/status", get(show))
}

/// What runs where, as the targets attest it.
#[utoipa::path(get, path = "/api/v1/status",
    responses((status = 200, body = StatusView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<StatusView>, ApiError> {
    Ok(extract::Json(app.status(&request).await?))
}
