//! Versioned wire types: what crosses a socket between the parts of Tidegate.
//!
//! [`api`] is what people's programs speak, [`agent`] what agents speak. Nothing here decides; conversions to and
//! from the domain are written by hand where the two differ.

pub mod agent;
pub mod api;
pub mod artifact;
