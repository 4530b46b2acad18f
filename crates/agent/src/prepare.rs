//! Making a revision lie ready: downloaded, verified, unpacked, not running.
//!
//! Nothing here touches what runs: everything is done beside it and appears by one rename. Start at [`prepare`];
//! [`fetch`] downloads, [`manifest`] reads, [`signatures`] sees who signed it, [`unpack`] unpacks under the rules of
//! [`policy`].

mod error;
pub(crate) mod fetch;
mod manifest;
pub(crate) mod policy;
mod revision;
mod signatures;
mod unpack;

pub(crate) use error::PrepareError;
pub(crate) use revision::{Preparation, Progress, is_ready, prepare};

/// Whether the layer in a file can be unpacked to `root`, within little room. For `fuzz/`.
#[cfg(fuzzing)]
pub fn unpacks(blob: &std::path::Path, root: &std::path::Path, is_packed: bool) -> bool {
    let packing = match is_packed {
        true => manifest::Packing::TarZstd,
        false => manifest::Packing::Tar,
    };
    let limits = unpack::Limits {
        entries: 1_000,
        bytes: 1 << 20,
    };
    let unpacked = unpack::Unpacker::new(root, limits).map(|mut unpacker| {
        let layer = unpacker.layer(blob, packing);
        layer.and_then(|()| unpacker.finish()).is_ok()
    });
    unpacked.unwrap_or_default()
}
