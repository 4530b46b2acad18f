//! The people's address: API, registry and pages in one router.
//!
//! A handler reads, makes one call of a use-case, and converts. Status codes are named in [`error`] only; who asks is
//! found by the extractors of [`access`].

pub(crate) mod access;
mod error;
mod log;
mod registry;
mod registry_token;
mod router;
pub(crate) mod session;
mod v1;
mod watching;

pub(crate) use error::{ApiError, retry_after};
pub(crate) use registry::blob;
pub(crate) use router::{STRANGERS_BODY_MAX, health, router};
pub use v1::openapi;
pub(crate) use watching::Watching;
