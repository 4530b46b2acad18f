//! Controls, waivers, and evidence of releases.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::{DeploymentId, WaiverId};
use tidegate_policy::{control_schema_text, shipped_controls_text};
use tidegate_protocol::api::{
    BacktestRequest, BacktestView, ClearanceView, ControlView, EvidenceRequest, EvidenceView,
    Problem, WaiverRequest, WaiverView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/controls", get(list))
        .route("/api/v1/controls/schema", get(schema))
        .route("/api/v1/controls/shipped", get(shipped))
        .route("/api/v1/controls/backtest", post(backtest))
        .route("/api/v1/controls/acknowledge", post(acknowledge_all))
        .route("/api/v1/controls/{control}/acknowledge", post(acknowledge))
        .route("/api/v1/deployments/{id}/controls", get(check))
        .route("/api/v1/waivers", get(waivers).post(ask))
        .route("/api/v1/waivers/{id}/sign", post(sign))
        .route("/api/v1/waivers/{id}/end", post(end))
        .route(
            "/api/v1/products/{product}/releases/{version}/evidence",
            get(evidence).post(add_evidence),
        )
}

/// Every control, with who has read its version in force.
#[utoipa::path(get, path = "/api/v1/controls",
    responses((status = 200, body = [ControlView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<ControlView>>, ApiError> {
    Ok(extract::Json(app.controls(&request).await?))
}

/// The Cedar schema that controls are written by.
#[utoipa::path(get, path = "/api/v1/controls/schema",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn schema(
    app: State,
    Caller(request): Caller,
) -> Result<impl IntoResponse, ApiError> {
    app.policies(&request).await?;
    Ok((
        [(header::CONTENT_TYPE, "text/plain")],
        control_schema_text(),
    ))
}

/// The controls that come with the program.
#[utoipa::path(get, path = "/api/v1/controls/shipped",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn shipped(
    app: State,
    Caller(request): Caller,
) -> Result<impl IntoResponse, ApiError> {
    app.policies(&request).await?;
    Ok((
        [(header::CONTENT_TYPE, "text/plain")],
        shipped_controls_text(),
    ))
}

/// Which of the deployments so far a control would have stopped.
#[utoipa::path(post, path = "/api/v1/controls/backtest", request_body = BacktestRequest,
    responses((status = 200, body = BacktestView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn backtest(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<BacktestRequest>,
) -> Result<extract::Json<BacktestView>, ApiError> {
    Ok(extract::Json(app.backtest(&request, &wanted).await?))
}

/// Says that the caller has read every control in force.
#[utoipa::path(post, path = "/api/v1/controls/acknowledge",
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn acknowledge_all(
    app: State,
    Caller(request): Caller,
) -> Result<StatusCode, ApiError> {
    app.acknowledge(request, None, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that the caller has read the version in force of a control.
#[utoipa::path(post, path = "/api/v1/controls/{control}/acknowledge", params(("control" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn acknowledge(
    app: State,
    Caller(request): Caller,
    Path(control): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.acknowledge(request, Some(&control), None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What controls and people say of a deployment now.
#[utoipa::path(get, path = "/api/v1/deployments/{id}/controls", params(("id" = u64, Path)),
    responses((status = 200, body = ClearanceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn check(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<ClearanceView>, ApiError> {
    let view = app.check_controls(&request, DeploymentId(id)).await?;
    Ok(extract::Json(view))
}

/// Which waivers.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    all: bool,
}

/// Exceptions from controls that have not ended, or all, the newest first.
#[utoipa::path(get, path = "/api/v1/waivers", params(("all" = Option<bool>, Query)),
    responses((status = 200, body = [WaiverView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn waivers(
    app: State,
    Caller(request): Caller,
    Query(which): Query<Which>,
) -> Result<extract::Json<Vec<WaiverView>>, ApiError> {
    Ok(extract::Json(app.waivers(&request, which.all).await?))
}

/// Asks for an exception from a control.
#[utoipa::path(post, path = "/api/v1/waivers", request_body = WaiverRequest,
    responses((status = 201, body = WaiverView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn ask(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<WaiverRequest>,
) -> Result<(StatusCode, extract::Json<WaiverView>), ApiError> {
    let waiver = app.request_waiver(request, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(waiver)))
}

/// Signs an exception off.
#[utoipa::path(post, path = "/api/v1/waivers/{id}/sign", params(("id" = u64, Path)),
    responses((status = 200, body = WaiverView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn sign(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<WaiverView>, ApiError> {
    let waiver = app.settle_waiver(request, WaiverId(id), true).await?;
    Ok(extract::Json(waiver))
}

/// Ends an exception before its time.
#[utoipa::path(post, path = "/api/v1/waivers/{id}/end", params(("id" = u64, Path)),
    responses((status = 200, body = WaiverView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn end(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<WaiverView>, ApiError> {
    let waiver = app.settle_waiver(request, WaiverId(id), false).await?;
    Ok(extract::Json(waiver))
}

/// What was supplied with a release, the oldest first.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/evidence",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = [EvidenceView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn evidence(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<Vec<EvidenceView>>, ApiError> {
    let kept = app.evidence(&request, (&product, &version)).await?;
    Ok(extract::Json(kept))
}

/// Keeps something with a release, such as the customer's word.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/evidence", request_body = EvidenceRequest,
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 201, body = [EvidenceView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn add_evidence(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<EvidenceRequest>,
) -> Result<(StatusCode, extract::Json<Vec<EvidenceView>>), ApiError> {
    let kept = app
        .add_evidence(request, (&product, &version), &wanted)
        .await?;
    Ok((StatusCode::CREATED, extract::Json(kept)))
}
