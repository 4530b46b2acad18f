//! What a server is started with.

use crate::{StartError, keyring::KeySource};
use jiff::SignedDuration;
use std::{net::SocketAddr, path::PathBuf};
use tidegate_domain::duration::Millis;

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where SQLite, key file and artifacts lie.
    pub data: PathBuf,
    /// Where people, API and registry are served.
    pub listen: SocketAddr,
    /// Where agents are served.
    pub agent_listen: SocketAddr,
    /// `postgres://…`; SQLite in `data` unless set.
    pub database: Option<String>,
    /// Where the keys that wrap secrets come from.
    pub keys: KeySource,
    /// The Prometheus that checks ask unless they name another.
    pub prometheus: Option<String>,
    /// A file with the administrator's token.
    pub admin_token_file: Option<PathBuf>,
    /// How long the signature of a desired state is good for.
    pub signature_lifetime: Millis,
    /// Where people reach the server, `https://…`; the address that it listens on unless set.
    pub public_url: Option<String>,
    /// Whether one reverse proxy stands before the server and says who asks.
    pub behind_proxy: bool,
    /// How old a session's secret gets before it is replaced.
    pub session_renewal: SignedDuration,
    /// A file that declares identity providers.
    pub providers: Option<PathBuf>,
}

impl Config {
    /// The administrator's token, if one is given.
    pub(crate) fn admin_token(&self) -> Result<Option<String>, StartError> {
        let Some(path) = &self.admin_token_file else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).map_err(|source| StartError::File {
            path: path.clone(),
            source,
        })?;
        let token = text.trim();
        if token.len() < 20 {
            return Err(StartError::WeakToken(path.clone()));
        }
        Ok(Some(token.to_owned()))
    }
}
