//! The keeper: one small process per component that holds its sockets, output and exit status, and outlives the
//! agent.
//!
//! It is this same program under a hidden command, in a session of its own. It may not decide what should run:
//! it is told over a Unix socket in its directory and keeps that running until it is told otherwise. It reads no
//! certificate and opens no connection of its own.
//!
//! Start at [`run`] for the process, [`machine`] for its life, [`client`] for the agent's side, [`protocol`] for
//! the words between them.

pub(crate) mod client;
pub(crate) mod clock;
mod executable;
mod launch;
pub(crate) mod logs;
mod machine;
mod orphans;
mod process;
pub(crate) mod protocol;
mod rendezvous;
mod run;
mod serve;
mod sockets;

pub(crate) use clock::now_ms;
pub use launch::{LaunchError, launch};
pub use run::{KeeperError, keeper};
