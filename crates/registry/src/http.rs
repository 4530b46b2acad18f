//! The endpoints of `/v2/`: one file per kind. [`router`] is the way in; `dispatch` asks who and whether, and calls.

mod blob;
mod dispatch;
mod listing;
mod manifest;
mod range;
mod reply;
mod upload;

pub use blob::content as blob_content;
pub use dispatch::{RegistryState, router};
