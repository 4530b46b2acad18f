//! Whom the agent believes: the key that its instructions are signed with, and whose signatures artifacts must bear. Both are kept
//! beside the identity. No server can change them; the key's own word names its successor.

use crate::layout::{Layout, write_atomically};
use serde::{Deserialize, Serialize};
use std::{fs, io};
use tidegate_domain::{
    canonical,
    converge::signed::InstructionKey,
    digest::Digest,
    generation::{Beginning, Incarnation},
};
use tidegate_trust::keys::KeySet;

/// The version of the file that this build writes.
const VERSION: u32 = 1;

/// Whom the agent believes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Trust {
    version: u32,
    /// The server's; none where it signs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instruction_key: Option<InstructionKey>,
    /// Which signatures an artifact must bear before it is prepared; none where none are demanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) demands: Option<Demands>,
    /// The server's histories that began while this agent knew it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) histories: Vec<Beginning>,
}

/// The signatures that artifacts must bear.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Demands(KeySet);

/// The text declares no key set.
#[derive(Debug, thiserror::Error)]
#[error("it is not a key set: {0}")]
pub struct DemandsError(String);

/// Why the agent does not know whom it believes.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The disk.
    #[error("what the agent trusts cannot be read")]
    Io(#[from] io::Error),
    /// The text.
    #[error("what the agent trusts is not understood")]
    Form(#[from] serde_json::Error),
    /// Written by a newer agent.
    #[error("what the agent trusts has version {0}, which this agent does not know; update it")]
    Newer(u32),
}

impl Trust {
    /// What was kept; nothing, where an agent joined before there was anything to keep.
    pub(crate) fn load(layout: &Layout) -> Result<Self, TrustError> {
        let text = match fs::read(layout.trust()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            other => other?,
        };
        let trust: Self = serde_json::from_slice(&text)?;
        match trust.version {
            VERSION => Ok(trust),
            newer => Err(TrustError::Newer(newer)),
        }
    }

    /// The newest history that is known to have begun.
    pub(crate) fn history(&self) -> Incarnation {
        let newest = self.histories.last();
        newest.map_or_else(Incarnation::default, |it| it.incarnation)
    }

    /// Makes it durable.
    pub(crate) fn save(&self, layout: &Layout) -> io::Result<()> {
        write_atomically(&layout.trust(), &serde_json::to_vec_pretty(self)?)
    }
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            version: VERSION,
            instruction_key: None,
            demands: None,
            histories: Vec::new(),
        }
    }
}

impl Demands {
    /// As people declare a key set, in YAML.
    ///
    /// # Errors
    /// When the text is none.
    pub fn read(yaml: &str) -> Result<Self, DemandsError> {
        let keys = serde_saphyr::from_str(yaml).map_err(|error| DemandsError(error.to_string()))?;
        Ok(Self(keys))
    }

    pub(crate) const fn keys(&self) -> &KeySet {
        &self.0
    }

    /// Names what was demanded when something was found good enough.
    pub(crate) fn hash(&self) -> Digest {
        canonical::hash(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As this build writes it, kept so that later builds read it.
    const KEPT: &str = include_str!("../tests/records/trust.v1.json");

    #[test]
    fn what_was_kept_is_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path());
        assert!(Trust::load(&layout).unwrap().instruction_key.is_none());
        fs::create_dir(directory.path().join("identity")).unwrap();
        fs::write(layout.trust(), KEPT).unwrap();
        let trust = Trust::load(&layout).unwrap();
        let names = trust.demands.as_ref().unwrap().keys().keys().iter();
        let names: Vec<_> = names.map(|key| key.name.to_string()).collect();
        assert_eq!(names, ["release"]);
        trust.save(&layout).unwrap();
        assert_eq!(fs::read_to_string(layout.trust()).unwrap(), KEPT.trim_end());
        fs::write(layout.trust(), r#"{"version":2}"#).unwrap();
        assert!(matches!(Trust::load(&layout), Err(TrustError::Newer(2))));
    }
}
