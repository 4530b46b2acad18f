//! Why a call over the link failed.

use std::{io, time::Duration};

/// Why a call over the link failed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Nobody answers there.
    #[error("cannot reach the server at {server}")]
    Unreachable {
        /// `HOST:PORT`.
        server: String,
        /// Why not.
        source: io::Error,
    },
    /// TLS material cannot be used.
    #[error("the certificate or key cannot be used")]
    Tls(#[from] rustls::Error),
    /// The connection broke.
    #[error("the connection to the server broke")]
    Broken(#[from] hyper::Error),
    /// No answer in time.
    #[error("the server did not answer within {0:?}")]
    Late(Duration),
    /// The server refused.
    #[error("the server answered {status}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's words.
        detail: String,
    },
    /// The answer is not what the contract says.
    #[error("the server's answer is not understood: {0}")]
    Answer(String),
}

impl LinkError {
    /// Whether trying again later may help without anybody doing anything.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Broken(_) | Self::Late(_) => true,
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            Self::Tls(_) | Self::Answer(_) => false,
        }
    }

    /// Whether nobody answered at all.
    pub(crate) const fn is_absence(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            // The connection is asked for signs of life: whoever is late over it is there.
            Self::Late(_)
            | Self::Broken(_)
            | Self::Refused { .. }
            | Self::Tls(_)
            | Self::Answer(_) => false,
        }
    }
}
