//! What the registry knows of its blobs, manifests and tags. The bytes of blobs are files, elsewhere.
//!
//! May not: decide who may see what, touch files, or read a clock; `now` is an argument.
//!
//! Start at `manifests` for what a push writes and at `garbage` for what may go.

mod attachments;
mod blobs;
mod checks;
mod columns;
mod garbage;
mod manifests;
mod pins;
mod quarantine;
mod repository;
mod shelf;
mod tags;
mod unread;

pub use attachments::FoundPart;
pub use blobs::LEASE;
pub use checks::BlobToCheck;
pub use garbage::{CollectedRows, GRACE};
pub use manifests::{ManifestRecord, ReferrerPage, ReferrerRecord, StoredManifest};
pub use pins::{Pin, TagPin};
pub use quarantine::{Nature, QuarantineDue, Quarantined};
pub use repository::{Repository, RepositoryError};
pub use shelf::TaggedManifest;
pub use unread::UnreadAttachment;
