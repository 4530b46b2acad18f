//! Who the agent is: its key, its certificate, and the one authority it trusts. Kept in one private file, so that
//! a renewal replaces all of it or nothing.

use crate::layout::{Layout, write_atomically};
use serde::{Deserialize, Serialize};
use std::{fmt, fs, io, path::Path};
use tidegate_domain::name::Name;

/// The agent's identity as `agent enroll` stored it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Of this file.
    version: u32,
    /// The environment of the target.
    pub environment: Name,
    /// The target's name.
    pub target: Name,
    /// `HOST:PORT` of the server's agents' address.
    pub server: String,
    /// When the certificate is to be renewed.
    pub renew_after: jiff::Timestamp,
    pub(crate) key: String,
    pub(crate) certificate: String,
    pub(crate) authority: String,
    /// The key that alone signs the journal, if the server said it at enrolment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) journal: Option<String>,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// `agent enroll` was not run.
    #[error("this directory is not enrolled; run `tidegate agent enroll` first")]
    NotEnrolled,
    /// The file cannot be used.
    #[error("the identity file cannot be read")]
    Unreadable(#[source] io::Error),
    /// Written by a newer agent.
    #[error("the identity file has version {0}, which this agent does not know; update it")]
    Newer(u32),
}

/// The version of the file that this build writes.
const VERSION: u32 = 1;

impl Identity {
    pub(crate) fn new(environment: Name, target: Name, server: String) -> Self {
        Self {
            version: VERSION,
            environment,
            target,
            server,
            renew_after: jiff::Timestamp::MIN,
            key: String::new(),
            certificate: String::new(),
            authority: String::new(),
            journal: None,
        }
    }

    /// Reads the identity that lies in the agent's `directory`.
    pub fn load(directory: &Path) -> Result<Self, IdentityError> {
        let text = fs::read(Layout::new(directory).identity()).map_err(unread)?;
        let unreadable = |e: serde_json::Error| IdentityError::Unreadable(e.into());
        let identity: Self = serde_json::from_slice(&text).map_err(unreadable)?;
        match identity.version {
            VERSION => Ok(identity),
            newer => Err(IdentityError::Newer(newer)),
        }
    }

    pub(crate) fn save(&self, directory: &Path) -> io::Result<()> {
        write_atomically(
            &Layout::new(directory).identity(),
            &serde_json::to_vec_pretty(self)?,
        )
    }
}

fn unread(error: io::Error) -> IdentityError {
    if error.kind() == io::ErrorKind::NotFound {
        IdentityError::NotEnrolled
    } else {
        IdentityError::Unreadable(error)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is left out.
        write!(
            f,
            "identity of {}.{} at {}",
            self.target, self.environment, self.server
        )
    }
}
