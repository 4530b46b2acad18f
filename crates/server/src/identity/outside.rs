//! Asking other servers on behalf of sign-in: no redirects, a bounded time, a bounded answer, and nothing unencrypted that
//! leaves this machine.

use super::SettingsError;
use openidconnect::{HttpRequest, HttpResponse};
use reqwest::{Client, redirect::Policy};
use std::time::Duration;
use tidegate_domain::access::trust::is_as_protected;

/// No server is waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
const ANSWER_MAX: usize = 512 * 1024;

/// The way to other servers.
#[derive(Debug, Clone)]
pub(super) struct Outside(Client);

/// Asks one issuer, and whomever it names.
#[derive(Debug)]
pub(super) struct Asker {
    client: Client,
    issuer: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutsideError {
    /// Anybody on the way could read what is asked, and answer.
    #[error("{0} is not protected: it has to be https://…")]
    Unprotected(String),
    /// Nobody is there, or what is there does not speak HTTP.
    #[error("it does not answer: {0}")]
    Unreachable(String),
    /// More than anybody needs.
    #[error("its answer is longer than {ANSWER_MAX} bytes")]
    Long,
    /// The answer cannot be put together.
    #[error("its answer cannot be read")]
    Unreadable,
}

impl Outside {
    pub(super) fn new() -> Result<Self, SettingsError> {
        let client = Client::builder()
            // A redirect would lead the server wherever somebody else wants it.
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    /// Whoever asks this issuer.
    pub(super) fn asker(&self, issuer: &str) -> Asker {
        Asker {
            client: self.0.clone(),
            issuer: issuer.to_owned(),
        }
    }
}

impl Asker {
    /// Whether an address that the issuer names may be used.
    ///
    /// # Errors
    /// When it is less protected than the issuer.
    pub(super) fn check(&self, address: &str) -> Result<(), OutsideError> {
        match is_as_protected(address, &self.issuer) {
            true => Ok(()),
            false => Err(OutsideError::Unprotected(address.to_owned())),
        }
    }

    /// Sends a request of the `openidconnect` crate.
    ///
    /// # Errors
    /// When the address is less protected than the issuer, or there is no whole answer in time.
    pub(super) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, OutsideError> {
        let (parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        self.check(&address)?;
        let unreachable = |error: reqwest::Error| {
            // The innermost cause says most, and no cause names what was sent.
            let mut cause: &dyn std::error::Error = &error;
            while let Some(source) = cause.source() {
                cause = source;
            }
            OutsideError::Unreachable(cause.to_string())
        };
        let sent = self
            .client
            .request(parts.method, address)
            .headers(parts.headers)
            .body(body);
        let mut answer = sent.send().await.map_err(unreachable)?;
        let mut made = http::Response::builder().status(answer.status());
        if let Some(headers) = made.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if bytes.len() + chunk.len() > ANSWER_MAX {
                return Err(OutsideError::Long);
            }
            bytes.extend_from_slice(&chunk);
        }
        made.body(bytes).map_err(|_| OutsideError::Unreadable)
    }
}

/// An error and its causes, as one line for the log.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    text
}

impl<'c> openidconnect::AsyncHttpClient<'c> for Asker {
    type Error = OutsideError;
    type Future = futures::future::BoxFuture<'c, Result<HttpResponse, OutsideError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
