//! Messages, what became of them, and whom they reach.

use super::super::{
    ApiError,
    access::{Caller, Json, Path, Query, Reader, State, bounded},
};
use crate::app::{
    SharedApp,
    communication::{DeliveryDeed, MessageDeed, MessagesOf, Part},
};
use axum::{
    Router, extract,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_domain::id::{DeliveryId, MessageId};
use tidegate_protocol::api::{
    AudienceView, BounceRequest, BounceView, ChannelSecretRequest, ChannelView, DeliveriesView,
    DeliveryView, FeedView, InvitedView, MessageDeedRequest, MessagePreviewView, MessageRequest,
    MessageView, NoticeView, Problem, WritingRequest,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/products/{product}/messages", get(list))
        .route("/api/v1/messages", post(begin))
        .route("/api/v1/messages/{id}", get(show).put(edit))
        .route("/api/v1/messages/{id}/preview", get(preview))
        .route("/api/v1/messages/{id}/deliveries", get(deliveries))
        .route("/api/v1/messages/{id}/submit", post(submit))
        .route("/api/v1/messages/{id}/send-back", post(send_back))
        .route("/api/v1/messages/{id}/sanction", post(sanction))
        .route("/api/v1/messages/{id}/send", post(send))
        .route("/api/v1/messages/{id}/cancel", post(cancel))
        .route("/api/v1/deliveries/{id}/settle", post(settle))
        .route("/api/v1/deliveries/{id}/resend", post(resend))
        .route("/api/v1/notices", get(notices))
        .route("/api/v1/audiences", get(audiences))
        .route("/api/v1/audiences/{audience}", get(audience))
        .route("/api/v1/audiences/{audience}/invite", post(invite))
        .route("/api/v1/bounces", get(bounces).post(report_bounce))
        .route("/api/v1/bounces/confirm", post(confirm))
        .route("/api/v1/channels", get(channels))
        .route("/api/v1/channels/{channel}/feed", get(feed_address))
        .route("/api/v1/channels/{channel}/feed.atom", get(feed))
        .route("/api/v1/channels/secrets/{name}", post(set_secret))
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    version: Option<String>,
    state: Option<String>,
    audience: Option<String>,
    before: Option<u64>,
    after: Option<u64>,
    limit: Option<u64>,
    again: Option<bool>,
}

/// Messages about a product or one of its releases, the newest first.
#[utoipa::path(get, path = "/api/v1/products/{product}/messages", params(("product" = String, Path), ("version" = Option<String>, Query), ("before" = Option<u64>, Query),
    ("limit" = Option<u64>, Query)),
    responses((status = 200, body = Vec<MessageView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    app: State,
    Caller(request): Caller,
    Path(product): Path<String>,
    Query(which): Query<Which>,
) -> Result<extract::Json<Vec<MessageView>>, ApiError> {
    let of = MessagesOf {
        product,
        version: which.version,
    };
    let part = Part {
        from: which.before,
        limit: bounded("limit", which.limit, 50, 200)?,
    };
    Ok(extract::Json(app.messages(&request, &of, part).await?))
}

/// Begins a message, from a template or blank.
#[utoipa::path(post, path = "/api/v1/messages", request_body = MessageRequest,
    responses((status = 201, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<MessageRequest>,
) -> Result<(StatusCode, extract::Json<MessageView>), ApiError> {
    let view = app.begin_message(request, &wanted).await?;
    Ok((StatusCode::CREATED, extract::Json(view)))
}

/// One message.
#[utoipa::path(get, path = "/api/v1/messages/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<extract::Json<MessageView>, ApiError> {
    Ok(extract::Json(app.message(&request, MessageId(id)).await?))
}

/// Writes a message otherwise. What was sanctioned before is so no longer.
#[utoipa::path(put, path = "/api/v1/messages/{id}", params(("id" = u64, Path)), request_body = WritingRequest,
    responses((status = 200, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn edit(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(wanted): Json<WritingRequest>,
) -> Result<extract::Json<MessageView>, ApiError> {
    let view = app.edit_message(request, MessageId(id), &wanted).await?;
    Ok(extract::Json(view))
}

/// A message as its audiences would get it, and who would.
#[utoipa::path(get, path = "/api/v1/messages/{id}/preview", params(("id" = u64, Path), ("audience" = Option<String>, Query)),
    responses((status = 200, body = Vec<MessagePreviewView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn preview(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Query(which): Query<Which>,
) -> Result<extract::Json<Vec<MessagePreviewView>>, ApiError> {
    let only = which.audience.as_deref();
    let views = app.preview_message(&request, MessageId(id), only).await?;
    Ok(extract::Json(views))
}

/// What became of a message with each recipient.
#[utoipa::path(get, path = "/api/v1/messages/{id}/deliveries", params(("id" = u64, Path), ("state" = Option<String>, Query), ("after" = Option<u64>, Query), ("limit" = Option<u64>, Query)),
    responses((status = 200, body = DeliveriesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn deliveries(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Query(which): Query<Which>,
) -> Result<extract::Json<DeliveriesView>, ApiError> {
    let part = Part {
        from: which.after,
        limit: bounded("limit", which.limit, 100, 1_000)?,
    };
    let of = (MessageId(id), which.state.as_deref());
    Ok(extract::Json(app.deliveries(&request, of, part).await?))
}

/// Asks others to read a message.
#[utoipa::path(post, path = "/api/v1/messages/{id}/submit", params(("id" = u64, Path)), request_body = MessageDeedRequest,
    responses((status = 200, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn submit(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<MessageDeedRequest>,
) -> Result<extract::Json<MessageView>, ApiError> {
    let deed = MessageDeed::Submit;
    let view = app.do_message(request, MessageId(id), deed, &said).await?;
    Ok(extract::Json(view))
}

/// Says that something in a message is to change first.
#[utoipa::path(post, path = "/api/v1/messages/{id}/send-back", params(("id" = u64, Path)), request_body = MessageDeedRequest,
    responses((status = 200, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn send_back(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<MessageDeedRequest>,
) -> Result<extract::Json<MessageView>, ApiError> {
    let deed = MessageDeed::SendBack;
    let view = app.do_message(request, MessageId(id), deed, &said).await?;
    Ok(extract::Json(view))
}

/// Says that exactly this message may go out; whoever wrote any of it cannot.
#[utoipa::path(post, path = "/api/v1/messages/{id}/sanction", params(("id" = u64, Path)), request_body = MessageDeedRequest,
    responses((status = 200, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn sanction(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<MessageDeedRequest>,
) -> Result<extract::Json<MessageView>, ApiError> {
    let deed = MessageDeed::Sanction;
    let view = app.do_message(request, MessageId(id), deed, &said).await?;
    Ok(extract::Json(view))
}

/// Sends a message that waits for a person.
#[utoipa::path(post, path = "/api/v1/messages/{id}/send", params(("id" = u64, Path)), request_body = MessageDeedRequest,
    responses((status = 200, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn send(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<MessageDeedRequest>,
) -> Result<extract::Json<MessageView>, ApiError> {
    let deed = MessageDeed::Send;
    let view = app.do_message(request, MessageId(id), deed, &said).await?;
    Ok(extract::Json(view))
}

/// Stops a message; what went out stays out.
#[utoipa::path(post, path = "/api/v1/messages/{id}/cancel", params(("id" = u64, Path)), request_body = MessageDeedRequest,
    responses((status = 200, body = MessageView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<MessageDeedRequest>,
) -> Result<extract::Json<MessageView>, ApiError> {
    let deed = MessageDeed::Cancel;
    let view = app.do_message(request, MessageId(id), deed, &said).await?;
    Ok(extract::Json(view))
}

/// Says whether a delivery arrived of which nobody knows.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/settle", params(("id" = u64, Path)), request_body = MessageDeedRequest,
    responses((status = 200, body = DeliveryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn settle(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<MessageDeedRequest>,
) -> Result<extract::Json<DeliveryView>, ApiError> {
    let deed = DeliveryDeed::Settle;
    let view = app
        .do_delivery(request, DeliveryId(id), deed, &said)
        .await?;
    Ok(extract::Json(view))
}

/// Has a delivery sent again that nobody knows of or that was given up, with a reason.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/resend", params(("id" = u64, Path)), request_body = MessageDeedRequest,
    responses((status = 200, body = DeliveryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resend(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
    Json(said): Json<MessageDeedRequest>,
) -> Result<extract::Json<DeliveryView>, ApiError> {
    let deed = DeliveryDeed::Resend;
    let view = app
        .do_delivery(request, DeliveryId(id), deed, &said)
        .await?;
    Ok(extract::Json(view))
}

/// What whoever asks was told in the pages, the newest first.
#[utoipa::path(get, path = "/api/v1/notices", params(("limit" = Option<u64>, Query)),
    responses((status = 200, body = Vec<NoticeView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn notices(
    app: State,
    Caller(request): Caller,
    Query(which): Query<Which>,
) -> Result<extract::Json<Vec<NoticeView>>, ApiError> {
    let limit = bounded("limit", which.limit, 50, 200)?;
    Ok(extract::Json(app.notices(&request, limit).await?))
}

/// Every audience.
#[utoipa::path(get, path = "/api/v1/audiences",
    responses((status = 200, body = Vec<AudienceView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn audiences(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<AudienceView>>, ApiError> {
    Ok(extract::Json(app.audiences(&request).await?))
}

/// An audience, and whom it reaches now.
#[utoipa::path(get, path = "/api/v1/audiences/{audience}", params(("audience" = String, Path)),
    responses((status = 200, body = AudienceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn audience(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
) -> Result<extract::Json<AudienceView>, ApiError> {
    Ok(extract::Json(app.audience(&request, &name).await?))
}

/// Asks the stakeholders of an audience whether they want to be told; those who did not answer again, if told so.
#[utoipa::path(post, path = "/api/v1/audiences/{audience}/invite", params(("audience" = String, Path), ("again" = Option<bool>, Query)),
    responses((status = 200, body = InvitedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn invite(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Result<extract::Json<InvitedView>, ApiError> {
    let again = which.again.unwrap_or_default();
    let view = app.invite_stakeholders(request, &name, again).await?;
    Ok(extract::Json(view))
}

/// The recipients that bounced, the last first.
#[utoipa::path(get, path = "/api/v1/bounces",
    responses((status = 200, body = Vec<BounceView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn bounces(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<BounceView>>, ApiError> {
    Ok(extract::Json(app.bounces(&request).await?))
}

/// Says that a mail came back later. Nothing is sent there until somebody confirms it.
#[utoipa::path(post, path = "/api/v1/bounces", request_body = BounceRequest,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn report_bounce(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<BounceRequest>,
) -> Result<StatusCode, ApiError> {
    app.report_bounce(request, &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a recipient that bounced is good.
#[utoipa::path(post, path = "/api/v1/bounces/confirm", request_body = BounceRequest,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn confirm(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<BounceRequest>,
) -> Result<StatusCode, ApiError> {
    app.confirm_recipient(request, &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every channel, with what it lacks before anything goes out by it.
#[utoipa::path(get, path = "/api/v1/channels",
    responses((status = 200, body = Vec<ChannelView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn channels(
    app: State,
    Caller(request): Caller,
) -> Result<extract::Json<Vec<ChannelView>>, ApiError> {
    Ok(extract::Json(app.channels(&request).await?))
}

/// The address for programs that read the feed of a channel.
#[utoipa::path(get, path = "/api/v1/channels/{channel}/feed", params(("channel" = String, Path)),
    responses((status = 200, body = FeedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn feed_address(
    app: State,
    Caller(request): Caller,
    Path(channel): Path<String>,
) -> Result<extract::Json<FeedView>, ApiError> {
    Ok(extract::Json(app.feed_address(&request, &channel).await?))
}

/// The messages of a channel as an Atom feed, as far as whoever reads may see them.
#[utoipa::path(get, path = "/api/v1/channels/{channel}/feed.atom", params(("channel" = String, Path), ("key" = Option<String>, Query)),
    responses((status = 200, body = String, content_type = "application/atom+xml"), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn feed(
    app: State,
    Reader(request): Reader,
    Path(channel): Path<String>,
) -> Result<Response, ApiError> {
    let text = app.channel_feed(&request, &channel).await?;
    Ok((
        [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")],
        text,
    )
        .into_response())
}

/// Keeps a secret that channels name: what webhooks are signed with, or the address of a room.
#[utoipa::path(post, path = "/api/v1/channels/secrets/{name}", params(("name" = String, Path)), request_body = ChannelSecretRequest,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn set_secret(
    app: State,
    Caller(request): Caller,
    Path(name): Path<String>,
    Json(wanted): Json<ChannelSecretRequest>,
) -> Result<StatusCode, ApiError> {
    app.set_channel_secret(request, &name, &wanted.value)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
