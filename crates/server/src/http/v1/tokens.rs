//! Tokens, sessions, and the links that sign people in.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{delete, get, post},
};
use serde::Serialize;
use tidegate_protocol::api::{ListedTokenView, Problem, SessionView, TokenRequest, TokenView};
use utoipa::ToSchema;

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/tokens", post(create).get(list))
        .route("/api/v1/tokens/{id}", delete(revoke))
        .route("/api/v1/sessions", get(sessions))
        .route("/api/v1/sessions/{id}", delete(end_session))
        .route("/api/v1/sign-in-links", post(sign_in_link))
}

/// Makes a token; its secret is in the answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/tokens", request_body = TokenRequest,
    responses((status = 201, body = TokenView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<TokenRequest>,
) -> Result<(StatusCode, extract::Json<TokenView>), ApiError> {
    Ok((
        StatusCode::CREATED,
        extract::Json(app.create_token(request, &wanted).await?),
    ))
}

/// Ends a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn revoke(
    app: State,
    Caller(request): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.revoke_token(request, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own tokens; everybody's for who administers people.
#[utoipa::path(get, path = "/api/v1/tokens",
    responses((status = 200, body = [ListedTokenView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<ListedTokenView>>, ApiError> {
    Ok(extract::Json(app.tokens(&request).await?))
}

/// One's own sign-ins of the pages.
#[utoipa::path(get, path = "/api/v1/sessions",
    responses((status = 200, body = [SessionView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn sessions(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<SessionView>>, ApiError> {
    Ok(extract::Json(app.sessions(&request).await?))
}

/// Ends one of one's own sign-ins.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn end_session(
    app: State,
    Caller(request): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.end_session(request, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A one-time link that signs its maker in to the pages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignInLink {
    /// Behind the server's own address.
    pub(super) path: String,
}

/// Makes a one-time link that signs the caller in to the pages.
#[utoipa::path(post, path = "/api/v1/sign-in-links",
    responses((status = 201, body = SignInLink), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn sign_in_link(
    app: State,
    Caller(request): Caller,
) -> Result<(StatusCode, extract::Json<SignInLink>), ApiError> {
    let path = app.sign_in_path(&request).await?;
    Ok((StatusCode::CREATED, extract::Json(SignInLink { path })))
}
