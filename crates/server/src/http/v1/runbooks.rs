//! Deployment plans and backout plans, and the steps of deployments that run by them.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::{SharedApp, runbooks::Which};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::DeploymentId;
use tidegate_protocol::api::{
    PlanSaveRequest, Problem, RunbookEditionView, RunbookRequest, RunbookSavedView, RunbookView,
    StepDeedRequest, StepsView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}",
            get(show).post(begin).put(save),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}/renew",
            post(renew),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}/editions",
            get(editions),
        )
        .route("/api/v1/deployments/{id}/steps", get(steps))
        .route(
            "/api/v1/deployments/{id}/steps/{way}/{step}/{deed}",
            post(say),
        )
}

/// Which edition, and when it would begin.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    edition: Option<u64>,
    begins: Option<String>,
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    before: Option<u64>,
    limit: Option<u64>,
}

/// Product, release, environment and way.
type Of = (String, String, String, String);

const fn of((product, version, environment, way): &Of) -> (&str, &str, &str, &str) {
    (
        product.as_str(),
        version.as_str(),
        environment.as_str(),
        way.as_str(),
    )
}

/// The deployment plan (`forward`) or the backout plan (`back`) of a release for an environment, as it would go.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}",
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path), ("way" = String, Path),
        ("edition" = Option<u64>, Query), ("begins" = Option<String>, Query)),
    responses((status = 200, body = RunbookView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
    Query(asked): Query<Asked>,
) -> Result<extract::Json<RunbookView>, ApiError> {
    let which = Which {
        edition: asked.edition,
        begins: asked.begins,
    };
    let view = app.runbook(&request, of(&path), &which).await?;
    Ok(extract::Json(view))
}

/// Generates a deployment plan or a backout plan from the plan that a deployment would have, and keeps it.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}", request_body = RunbookRequest,
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path), ("way" = String, Path)),
    responses((status = 201, body = RunbookSavedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
    Json(wanted): Json<RunbookRequest>,
) -> Result<(StatusCode, extract::Json<RunbookSavedView>), ApiError> {
    let view = app.begin_runbook(request, of(&path), &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Saves a runbook, together with what others saved since its base; or says what saving would change.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}", request_body = PlanSaveRequest,
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path), ("way" = String, Path)),
    responses((status = 200, body = RunbookSavedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn save(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
    Json(wanted): Json<PlanSaveRequest>,
) -> Result<extract::Json<RunbookSavedView>, ApiError> {
    let view = app.save_runbook(request, of(&path), &wanted).await?;
    Ok(extract::Json(view))
}

/// Generates a runbook anew, and puts it together with what people wrote. Nothing is kept while a step of theirs has lost its place.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}/renew", request_body = RunbookRequest,
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path), ("way" = String, Path)),
    responses((status = 200, body = RunbookSavedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn renew(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
    Json(wanted): Json<RunbookRequest>,
) -> Result<extract::Json<RunbookSavedView>, ApiError> {
    let view = app.renew_runbook(request, of(&path), &wanted).await?;
    Ok(extract::Json(view))
}

/// The editions of a runbook, the newest first, each with what it changed.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/runbooks/{environment}/{way}/editions",
    params(("product" = String, Path), ("version" = String, Path), ("environment" = String, Path), ("way" = String, Path),
        ("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200)),
    responses((status = 200, body = [RunbookEditionView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn editions(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
    Query(paging): Query<Paging>,
) -> Result<extract::Json<Vec<RunbookEditionView>>, ApiError> {
    let limit = bounded("limit", paging.limit, 20, 200)?;
    let part = (paging.before, limit);
    let views = app.runbook_editions(&request, of(&path), part).await?;
    Ok(extract::Json(views))
}

/// The steps of a deployment, by the deployment plan and the backout plan that it runs by.
#[utoipa::path(get, path = "/api/v1/deployments/{id}/steps", params(("id" = u64, Path)),
    responses((status = 200, body = StepsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn steps(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<StepsView>, ApiError> {
    let view = app.steps(&request, DeploymentId(id)).await?;
    Ok(extract::Json(view))
}

/// Starts, finishes, answers, leaves out or takes up a step of a deployment.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/steps/{way}/{step}/{deed}", request_body = StepDeedRequest,
    params(("id" = u64, Path), ("way" = String, Path), ("step" = String, Path), ("deed" = String, Path)),
    responses((status = 200, body = StepsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn say(
    app: State,
    Caller(request): Caller,
    Path((id, way, step, deed)): Path<(u64, String, String, String)>,
    Json(wanted): Json<StepDeedRequest>,
) -> Result<extract::Json<StepsView>, ApiError> {
    let of = (DeploymentId(id), way.as_str(), step.as_str());
    let view = app.do_step(request, of, (&deed, &wanted)).await?;
    Ok(extract::Json(view))
}
