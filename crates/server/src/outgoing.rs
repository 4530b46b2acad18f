//! The one way from the server to others that it asks because somebody declared them: sources of metrics, addresses of checks,
//! identity providers, issuers.
//!
//! Every connection goes to an address that was judged by [`Exceptions`], whatever name or spelling led there: names are
//! resolved here, once, and the answer is what is connected to. No redirect is followed, no proxy of the environment is used,
//! and every answer is bounded. No other file makes a client. Start at [`Outgoing::send`].

use futures::FutureExt as _;
use reqwest::{
    Client, RequestBuilder, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use std::{
    collections::BTreeMap,
    error::Error as StdError,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tidegate_domain::outgoing::{Exception, Exceptions, Refused};

pub(crate) use reqwest::Url;

/// No connection takes longer to come about.
const CONNECTING: Duration = Duration::from_secs(10);

/// The way to others.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    exceptions: Arc<Exceptions>,
    /// Asks at ports that no exception names.
    usual: Client,
    /// A resolver is not told the port: each that exceptions name has a client of its own.
    by_port: BTreeMap<u16, Client>,
}

/// No client can be made.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client can be made")]
pub struct ClientError(#[from] reqwest::Error);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutgoingError {
    /// It is no address of HTTP.
    #[error("`{0}` is no address that can be asked")]
    Address(String),
    /// It leads inside.
    #[error(
        "{host} is not asked: {refused}. Start the server with `--allow-outgoing {place}` if it may be"
    )]
    Inner {
        /// What was to be asked.
        host: String,
        /// What was found there.
        refused: Refused,
        /// What would allow it.
        place: SocketAddr,
    },
    /// Nobody is there, or what is there does not speak HTTP; the innermost cause, which names nothing that was sent.
    #[error("it does not answer: {0}")]
    Unreachable(String),
    /// It was there, and the connection broke before the answer was whole; the innermost cause.
    #[error("it does not answer: {0}")]
    Broken(String),
    /// It takes its time.
    #[error("it does not answer within {0:?}")]
    Late(Duration),
    /// More than anybody needs.
    #[error("its answer is longer than {0} bytes")]
    Long(usize),
}

/// How much of somebody is waited for and read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// From the first to the last byte.
    pub(crate) time: Duration,
    /// Of the answer's body.
    pub(crate) bytes: usize,
}

/// Resolves names, and answers only what may be asked.
struct Guard {
    exceptions: Arc<Exceptions>,
    port: Option<u16>,
}

impl Outgoing {
    /// With these inner places besides the outer world.
    ///
    /// # Errors
    /// When no client can be made.
    pub(crate) fn new(exceptions: Exceptions) -> Result<Self, ClientError> {
        let exceptions = Arc::new(exceptions);
        let by_port = exceptions.ports();
        let by_port = by_port.map(|port| Ok((port, client(&exceptions, Some(port))?)));
        Ok(Self {
            by_port: by_port.collect::<Result<_, ClientError>>()?,
            usual: client(&exceptions, None)?,
            exceptions: exceptions.clone(),
        })
    }

    /// Gets what is at an address.
    ///
    /// # Errors
    /// When it leads inside, or there is no whole answer within the bounds.
    pub(crate) async fn get(
        &self,
        address: &str,
        bounds: Bounds,
    ) -> Result<http::Response<Vec<u8>>, OutgoingError> {
        let url = self.url(address)?;
        let asked = self.client_for(&url).get(url.clone());
        answered(&url, asked, bounds).await
    }

    /// The status of what is at an address; its body is not waited for.
    ///
    /// # Errors
    /// When it leads inside, or does not answer in `time`.
    pub(crate) async fn status(
        &self,
        address: &str,
        time: Duration,
    ) -> Result<http::StatusCode, OutgoingError> {
        let url = self.url(address)?;
        let asked = self.client_for(&url).get(url.clone()).send();
        let in_time = tokio::time::timeout(time, asked).await;
        let answer = in_time.map_err(|_| OutgoingError::Late(time))?;
        Ok(answer.map_err(|why| failed(&url, &why))?.status())
    }

    /// What stands before the body of what is at an address; the body is not waited for.
    ///
    /// # Errors
    /// When it leads inside, or does not answer in `time`.
    pub(crate) async fn headers(
        &self,
        address: &str,
        time: Duration,
    ) -> Result<http::Response<()>, OutgoingError> {
        let url = self.url(address)?;
        let asked = self.client_for(&url).get(url.clone()).send();
        let in_time = tokio::time::timeout(time, asked).await;
        let answer = in_time.map_err(|_| OutgoingError::Late(time))?;
        let answer = answer.map_err(|why| failed(&url, &why))?;
        let mut bare = http::Response::new(());
        *bare.status_mut() = answer.status();
        bare.headers_mut().clone_from(answer.headers());
        Ok(bare)
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When it leads inside, or there is no whole answer within the bounds.
    pub(crate) async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        bounds: Bounds,
    ) -> Result<http::Response<Vec<u8>>, OutgoingError> {
        let (parts, body) = request.into_parts();
        let url = self.url(&parts.uri.to_string())?;
        let asked = self
            .client_for(&url)
            .request(parts.method, url.clone())
            .headers(parts.headers)
            .body(body);
        answered(&url, asked, bounds).await
    }

    fn client_for(&self, url: &Url) -> &Client {
        let named = url.port_or_known_default();
        let named = named.and_then(|port| self.by_port.get(&port));
        named.unwrap_or(&self.usual)
    }

    /// An address whose host, where it is none that is resolved, was judged: connections to it pass no resolver.
    fn url(&self, text: &str) -> Result<Url, OutgoingError> {
        let wrong = || OutgoingError::Address(text.to_owned());
        let url = Url::parse(text).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?;
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        let address = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = address.parse::<IpAddr>() {
            let judged = self.exceptions.judge(host, address, Some(port));
            judged.map_err(|refused| inner(&url, refused))?;
        }
        Ok(url)
    }
}

/// The place that an address names, which is allowed because whoever starts the server named it.
pub(crate) fn named(address: &str) -> Option<Exception> {
    let url = Url::parse(address).ok()?;
    let port = url.port_or_known_default()?;
    format!("{}:{port}", url.host_str()?).parse().ok()
}

async fn answered(
    url: &Url,
    asked: RequestBuilder,
    bounds: Bounds,
) -> Result<http::Response<Vec<u8>>, OutgoingError> {
    let answered = async {
        let mut answer = asked.send().await.map_err(|why| failed(url, &why))?;
        let body = read(&mut answer, bounds.bytes).await;
        let mut made = http::Response::new(body.map_err(|why| why.at(url))?);
        *made.status_mut() = answer.status();
        made.headers_mut().clone_from(answer.headers());
        Ok(made)
    };
    let in_time = tokio::time::timeout(bounds.time, answered).await;
    in_time.map_err(|_| OutgoingError::Late(bounds.time))?
}

/// Why a body cannot be read.
enum Unread {
    Long(usize),
    Broken(reqwest::Error),
}

impl Unread {
    fn at(self, url: &Url) -> OutgoingError {
        match self {
            Self::Long(bytes) => OutgoingError::Long(bytes),
            Self::Broken(why) => failed(url, &why),
        }
    }
}

async fn read(answer: &mut Response, bytes_max: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Unread::Broken)? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(Unread::Long(bytes_max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn client(exceptions: &Arc<Exceptions>, port: Option<u16>) -> Result<Client, ClientError> {
    let guard = Guard {
        exceptions: exceptions.clone(),
        port,
    };
    let builder = Client::builder()
        // A redirect would lead the server wherever somebody else wants it, and a proxy would resolve names itself.
        .redirect(Policy::none())
        .no_proxy()
        .dns_resolver(guard)
        .connect_timeout(CONNECTING)
        .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")));
    Ok(builder.build()?)
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (exceptions, port) = (self.exceptions.clone(), self.port);
        let resolved = async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let judge = |at: &SocketAddr| exceptions.judge(name.as_str(), at.ip(), port);
            let (good, bad): (Vec<_>, Vec<_>) = found.partition(|at| judge(at).is_ok());
            if let Some(at) = bad.first().filter(|_| good.is_empty()) {
                judge(at)?;
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        };
        resolved.boxed()
    }
}

fn failed(url: &Url, error: &reqwest::Error) -> OutgoingError {
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match cause.downcast_ref::<Refused>() {
        Some(refused) => inner(url, refused.clone()),
        None if error.is_connect() => OutgoingError::Unreachable(cause.to_string()),
        None => OutgoingError::Broken(cause.to_string()),
    }
}

fn inner(url: &Url, refused: Refused) -> OutgoingError {
    let port = url.port_or_known_default().unwrap_or_default();
    OutgoingError::Inner {
        host: url.host_str().unwrap_or_default().to_owned(),
        place: SocketAddr::new(refused.address, port),
        refused,
    }
}

#[cfg(test)]
mod tests;
