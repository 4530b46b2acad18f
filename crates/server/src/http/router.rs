//! The whole router, and the layers around every request: a name, a log line, limits, and safe headers.

use super::{access::REQUEST_ID, log, registry::Host, registry_token, v1};
use crate::{
    Room,
    app::SharedApp,
    connection::{Crowd, held},
    telemetry, web,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use std::sync::Arc;
use tidegate_registry::RegistryState;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

/// The longest body of the API.
const BODY_MAX: usize = 8 * 1024 * 1024;
/// The longest body of somebody who is not known yet.
pub(crate) const STRANGERS_BODY_MAX: usize = 64 * 1024;

/// What the pages may load: only what this server itself sends.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Everything that answers on the people's address.
pub(crate) fn router(app: SharedApp, room: Room) -> Router {
    let registry = RegistryState {
        registry: app.registry.clone(),
        access: Arc::new(Host(app.clone())),
    };
    // Connections of the proxy say nothing of clients: behind one, what a client asks at once is counted.
    let each = Room {
        all: usize::MAX,
        ..room
    };
    let crowd = Crowd::new("clients of the proxy", each);
    let request_id = HeaderName::from_static(REQUEST_ID);
    Router::new()
        .merge(v1::router())
        .merge(log::router())
        .merge(registry_token::router())
        .merge(web::router(&app))
        .merge(health())
        .route("/metrics", get(telemetry::metrics))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(app.clone())
        .merge(tidegate_registry::router(registry))
        .layer(middleware::from_fn_with_state(app.clone(), standstill))
        .layer(middleware::from_fn_with_state((app, crowd), one_of_many))
        .layer(header_layer(
            header::CONTENT_SECURITY_POLICY,
            CONTENT_POLICY,
        ))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::REFERRER_POLICY, "same-origin"))
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(request_id.clone()))
        .layer(SetRequestIdLayer::new(request_id, MakeRequestUuid))
}

/// What says whether the server lives, and is ready.
pub(crate) fn health() -> Router<SharedApp> {
    Router::new()
        .route("/healthz", get(telemetry::healthz))
        .route("/readyz", get(telemetry::readyz))
}

/// What may be asked of a server that was put back from a backup, before a person lets it go on: to read, to sign in, and that.
const AT_STANDSTILL: [&str; 3] = ["/api/v1/incarnation", "/sign-in", "/sign-out"];

async fn standstill(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let may = AT_STANDSTILL.contains(&path);
    if !request.method().is_safe()
        && !may
        && let Err(error) = app.standstill.refuse()
    {
        return web::refused(path, error);
    }
    next.run(request).await
}

async fn one_of_many(
    State((app, crowd)): State<(SharedApp, Crowd)>,
    request: Request,
    next: Next,
) -> Response {
    if !app.identity.behind_proxy {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match crowd.enter(Some(app.address(&parts))) {
        Ok(place) => {
            let answer = next.run(Request::from_parts(parts, body)).await;
            answer.map(|body| held(body, place))
        }
        Err(why) => web::refused(parts.uri.path(), why.error()),
    }
}

fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn span(request: &Request) -> tracing::Span {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    tracing::debug_span!("request", method = %request.method(), route, id)
}
