//! Declaring things, and looking at them.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{delete, get, post, put},
};
use tidegate_protocol::api::{
    ApplyRequest, ApplyResponse, InstructionKeyView, Problem, ProductView, RemoveRequest,
    RotationRequest, RotationView, SecretRequest, SecretView, TargetView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/apply", post(apply))
        .route("/api/v1/remove", post(remove))
        .route("/api/v1/products", get(products))
        .route("/api/v1/targets", get(targets))
        .route(
            "/api/v1/targets/{environment}/{target}/agent",
            delete(revoke_agent),
        )
        .route("/api/v1/instruction-key/successor", post(renew_key))
        .route("/api/v1/products/{product}/secrets/{name}", put(set_secret))
        .route("/api/v1/secrets/rotate", post(rotate_secrets))
}

/// Applies declarative files, or says what applying them would change.
#[utoipa::path(post, path = "/api/v1/apply", request_body = ApplyRequest,
    responses((status = 200, body = ApplyResponse), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn apply(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<ApplyRequest>,
) -> Result<extract::Json<ApplyResponse>, ApiError> {
    Ok(extract::Json(app.apply(request, &wanted).await?))
}

/// Removes a window or a freeze, or says what would go.
#[utoipa::path(post, path = "/api/v1/remove", request_body = RemoveRequest,
    responses((status = 200, body = ApplyResponse), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn remove(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<RemoveRequest>,
) -> Result<extract::Json<ApplyResponse>, ApiError> {
    Ok(extract::Json(app.remove(request, &wanted).await?))
}

/// Every product.
#[utoipa::path(get, path = "/api/v1/products",
    responses((status = 200, body = [ProductView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn products(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<ProductView>>, ApiError> {
    Ok(extract::Json(app.products(&request).await?))
}

/// Every target with its agent.
#[utoipa::path(get, path = "/api/v1/targets",
    responses((status = 200, body = [TargetView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn targets(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<TargetView>>, ApiError> {
    Ok(extract::Json(app.targets(&request).await?))
}

/// Revokes the agent of a target: its certificates are good for nothing from its next call on.
#[utoipa::path(delete, path = "/api/v1/targets/{environment}/{target}/agent",
    params(("environment" = String, Path), ("target" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn revoke_agent(
    app: State,
    Caller(request): Caller,
    Path((environment, target)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    app.revoke_agent(request, (&environment, &target)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs what targets are told with a new key, for which the one before it vouches.
#[utoipa::path(post, path = "/api/v1/instruction-key/successor",
    responses((status = 201, body = InstructionKeyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn renew_key(
    app: State,
    Caller(request): Caller,
) -> Result<(StatusCode, extract::Json<InstructionKeyView>), ApiError> {
    let made = app.renew_instruction_key(request).await?;
    Ok((StatusCode::CREATED, extract::Json(made)))
}

/// Makes a new key, and wraps every secret and key of the server under it.
#[utoipa::path(post, path = "/api/v1/secrets/rotate", request_body = RotationRequest,
    responses((status = 200, body = RotationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn rotate_secrets(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<RotationRequest>,
) -> Result<extract::Json<RotationView>, ApiError> {
    let rotated = app.rotate_secrets(request, wanted.forget_old).await?;
    Ok(extract::Json(rotated))
}

/// Keeps a new version of a product's secret.
#[utoipa::path(put, path = "/api/v1/products/{product}/secrets/{name}", request_body = SecretRequest,
    params(("product" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = SecretView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn set_secret(
    app: State,
    Caller(request): Caller,
    Path((product, name)): Path<(String, String)>,
    Json(secret): Json<SecretRequest>,
) -> Result<extract::Json<SecretView>, ApiError> {
    Ok(extract::Json(
        app.set_secret(request, &product, (&name, &secret.value))
            .await?,
    ))
}
