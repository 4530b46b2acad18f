//! Signed desired states: what the server signs of a state, and what an agent makes of it.
//!
//! The server states in a [`Statement`] for which target and product a state is, its number, its hash, and until when it may
//! be acted upon, and signs that in an [`Envelope`]. An agent believes only the [`InstructionKey`] it holds: [`judge`] decides
//! about a state that arrives, [`Judge::renew`] about a signature that comes alone, and [`Held::left`] says how long what was
//! taken may still be acted upon. Nothing here stops what runs: that a signature ran out forbids what would be begun.
//!
//! Signing is here because Ed25519 needs no randomness; the key comes from outside.

mod envelope;
mod judge;
mod key;
mod life;
mod refusal;
mod statement;

pub use envelope::{Envelope, EnvelopeSignature};
pub use judge::{Judge, Judged, Offered};
pub use key::{InstructionKey, InstructionKeyError, InstructionSigner, begun, successor};
pub use life::{Held, LIFETIME, LIFETIME_MAX, Moment};
pub use refusal::Refusal;
pub use statement::Statement;

#[cfg(test)]
mod tests;
