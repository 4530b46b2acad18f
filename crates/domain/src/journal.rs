//! The journal's arithmetic: entries, their Merkle tree, and checkpoints.
//!
//! An entry is a leaf of an RFC 6962 tree over its canonical JSON. The tree is never held whole: [`Frontier`] extends
//! it in constant space. [`checkpoint`] is the signed statement of its size and root.

pub mod checkpoint;
mod entry;
pub mod note;
mod tree;

pub use checkpoint::Checkpoint;
pub use entry::Entry;
pub use note::Notary;
pub use tree::{Frontier, FrontierError, leaf_hash, node_hash, root_of};
