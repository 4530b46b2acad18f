//! Deployments.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::{Error, Request, SharedApp, optional, steer::Wish};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::DeploymentId;
use tidegate_protocol::api::{
    CheckView, DeploymentRequest, DeploymentView, LookBackRequest, PlanView, Problem,
    ReturnRequest, RollbackRequest, SignOffRequest, SteerRequest,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/deployments", post(start).get(list))
        .route("/api/v1/deployments/{id}", get(show))
        .route(
            "/api/v1/deployments/{id}/stream",
            get(super::stream::deployment),
        )
        .route("/api/v1/deployments/{id}/pause", post(pause))
        .route("/api/v1/deployments/{id}/resume", post(resume))
        .route("/api/v1/deployments/{id}/cancel", post(cancel))
        .route("/api/v1/deployments/{id}/rollback", post(take_back))
        .route("/api/v1/deployments/{id}/sign-off", post(sign_off))
        .route("/api/v1/deployments/{id}/look-back", post(look_back))
        .route("/api/v1/rollbacks", post(roll_back))
        .route("/api/v1/plans", post(plan))
}

/// Which deployments.
#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    before: Option<u64>,
    limit: Option<u64>,
    product: Option<String>,
    environment: Option<String>,
}

type Shown = Result<extract::Json<DeploymentView>, ApiError>;

/// Starts a deployment of a sealed release.
#[utoipa::path(post, path = "/api/v1/deployments", request_body = DeploymentRequest,
    responses((status = 201, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn start(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<DeploymentRequest>,
) -> Result<(StatusCode, extract::Json<DeploymentView>), ApiError> {
    let id = app.deploy(request.clone(), &wanted).await?;
    Ok((
        StatusCode::CREATED,
        extract::Json(app.deployment_view(&request, id).await?),
    ))
}

/// Deployments, newest first, without their waves.
#[utoipa::path(get, path = "/api/v1/deployments",
    params(("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200),
        ("product" = Option<String>, Query), ("environment" = Option<String>, Query)),
    responses((status = 200, body = [DeploymentView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Query(filter): Query<Filter>,
) -> Result<extract::Json<Vec<DeploymentView>>, ApiError> {
    let place = (
        optional("product", filter.product.as_deref())?,
        optional("environment", filter.environment.as_deref())?,
    );
    let limit = bounded("limit", filter.limit, 50, 200)?;
    let before = filter.before.map(DeploymentId);
    Ok(extract::Json(
        app.deployment_list(&request, before, limit, place).await?,
    ))
}

/// One deployment with its waves.
#[utoipa::path(get, path = "/api/v1/deployments/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(app: State, Caller(request): Caller, Path(id): Path<u64>) -> Shown {
    Ok(extract::Json(
        app.deployment_view(&request, DeploymentId(id)).await?,
    ))
}

/// Stops beginning anything new.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/pause", params(("id" = u64, Path)), request_body = SteerRequest,
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pause(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(why): Json<SteerRequest>,
) -> Shown {
    Ok(steer(&app, request, id, (Wish::Pause, &why.reason)).await?)
}

/// Goes on after a stop.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/resume", params(("id" = u64, Path)), request_body = SteerRequest,
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(why): Json<SteerRequest>,
) -> Shown {
    Ok(steer(&app, request, id, (Wish::Resume, &why.reason)).await?)
}

/// Ends it now; targets stay as they are.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/cancel", params(("id" = u64, Path)), request_body = SteerRequest,
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(why): Json<SteerRequest>,
) -> Shown {
    Ok(steer(&app, request, id, (Wish::Cancel, &why.reason)).await?)
}

/// Returns its changed targets to what they ran before.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/rollback", params(("id" = u64, Path)), request_body = ReturnRequest,
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn take_back(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(wanted): Json<ReturnRequest>,
) -> Shown {
    let id = DeploymentId(id);
    app.roll_back_running(request.clone(), id, &wanted).await?;
    Ok(extract::Json(app.deployment_view(&request, id).await?))
}

/// Asks checks about the time in which its waves were watched, of one that has ended. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/look-back", params(("id" = u64, Path)), request_body = LookBackRequest,
    responses((status = 200, body = [CheckView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn look_back(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(wanted): Json<LookBackRequest>,
) -> Result<extract::Json<Vec<CheckView>>, ApiError> {
    let id = DeploymentId(id);
    let strategy = wanted.strategy.as_deref();
    Ok(extract::Json(app.look_back(&request, id, strategy).await?))
}

/// Finds its waves up to one good, where its plan asks for that before the next.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/sign-off", params(("id" = u64, Path)), request_body = SignOffRequest,
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn sign_off(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(wanted): Json<SignOffRequest>,
) -> Shown {
    let id = DeploymentId(id);
    let wave = wanted.wave.checked_sub(1);
    let wave = wave.ok_or_else(|| Error::invalid("wave", "waves are counted from 1"))?;
    app.sign_off(request.clone(), id, wave).await?;
    Ok(extract::Json(app.deployment_view(&request, id).await?))
}

/// The plan that such a deployment would have now: its strategy compiled to waves. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/plans", request_body = DeploymentRequest,
    responses((status = 200, body = PlanView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn plan(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<DeploymentRequest>,
) -> Result<extract::Json<PlanView>, ApiError> {
    Ok(extract::Json(app.plan(request, &wanted).await?))
}

/// Takes back what runs in an environment: the deployment in progress, or else the last that succeeded. Of level 2, it is asked
/// for, and answered is what is to be rolled back.
#[utoipa::path(post, path = "/api/v1/rollbacks", request_body = RollbackRequest,
    responses((status = 201, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn roll_back(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<RollbackRequest>,
) -> Result<(StatusCode, extract::Json<DeploymentView>), ApiError> {
    let id = app.roll_back(request.clone(), &wanted).await?;
    Ok((
        StatusCode::CREATED,
        extract::Json(app.deployment_view(&request, id).await?),
    ))
}

async fn steer(
    app: &SharedApp,
    request: Request,
    id: u64,
    (wish, reason): (Wish, &str),
) -> Result<extract::Json<DeploymentView>, Error> {
    let id = DeploymentId(id);
    app.steer(request.clone(), id, wish, reason).await?;
    Ok(extract::Json(app.deployment_view(&request, id).await?))
}
