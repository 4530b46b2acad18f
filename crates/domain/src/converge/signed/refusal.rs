//! Why an agent does not take what it was sent, in words that people far away read.

use crate::{
    generation::{Incarnation, Instruction},
    name::Name,
};
use jiff::Timestamp;

/// Why an instruction is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The agent holds a key, and there is no signature.
    #[error("the instruction is not signed")]
    Unsigned,
    /// The key that the agent holds did not sign it.
    #[error("the instruction is not signed by the server's key that this agent holds")]
    Signature,
    /// It is not what the contract says.
    #[error("the signature of the instruction is not understood")]
    Form,
    /// It is somebody else's.
    #[error("the instruction was signed for {target} in {environment}, not for this target")]
    Target {
        /// Whose it is.
        target: Name,
        /// Their environment.
        environment: Name,
    },
    /// It is about something else.
    #[error("the instruction was signed for product {0}, not for this one")]
    Product(Name),
    /// The state is not the one that was signed.
    #[error("what the instruction says is not what was signed")]
    State,
    /// It belongs to another history than the one that the agent knows to be the newest.
    #[error(
        "the instruction belongs to history {offered}, and the newest that this agent was told to have begun is {known}"
    )]
    History {
        /// What it belongs to.
        offered: Incarnation,
        /// The newest.
        known: Incarnation,
    },
    /// An older one is offered in place of the one that was taken.
    #[error("instruction {} of history {} is older than {} of history {}, which was taken before",
        .offered.generation, .offered.incarnation, .held.generation, .held.incarnation)]
    Older {
        /// What is offered.
        offered: Instruction,
        /// What was taken.
        held: Instruction,
    },
    /// The same number stands for two states.
    #[error("instruction {} is signed a second time, and says something else than the one that was taken", .0.generation)]
    Equivocal(Instruction),
    /// It lives for ever, or was never alive.
    #[error("the signature of the instruction has no sound lifetime")]
    Lifetime,
    /// Nothing new is begun because of it.
    #[error(
        "the signature of the instruction ran out at {0:.0}; nothing new is begun, and what runs goes on"
    )]
    Expired(Timestamp),
}
