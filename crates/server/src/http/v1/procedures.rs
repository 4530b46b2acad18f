//! Procedures, their versions, who has read them, and what goes by an older one.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_protocol::api::{
    ApplyResponse, OldProcedureView, Problem, ProcedureDifferenceView, ProcedureGapView,
    ProcedureLineView, ProcedureReadRequest, ProcedureRequest, ProcedureReviewRequest,
    ProcedureSavedView, ProcedureVersionView, ProcedureView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/procedures", get(list))
        .route("/api/v1/procedures/{procedure}", get(show).put(save))
        .route("/api/v1/procedures/{procedure}/versions", get(versions))
        .route(
            "/api/v1/procedures/{procedure}/versions/{number}",
            get(version),
        )
        .route("/api/v1/procedures/{procedure}/difference", get(difference))
        .route(
            "/api/v1/procedures/{procedure}/acknowledge",
            post(acknowledge),
        )
        .route("/api/v1/procedures/{procedure}/reviewed", post(reviewed))
        .route("/api/v1/procedures/{procedure}/retire", post(retire))
        .route("/api/v1/procedures/{procedure}/gap", get(gap))
        .route("/api/v1/procedures/{procedure}/old", get(old))
        .route("/api/v1/procedure-gaps", get(gaps))
        .route("/api/v1/old-procedures", get(all_old))
}

/// Which procedures.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    all: bool,
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    before: Option<u32>,
    limit: Option<u64>,
}

/// Which two versions.
#[derive(Debug, Deserialize)]
pub(super) struct Both {
    from: Option<u32>,
    to: Option<u32>,
}

/// The procedures in use, by name; with `all` also those that are not any more.
#[utoipa::path(get, path = "/api/v1/procedures", params(("all" = Option<bool>, Query)),
    responses((status = 200, body = [ProcedureLineView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Query(which): Query<Which>,
) -> Result<extract::Json<Vec<ProcedureLineView>>, ApiError> {
    Ok(extract::Json(app.procedures(&request, which.all).await?))
}

/// A procedure with the version in force.
#[utoipa::path(get, path = "/api/v1/procedures/{procedure}", params(("procedure" = String, Path)),
    responses((status = 200, body = ProcedureView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<extract::Json<ProcedureView>, ApiError> {
    Ok(extract::Json(app.procedure(&request, &name).await?))
}

/// Begins a procedure, or saves a text of it together with what others saved since its base; or says what saving would change.
#[utoipa::path(put, path = "/api/v1/procedures/{procedure}", request_body = ProcedureRequest, params(("procedure" = String, Path)),
    responses((status = 200, body = ProcedureSavedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn save(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Json(wanted): Json<ProcedureRequest>,
) -> Result<extract::Json<ProcedureSavedView>, ApiError> {
    let view = app.save_procedure(request, &name, &wanted).await?;
    Ok(extract::Json(view))
}

/// The versions of a procedure, the newest first.
#[utoipa::path(get, path = "/api/v1/procedures/{procedure}/versions",
    params(("procedure" = String, Path), ("before" = Option<u32>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 100)),
    responses((status = 200, body = [ProcedureVersionView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn versions(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<extract::Json<Vec<ProcedureVersionView>>, ApiError> {
    let limit = bounded("limit", paging.limit, 20, 100)?;
    let part = (paging.before, limit);
    let views = app.procedure_versions(&request, &name, part).await?;
    Ok(extract::Json(views))
}

/// One version of a procedure.
#[utoipa::path(get, path = "/api/v1/procedures/{procedure}/versions/{number}", params(("procedure" = String, Path), ("number" = u32, Path)),
    responses((status = 200, body = ProcedureVersionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn version(
    app: State,
    Caller(request): Caller,
    Path((name, number)): Path<(String, u32)>,
) -> Result<extract::Json<ProcedureVersionView>, ApiError> {
    let view = app.procedure_version(&request, &name, number).await?;
    Ok(extract::Json(view))
}

/// What became of a procedure between two versions; the last two unless they are named.
#[utoipa::path(get, path = "/api/v1/procedures/{procedure}/difference",
    params(("procedure" = String, Path), ("from" = Option<u32>, Query), ("to" = Option<u32>, Query)),
    responses((status = 200, body = ProcedureDifferenceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn difference(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Query(both): Query<Both>,
) -> Result<extract::Json<ProcedureDifferenceView>, ApiError> {
    let both = (both.from, both.to);
    let view = app.procedure_difference(&request, &name, both).await?;
    Ok(extract::Json(view))
}

/// Says that the caller has read a version of a procedure.
#[utoipa::path(post, path = "/api/v1/procedures/{procedure}/acknowledge", request_body = ProcedureReadRequest, params(("procedure" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn acknowledge(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Json(wanted): Json<ProcedureReadRequest>,
) -> Result<StatusCode, ApiError> {
    app.acknowledge_procedure(request, &name, &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a procedure is still right, and when somebody looks again.
#[utoipa::path(post, path = "/api/v1/procedures/{procedure}/reviewed", request_body = ProcedureReviewRequest, params(("procedure" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn reviewed(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Json(wanted): Json<ProcedureReviewRequest>,
) -> Result<StatusCode, ApiError> {
    app.review_procedure(request, &name, &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a procedure out of use. Its versions stay, and can be read.
#[utoipa::path(post, path = "/api/v1/procedures/{procedure}/retire", params(("procedure" = String, Path)),
    responses((status = 200, body = ApplyResponse), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retire(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<extract::Json<ApplyResponse>, ApiError> {
    Ok(extract::Json(app.retire_procedure(request, &name).await?))
}

/// Who has acknowledged a procedure, and who has not, of those whom it binds; nothing of one that is not in use.
#[utoipa::path(get, path = "/api/v1/procedures/{procedure}/gap", params(("procedure" = String, Path)),
    responses((status = 200, body = [ProcedureGapView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn gap(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<extract::Json<Vec<ProcedureGapView>>, ApiError> {
    let views = app.procedure_gaps(&request, Some(&name)).await?;
    Ok(extract::Json(views))
}

/// What goes by an older version of a procedure.
#[utoipa::path(get, path = "/api/v1/procedures/{procedure}/old", params(("procedure" = String, Path)),
    responses((status = 200, body = [OldProcedureView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn old(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<extract::Json<Vec<OldProcedureView>>, ApiError> {
    let views = app.old_procedures(&request, Some(&name)).await?;
    Ok(extract::Json(views))
}

/// The same as the gap of one, of every procedure in use.
#[utoipa::path(get, path = "/api/v1/procedure-gaps",
    responses((status = 200, body = [ProcedureGapView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn gaps(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<ProcedureGapView>>, ApiError> {
    Ok(extract::Json(app.procedure_gaps(&request, None).await?))
}

/// What goes by an older version of any procedure: deployments under way, runbooks, tasks, and people.
#[utoipa::path(get, path = "/api/v1/old-procedures",
    responses((status = 200, body = [OldProcedureView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn all_old(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<OldProcedureView>>, ApiError> {
    Ok(extract::Json(app.old_procedures(&request, None).await?))
}
