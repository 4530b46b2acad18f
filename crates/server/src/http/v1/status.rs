//! What runs where, and whether what is stored is sound.

use super::super::{
    ApiError,
    access::{Caller, State},
};
use crate::app::SharedApp;
use axum::{Router, extract, routing::get};
use tidegate_protocol::api::{DoctorView, Problem, StatusView};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/status", get(show))
        .route("/api/v1/doctor", get(examine))
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

/// Looks for what should never be: deployments that break an invariant, a journal that does not match its tree.
#[utoipa::path(get, path = "/api/v1/doctor",
    responses((status = 200, body = DoctorView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn examine(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<DoctorView>, ApiError> {
    Ok(extract::Json(app.examine(&request).await?))
}
