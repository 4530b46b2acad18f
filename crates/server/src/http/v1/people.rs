//! People, tokens, sign-in links and enrolments.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{delete, post},
};
use serde::Serialize;
use tidegate_protocol::api::{
    EnrolmentRequest, EnrolmentView, PersonRequest, PersonView, Problem, TokenRequest, TokenView,
};
use utoipa::ToSchema;

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/people", post(create).get(list))
        .route("/api/v1/tokens", post(create_token))
        .route("/api/v1/tokens/{id}", delete(revoke_token))
        .route("/api/v1/sign-in-links", post(sign_in_link))
        .route("/api/v1/enrolments", post(enrol))
}

/// Adds a person.
#[utoipa::path(post, path = "/api/v1/people", request_body = PersonRequest,
    responses((status = 201, body = PersonView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<PersonRequest>,
) -> Result<(StatusCode, extract::Json<PersonView>), ApiError> {
    Ok((
        StatusCode::CREATED,
        extract::Json(app.create_person(request, &wanted).await?),
    ))
}

/// Everybody.
#[utoipa::path(get, path = "/api/v1/people",
    responses((status = 200, body = [PersonView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<PersonView>>, ApiError> {
    Ok(extract::Json(app.people(&request).await?))
}

/// Makes a token; its secret is in the answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/tokens", request_body = TokenRequest,
    responses((status = 201, body = TokenView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create_token(
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
pub(super) async fn revoke_token(
    app: State,
    Caller(request): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.revoke_token(request, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A one-time link that signs its maker in to the pages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignInLink {
    /// Behind the server's own address.
    path: String,
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

/// Lets agents join an environment.
#[utoipa::path(post, path = "/api/v1/enrolments", request_body = EnrolmentRequest,
    responses((status = 201, body = EnrolmentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn enrol(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<EnrolmentRequest>,
) -> Result<(StatusCode, extract::Json<EnrolmentView>), ApiError> {
    Ok((
        StatusCode::CREATED,
        extract::Json(app.create_enrolment(request, &wanted).await?),
    ))
}
