//! The TLS listener of the agents' address. A client certificate is asked for and, when given, must be one of ours; only
//! enrolment does without.

use super::{
    authority::{self, Authority, Shown},
    link,
    presence::Presence,
};
use crate::{
    app::{Error, SharedApp},
    connection::{
        self, Crowd, HEADERS_MAX, Patience, PatientStream, Place, Room, http1, people::PAUSE,
    },
};
use axum::Router;
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::{sync::Arc, time::Duration};
use tidegate_store::TargetKey;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Why the agents' address cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    /// TLS cannot be set up.
    #[error("TLS for agents cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The authority failed.
    #[error("the agents' authority failed")]
    Authority(#[from] Error),
    /// A certificate of our own cannot be read.
    #[error("a certificate of the server's own cannot be read: {0}")]
    Certificate(String),
}

/// A connection is asked for a sign of life this often, and given up when none comes for as long.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Who is at the other end.
#[derive(Debug, Clone)]
pub(super) enum Peer {
    /// Nobody known; it may only enrol.
    Stranger,
    /// An agent, with this certificate.
    Agent(Shown),
}

/// Serves agents on `listener` until the task is dropped.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) async fn serve(
    app: SharedApp,
    listener: TcpListener,
    room: Room,
) -> Result<(), ListenError> {
    let acceptor = TlsAcceptor::from(Arc::new(configuration(&app.authority)?));
    let presence = Presence::default();
    let router = link::router(app.clone(), presence.clone());
    tokio::spawn(presence.watch(app));
    let desk = Desk {
        acceptor,
        router,
        patience: Patience::default(),
        known: Crowd::new("known agents", KNOWN),
    };
    accept(listener, desk, room).await;
    Ok(())
}

/// How agents are served.
#[derive(Clone)]
struct Desk {
    acceptor: TlsAcceptor,
    router: Router,
    patience: Patience,
    /// The connections of those who showed a certificate, by target.
    known: Crowd<TargetKey>,
}

/// An agent needs one; a few more are those that broke and were not missed yet.
const KNOWN: Room = Room {
    all: usize::MAX,
    each: 8,
};

async fn accept(listener: TcpListener, desk: Desk, room: Room) {
    let crowd = Crowd::new("agents", room);
    loop {
        match listener.accept().await {
            // Who is one too many is let go without a word: agents come again by themselves, and those who are in do not count.
            Ok((stream, from)) => {
                if let Ok(place) = crowd.enter(Some(from.ip())) {
                    tokio::spawn(connection(desk.clone(), stream, place));
                }
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "agents.accept_failed"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn configuration(authority: &Authority) -> Result<ServerConfig, ListenError> {
    let unreadable = |why: rustls::pki_types::pem::Error| ListenError::Certificate(why.to_string());
    let identity = authority.server_identity()?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(identity.chain.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(unreadable)?;
    let mut roots = RootCertStore::empty();
    roots.add(
        CertificateDer::from_pem_slice(authority.certificate().as_bytes()).map_err(unreadable)?,
    )?;
    let verifier = WebPkiClientVerifier::builder(roots.into())
        .allow_unauthenticated()
        .build()
        .map_err(|why| ListenError::Certificate(why.to_string()))?;
    let mut config = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

async fn connection(desk: Desk, stream: TcpStream, place: Place) {
    let patience = desk.patience;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "agents.nodelay_failed"
        );
    }
    let stream = desk.acceptor.accept(PatientStream::new(stream, patience));
    let stream = match tokio::time::timeout(patience.handshake, stream).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "agents.handshake_failed"
            );
            return;
        }
        Err(_) => return,
    };
    let certificate = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(|chain| chain.first());
    let shown = certificate.and_then(|certificate| authority::read(certificate));
    let peer = shown.map_or(Peer::Stranger, Peer::Agent);
    // Whoever is known takes no place of those who are not, and only few of their own.
    let (place, _own) = match &peer {
        Peer::Stranger => (Some(place), None),
        Peer::Agent(shown) => {
            drop(place);
            match desk.known.enter_as(Some(shown.key.clone())) {
                Ok(own) => (None, Some(own)),
                Err(_) => return,
            }
        }
    };
    let speaks_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let service = connection::service(&desk.router, peer, patience);
    let io = TokioIo::new(stream);
    let ended = async {
        match speaks_http2 {
            true => http2().serve_connection(io, service).await,
            false => http1(patience).serve_connection(io, service).await,
        }
    };
    let ended = match place.is_some() {
        true => tokio::time::timeout(patience.stranger, ended)
            .await
            .unwrap_or(Ok(())),
        false => ended.await,
    };
    if let Err(error) = ended {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "agents.connection_ended"
        );
    }
    drop(place);
}

fn http2() -> http2::Builder<TokioExecutor> {
    let mut server = http2::Builder::new(TokioExecutor::new());
    // A peer that lost its power must be noticed before what it last said counts as proof.
    server
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_concurrent_streams(64)
        .max_header_list_size(HEADERS_MAX.into());
    server
}

#[cfg(test)]
mod tests;
