//! The lifecycle of releases: what is told of builds and tests is kept, and what that and everything else comes to is computed.
//!
//! [`hear`] keeps facts, [`told`] reads what scripts tell, [`seen`] collects what is known of a release, [`shown`] is how it looks, [`evidence`]
//! what of it goes into evidence files.

mod evidence;
mod hear;
mod seen;
mod shown;
mod told;

pub(super) use evidence::{entries_of, facts_of};
pub(super) use shown::of;
pub use told::ReportOf;
