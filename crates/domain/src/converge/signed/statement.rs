//! What is signed of a desired state. The state itself travels beside it, as it always did.

use super::LIFETIME_MAX;
use crate::{
    canonical,
    converge::DesiredState,
    digest::Digest,
    duration::Millis,
    generation::{Generation, Incarnation, Instruction},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the statement that this build makes and reads.
pub(super) const VERSION: u32 = 1;

/// What the server says of one desired state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Of this form.
    pub v: u32,
    /// The environment of the target.
    pub environment: Name,
    /// The only target it is for.
    pub target: Name,
    /// The only product it is about.
    pub product: Name,
    /// The server's history.
    pub incarnation: Incarnation,
    /// The number within it.
    pub generation: Generation,
    /// When it was signed, by the server's clock.
    pub issued_at: Timestamp,
    /// From then on nothing new is begun because of it.
    pub expires_at: Timestamp,
    /// The hash of the state's canonical JSON as it is sent: everything in it, known to the reader or not.
    pub state: Digest,
}

impl Statement {
    /// About `state`, for one target.
    pub fn new(
        (environment, target): (&Name, &Name),
        state: &DesiredState,
        issued_at: Timestamp,
        lifetime: Millis,
    ) -> Self {
        Self {
            v: VERSION,
            environment: environment.clone(),
            target: target.clone(),
            product: state.product.clone(),
            incarnation: state.instruction.incarnation,
            generation: state.instruction.generation,
            issued_at,
            expires_at: issued_at + lifetime.min(LIFETIME_MAX).as_signed(),
            state: canonical::hash(state),
        }
    }

    /// The pair that orders it.
    pub const fn instruction(&self) -> Instruction {
        Instruction {
            incarnation: self.incarnation,
            generation: self.generation,
        }
    }
}
