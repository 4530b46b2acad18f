//! What stands between a release, or a train, and live.

use super::super::{
    ApiError,
    access::{Caller, Path, State},
};
use crate::app::SharedApp;
use axum::{Router, extract, routing::get};
use tidegate_protocol::api::{HurdlesView, Problem};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/products/{product}/releases/{version}/hurdles",
            get(of_release),
        )
        .route("/api/v1/trains/{train}/hurdles", get(of_train))
}

/// What stands between a release and live, those first that decide when that is.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/hurdles",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = HurdlesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn of_release(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<HurdlesView>, ApiError> {
    let view = app.release_hurdles(&request, (&product, &version)).await?;
    Ok(extract::Json(view))
}

/// What stands between a train and its last departure, those first that decide.
#[utoipa::path(get, path = "/api/v1/trains/{train}/hurdles", params(("train" = String, Path)),
    responses((status = 200, body = HurdlesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn of_train(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
) -> Result<extract::Json<HurdlesView>, ApiError> {
    Ok(extract::Json(app.train_hurdles(&request, &train).await?))
}
