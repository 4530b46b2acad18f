//! Whom we believe: named keys and keyless identities, with their validity, revocation and threshold.
//!
//! A key set is data that people declare and review; it decides nothing about an artifact.
//! Start with [`KeySet`]; [`Revocation`] says what a lost key does to the signatures it made.

mod identity;
mod key_set;
mod pattern;
mod public_key;
mod revocation;
mod trusted_root;

pub use identity::Identity;
pub use key_set::{Declaration, KEYS_MAX, KeySet, KeySetError, NamedKey};
pub use pattern::{Glob, Pattern, PatternError};
pub use public_key::{KeyError, PEM_LENGTH_MAX, PublicKey, SIGNATURE_LENGTH_MAX};
pub use revocation::{Revocation, RevocationKind};
pub use trusted_root::{TRUSTED_ROOT_LENGTH_MAX, TrustedRoot, TrustedRootError};

pub(crate) use public_key::{Message, Unconfirmed};
pub(crate) use revocation::Lifetime;
