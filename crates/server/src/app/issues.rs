//! Issues: raised against a release or a deployment, worked on, settled in words, and whose they are.
//!
//! [`raise`] and [`deeds`] change them, [`shown`] lists them.

mod deeds;
mod raise;
mod shown;

pub use deeds::IssueDeed;
pub(super) use deeds::change;
pub(super) use raise::at_most;
pub(super) use shown::{found, view, waiting_for};

use tidegate_domain::{id::IssueId, talk::Subject};

/// The most issues of one release; further ones say that it is not the release alone that is wrong.
const OF_RELEASE_MAX: u64 = 1_000;

/// What the journal calls an issue.
fn subject(id: IssueId) -> String {
    Subject::Issue(id).to_string()
}
