//! The program beside the workload.
//!
//! An agent asks its server what should run on this target, makes it so, and says what it sees. It decides nothing
//! itself: [`tidegate_domain::converge`] does. Whatever happens to the server or to the agent, what runs keeps
//! running: every process lives under a [`keeper`] of its own.
//!
//! # Where to start
//! [`run`] is the agent. [`reconcile`] is its loop, [`drivers`] runs things, [`prepare`] gets them ready, [`link`]
//! talks to the server, [`enroll`] joins it. Nothing here imports the server, the store or the command line.

mod drivers;
mod enrol;
mod host;
mod identity;
mod keeper;
mod layout;
mod link;
mod prepare;
mod reconcile;
mod state;
mod trust;

pub use drivers::service::stop_workloads;
pub use enrol::{EnrolError, EnrolOptions, enroll};
pub use identity::{Identity, IdentityError};
pub use keeper::{KeeperError, LaunchError, keeper, launch};
pub use reconcile::{RunError, RunOptions, run};
pub use trust::{Demands, DemandsError, TrustError};

#[cfg(fuzzing)]
pub use prepare::unpacks;
