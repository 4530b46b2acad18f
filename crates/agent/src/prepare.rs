//! Making a revision lie ready: downloaded, verified, unpacked, not running.
//!
//! Nothing here touches what runs: everything is done beside it and appears by one rename. Start at [`prepare`];
//! [`fetch`] downloads, [`manifest`] reads, [`signatures`] sees who signed it, [`unpack`] unpacks under the rules of
//! [`policy`].

mod error;
pub(crate) mod fetch;
mod manifest;
pub(crate) mod policy;
mod revision;
mod signatures;
mod unpack;

pub(crate) use error::PrepareError;
pub(crate) use revision::{Preparation, Progress, is_ready, prepare};
