//! A release: a numbered record of one product, first draft, then sealed.
//!
//! [`contents`] says what is in it, [`snapshot`] with what configuration, [`seal`] makes both unchangeable, and
//! [`render`] turns them into what one target should run in one slot. [`apart`] says whether what was rendered for both
//! slots can run at once.

pub mod apart;
pub mod contents;
pub mod render;
pub mod seal;
pub mod snapshot;

pub use contents::{Content, Contents};
pub use seal::{Block, Release, SealError, Sealed};
pub use snapshot::Snapshot;
