//! Who may do what.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::header,
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::ProposalId;
use tidegate_policy::{schema_text, shipped_text};
use tidegate_protocol::api::{CanRequest, CanView, PolicyNote, Problem, ProposalView};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/can", post(can))
        .route("/api/v1/policies", get(list))
        .route("/api/v1/policies/schema", get(schema))
        .route("/api/v1/policies/shipped", get(shipped))
        .route("/api/v1/proposals", get(proposals))
        .route("/api/v1/proposals/{id}/agree", post(agree))
        .route("/api/v1/proposals/{id}/turn-down", post(turn_down))
}

/// Whether somebody may do something, and by which policies.
#[utoipa::path(post, path = "/api/v1/can", request_body = CanRequest,
    responses((status = 200, body = CanView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn can(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<CanRequest>,
) -> Result<extract::Json<CanView>, ApiError> {
    Ok(extract::Json(app.can(request, &wanted).await?))
}

/// Every policy in force.
#[utoipa::path(get, path = "/api/v1/policies",
    responses((status = 200, body = [PolicyNote]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<PolicyNote>>, ApiError> {
    Ok(extract::Json(app.policies(&request).await?))
}

/// The Cedar schema that policies are written by.
#[utoipa::path(get, path = "/api/v1/policies/schema",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn schema(
    app: State,
    Caller(request): Caller,
) -> Result<impl IntoResponse, ApiError> {
    app.policies(&request).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain")], schema_text()))
}

/// The policies that come with the program.
#[utoipa::path(get, path = "/api/v1/policies/shipped",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn shipped(
    app: State,
    Caller(request): Caller,
) -> Result<impl IntoResponse, ApiError> {
    app.policies(&request).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain")], shipped_text()))
}

/// Which proposals.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    all: bool,
}

/// Changes that wait for a second person, the newest first; or all that ever did.
#[utoipa::path(get, path = "/api/v1/proposals", params(("all" = Option<bool>, Query)),
    responses((status = 200, body = [ProposalView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn proposals(
    app: State,
    Caller(request): Caller,
    Query(which): Query<Which>,
) -> Result<extract::Json<Vec<ProposalView>>, ApiError> {
    Ok(extract::Json(app.proposals(&request, which.all).await?))
}

/// Agrees to a change as the second person; it holds at once.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/agree", params(("id" = u64, Path)),
    responses((status = 200, body = ProposalView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn agree(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<ProposalView>, ApiError> {
    let settled = app.settle_proposal(request, ProposalId(id), true).await?;
    Ok(extract::Json(settled))
}

/// Turns a change down.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/turn-down", params(("id" = u64, Path)),
    responses((status = 200, body = ProposalView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn turn_down(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<ProposalView>, ApiError> {
    let settled = app.settle_proposal(request, ProposalId(id), false).await?;
    Ok(extract::Json(settled))
}
