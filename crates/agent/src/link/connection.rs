//! One HTTP/2 connection, opened when it is first needed and again when it broke.

use super::{
    LinkError,
    tls::{self, SERVER_NAME},
};
use crate::identity::Identity;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ClientConfig, pki_types::ServerName};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    sync::{Mutex, watch},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// Opening a connection may take so long.
const DIAL_WITHIN: Duration = Duration::from_secs(10);
/// A silent connection is asked whether it lives; without an answer it is given up.
const PING_EVERY: Duration = Duration::from_secs(15);
const PONG_WITHIN: Duration = Duration::from_secs(10);
/// Large enough to keep a fast network busy, small enough for an agent's memory.
const WINDOW_BYTES: u32 = 1024 * 1024;

pub(super) type Sender = http2::SendRequest<Full<Bytes>>;

/// The link; cheap to share.
#[derive(Debug)]
pub(crate) struct Link {
    server: String,
    config: Mutex<Arc<ClientConfig>>,
    sender: Mutex<Option<Sender>>,
    opened: watch::Sender<u64>,
}

impl Link {
    pub(crate) fn new(identity: &Identity) -> Result<Self, LinkError> {
        Ok(Self {
            server: identity.server.clone(),
            config: Mutex::new(Arc::new(tls::config(identity)?)),
            sender: Mutex::new(None),
            opened: watch::Sender::new(0),
        })
    }

    /// Uses a renewed identity from the next connection on, which is the next request's.
    pub(crate) async fn renew(&self, identity: &Identity) -> Result<(), LinkError> {
        *self.config.lock().await = Arc::new(tls::config(identity)?);
        *self.sender.lock().await = None;
        Ok(())
    }

    /// Counts the connections that were opened.
    pub(crate) fn opened(&self) -> watch::Receiver<u64> {
        self.opened.subscribe()
    }

    /// Sends a request whose answer begins within `limit`.
    pub(super) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        limit: Duration,
    ) -> Result<Response<Incoming>, LinkError> {
        let mut sender = self.sender().await?;
        let answer = timeout(limit, sender.send_request(request)).await;
        Ok(answer.map_err(|_| LinkError::Late(limit))??)
    }

    async fn sender(&self) -> Result<Sender, LinkError> {
        let mut slot = self.sender.lock().await;
        if let Some(sender) = slot.as_ref().filter(|s| !s.is_closed()) {
            return Ok(sender.clone());
        }
        let config = Arc::clone(&*self.config.lock().await);
        let sender = dial(&self.server, config).await?;
        *slot = Some(sender.clone());
        self.opened.send_modify(|count| *count += 1);
        Ok(sender)
    }
}

/// Opens a connection to `server` (`HOST:PORT`).
pub(crate) async fn dial(server: &str, config: Arc<ClientConfig>) -> Result<Sender, LinkError> {
    let unreachable = |source| LinkError::Unreachable {
        server: server.to_owned(),
        source,
    };
    let opening = async {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(SERVER_NAME).expect("the constant is a DNS name");
        TlsConnector::from(config).connect(name, stream).await
    };
    let stream = timeout(DIAL_WITHIN, opening)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(unreachable)?;
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES * 2)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN)
        .keep_alive_while_idle(true)
        .handshake(TokioIo::new(stream))
        .await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(error = &error as &dyn std::error::Error, "connection ended");
        }
    });
    Ok(sender)
}
