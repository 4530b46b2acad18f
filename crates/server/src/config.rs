//! What a server is started with.

use crate::{
    Room, StartError,
    identity::{ProviderSettings, SettingsError, read_settings},
    keyring::KeySource,
    outgoing::named,
};
use jiff::SignedDuration;
use std::{net::SocketAddr, path::PathBuf};
use tidegate_domain::{
    duration::Millis,
    outgoing::{Exception, Exceptions},
};

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
    /// The directory with the repositories that components are made from.
    pub sources: Option<PathBuf>,
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
    /// A file that names mail servers.
    pub mail_servers: Option<PathBuf>,
    /// The directory with the programs that probes of suppliers may run.
    pub probe_programs: Option<PathBuf>,
    /// A file that declares identity providers.
    pub providers: Option<PathBuf>,
    /// The inner places that may be asked because people declared them.
    pub allow_outgoing: Vec<Exception>,
    /// How many connections there may be at once at each address.
    pub room: Room,
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

    /// The identity providers, and the inner places that may be asked: those that were allowed, and what the configuration
    /// itself names.
    pub(crate) fn outside(&self) -> Result<(Vec<ProviderSettings>, Exceptions), SettingsError> {
        let providers = match &self.providers {
            Some(path) => read_settings(path)?,
            None => Vec::new(),
        };
        let issuers = providers.iter().map(|provider| &*provider.issuer);
        let own = issuers.chain(self.prometheus.as_deref()).filter_map(named);
        let all = self.allow_outgoing.iter().cloned().chain(own).collect();
        Ok((providers, Exceptions(all)))
    }
}
