//! The command line: commands, client and output.
//!
//! [`artifact`] packs what is pushed and speaks to the registry.

pub mod artifact;
