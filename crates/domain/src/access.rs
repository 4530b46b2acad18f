//! Who asks, for what, about what. What the answer is, policies say: they are another crate's.
//!
//! Start at [`Action`], which lists everything that can be asked.

mod action;
mod actor;
mod directory;
mod level;
mod proposal;
mod resource;

pub use action::{Action, ActionError};
pub use actor::{Actor, ActorKind, Scope, UsedToken};
pub use directory::Directory;
pub use level::Level;
pub use proposal::{Proposal, ProposedChange, Settled, Unfit};
pub use resource::Resource;
