//! The scope of a release, from the work itself: which commits it brings to an environment, what they mean, which work items
//! they belong to, and what to tell whom about them.
//!
//! [`Commit`]s are read elsewhere. [`Scope::of`] makes [`Change`]s of them: each with its [`Meaning`], the work items that it names
//! (found by [`Links`] as the [`Tracker`]s say), and where it stands after reverts and the [`Adjustment`]s of people.
//! [`Notes::of`] tells an [`Audience`] about them, with people's own [`Wording`] where there is one; [`Notes::markdown`] writes
//! that so that nothing which came from a commit or tracker means anything in Markdown or HTML.

mod adjustment;
mod change;
mod commit;
mod foreign;
mod heading;
mod item;
mod link;
mod markdown;
mod meaning;
mod notes;
mod reversal;
mod roll_up;
mod tracker;
mod wording;

pub use adjustment::{Act, Adjustment, AdjustmentError, ChangeRef, Decision, Unmatched, Unused};
pub use change::{Change, ChangeKey, Standing};
pub use commit::{Author, Commit, CommitId, CommitIdError, CommitPrefix, CommitPrefixError};
pub use foreign::ForeignError;
pub use heading::{Group, Heading};
pub use item::{Catalogue, ItemKey, WorkItem};
pub use link::{Link, Links, Relation};
pub use meaning::{Kind, Meaning, Notice, NoticeKind, Reverted};
pub use notes::{Chapter, Line, Materials, Notes};
pub use roll_up::{Contributor, LinkedItem, Origin, Part, Scope};
pub(crate) use tracker::is_address;
pub use tracker::{Tracker, TrackerError, TrackerSystem};
pub use wording::{Audience, Subject, Wording, WordingError};
