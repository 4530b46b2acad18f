//! What foreign bytes say about artifacts, as facts.
//!
//! # The contract
//! Nothing here performs I/O of its own, reads a clock or draws a random number; what is read comes as bytes or as a
//! reader that the caller opened. Everything read was written by others: it is bounded in size and depth, it never
//! panics, and what is odd is skipped and remarked, not guessed.
//!
//! # Where to start
//! [`bill`] reads bills of materials, [`advisory`] reads known vulnerabilities and finds them in a bill,
//! [`test_report`] reads what a test run found. [`package`] has what the first two agree on: package URLs, ecosystems and
//! the order of versions in each.

pub mod advisory;
pub mod bill;
pub mod package;
pub mod remark;
pub mod test_report;
