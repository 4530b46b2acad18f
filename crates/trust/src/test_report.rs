//! What a test run found, from the `JUnit` XML that nearly every test runner writes.
//!
//! [`read`] streams a report of any size in bounded memory. No entity is expanded, and a document type is refused.
//! [`Report::is_green`] is the short answer.
//!
//! Start with [`Report`].

mod cases;
mod elements;
mod report;
mod stream;

pub use report::{FAILED_MAX, Failed, Outcome, PROPERTIES_MAX, Report, Totals};
pub use stream::{DEPTH_MAX, EVENT_MAX, Fault, ReportError, SIZE_MAX, read};

#[cfg(test)]
mod tests;
