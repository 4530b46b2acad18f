//! How people and programs prove who they are: the work behind it that needs time, memory or other servers.
//!
//! [`hashing`] verifies passwords, a few at once. [`providers`] are asked who somebody is, [`issuers`] for the keys of the
//! tokens that programs show; both by [`outside`], which bounds what it reads, and no more often than [`kept`] finds decent. What follows from an answer, `domain` says
//! and `app` writes down. Nothing here touches the store. Start at [`Identity`].

#[cfg(test)]
mod fake_issuer;
pub(crate) mod hashing;
pub(crate) mod issuers;
mod kept;
mod outside;
pub(crate) mod providers;
mod settings;

pub(crate) use settings::{ProviderSettings, SettingsError, read as read_settings};

use crate::{config::Config, outgoing::Outgoing};
use hashing::Hashing;
use issuers::Issuers;
use jiff::SignedDuration;
use outside::Outside;
use providers::Providers;

/// How people and programs prove who they are.
#[derive(Debug)]
pub struct Identity {
    /// Passwords.
    pub(crate) hashing: Hashing,
    /// Identity providers.
    pub(crate) providers: Providers,
    /// Whose tokens service accounts trust.
    pub(crate) issuers: Issuers,
    /// Where people reach this server, without a slash at the end.
    pub(crate) public_url: String,
    /// The same, only if somebody said it.
    pub(crate) stated_url: Option<String>,
    /// How old a session's secret gets before it is replaced.
    pub(crate) renewal: SignedDuration,
    /// Whether one reverse proxy stands before this server and says who asks.
    pub(crate) behind_proxy: bool,
}

impl Identity {
    /// As the server was started, reached by people at `usual_url` unless it was told otherwise.
    ///
    /// # Errors
    /// When a provider cannot be used.
    pub(crate) fn new(
        config: &Config,
        usual_url: &str,
        (declared, outgoing): (Vec<ProviderSettings>, &Outgoing),
    ) -> Result<Self, SettingsError> {
        let public_url = config.public_url.as_deref().unwrap_or(usual_url);
        let public_url = public_url.trim_end_matches('/').to_owned();
        let outside = Outside::new(outgoing.clone());
        Ok(Self {
            hashing: Hashing::default(),
            providers: Providers::new(declared, &public_url, &outside)?,
            issuers: Issuers::new(outside),
            public_url,
            renewal: config.session_renewal,
            behind_proxy: config.behind_proxy,
            stated_url: config.public_url.clone(),
        })
    }

    /// Whether people reach this server by HTTPS, as far as it was told.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
