//! What a decision wants done outside.

use super::{Deployment, Position};
use crate::revision::RevisionId;

/// A change of one target's desired state. The store allocates its generation in the same transaction that keeps
/// the events, so an effect is performed exactly when they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Run the old revision, make the new one lie ready.
    Prepare(Position),
    /// Run the new revision; keep the old one ready, so that going back is a switch.
    Activate(Position),
    /// Go back: run what it goes back to; forget the new revision.
    Restore(Position),
    /// Go on running the old revision; forget the new one.
    Forget(Position),
}

/// What a target is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// To run; nothing, where the product is not to run.
    pub active: Option<RevisionId>,
    /// To lie ready.
    pub prepare: Option<RevisionId>,
}

impl Effect {
    /// The target.
    pub const fn target(self) -> Position {
        match self {
            Self::Prepare(target)
            | Self::Activate(target)
            | Self::Restore(target)
            | Self::Forget(target) => target,
        }
    }

    /// What the target is to be told.
    ///
    /// # Panics
    /// When the target is none of the deployment's.
    pub fn wanted(self, deployment: &Deployment) -> Wanted {
        let run = &deployment.targets[self.target().0 as usize];
        let (active, prepare) = match self {
            Self::Prepare(_) => (run.before, Some(run.after)),
            Self::Activate(_) => (Some(run.after), deployment.home(run)),
            Self::Restore(_) => (deployment.home(run), None),
            Self::Forget(_) => (run.before, None),
        };
        Wanted { active, prepare }
    }
}
