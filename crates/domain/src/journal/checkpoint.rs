//! Checkpoints: the size and root of the tree, as the text that is signed.
//!
//! The text is that of C2SP tlog-checkpoint: origin, size, root in base64, each on a line. The signed note around it
//! (C2SP signed-note) is made where the key is.

use crate::digest::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::fmt;

/// What a checkpoint states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose tree.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// Its root.
    pub root: Digest,
}

/// The text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a checkpoint: origin, size and root, each on a line")]
pub struct CheckpointError;

impl Checkpoint {
    /// Reads the text that was signed.
    ///
    /// # Errors
    /// When a line is missing or is not what it should be.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        let origin = lines
            .next()
            .filter(|line| !line.is_empty())
            .ok_or(CheckpointError)?;
        let size = lines
            .next()
            .and_then(|line| {
                line.parse()
                    .ok()
                    .filter(|size: &u64| size.to_string() == line)
            })
            .ok_or(CheckpointError)?;
        let root = lines
            .next()
            .and_then(|line| STANDARD.decode(line).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let root = Digest::from_bytes(root.ok_or(CheckpointError)?);
        // Extensions may follow, and say nothing here.
        if lines.any(str::is_empty) {
            return Err(CheckpointError);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root.as_bytes())
        )
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries, root {}", self.size, self.root.short())
    }
}
