//! The registry: OCI Distribution 1.1 on `/v2/`, and the blob files behind it.
//!
//! It may not decide who may do what (the server answers [`Access`]) and contains no SQL (`tidegate_store` does).
//! A blob is a file named by its digest; it becomes visible by a row in the store, after the file is durable.
//!
//! # Where to start
//! [`router`] is the face to the world, [`Registry`] the one to the server's own code. `route` reads paths, `http`
//! holds one file per kind of endpoint, `blobs` the files, `manifest` reads documents, `garbage` removes.

mod access;
mod blobs;
mod error;
mod garbage;
mod http;
mod manifest;
mod registry;
mod route;
mod scrub;

pub use access::{Access, AccessError, Action, Asked, Caller, Permission};
pub use blobs::{BlobError, BlobReader, Blobs, Placed, Upload, UploadId};
pub use error::Error;
pub use garbage::Collected;
pub use http::{RegistryState, blob_content, router};
pub use registry::Registry;
pub use scrub::Scrubbed;
pub use tidegate_store::{ManifestRecord, Pin, Repository, StoredManifest};

/// Whether a manifest would be taken that is pushed as this type. For `fuzz/`.
#[cfg(fuzzing)]
pub fn takes_manifest(body: Vec<u8>, content_type: Option<&str>) -> bool {
    manifest::Manifest::read(body, content_type).is_ok()
}
