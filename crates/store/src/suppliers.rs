//! What suppliers announced, what was seen of them, what is done about it, and who of them was let in.
//!
//! Start at [`notices`] and [`watches`]; [`responses`] are what deployments wait for.

mod notices;
mod outside;
mod responses;
mod tasks;
mod watches;

pub use watches::WatchRow;
