//! Handovers of releases, to Marketing for general availability and to Operations.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, State},
};
use crate::app::{
    SharedApp,
    handovers::{HandoverWord, ItemWord},
};
use axum::{
    Router, extract,
    http::StatusCode,
    routing::{get, post},
};
use tidegate_protocol::api::{
    HandoverDeedRequest, HandoverItemRequest, HandoverLineView, HandoverRequest, HandoverView,
    HandoversView, PlanSaveRequest, PlanSavedView, Problem,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/products/{product}/handovers", get(all))
        .route(
            "/api/v1/products/{product}/releases/{version}/handovers",
            get(list),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/handovers/{kind}",
            get(show).post(begin).put(save),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/handovers/{kind}/items/{item}/{deed}",
            post(say),
        )
        .route(
            "/api/v1/products/{product}/releases/{version}/handovers/{kind}/{deed}",
            post(act),
        )
}

/// Product, release and kind.
type Of = (String, String, String);

const fn of((product, version, kind): &Of) -> (&str, &str, &str) {
    (product.as_str(), version.as_str(), kind.as_str())
}

/// The handovers of a product, by release.
#[utoipa::path(get, path = "/api/v1/products/{product}/handovers", params(("product" = String, Path)),
    responses((status = 200, body = [HandoverLineView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn all(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
) -> Result<extract::Json<Vec<HandoverLineView>>, ApiError> {
    let views = app.product_handovers(&request, &product).await?;
    Ok(extract::Json(views))
}

/// The handovers of a release, and its dates: live, announced, and generally available.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/handovers",
    params(("product" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = HandoversView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Path((product, version)): Path<(String, String)>,
) -> Result<extract::Json<HandoversView>, ApiError> {
    let view = app.handovers(&request, (&product, &version)).await?;
    Ok(extract::Json(view))
}

/// Begins a handover, from a template or from what comes with the program.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/handovers/{kind}", request_body = HandoverRequest,
    params(("product" = String, Path), ("version" = String, Path), ("kind" = String, Path)),
    responses((status = 201, body = HandoverView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
    Json(wanted): Json<HandoverRequest>,
) -> Result<(StatusCode, extract::Json<HandoverView>), ApiError> {
    let view = app.begin_handover(request, of(&path), &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// A handover (`operations` or `general-availability`): how it stands, its items, and its sheet.
#[utoipa::path(get, path = "/api/v1/products/{product}/releases/{version}/handovers/{kind}",
    params(("product" = String, Path), ("version" = String, Path), ("kind" = String, Path)),
    responses((status = 200, body = HandoverView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
) -> Result<extract::Json<HandoverView>, ApiError> {
    let view = app.handover(&request, of(&path)).await?;
    Ok(extract::Json(view))
}

/// Saves the sheet of a handover, together with what others saved since its base; or says what saving would change.
#[utoipa::path(put, path = "/api/v1/products/{product}/releases/{version}/handovers/{kind}", request_body = PlanSaveRequest,
    params(("product" = String, Path), ("version" = String, Path), ("kind" = String, Path)),
    responses((status = 200, body = PlanSavedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn save(
    app: State,
    Caller(request): Caller,
    Path(path): Path<Of>,
    Json(wanted): Json<PlanSaveRequest>,
) -> Result<extract::Json<PlanSavedView>, ApiError> {
    let view = app.save_handover(request, of(&path), &wanted).await?;
    Ok(extract::Json(view))
}

/// Says of an item that it is `done`, does not apply (`skip`), or is to be done again (`reopen`).
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/handovers/{kind}/items/{item}/{deed}",
    request_body = HandoverItemRequest,
    params(("product" = String, Path), ("version" = String, Path), ("kind" = String, Path), ("item" = String, Path),
        ("deed" = String, Path)),
    responses((status = 200, body = HandoverView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn say(
    app: State,
    Caller(request): Caller,
    Path((product, version, kind, item, deed)): Path<(String, String, String, String, String)>,
    Json(said): Json<HandoverItemRequest>,
) -> Result<extract::Json<HandoverView>, ApiError> {
    let word = ItemWord::of(&deed)?;
    let of = (product.as_str(), version.as_str(), kind.as_str());
    let view = app
        .do_handover_item(request, of, (&item, word), &said)
        .await?;
    Ok(extract::Json(view))
}

/// Does something with a handover: `offer`, `accept`, `reject`, `withdraw` or `reopen`.
#[utoipa::path(post, path = "/api/v1/products/{product}/releases/{version}/handovers/{kind}/{deed}",
    request_body = HandoverDeedRequest,
    params(("product" = String, Path), ("version" = String, Path), ("kind" = String, Path), ("deed" = String, Path)),
    responses((status = 200, body = HandoverView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn act(
    app: State,
    Caller(request): Caller,
    Path((product, version, kind, deed)): Path<(String, String, String, String)>,
    Json(said): Json<HandoverDeedRequest>,
) -> Result<extract::Json<HandoverView>, ApiError> {
    let word = HandoverWord::of(&deed)?;
    let of = (product.as_str(), version.as_str(), kind.as_str());
    let view = app.do_handover(request, of, word, &said).await?;
    Ok(extract::Json(view))
}
