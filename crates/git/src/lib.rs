//! Reads the history of a source: a git repository on this machine, with or without a work tree.
//!
//! # The contract
//! Nothing here writes, speaks to a network or starts a program. A source is opened alone: the machine's and the user's
//! settings for git, the environment and replacement refs are left out, and the repository's own settings are believed as far
//! as its form depends on them. Whoever owns it, its objects are foreign bytes: each is bounded in size and must
//! have the content that its name says, and whatever is broken is an error that names the object.
//!
//! # Where to start
//! [`Source::open`], [`Source::resolve`], then [`Source::history`]: the commits that one revision has and others have not.

mod commit;
mod fault;
mod history;
mod object;
mod revision;
mod source;
mod touched;
mod walk;

pub use fault::Fault;
pub use history::{History, MESSAGE_MAX, Range};
pub use source::Source;
pub use walk::WALK_MAX;
