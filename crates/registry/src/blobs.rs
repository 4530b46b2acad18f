//! Blob files: `blobs/sha256/ab/<hex>`, and `uploads/` for what is still arriving.
//!
//! Knows files and digests, not repositories' rights and not the store. What it acknowledges is on the disk: a
//! chunk after [`Upload::sync`], a whole blob after [`Upload::finish`]. Memory is constant at any size.
//!
//! Start at [`Blobs`]. Object storage will be a second such struct; callers see only its verbs.

mod directory;
mod reader;
mod upload;
mod verify;

pub use directory::{BlobError, Blobs};
pub use reader::BlobReader;
pub use upload::{Placed, Upload, UploadId};
pub(crate) use verify::Look;
