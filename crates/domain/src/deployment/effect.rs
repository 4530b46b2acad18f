//! What a decision wants done outside.

use super::Position;

/// A change of one target's desired state. The store allocates its generation in the same transaction that keeps
/// the events, so an effect is performed exactly when they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Run the old revision, make the new one lie ready.
    Prepare(Position),
    /// Run the new revision; keep the old one ready, so that going back is a switch.
    Activate(Position),
    /// Run the old revision; forget the new one.
    Restore(Position),
}

impl Effect {
    /// The target.
    pub const fn target(self) -> Position {
        match self {
            Self::Prepare(target) | Self::Activate(target) | Self::Restore(target) => target,
        }
    }
}
