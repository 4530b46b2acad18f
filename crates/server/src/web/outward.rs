//! The routes of pages that are about others: what they are told, and what they change under us.

use super::pages::{
    addresses, audiences, channels, messages, opt_in, outside, status_page, suppliers,
};
use crate::{app::SharedApp, http::STRANGERS_BODY_MAX};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

pub(super) fn router() -> Router<SharedApp> {
    told().merge(supplied())
}

/// What people are told, with an account and without.
fn told() -> Router<SharedApp> {
    let strangers = DefaultBodyLimit::max(STRANGERS_BODY_MAX);
    Router::new()
        .route(
            "/products/{product}/releases/{version}/messages",
            get(messages::show).post(messages::begin),
        )
        .route(
            "/messages/{id}",
            get(messages::message::show).post(messages::message::edit),
        )
        .route("/messages/{id}/{deed}", post(messages::message::carry_out))
        .route(
            "/messages/{id}/deliveries/{delivery}",
            post(messages::message::settle),
        )
        .route(
            "/messages/{id}/bounces",
            post(messages::message::report_bounce),
        )
        .route("/audiences", get(audiences::show))
        .route("/audiences/{audience}", get(audiences::audience::show))
        .route(
            "/audiences/{audience}/invite",
            post(audiences::audience::invite),
        )
        .route(
            "/bounces",
            get(audiences::bounces::show).post(audiences::bounces::report),
        )
        .route("/bounces/confirm", post(audiences::bounces::confirm))
        .route("/channels", get(channels::show))
        .route("/channels/secrets", post(channels::set))
        .route("/channels/{channel}/feed", post(channels::feed))
        .route("/addresses/{token}/end", post(addresses::end))
        .route("/notices", get(messages::notices::show))
        .route(
            "/opt-in/{secret}",
            get(opt_in::show).post(opt_in::say).layer(strangers),
        )
        .route("/status/{product}", get(status_page::show))
        .route("/status/{product}/status.json", get(status_page::data))
        .route("/status/{product}/feed.atom", get(status_page::feed))
}

/// What others change under us, and what they see of us.
fn supplied() -> Router<SharedApp> {
    let strangers = DefaultBodyLimit::max(STRANGERS_BODY_MAX);
    let outside = Router::new()
        .route("/outside/{token}", get(outside::show))
        .route("/outside/{token}/tasks/{task}", post(outside::act))
        .route("/outside/{token}/notices", post(outside::announce))
        .layer(strangers);
    Router::new()
        .route("/suppliers", get(suppliers::show))
        .route("/suppliers/{supplier}", get(suppliers::supplier::show))
        .route(
            "/suppliers/{supplier}/notices",
            post(suppliers::supplier::announce),
        )
        .route(
            "/suppliers/{supplier}/notices/import",
            post(suppliers::imports::read),
        )
        .route("/suppliers/{supplier}/links", post(suppliers::links::give))
        .route(
            "/suppliers/{supplier}/links/{nonce}/take-back",
            post(suppliers::links::take_back),
        )
        .route(
            "/suppliers/{supplier}/tasks",
            post(suppliers::supplier::ask),
        )
        .route(
            "/suppliers/{supplier}/tasks/{task}/withdraw",
            post(suppliers::supplier::withdraw),
        )
        .route(
            "/suppliers/{supplier}/incidents",
            post(suppliers::supplier::report),
        )
        .route("/supplier-notices/{id}", get(suppliers::change::show))
        .route(
            "/supplier-notices/{id}/{deed}",
            post(suppliers::change::carry_out),
        )
        .route("/observations/{id}", get(suppliers::change::show_observed))
        .route("/supplier-responses", post(suppliers::change::respond))
        .route(
            "/supplier-responses/{id}/{deed}",
            post(suppliers::change::settle),
        )
        .merge(outside)
}
