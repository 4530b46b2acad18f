//! Telling the formats apart by content, and the bounds of everything read.

use super::{Bill, cyclonedx, spdx2, spdx3, tree, tree::Tree};
use crate::remark::shown;

/// The largest document, in bytes.
pub const SIZE_MAX: usize = 64 << 20;
/// How deep values may nest: the parser's own bound. Components of components use two levels each.
pub const DEPTH_MAX: usize = 127;
/// The most JSON values in a document.
pub const NODES_MAX: usize = 4_000_000;
/// The most parts of a bill.
pub const PARTS_MAX: usize = 200_000;
/// The longest name, in characters; the rest is cut off and remarked.
pub const TEXT_MAX: usize = 4096;
/// The most licences or digests of one part.
pub(super) const LISTED_MAX: usize = 64;

/// Why bytes are not a bill of materials.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// Beyond every real one.
    #[error("the bill of materials is larger than {} MiB", SIZE_MAX >> 20)]
    Large,
    /// The XML, tag-value or another form of a known format.
    #[error("the bill of materials is not JSON: write CycloneDX or SPDX as JSON")]
    NotJson,
    /// Broken JSON, or nested too deeply, or of too many values.
    #[error("the bill of materials is broken JSON")]
    Json(#[source] serde_json::Error),
    /// JSON of another kind.
    #[error("the JSON is neither CycloneDX nor SPDX")]
    Unknown,
    /// A version that does not read like those before it.
    #[error("{0} is a version of the format that is not understood")]
    Version(String),
}

/// Reads a bill of materials of any format.
pub fn read(bytes: &[u8]) -> Result<Bill, BillError> {
    if bytes.len() > SIZE_MAX {
        return Err(BillError::Large);
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(BillError::NotJson);
    }
    let grown = tree::grow(text, NODES_MAX).map_err(BillError::Json)?;
    let mut bill = read_tree(&grown.tree)?;
    for key in &grown.repeated {
        bill.remarks
            .note(|| format!("`{}` is given twice: the last counts", shown(key, 80)));
    }
    Ok(bill)
}

fn read_tree(tree: &Tree<'_>) -> Result<Bill, BillError> {
    // GitHub wraps what its dependency graph exports.
    let tree = tree.get("sbom").unwrap_or(tree);
    if let Some(version) = tree.text_of("spdxVersion") {
        return match version.strip_prefix("SPDX-").unwrap_or(version) {
            version if version.starts_with("2.") => Ok(spdx2::read(tree, version)),
            _ => Err(BillError::Version(shown(version, 40))),
        };
    }
    if tree.get("@graph").is_some() && spdx3::is_named_by(tree) {
        return Ok(spdx3::read(tree));
    }
    if cyclonedx::is_named_by(tree) {
        return match tree.text_of("specVersion").unwrap_or_default() {
            version if version.is_empty() || version.starts_with("1.") => {
                Ok(cyclonedx::read(tree, version))
            }
            version => Err(BillError::Version(shown(version, 40))),
        };
    }
    Err(BillError::Unknown)
}
