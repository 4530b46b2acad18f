//! Serves people's address: HTTP/1, as browsers, programs and proxies speak it without TLS.

use super::{Crowd, Crowded, HEADERS_MAX, Patience, PatientStream, Place, Room, service};
use crate::http::ApiError;
use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{error::Error, net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};

/// After an error of the system, such as no more files, it is tried again so soon.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);
/// So many are told at once that there is no room; who comes besides is let go without a word.
const TURNED_AWAY: Room = Room { all: 64, each: 4 };

/// How people are served.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// What answers.
    pub(crate) router: Router,
    /// How long anybody may take.
    pub(crate) patience: Patience,
    /// How many connections there may be.
    pub(crate) room: Room,
    /// Whether all connections come from one proxy, so that they say nothing of clients.
    pub(crate) behind_proxy: bool,
}

/// Serves until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, served: Service) {
    let (crowd, aside) = (Crowd::new(served.room), Crowd::new(TURNED_AWAY));
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                let client = (!served.behind_proxy).then(|| from.ip());
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
    /// Answers whoever comes that there is no room, and closes.
    fn turning_away(&self, why: Crowded) -> Self {
        let answer = move || async move { ([("connection", "close")], ApiError(why.error())) };
        Self {
            router: Router::new().fallback(answer),
            patience: Patience {
                headers: self.patience.headers / 6,
                ..self.patience
            },
            ..self.clone()
        }
    }
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
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .max_header_size(HEADERS_MAX.into());
    if let Err(error) = server.serve_connection(stream, service).await {
        tracing::debug!(error = &error as &dyn Error, "http.connection_ended");
    }
}

#[cfg(test)]
mod tests;
