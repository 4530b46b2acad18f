//! The journal's arithmetic: entries, their Merkle tree, proofs over it, and checkpoints.
//!
//! An entry is a leaf of an RFC 6962 tree over its canonical JSON. The tree is never held whole: [`Frontier`] extends
//! it in constant space, [`tile`] cuts it into pieces that are kept, [`proof`] makes proofs from a few of them, and
//! [`check`] checks those. A [`checkpoint`] is the signed statement of the tree's size and root; a [`witness`] believes a
//! later one only if it continues the last.

mod check;
pub mod checkpoint;
mod entry;
pub mod note;
mod proof;
mod tile;
mod tree;
pub mod witness;

pub use check::{Head, ProofFault, check_consistency, check_inclusion};
pub use checkpoint::Checkpoint;
pub use entry::Entry;
pub use note::Notary;
pub use proof::{Outline, ProofError, proof_text};
pub use tile::{TILE_WIDTH, Tile, TilePathError, TileResource, hashes_at};
pub use tree::{Frontier, FrontierError, leaf_hash, node_hash, root_of};
