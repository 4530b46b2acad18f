//! Who asks, for what, about what. What the answer is, policies say: they are another crate's.
//!
//! Start at [`Action`], which lists everything that can be asked. How people and programs come to be known is beside
//! it: [`password`], [`throttle`], [`admission`] by an identity provider, [`trust`] in the tokens of programs.

mod action;
mod actor;
pub mod admission;
mod directory;
mod level;
pub mod password;
mod proposal;
mod resource;
pub mod throttle;
pub mod trust;

pub use action::{Action, ActionError};
pub use actor::{Actor, ActorKind, Scope, UsedToken};
pub use admission::Admission;
pub use directory::Directory;
pub use level::Level;
pub use proposal::{Proposal, ProposedChange, Settled, Unfit};
pub use resource::Resource;
pub use throttle::{Throttle, Tries};
pub use trust::Trust;
