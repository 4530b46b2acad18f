//! Connections of people and of agents: how many there may be, and how long somebody at the other end may take.
//!
//! Nothing here looks at what is said. A request is read by hyper within [`Patience::headers`]; a body is given up by
//! [`PatientBody`] and a socket that takes nothing by [`PatientStream`] once they were waited for too long ([`meter`]). What
//! waits for *us*, such as a long poll, is never given up. Who comes when there are too many is sent away by [`Crowd`]. Start at
//! [`people`].

mod body;
mod crowd;
mod held;
mod meter;
pub(crate) mod people;
mod stream;

pub(crate) use body::PatientBody;
pub use crowd::Room;
pub(crate) use crowd::{Crowd, Crowded, Place};
pub(crate) use held::held;
pub(crate) use stream::PatientStream;

use axum::{Router, body::Body};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioTimer, service::TowerToHyperService};
use std::{convert::Infallible, time::Duration};

/// How long the other end may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For the handshake of TLS.
    pub(crate) handshake: Duration,
    /// For the headers of a request, counted from the connection or from the request before: an idle connection ends by it.
    pub(crate) headers: Duration,
    /// For the next bytes of a body, and to take the next bytes of an answer.
    pub(crate) stall: Duration,
    /// What has to pass in a second of waiting, on the average: whoever trickles is given up after `stall`, too.
    pub(crate) bytes_per_second: u64,
    /// For everything that somebody has to say to the agents' address who shows no certificate.
    pub(crate) stranger: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            headers: Duration::from_secs(30),
            stall: Duration::from_secs(30),
            bytes_per_second: 256,
            stranger: Duration::from_secs(60),
        }
    }
}

impl Patience {
    /// Towards a proxy, which keeps connections for its next request: proxies give one up after 60 s, and must be the first to.
    pub(crate) fn behind_proxy() -> Self {
        Self {
            headers: Duration::from_secs(75),
            ..Self::default()
        }
    }
}

/// The longest headers of a request with its address, in bytes; hyper answers longer ones with status 431.
pub(crate) const HEADERS_MAX: u16 = 32 * 1024;

/// How HTTP/1 is spoken.
pub(crate) fn http1(patience: Patience) -> http1::Builder {
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .max_header_size(HEADERS_MAX.into());
    server
}

/// A router for one connection: every request carries who is at the other end, and every body is waited for with patience.
pub(crate) fn service<P: Clone + Send + Sync + 'static>(
    router: &Router,
    peer: P,
    patience: Patience,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = Infallible,
    Future: Send,
> + Clone
+ use<P> {
    let router = TowerToHyperService::new(router.clone());
    service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(PatientBody::new(body, patience)));
        request.extensions_mut().insert(peer.clone());
        hyper::service::Service::call(&router, request)
    })
}
