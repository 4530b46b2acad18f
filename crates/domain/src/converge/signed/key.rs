//! The instruction key: what the server signs desired states with, and how agents pass from one to the next.

use super::{Envelope, Refusal, Statement};
use crate::{
    canonical,
    digest::Digest,
    generation::{Beginning, Incarnation},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What stands before the key itself.
const PREFIX: &str = "ed25519:";
/// The kind of a signed state.
const STATE: &str = "application/vnd.tidegate.desired-state.v1+json";
/// The kind of a key's word for its successor.
const SUCCESSION: &str = "application/vnd.tidegate.instruction-key.v1+json";

/// The kind of the word that a history began.
const BEGINNING: &str = "application/vnd.tidegate.incarnation.v1+json";

/// The public half: `ed25519:` and 32 bytes in base64.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct InstructionKey(VerifyingKey);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not `ed25519:` and a sound key of 32 bytes in base64")]
pub struct InstructionKeyError;

/// The secret half.
pub struct InstructionSigner {
    key: SigningKey,
}

/// A key's word that another takes its place.
#[derive(Debug, Serialize, Deserialize)]
struct Succession {
    old: InstructionKey,
    new: InstructionKey,
}

/// The key that an agent holds after it heard these words, oldest first: each is heeded only if the key held then signed it.
pub fn successor(held: InstructionKey, words: &[Envelope]) -> InstructionKey {
    words.iter().fold(held, |held, word| {
        let said = word.open::<Succession>(SUCCESSION, &held.0).ok();
        said.filter(|said| said.old == held)
            .map_or(held, |said| said.new)
    })
}

/// What is said of a history that is newer than the one known, if the key that is held signed it.
pub fn begun(held: InstructionKey, known: Incarnation, word: &Envelope) -> Option<Beginning> {
    let said: Beginning = word.open(BEGINNING, &held.0).ok()?;
    (said.incarnation > known).then_some(said)
}

impl InstructionKey {
    /// The statement in an envelope that this key signed.
    pub(super) fn open(&self, envelope: &Envelope) -> Result<Statement, Refusal> {
        envelope.open(STATE, &self.0)
    }

    /// Names it in envelopes.
    fn id(&self) -> String {
        Digest::of(self.0.as_bytes()).hex()
    }
}

impl InstructionSigner {
    /// With this secret key.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            key: SigningKey::from_bytes(secret),
        }
    }

    /// What agents know it by.
    pub fn public(&self) -> InstructionKey {
        InstructionKey(self.key.verifying_key())
    }

    /// Signs what is stated of a state.
    pub fn sign(&self, statement: &Statement) -> Envelope {
        self.seal(STATE, statement)
    }

    /// This key's word that `new` takes its place.
    pub fn vouch(&self, new: InstructionKey) -> Envelope {
        let old = self.public();
        self.seal(SUCCESSION, &Succession { old, new })
    }

    /// This key's word that a history began.
    pub fn begin(&self, beginning: &Beginning) -> Envelope {
        self.seal(BEGINNING, beginning)
    }

    fn seal<T: Serialize>(&self, kind: &str, value: &T) -> Envelope {
        Envelope::seal(kind, &canonical::text(value), &self.key, self.public().id())
    }
}

impl FromStr for InstructionKey {
    type Err = InstructionKeyError;

    fn from_str(text: &str) -> Result<Self, InstructionKeyError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(InstructionKeyError)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InstructionKeyError)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| InstructionKeyError)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| InstructionKeyError)?;
        if key.is_weak() {
            return Err(InstructionKeyError);
        }
        Ok(Self(key))
    }
}

impl TryFrom<String> for InstructionKey {
    type Error = InstructionKeyError;

    fn try_from(text: String) -> Result<Self, InstructionKeyError> {
        text.parse()
    }
}

impl From<InstructionKey> for String {
    fn from(key: InstructionKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for InstructionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for InstructionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for InstructionSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is left out.
        f.write_str("InstructionSigner")
    }
}
