//! What people say of a deployment's failed targets, checks and jobs, and of a calendar that is closed.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use crate::app::{Request, SharedApp, field, guide::Guidance};
use axum::{Router, extract, routing::post};
use tidegate_domain::{id::DeploymentId, plan::JobName};
use tidegate_protocol::api::{DeploymentView, OverrideRequest, Problem, WordRequest};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/deployments/{id}/targets/{target}/retry",
            post(retry),
        )
        .route(
            "/api/v1/deployments/{id}/targets/{target}/ignore",
            post(ignore),
        )
        .route(
            "/api/v1/deployments/{id}/targets/{target}/exclude",
            post(exclude),
        )
        .route("/api/v1/deployments/{id}/override", post(override_calendar))
        .route(
            "/api/v1/deployments/{id}/checks/{check}/retry",
            post(retry_check),
        )
        .route(
            "/api/v1/deployments/{id}/checks/{check}/accept",
            post(accept_check),
        )
        .route(
            "/api/v1/deployments/{id}/jobs/{component}/{job}/retry",
            post(retry_job),
        )
        .route(
            "/api/v1/deployments/{id}/jobs/{component}/{job}/accept",
            post(accept_job),
        )
}

type Shown = Result<extract::Json<DeploymentView>, ApiError>;

/// Tries a failed target again.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/targets/{target}/retry", request_body = WordRequest,
    params(("id" = u64, Path), ("target" = String, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retry(
    app: State,
    Caller(request): Caller,
    Path(which): Path<(u64, String)>,
    Json(word): Json<WordRequest>,
) -> Shown {
    guide(&app, request, which, (Guidance::Retry, word)).await
}

/// Lets a target's failure not count. The target still has to pass, or to be excluded.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/targets/{target}/ignore", request_body = WordRequest,
    params(("id" = u64, Path), ("target" = String, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn ignore(
    app: State,
    Caller(request): Caller,
    Path(which): Path<(u64, String)>,
    Json(word): Json<WordRequest>,
) -> Shown {
    guide(&app, request, which, (Guidance::Ignore, word)).await
}

/// Takes a target out of the deployment's scope.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/targets/{target}/exclude", request_body = WordRequest,
    params(("id" = u64, Path), ("target" = String, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn exclude(
    app: State,
    Caller(request): Caller,
    Path(which): Path<(u64, String)>,
    Json(word): Json<WordRequest>,
) -> Shown {
    guide(&app, request, which, (Guidance::Exclude, word)).await
}

/// Asks to go on although the calendar is closed, or, without a reason, confirms what another person has asked for.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/override", params(("id" = u64, Path)), request_body = OverrideRequest,
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn override_calendar(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(wanted): Json<OverrideRequest>,
) -> Shown {
    let id = DeploymentId(id);
    app.override_calendar(request.clone(), id, wanted.reason.as_deref())
        .await?;
    Ok(extract::Json(app.deployment_view(&request, id).await?))
}

/// Asks a check after the present wave anew; earlier measurements count no more.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/checks/{check}/retry",
    params(("id" = u64, Path), ("check" = String, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retry_check(
    app: State,
    Caller(request): Caller,
    Path(which): Path<(u64, String)>,
) -> Shown {
    guide_check(&app, request, which, None).await
}

/// Goes on although a check after the present wave did not pass.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/checks/{check}/accept", request_body = WordRequest,
    params(("id" = u64, Path), ("check" = String, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn accept_check(
    app: State,
    Caller(request): Caller,
    Path(which): Path<(u64, String)>,
    Json(word): Json<WordRequest>,
) -> Shown {
    guide_check(&app, request, which, Some(word.reason)).await
}

/// Runs a job again that did not succeed, where it ran last.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/jobs/{component}/{job}/retry",
    params(("id" = u64, Path), ("component" = String, Path), ("job" = String, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retry_job(
    app: State,
    Caller(request): Caller,
    Path(which): Path<(u64, String, String)>,
) -> Shown {
    guide_job(&app, request, which, None).await
}

/// Accepts a job as done that did not succeed.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/jobs/{component}/{job}/accept", request_body = WordRequest,
    params(("id" = u64, Path), ("component" = String, Path), ("job" = String, Path)),
    responses((status = 200, body = DeploymentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn accept_job(
    app: State,
    Caller(request): Caller,
    Path(which): Path<(u64, String, String)>,
    Json(word): Json<WordRequest>,
) -> Shown {
    guide_job(&app, request, which, Some(word.reason)).await
}

async fn guide_job(
    app: &SharedApp,
    request: Request,
    (id, component, job): (u64, String, String),
    accepted: Option<String>,
) -> Shown {
    let id = DeploymentId(id);
    let job = JobName {
        component: field("component", &component)?,
        job: field("job", &job)?,
    };
    app.guide_job(request.clone(), (id, job), accepted.as_deref())
        .await?;
    Ok(extract::Json(app.deployment_view(&request, id).await?))
}

async fn guide_check(
    app: &SharedApp,
    request: Request,
    (id, check): (u64, String),
    accepted: Option<String>,
) -> Shown {
    let id = DeploymentId(id);
    let which = (id, field("check", &check)?);
    app.guide_check(request.clone(), which, accepted.as_deref())
        .await?;
    Ok(extract::Json(app.deployment_view(&request, id).await?))
}

async fn guide(
    app: &SharedApp,
    request: Request,
    (id, target): (u64, String),
    (guidance, word): (Guidance, WordRequest),
) -> Shown {
    let id = DeploymentId(id);
    let which = (id, field("target", &target)?);
    app.guide(request.clone(), which, guidance, &word.reason)
        .await?;
    Ok(extract::Json(app.deployment_view(&request, id).await?))
}
