//! Trains.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, State, bounded},
};
use crate::app::{Request, SharedApp, trains::TrainDeed};
use axum::{
    Router, extract,
    routing::{get, post, put},
};
use serde::Deserialize;
use tidegate_protocol::api::{
    PlanEditionView, PlanSaveRequest, PlanSavedView, Problem, TrainDropRequest, TrainReasonRequest,
    TrainReplaceRequest, TrainSummary, TrainView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/trains", get(list))
        .route("/api/v1/trains/{train}", get(show))
        .route("/api/v1/trains/{train}/plan", put(save))
        .route("/api/v1/trains/{train}/plan/editions", get(editions))
        .route("/api/v1/trains/{train}/close", post(close))
        .route("/api/v1/trains/{train}/drop", post(drop_member))
        .route("/api/v1/trains/{train}/replace", post(replace))
        .route("/api/v1/trains/{train}/hold", post(hold))
        .route("/api/v1/trains/{train}/resume", post(resume))
        .route("/api/v1/trains/{train}/cancel", post(cancel))
}

type Shown = Result<extract::Json<TrainView>, ApiError>;

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    before: Option<u64>,
    limit: Option<u64>,
}

/// Trains, those first that have not ended.
#[utoipa::path(get, path = "/api/v1/trains",
    responses((status = 200, body = [TrainSummary]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<TrainSummary>>, ApiError> {
    Ok(extract::Json(app.trains(&request).await?))
}

/// One train: its plan, what its members bring, how far they are, and what it waits for.
#[utoipa::path(get, path = "/api/v1/trains/{train}", params(("train" = String, Path)),
    responses((status = 200, body = TrainView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(app: State, Caller(request): Caller, Path(train): Path<String>) -> Shown {
    shown(&app, &request, &train).await
}

/// Saves the plan of a train, together with what others saved since its base; or says what saving would change. A train that was
/// not planned before is begun.
#[utoipa::path(put, path = "/api/v1/trains/{train}/plan", request_body = PlanSaveRequest, params(("train" = String, Path)),
    responses((status = 200, body = PlanSavedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn save(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
    Json(wanted): Json<PlanSaveRequest>,
) -> Result<extract::Json<PlanSavedView>, ApiError> {
    let view = app.save_train_plan(request, &train, &wanted).await?;
    Ok(extract::Json(view))
}

/// The savings of a train's plan, the newest first, each with what it changed.
#[utoipa::path(get, path = "/api/v1/trains/{train}/plan/editions",
    params(("train" = String, Path), ("before" = Option<u64>, Query), ("limit" = Option<u64>, Query, minimum = 1, maximum = 200)),
    responses((status = 200, body = [PlanEditionView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn editions(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<extract::Json<Vec<PlanEditionView>>, ApiError> {
    let limit = bounded("limit", paging.limit, 20, 200)?;
    let part = (paging.before, limit);
    let views = app.train_plan_editions(&request, &train, part).await?;
    Ok(extract::Json(views))
}

/// Closes boarding: exactly what the members bring now goes, in the name of whoever closes it.
#[utoipa::path(post, path = "/api/v1/trains/{train}/close", params(("train" = String, Path)),
    responses((status = 200, body = TrainView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn close(app: State, Caller(request): Caller, Path(train): Path<String>) -> Shown {
    steered(&app, request, (&train, TrainDeed::Close)).await
}

/// Drops a member that no other needs.
#[utoipa::path(post, path = "/api/v1/trains/{train}/drop", request_body = TrainDropRequest, params(("train" = String, Path)),
    responses((status = 200, body = TrainView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn drop_member(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
    Json(wanted): Json<TrainDropRequest>,
) -> Shown {
    let TrainDropRequest { product, reason } = wanted;
    let deed = TrainDeed::Drop { product, reason };
    steered(&app, request, (&train, deed)).await
}

/// Takes another release of a member aboard, once boarding is closed. The train begins again at its first departure.
#[utoipa::path(post, path = "/api/v1/trains/{train}/replace", request_body = TrainReplaceRequest, params(("train" = String, Path)),
    responses((status = 200, body = TrainView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn replace(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
    Json(wanted): Json<TrainReplaceRequest>,
) -> Shown {
    let deed = TrainDeed::Replace {
        product: wanted.product,
        release: wanted.release,
        reason: wanted.reason,
    };
    steered(&app, request, (&train, deed)).await
}

/// Holds a train where it stands.
#[utoipa::path(post, path = "/api/v1/trains/{train}/hold", request_body = TrainReasonRequest, params(("train" = String, Path)),
    responses((status = 200, body = TrainView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn hold(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
    Json(wanted): Json<TrainReasonRequest>,
) -> Shown {
    let reason = wanted.reason;
    steered(&app, request, (&train, TrainDeed::Hold { reason })).await
}

/// Lets a train go on that was held, went back or did not arrive as a whole.
#[utoipa::path(post, path = "/api/v1/trains/{train}/resume", params(("train" = String, Path)),
    responses((status = 200, body = TrainView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
) -> Shown {
    steered(&app, request, (&train, TrainDeed::Resume)).await
}

/// Ends a train. What runs stays as it is.
#[utoipa::path(post, path = "/api/v1/trains/{train}/cancel", request_body = TrainReasonRequest, params(("train" = String, Path)),
    responses((status = 200, body = TrainView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel(
    app: State,
    Caller(request): Caller,
    Path(train): Path<String>,
    Json(wanted): Json<TrainReasonRequest>,
) -> Shown {
    let reason = wanted.reason;
    steered(&app, request, (&train, TrainDeed::Cancel { reason })).await
}

async fn steered(app: &SharedApp, request: Request, (train, deed): (&str, TrainDeed)) -> Shown {
    app.steer_train(request.clone(), train, deed).await?;
    shown(app, &request, train).await
}

async fn shown(app: &SharedApp, request: &Request, train: &str) -> Shown {
    Ok(extract::Json(app.train_view(request, train).await?))
}
