//! Reviews of releases, and the actions that come of them.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use crate::app::{SharedApp, reviews::ReviewDeed};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{delete, get, post, put},
};
use tidegate_protocol::api::{
    Problem, ReviewActionRequest, ReviewConclusionRequest, ReviewDeedRequest, ReviewGroupRequest,
    ReviewNoteRequest, ReviewObjectiveRequest, ReviewParticipantRequest, ReviewRequest, ReviewView,
    ReviewVotesRequest, ReviewsView, TaskView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/reviews", get(all))
        .route(
            "/api/v1/products/{product}/releases/{version}/review",
            get(show).post(begin),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/notes",
            post(write),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/notes/{note}",
            delete(take_back),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/groups",
            post(group),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/groups/{group}",
            put(regroup),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/votes",
            put(vote),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/objectives/{objective}",
            put(judge),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/conclusion",
            put(conclude),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/participants",
            post(invite),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/participants/{person}",
            delete(excuse),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/actions",
            post(agree),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/review/move/{deed}",
            post(advance),
        )
}

/// All reviews that the asker may see, what is due, what is to be better next time, and what comes up again and again.
#[utoipa::path(get, path = "/api/v1/reviews",
    responses((status = 200, body = ReviewsView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn all(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<ReviewsView>, ApiError> {
    Ok(extract::Json(app.reviews(&request).await?))
}

/// The review of a release, begun or not: what happened, and what people make of it.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/review",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    Ok(extract::Json(
        app.review(&request, (&product, &version)).await?,
    ))
}

/// Begins the review of a release: everybody whom the record names takes part.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/review",
    params(("product" = String, Path), ("version" = String, Path)), request_body = ReviewRequest,
    responses((status = 201, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<ReviewRequest>,
) -> Result<(StatusCode, extract::Json<ReviewView>), ApiError> {
    let view = app
        .begin_review(request, (&product, &version), &wanted)
        .await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

async fn done(
    app: &SharedApp,
    request: crate::app::Request,
    (product, version): (&str, &str),
    deed: ReviewDeed,
) -> Result<extract::Json<ReviewView>, ApiError> {
    Ok(extract::Json(
        app.do_review(request, (product, version), deed).await?,
    ))
}

/// Moves a review on: `reveal` its notes, open the `vote`, `discuss` what got most, `close` it, `reopen` it with a reason.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/review/move/{deed}",
    params(("product" = String, Path), ("version" = String, Path), ("deed" = String, Path)), request_body = ReviewDeedRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn advance(
    app: State,
    Caller(request): Caller,
    Path((product, version, deed)): Path<(String, String, String)>,
    Json(said): Json<ReviewDeedRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::of(&deed, &said.reason)?,
    )
    .await
}

/// Writes a note. While notes are written nobody else sees it.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/review/notes",
    params(("product" = String, Path), ("version" = String, Path)), request_body = ReviewNoteRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn write(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(said): Json<ReviewNoteRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::note(&said)?,
    )
    .await
}

/// Takes a note of one's own back, before others saw it.
#[utoipa::path(delete, path = "/api/v1/products/{product}/releases/{version}/review/notes/{note}",
    params(("product" = String, Path), ("version" = String, Path), ("note" = u64, Path)),
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn take_back(
    app: State,
    Caller(request): Caller,
    Path((product, version, note)): Path<(String, String, u64)>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::take_back(note),
    )
    .await
}

/// Puts notes together in a new group.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/review/groups",
    params(("product" = String, Path), ("version" = String, Path)), request_body = ReviewGroupRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn group(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(said): Json<ReviewGroupRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::group(None, &said)?,
    )
    .await
}

/// Changes a group: what its notes have in common, what comes up again and again, which notes they are.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/review/groups/{group}",
    params(("product" = String, Path), ("version" = String, Path), ("group" = u64, Path)), request_body = ReviewGroupRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn regroup(
    app: State,
    Caller(request): Caller,
    Path((product, version, group)): Path<(String, String, u64)>,
    Json(said): Json<ReviewGroupRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::group(Some(group), &said)?,
    )
    .await
}

/// Gives votes, in place of those that one gave before.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/review/votes",
    params(("product" = String, Path), ("version" = String, Path)), request_body = ReviewVotesRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn vote(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(said): Json<ReviewVotesRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::votes(&said),
    )
    .await
}

/// Says whether an objective was met.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/review/objectives/{objective}",
    params(("product" = String, Path), ("version" = String, Path), ("objective" = String, Path)), request_body = ReviewObjectiveRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn judge(
    app: State,
    Caller(request): Caller,
    Path((product, version, objective)): Path<(String, String, String)>,
    Json(said): Json<ReviewObjectiveRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::objective(&objective, &said)?,
    )
    .await
}

/// Writes what is to be remembered, having seen an edition of that.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/review/conclusion",
    params(("product" = String, Path), ("version" = String, Path)), request_body = ReviewConclusionRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn conclude(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(said): Json<ReviewConclusionRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::conclusion(&said)?,
    )
    .await
}

/// Lets somebody else take part.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/review/participants",
    params(("product" = String, Path), ("version" = String, Path)), request_body = ReviewParticipantRequest,
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn invite(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(said): Json<ReviewParticipantRequest>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::invite(&said.person)?,
    )
    .await
}

/// Says that somebody who wrote nothing need not take part.
#[utoipa::path(delete, path = "/api/v1/products/{product}/releases/{version}/review/participants/{person}",
    params(("product" = String, Path), ("version" = String, Path), ("person" = String, Path)),
    responses((status = 200, body = ReviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn excuse(
    app: State,
    Caller(request): Caller,
    Path((product, version, person)): Path<(String, String, String)>,
) -> Result<extract::Json<ReviewView>, ApiError> {
    done(
        &app,
        request,
        (&product, &version),
        ReviewDeed::excuse(&person)?,
    )
    .await
}

/// Makes a task of what a review agrees on, which says what it is to change.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/review/actions",
    params(("product" = String, Path), ("version" = String, Path)), request_body = ReviewActionRequest,
    responses((status = 201, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn agree(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<ReviewActionRequest>,
) -> Result<(StatusCode, extract::Json<TaskView>), ApiError> {
    let of = (product.as_str(), version.as_str());
    let view = app.agree_on_action(request, of, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}
