//! Rollback drills.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::{Error, SharedApp, optional, query::DrillsOf};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::DrillId;
use tidegate_protocol::api::{DrillRequest, DrillView, Problem};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/drills", post(start).get(list))
        .route("/api/v1/drills/{id}", get(show))
        .route("/api/v1/drills/{id}/cancel", post(cancel))
}

/// Which drills.
#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    before: Option<u64>,
    limit: Option<u64>,
    product: Option<String>,
    release: Option<String>,
    environment: Option<String>,
}

impl Filter {
    fn of(&self) -> Result<DrillsOf, Error> {
        Ok(DrillsOf {
            product: optional("product", self.product.as_deref())?,
            release: optional("release", self.release.as_deref())?,
            environment: optional("environment", self.environment.as_deref())?,
        })
    }
}

/// Begins a drill: the release is deployed, taken back and deployed again, each timed.
#[utoipa::path(post, path = "/api/v1/drills", request_body = DrillRequest,
    responses((status = 201, body = DrillView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn start(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<DrillRequest>,
) -> Result<(StatusCode, extract::Json<DrillView>), ApiError> {
    let id = app.drill(request.clone(), &wanted).await?;
    let view = app.drill_view(&request, id).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Drills, newest first.
#[utoipa::path(get, path = "/api/v1/drills",
    params(("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200),
        ("product" = Option<String>, Query), ("release" = Option<String>, Query), ("environment" = Option<String>, Query)),
    responses((status = 200, body = [DrillView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Query(filter): Query<Filter>,
) -> Result<extract::Json<Vec<DrillView>>, ApiError> {
    let limit = bounded("limit", filter.limit, 50, 200)?;
    let before = filter.before.map(DrillId);
    let of = filter.of()?;
    Ok(extract::Json(
        app.drill_list(&request, before, limit, of).await?,
    ))
}

/// One drill.
#[utoipa::path(get, path = "/api/v1/drills/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = DrillView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<DrillView>, ApiError> {
    Ok(extract::Json(app.drill_view(&request, DrillId(id)).await?))
}

/// Ends it now, with what of it is under way; targets stay as they are.
#[utoipa::path(post, path = "/api/v1/drills/{id}/cancel", params(("id" = u64, Path)),
    responses((status = 200, body = DrillView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<DrillView>, ApiError> {
    app.cancel_drill(request.clone(), DrillId(id)).await?;
    Ok(extract::Json(app.drill_view(&request, DrillId(id)).await?))
}
