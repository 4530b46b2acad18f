//! Asking other servers on behalf of sign-in: no redirects, a bounded time, a bounded answer, and nothing unencrypted that
//! leaves this machine. Where the way leads, [`Outgoing`] judges.

use crate::outgoing::{Bounds, Outgoing, OutgoingError};
use openidconnect::{HttpRequest, HttpResponse};
use std::time::Duration;
use tidegate_domain::access::trust::is_as_protected;

/// How much of any server is waited for and read.
const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(10),
    bytes: 512 * 1024,
};

/// The way to other servers.
#[derive(Debug, Clone)]
pub(super) struct Outside(Outgoing);

/// Asks one issuer, and whomever it names.
#[derive(Debug)]
pub(super) struct Asker {
    outgoing: Outgoing,
    issuer: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutsideError {
    /// Anybody on the way could read what is asked, and answer.
    #[error("{0} is not protected: it has to be https://…")]
    Unprotected(String),
    /// It does not, or may not be asked.
    #[error(transparent)]
    Unanswered(#[from] OutgoingError),
}

impl Outside {
    pub(super) fn new(outgoing: Outgoing) -> Self {
        Self(outgoing)
    }

    /// One that may ask this machine.
    #[cfg(test)]
    pub(super) fn of_tests() -> Self {
        let here = "127.0.0.1".parse().unwrap();
        Self(Outgoing::new(tidegate_domain::outgoing::Exceptions(vec![here])).unwrap())
    }

    /// Whoever asks this issuer.
    pub(super) fn asker(&self, issuer: &str) -> Asker {
        Asker {
            outgoing: self.0.clone(),
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
        self.check(&request.uri().to_string())?;
        Ok(self.outgoing.send(request, BOUNDS).await?)
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
