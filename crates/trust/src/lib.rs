//! Foreign bytes about artifacts become facts.
//!
//! # The contract
//! Nothing here performs I/O of its own, reads a clock or draws a random number: bytes, key sets and times are arguments,
//! what is read comes as bytes or as a reader that the caller opened, and answers are values. Everything read was written
//! by others: it is bounded in size, depth and count, it never panics, and what is odd is refused, or skipped and
//! remarked, never guessed. (One exception is inherited: the library that verifies keyless bundles compares times of
//! logs with the machine's clock, to refuse those from the future and keys that are not valid yet.)
//!
//! # Where to start
//! [`keys`] says whom we believe, and since and until when. [`signature`] says who signed an artifact, and judges
//! whether enough of them did. [`attestation`] reads what signed statements say about how an artifact came to be.
//! [`bill`] reads bills of materials, [`advisory`] reads known vulnerabilities and finds them in a bill,
//! [`test_report`] reads what a test run found. [`attached`] reads whatever is attached to an artifact, and [`artifact`]
//! judges all of it together. [`package`] has what bills and advisories agree on: package URLs,
//! ecosystems and the order of versions in each.

pub mod advisory;
pub mod artifact;
pub mod attached;
pub mod attestation;
pub mod bill;
pub mod keys;
pub mod package;
pub mod remark;
pub mod signature;
pub mod test_report;
