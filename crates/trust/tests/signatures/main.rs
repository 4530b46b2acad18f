//! Signatures and attestations made with cosign, published ones, and what forgers would make of them.

#![expect(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a test that cannot go on says where"
)]

mod arbitrary;
mod attestations;
mod forgery;
mod instance;
mod keyless;
mod material;
mod revocation;
mod tag;
mod threshold;
