//! Reads: from stored facts to what API, command line and pages show. What is displayed is computed here, never stored.

mod catalog;
mod deployments;
mod facts;
mod releases;
mod status;

pub use deployments::summary;
pub(crate) use facts::collect;
