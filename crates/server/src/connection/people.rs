//! Serves people's address: HTTP/1, as browsers, programs and proxies speak it without TLS.

use super::{Crowd, Crowded, Patience, PatientStream, Place, Room, http1, service};
use crate::web;
use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderValue, Uri, header},
};
use hyper_util::rt::TokioIo;
use std::{error::Error, net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tower_http::set_header::SetResponseHeaderLayer;

/// After an error of the system, such as no more files, it is tried again so soon.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);
/// So many are told at once that there is no room; who comes besides is let go without a word.
const TURNED_AWAY: Room = Room { all: 64, each: 4 };
/// So many of this machine are, however many others come: whoever watches the server from here learns that it lives.
const TURNED_AWAY_HERE: Room = Room { all: 16, each: 16 };

/// How people are served.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// What answers.
    pub(crate) router: Router,
    /// What is answered also where there is no room: whether the server lives.
    pub(crate) health: Router,
    /// How long anybody may take.
    pub(crate) patience: Patience,
    /// How many connections there may be.
    pub(crate) room: Room,
    /// Whether all connections come from one proxy, so that they say nothing of clients.
    pub(crate) behind_proxy: bool,
}

/// Serves until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, served: Service) {
    let crowd = Crowd::new("people", served.room);
    let aside = Crowd::new("people turned away", TURNED_AWAY);
    let aside_here = Crowd::new("this machine turned away", TURNED_AWAY_HERE);
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                let client = (!served.behind_proxy).then(|| from.ip());
                let is_here = from.ip().to_canonical().is_loopback();
                let aside = if is_here { &aside_here } else { &aside };
                match crowd.enter(client) {
                    Ok(place) => {
                        tokio::spawn(kept((stream, from), served.clone(), place));
                    }
                    Err(why) => {
                        if let Ok(place) = aside.enter(client) {
                            tokio::spawn(kept((stream, from), served.turning_away(why), place));
                        }
                    }
                }
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn Error, "http.accept_failed");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Service {
    /// Answers whoever comes that there is no room, or that the server lives, and closes.
    fn turning_away(&self, why: Crowded) -> Self {
        let answer = move |uri: Uri| async move { web::refused(uri.path(), why.error()) };
        let router = self.health.clone().fallback(answer);
        Self {
            router: router.layer(closing()),
            patience: Patience {
                headers: self.patience.headers / 6,
                ..self.patience
            },
            ..self.clone()
        }
    }
}

fn closing() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(header::CONNECTION, HeaderValue::from_static("close"))
}

async fn kept((stream, from): (TcpStream, SocketAddr), served: Service, place: Place) {
    connection(stream, from, &served).await;
    drop(place);
}

async fn connection(stream: TcpStream, from: SocketAddr, served: &Service) {
    let patience = served.patience;
    // Small answers must not wait for an acknowledgement; a socket that refuses is merely slower.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = &error as &dyn Error, "http.nodelay_failed");
    }
    let stream = TokioIo::new(PatientStream::new(stream, patience));
    let service = service(&served.router, ConnectInfo(from), patience);
    if let Err(error) = http1(patience).serve_connection(stream, service).await {
        tracing::debug!(error = &error as &dyn Error, "http.connection_ended");
    }
}

#[cfg(test)]
mod tests;
