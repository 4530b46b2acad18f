//! People, and the permissions for agents to join.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use super::tokens::SignInLink;
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{delete, patch, post, put},
};
use tidegate_protocol::api::{
    EnrolmentRequest, EnrolmentView, PasswordChange, PersonChange, PersonRequest, PersonView,
    Problem,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/people", post(create).get(list))
        .route("/api/v1/people/{name}", patch(change).delete(remove))
        .route("/api/v1/people/{name}/external", delete(unlink))
        .route("/api/v1/people/{name}/sign-in-links", post(invite))
        .route("/api/v1/password", put(change_password))
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

/// Changes what is said of a person.
#[utoipa::path(patch, path = "/api/v1/people/{name}", params(("name" = String, Path)), request_body = PersonChange,
    responses((status = 200, body = PersonView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn change(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Json(change): Json<PersonChange>,
) -> Result<extract::Json<PersonView>, ApiError> {
    let view = app.change_person(request, &name, &change).await?;
    Ok(extract::Json(view))
}

/// Takes away who a person is to an identity provider. Their sessions end, and what groups of the provider gave them; their level stays.
#[utoipa::path(delete, path = "/api/v1/people/{name}/external", params(("name" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn unlink(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.unlink_person(request, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a person; what they hold open ends at once.
#[utoipa::path(delete, path = "/api/v1/people/{name}", params(("name" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn remove(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.remove_person(request, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a one-time link that signs somebody in to the pages for the first time.
#[utoipa::path(post, path = "/api/v1/people/{name}/sign-in-links", params(("name" = String, Path)),
    responses((status = 201, body = SignInLink), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn invite(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<(StatusCode, extract::Json<SignInLink>), ApiError> {
    let path = app.invite(request, &name).await?;
    Ok((StatusCode::CREATED, extract::Json(SignInLink { path })))
}

/// Sets, changes or removes one's own password. One's other sessions end then.
#[utoipa::path(put, path = "/api/v1/password", request_body = PasswordChange,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn change_password(
    app: State,
    Caller(request): Caller,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    app.change_password(request, &change).await?;
    Ok(StatusCode::NO_CONTENT)
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
