//! Foreign bytes about artifacts become facts.
//!
//! # The contract
//! Nothing here performs I/O, reads a clock or draws a random number: bytes, key sets and times are arguments, and
//! answers are values. Nothing panics on data, however hostile; every reader has bounds on size, depth and count.
//! (One exception is inherited: the library that verifies keyless bundles compares log times with the machine's
//! clock, only to refuse those from the future.)
//!
//! # Where to start
//! [`keys`] says whom we believe, and since and until when. [`signature`] says who signed an artifact, and judges
//! whether enough of them did. [`attestation`] reads what signed statements say about how an artifact came to be.

pub mod attestation;
pub mod keys;
pub mod signature;
