//! What people say about anything, what they should know of, who stands in for whom, and what is passed on.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{delete, get, post},
};
use serde::Deserialize;
use tidegate_domain::id::CommentId;
use tidegate_protocol::api::{
    CommentRequest, CommentView, DelegationRequest, DelegationsView, FollowRequest,
    NewsMailRequest, NewsMailView, NewsView, PassOnRequest, PassedOnView, Problem, SeenRequest,
    TalkView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/comments", get(show).post(say))
        .route("/api/v1/comments/{id}", delete(withdraw))
        .route("/api/v1/comments/follow", post(follow))
        .route("/api/v1/news", get(news))
        .route("/api/v1/news/seen", post(seen))
        .route("/api/v1/news/mail", get(news_mail).put(choose_news_mail))
        .route(
            "/api/v1/delegation",
            get(delegations).put(delegate).delete(end_delegation),
        )
        .route("/api/v1/tasks/pass-on", post(pass_on))
}

/// About what.
#[derive(Debug, Deserialize)]
pub(super) struct About {
    subject: String,
}

/// What is said about something, and who follows it.
#[utoipa::path(get, path = "/api/v1/comments", params(("subject" = String, Query)),
    responses((status = 200, body = TalkView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Query(about): Query<About>,
) -> Result<extract::Json<TalkView>, ApiError> {
    let view = app.talk(&request, &about.subject).await?;
    Ok(extract::Json(view))
}

/// Says something about something; whom it names, and who follows that, is told.
#[utoipa::path(post, path = "/api/v1/comments", request_body = CommentRequest,
    responses((status = 201, body = CommentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn say(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<CommentRequest>,
) -> Result<(StatusCode, extract::Json<CommentView>), ApiError> {
    let view = app.comment(request, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// Takes back what whoever asks said.
#[utoipa::path(delete, path = "/api/v1/comments/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = CommentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn withdraw(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<CommentView>, ApiError> {
    let view = app.withdraw_comment(request, CommentId(id)).await?;
    Ok(extract::Json(view))
}

/// Follows something from now on, or no longer.
#[utoipa::path(post, path = "/api/v1/comments/follow", request_body = FollowRequest,
    responses((status = 200, body = TalkView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn follow(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<FollowRequest>,
) -> Result<extract::Json<TalkView>, ApiError> {
    let view = app.follow(request, &wanted).await?;
    Ok(extract::Json(view))
}

/// What whoever asks should know of and has not seen, the newest first.
#[utoipa::path(get, path = "/api/v1/news",
    responses((status = 200, body = [NewsView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn news(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<NewsView>>, ApiError> {
    let view = app.news(&request).await?;
    Ok(extract::Json(view))
}

/// Notes what whoever asks has seen of it; answers what is left.
#[utoipa::path(post, path = "/api/v1/news/seen", request_body = SeenRequest,
    responses((status = 200, body = [NewsView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn seen(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<SeenRequest>,
) -> Result<extract::Json<Vec<NewsView>>, ApiError> {
    let view = app.see_news(request, &wanted).await?;
    Ok(extract::Json(view))
}

/// How often whoever asks is mailed what is new for them.
#[utoipa::path(get, path = "/api/v1/news/mail",
    responses((status = 200, body = NewsMailView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn news_mail(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<NewsMailView>, ApiError> {
    let view = app.news_mail(&request).await?;
    Ok(extract::Json(view))
}

/// Whoever asks says how often they are mailed what is new for them.
#[utoipa::path(put, path = "/api/v1/news/mail", request_body = NewsMailRequest,
    responses((status = 200, body = NewsMailView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn choose_news_mail(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<NewsMailRequest>,
) -> Result<extract::Json<NewsMailView>, ApiError> {
    let view = app.choose_news_mail(request, &wanted).await?;
    Ok(extract::Json(view))
}

/// Who stands in for whoever asks, and for whom they do.
#[utoipa::path(get, path = "/api/v1/delegation",
    responses((status = 200, body = DelegationsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn delegations(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<DelegationsView>, ApiError> {
    let view = app.delegations(&request).await?;
    Ok(extract::Json(view))
}

/// Lends the work of whoever asks to somebody, until a time.
#[utoipa::path(put, path = "/api/v1/delegation", request_body = DelegationRequest,
    responses((status = 200, body = DelegationsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn delegate(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<DelegationRequest>,
) -> Result<extract::Json<DelegationsView>, ApiError> {
    let view = app.delegate(request, &wanted).await?;
    Ok(extract::Json(view))
}

/// Ends that somebody stands in for whoever asks.
#[utoipa::path(delete, path = "/api/v1/delegation",
    responses((status = 200, body = DelegationsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn end_delegation(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<DelegationsView>, ApiError> {
    let view = app.end_delegation(request).await?;
    Ok(extract::Json(view))
}

/// Puts what is in the hands of whoever asks into another’s, or says what that would be.
#[utoipa::path(post, path = "/api/v1/tasks/pass-on", request_body = PassOnRequest,
    responses((status = 200, body = PassedOnView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pass_on(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<PassOnRequest>,
) -> Result<extract::Json<PassedOnView>, ApiError> {
    let view = app.pass_on(request, &wanted).await?;
    Ok(extract::Json(view))
}
