//! Known vulnerabilities, and which parts of a bill of materials they concern.
//!
//! [`read`] streams a database in the Open Source Vulnerability format: the zip of JSON files that is published per
//! ecosystem, JSON lines, or a JSON array. A [`Matcher`] holds the advisories and finds those for the parts of a
//! [`crate::bill::Bill`].
//!
//! Start with [`Advisory`].

mod affected;
mod archive;
mod cvss;
mod database;
mod finding;
mod matcher;
mod objects;
mod osv;
mod record;
mod severity;
mod worst;

pub use affected::{Affected, Event, Range};
pub use database::{
    DatabaseError, ENTRIES_MAX, INFLATED_MAX, RECORD_MAX, Reading, read, read_record,
};
pub use finding::{Certainty, Finding};
pub use matcher::Matcher;
pub use osv::RecordError;
pub use record::Advisory;
pub use severity::{Score, Severity};
pub use worst::Worst;

#[cfg(test)]
mod tests;
