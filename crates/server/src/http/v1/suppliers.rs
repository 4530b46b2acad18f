//! Suppliers: what they announce and deploy, what it means, and what is done about it.

use super::super::{
    ApiError, STRANGERS_BODY_MAX,
    access::{Caller, Json, Path, Query, State, Stranger, bounded},
};
use crate::app::SharedApp;
use axum::{
    Router,
    body::Bytes,
    extract::{self, DefaultBodyLimit},
    http::HeaderMap,
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::{
    communication::signature::SignedHeaders,
    id::{NoticeId, ObservationId, ResponseId, SupplierTaskId},
    supplier::response::About,
};
use tidegate_protocol::api::{
    ImpactView, IncidentRequest, IncidentView, Problem, ReceivedNoticeView, ResponseRequest,
    ResponseView, SupplierDeedRequest, SupplierImportRequest, SupplierImportView, SupplierLineView,
    SupplierLinkRequest, SupplierLinkView, SupplierNoticeRequest, SupplierNoticeView,
    SupplierScorecardView, SupplierTaskRequest, SupplierTaskView, SupplierToldView, SupplierView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/suppliers", get(list))
        .route("/api/v1/suppliers/{supplier}", get(show))
        .route("/api/v1/suppliers/{supplier}/scorecard", get(scorecard))
        .route("/api/v1/suppliers/{supplier}/notices", post(announce))
        .route("/api/v1/suppliers/{supplier}/notices/import", post(import))
        .route("/api/v1/suppliers/{supplier}/tasks", post(ask))
        .route("/api/v1/suppliers/{supplier}/incidents", post(report))
        .route("/api/v1/suppliers/{supplier}/links", get(links).post(give))
        .route(
            "/api/v1/suppliers/{supplier}/hook",
            post(hear).layer(DefaultBodyLimit::max(STRANGERS_BODY_MAX)),
        )
        .route("/api/v1/supplier-notices/{id}", get(notice))
        .route("/api/v1/supplier-notices/{id}/deeds", post(do_notice))
        .route("/api/v1/supplier-notices/{id}/impact", get(impact))
        .route("/api/v1/observations/{id}/impact", get(observed_impact))
        .route("/api/v1/supplier-responses", post(respond))
        .route("/api/v1/supplier-responses/{id}/deeds", post(do_response))
        .route("/api/v1/supplier-tasks/{id}/deeds", post(do_task))
        .route(
            "/api/v1/supplier-links/{nonce}",
            axum::routing::delete(take_back),
        )
}

/// How far back.
#[derive(Debug, Deserialize)]
pub(super) struct Span {
    days: Option<u32>,
}

/// Lists all suppliers.
#[utoipa::path(get, path = "/api/v1/suppliers",
    responses((status = 200, body = [SupplierLineView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<SupplierLineView>>, ApiError> {
    Ok(extract::Json(app.suppliers(&request).await?))
}

/// Shows one supplier with the newest of everything.
#[utoipa::path(get, path = "/api/v1/suppliers/{supplier}", params(("supplier" = String, Path)),
    responses((status = 200, body = SupplierView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
) -> Result<extract::Json<SupplierView>, ApiError> {
    Ok(extract::Json(app.supplier(&request, &supplier).await?))
}

/// Tells how a supplier kept to what it promised over the last days, 365 unless given.
#[utoipa::path(get, path = "/api/v1/suppliers/{supplier}/scorecard",
    params(("supplier" = String, Path), ("days" = Option<u32>, Query, minimum = 1, maximum = 3660)),
    responses((status = 200, body = SupplierScorecardView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn scorecard(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
    Query(span): Query<Span>,
) -> Result<extract::Json<SupplierScorecardView>, ApiError> {
    let days = bounded("days", span.days, 365, 3_660)?;
    let view = app.supplier_scorecard(&request, &supplier, days).await?;
    Ok(extract::Json(view))
}

/// Writes down what a supplier announced. With a number of theirs that is known it is another edition of the same notice.
#[utoipa::path(post, path = "/api/v1/suppliers/{supplier}/notices", params(("supplier" = String, Path)),
    request_body = SupplierNoticeRequest,
    responses((status = 200, body = ReceivedNoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn announce(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
    Json(wanted): Json<SupplierNoticeRequest>,
) -> Result<extract::Json<ReceivedNoticeView>, ApiError> {
    let view = app
        .announce_for_supplier(request, &supplier, &wanted)
        .await?;
    Ok(extract::Json(view))
}

/// Reads a calendar or a mail that a supplier sent.
#[utoipa::path(post, path = "/api/v1/suppliers/{supplier}/notices/import", params(("supplier" = String, Path)),
    request_body = SupplierImportRequest,
    responses((status = 200, body = SupplierImportView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn import(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
    Json(wanted): Json<SupplierImportRequest>,
) -> Result<extract::Json<SupplierImportView>, ApiError> {
    let view = app
        .import_from_supplier(request, &supplier, &wanted)
        .await?;
    Ok(extract::Json(view))
}

/// Asks a supplier to do something.
#[utoipa::path(post, path = "/api/v1/suppliers/{supplier}/tasks", params(("supplier" = String, Path)),
    request_body = SupplierTaskRequest,
    responses((status = 200, body = SupplierTaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn ask(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
    Json(wanted): Json<SupplierTaskRequest>,
) -> Result<extract::Json<SupplierTaskView>, ApiError> {
    let view = app.ask_supplier(request, &supplier, &wanted).await?;
    Ok(extract::Json(view))
}

/// Writes down what went wrong because of a supplier.
#[utoipa::path(post, path = "/api/v1/suppliers/{supplier}/incidents", params(("supplier" = String, Path)),
    request_body = IncidentRequest,
    responses((status = 200, body = IncidentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn report(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
    Json(wanted): Json<IncidentRequest>,
) -> Result<extract::Json<IncidentView>, ApiError> {
    let view = app
        .report_supplier_incident(request, &supplier, &wanted)
        .await?;
    Ok(extract::Json(view))
}

/// Lists the links that contacts of a supplier were given.
#[utoipa::path(get, path = "/api/v1/suppliers/{supplier}/links", params(("supplier" = String, Path)),
    responses((status = 200, body = [SupplierLinkView]), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn links(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
) -> Result<extract::Json<Vec<SupplierLinkView>>, ApiError> {
    Ok(extract::Json(
        app.supplier_links(&request, &supplier).await?,
    ))
}

/// Lets a contact of a supplier see and do a little without an account. The link is told once.
#[utoipa::path(post, path = "/api/v1/suppliers/{supplier}/links", params(("supplier" = String, Path)),
    request_body = SupplierLinkRequest,
    responses((status = 200, body = SupplierLinkView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn give(
    app: State,
    Caller(request): Caller,
    Path(supplier): Path<String>,
    Json(wanted): Json<SupplierLinkRequest>,
) -> Result<extract::Json<SupplierLinkView>, ApiError> {
    let view = app.give_supplier_link(request, &supplier, &wanted).await?;
    Ok(extract::Json(view))
}

/// Takes a link back.
#[utoipa::path(delete, path = "/api/v1/supplier-links/{nonce}", params(("nonce" = String, Path)),
    responses((status = 200, body = SupplierLinkView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn take_back(
    app: State,
    Caller(request): Caller,
    Path(nonce): Path<String>,
) -> Result<extract::Json<SupplierLinkView>, ApiError> {
    let view = app.take_supplier_link_back(request, &nonce).await?;
    Ok(extract::Json(view))
}

/// Hears from a supplier itself what it deployed. The request is signed by Standard Webhooks with the secret that the component's
/// probe names; one that is sent again changes nothing.
#[utoipa::path(post, path = "/api/v1/suppliers/{supplier}/hook", params(("supplier" = String, Path)), request_body = Object,
    security(()),
    responses((status = 200, body = SupplierToldView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn hear(
    app: State,
    Stranger: Stranger,
    Path(supplier): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<extract::Json<SupplierToldView>, ApiError> {
    let view = app
        .hear_supplier(&supplier, signed(&headers), body.to_vec())
        .await?;
    Ok(extract::Json(view))
}

/// What stands beside a body; nothing where a header is missing.
fn signed(headers: &HeaderMap) -> SignedHeaders {
    let text = |name: &str| {
        let value = headers.get(name).and_then(|it| it.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    SignedHeaders {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
    }
}

/// Shows one notice.
#[utoipa::path(get, path = "/api/v1/supplier-notices/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = SupplierNoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn notice(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<SupplierNoticeView>, ApiError> {
    Ok(extract::Json(
        app.supplier_notice(&request, NoticeId(id)).await?,
    ))
}

/// Acknowledges, closes or withdraws a notice, or says that it happened.
#[utoipa::path(post, path = "/api/v1/supplier-notices/{id}/deeds", params(("id" = u64, Path)), request_body = SupplierDeedRequest,
    responses((status = 200, body = SupplierNoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn do_notice(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<SupplierDeedRequest>,
) -> Result<extract::Json<SupplierNoticeView>, ApiError> {
    let view = app.do_supplier_notice(request, NoticeId(id), &said).await?;
    Ok(extract::Json(view))
}

/// Computes what an announced change means for products, environments and plans.
#[utoipa::path(get, path = "/api/v1/supplier-notices/{id}/impact", params(("id" = u64, Path)),
    responses((status = 200, body = ImpactView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn impact(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<ImpactView>, ApiError> {
    let about = About::Notice(NoticeId(id));
    Ok(extract::Json(app.supplier_impact(&request, about).await?))
}

/// Computes what an observed change means for products, environments and plans.
#[utoipa::path(get, path = "/api/v1/observations/{id}/impact", params(("id" = u64, Path)),
    responses((status = 200, body = ImpactView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn observed_impact(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<ImpactView>, ApiError> {
    let about = About::Observation(ObservationId(id));
    Ok(extract::Json(app.supplier_impact(&request, about).await?))
}

/// Decides what is done about a change for a product in an environment. To accept it takes a level more.
#[utoipa::path(post, path = "/api/v1/supplier-responses", request_body = ResponseRequest,
    responses((status = 200, body = ResponseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn respond(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<ResponseRequest>,
) -> Result<extract::Json<ResponseView>, ApiError> {
    Ok(extract::Json(
        app.respond_to_supplier(request, &wanted).await?,
    ))
}

/// Says that a response is done, not needed, or to be done again.
#[utoipa::path(post, path = "/api/v1/supplier-responses/{id}/deeds", params(("id" = u64, Path)), request_body = SupplierDeedRequest,
    responses((status = 200, body = ResponseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn do_response(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<SupplierDeedRequest>,
) -> Result<extract::Json<ResponseView>, ApiError> {
    let view = app.do_response(request, ResponseId(id), &said).await?;
    Ok(extract::Json(view))
}

/// Opens a task of a supplier again, or withdraws it.
#[utoipa::path(post, path = "/api/v1/supplier-tasks/{id}/deeds", params(("id" = u64, Path)), request_body = SupplierDeedRequest,
    responses((status = 200, body = SupplierTaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn do_task(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<SupplierDeedRequest>,
) -> Result<extract::Json<SupplierTaskView>, ApiError> {
    let view = app
        .do_supplier_task(request, SupplierTaskId(id), &said)
        .await?;
    Ok(extract::Json(view))
}
