//! The TLS listener of the agents' address. A client certificate is asked for and, when given, must be one of ours; only
//! enrolment does without.

use super::{authority, link, presence::Presence};
use crate::app::{Error, SharedApp};
use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::{sync::Arc, time::Duration};
use tidegate_store::TargetKey;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(10);

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
    /// The agent of this target, with this certificate.
    Agent {
        /// The target.
        key: TargetKey,
        /// The serial number, hex without leading zeros.
        serial: String,
    },
}

/// Serves agents on `listener` until the task is dropped.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) async fn serve(app: SharedApp, listener: TcpListener) -> Result<(), ListenError> {
    let acceptor = TlsAcceptor::from(Arc::new(configuration(&app)?));
    let presence = Presence::default();
    let router = link::router(app.clone(), presence.clone());
    tokio::spawn(presence.watch(app));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(acceptor.clone(), stream, router.clone()));
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "agents.accept_failed"
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn configuration(app: &SharedApp) -> Result<ServerConfig, ListenError> {
    let unreadable = |why: rustls::pki_types::pem::Error| ListenError::Certificate(why.to_string());
    let identity = app.authority.server_identity()?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(identity.chain.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(unreadable)?;
    let mut roots = RootCertStore::empty();
    roots.add(
        CertificateDer::from_pem_slice(app.authority.certificate().as_bytes())
            .map_err(unreadable)?,
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

async fn connection(acceptor: TlsAcceptor, stream: TcpStream, router: Router) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "agents.nodelay_failed"
        );
    }
    let stream = match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
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
    let peer = match certificate.map(|certificate| authority::target_of(certificate)) {
        Some(Some((key, serial))) => Peer::Agent { key, serial },
        Some(None) | None => Peer::Stranger,
    };
    let service = TowerToHyperService::new(router.layer(Extension(peer)));
    let mut server = auto::Builder::new(TokioExecutor::new());
    // A peer that lost its power must be noticed before what it last said counts as proof.
    let http2 = &mut server.http2();
    http2
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE);
    http2
        .keep_alive_timeout(KEEP_ALIVE)
        .max_concurrent_streams(64);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(error = %error, "agents.connection_ended");
    }
}
