//! Artifacts on the client's side: a directory becomes a reproducible OCI artifact and goes to the registry.
//!
//! May not: ask, print or decide about releases. Start at [`pack`], then [`push`].

mod attach;
mod layer;
mod pack;
mod push;

pub use attach::{Attached, Attachment, attach, attach_revision};
pub use layer::PackError;
pub use pack::{Blob, Packed, pack};
pub use push::{Destination, PushError, Pushed, push};
