//! Bills of materials: what an artifact is made of.
//!
//! [`read`] takes `CycloneDX` 1.2 to 1.7 and SPDX 2.2, 2.3 and 3.0, each as JSON, and tells them apart by content. It is
//! tolerant: a part that cannot be understood is left out and remarked, so that one odd entry does not hide the rest.
//! [`is_about`] says whether a bill names an artifact, [`Query`] finds parts.
//!
//! Start with [`Bill`].

mod about;
mod assembly;
mod cyclonedx;
mod document;
mod licence;
mod part;
mod query;
mod read;
mod spdx2;
mod spdx3;
mod tree;

pub use about::{About, is_about};
pub use document::{Bill, Format, Subject};
pub use licence::Licence;
pub use part::{Checksum, Part, PartKey, Source};
pub use query::{Query, QueryError, matches};
pub use read::{BillError, DEPTH_MAX, NODES_MAX, PARTS_MAX, SIZE_MAX, TEXT_MAX, read};

#[cfg(test)]
mod tests;
