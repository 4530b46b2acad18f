//! The scope of releases, notes, and work items.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, Tracker, bounded},
};
use crate::app::SharedApp;
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_protocol::api::{
    AdjustmentRequest, FeedView, ItemsImportedView, ItemsRequest, NotesView, Problem, ScopeView,
    TrackerView, WordingRequest, WorkItemView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route(
            "/api/v1/products/{product}/releases/{version}/scope",
            get(show),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/scope/adjustments",
            post(adjust),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/notes",
            get(notes).post(word),
        )
        .route("/api/v1/trackers", get(trackers))
        .route(
            "/api/v1/trackers/{tracker}/items",
            get(items).post(import_items),
        )
        .route("/api/v1/trackers/{tracker}/hook", get(address).post(hear))
}

/// For where, and how much of it.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    environment: Option<String>,
    limit: Option<u64>,
}

/// For whom, and for where.
#[derive(Debug, Deserialize)]
pub(super) struct Whom {
    audience: Option<String>,
    environment: Option<String>,
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    after: Option<String>,
    limit: Option<u64>,
}

/// The scope of a release: the changes that it brings to an environment since what runs there; without one, to the last of the
/// promotion path.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/scope",
    params(("product" = String, Path), ("version" = String, Path), ("environment" = Option<String>, Query),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 10000, description = "How many changes under each heading.")),
    responses((status = 200, body = ScopeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<extract::Json<ScopeView>, ApiError> {
    let limit = bounded("limit", which.limit, 1_000, 10_000)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let place = (which.environment.as_deref(), most);
    let view = app.scope(&request, (&product, &version), place).await?;
    Ok(extract::Json(view))
}

/// Takes a change out of a release, adds one, or writes one down, with a reason.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/scope/adjustments", request_body = AdjustmentRequest,
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn adjust(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<AdjustmentRequest>,
) -> Result<StatusCode, ApiError> {
    app.adjust_scope(request, (&product, &version), &wanted)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an audience is told about a release.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/notes",
    params(("product" = String, Path), ("version" = String, Path), ("audience" = Option<String>, Query, description = "developer, operator or customer; customer unless set."), ("environment" = Option<String>, Query)),
    responses((status = 200, body = NotesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn notes(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Query(whom): Query<Whom>,
) -> Result<extract::Json<NotesView>, ApiError> {
    let audience = whom.audience.as_deref().unwrap_or("customer");
    let whom = (audience, whom.environment.as_deref());
    let view = app.notes(&request, (&product, &version), whom).await?;
    Ok(extract::Json(view))
}

/// Writes what an audience is told in the place of a generated line, or that it is not told.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/notes", request_body = WordingRequest,
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn word(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
    Json(wanted): Json<WordingRequest>,
) -> Result<StatusCode, ApiError> {
    app.word_notes(request, (&product, &version), &wanted)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every tracker.
#[utoipa::path(get, path = "/api/v1/trackers",
    responses((status = 200, body = [TrackerView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn trackers(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<TrackerView>>, ApiError> {
    Ok(extract::Json(app.trackers(&request).await?))
}

/// The imported items of a tracker, in the order of their keys.
#[utoipa::path(get, path = "/api/v1/trackers/{tracker}/items",
    params(("tracker" = String, Path), ("after" = Option<String>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000)),
    responses((status = 200, body = [WorkItemView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn items(
    app: State,
    Caller(request): Caller,
    Path(tracker): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<extract::Json<Vec<WorkItemView>>, ApiError> {
    let limit = bounded("limit", paging.limit, 100, 1_000)?;
    let part = (paging.after.as_deref(), limit);
    Ok(extract::Json(app.items(&request, &tracker, part).await?))
}

/// Keeps what a tracker knows of its items; what it knew before of others stays.
#[utoipa::path(post, path = "/api/v1/trackers/{tracker}/items", request_body = ItemsRequest, params(("tracker" = String, Path)),
    responses((status = 200, body = ItemsImportedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn import_items(
    app: State,
    Caller(request): Caller,
    Path(tracker): Path<String>,
    Json(wanted): Json<ItemsRequest>,
) -> Result<extract::Json<ItemsImportedView>, ApiError> {
    let view = app.import_items(request, &tracker, &wanted).await?;
    Ok(extract::Json(view))
}

/// The address at which a tracker tells of its items by itself. It holds a key that does nothing else and ends with the caller's
/// token.
#[utoipa::path(get, path = "/api/v1/trackers/{tracker}/hook", params(("tracker" = String, Path)),
    responses((status = 200, body = FeedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn address(
    app: State,
    Caller(request): Caller,
    Path(tracker): Path<String>,
) -> Result<extract::Json<FeedView>, ApiError> {
    Ok(extract::Json(app.hook(&request, &tracker).await?))
}

/// Hears what a tracker tells of an item: an event of GitHub, GitLab or Jira, as JSON. The key in the address takes the place of a
/// token. What is told twice or late changes nothing.
#[utoipa::path(post, path = "/api/v1/trackers/{tracker}/hook", request_body = Object,
    params(("tracker" = String, Path), ("key" = Option<String>, Query)),
    responses((status = 200, body = ItemsImportedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn hear(
    app: State,
    Tracker(request): Tracker,
    Path(tracker): Path<String>,
    Json(event): Json<serde_json::Value>,
) -> Result<extract::Json<ItemsImportedView>, ApiError> {
    let view = app.hear_tracker(request, &tracker, event).await?;
    Ok(extract::Json(view))
}
