//! The Merkle tree of RFC 6962 §2.1: `leaf = SHA-256(0x00 ‖ entry)`, `node = SHA-256(0x01 ‖ left ‖ right)`.

use crate::digest::Digest;
use sha2::{Digest as _, Sha256};

/// The hash of a leaf (RFC 6962 §2.1).
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::from_bytes(
        Sha256::new()
            .chain_update([0])
            .chain_update(entry)
            .finalize()
            .into(),
    )
}

/// The hash of an inner node (RFC 6962 §2.1).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let hash = Sha256::new()
        .chain_update([1])
        .chain_update(left.as_bytes())
        .chain_update(right.as_bytes());
    Digest::from_bytes(hash.finalize().into())
}

/// The root over `leaves`; of none, the hash of nothing (RFC 6962 §2.1).
pub fn root_of(leaves: impl IntoIterator<Item = Digest>) -> Digest {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(leaf);
    }
    frontier.root()
}

/// The right edge of a tree: the roots of its full subtrees, largest first. Enough to append and to know the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One per set bit of `size`, from the highest.
    subtrees: Vec<Digest>,
}

/// The stored bytes are not a frontier of that size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} entries has a right edge of {expected} hashes, not {found} bytes")]
pub struct FrontierError {
    size: u64,
    expected: u32,
    found: usize,
}

impl Frontier {
    /// Reads what [`Self::to_bytes`] wrote for a tree of `size` entries.
    ///
    /// # Errors
    /// When the bytes are not one hash per full subtree.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, FrontierError> {
        let expected = size.count_ones();
        let (hashes, rest) = bytes.as_chunks::<32>();
        if hashes.len() != expected as usize || !rest.is_empty() {
            return Err(FrontierError {
                size,
                expected,
                found: bytes.len(),
            });
        }
        Ok(Self {
            size,
            subtrees: hashes
                .iter()
                .map(|hash| Digest::from_bytes(*hash))
                .collect(),
        })
    }

    /// The hashes, 32 bytes each, largest subtree first.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.subtrees
            .iter()
            .flat_map(|hash| *hash.as_bytes())
            .collect()
    }

    /// How many entries the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf at the right.
    pub fn append(&mut self, leaf: Digest) {
        let mut node = leaf;
        // Each trailing one-bit of the size is a full subtree as large as the node: they merge.
        for _ in 0..self.size.trailing_ones() {
            let left = self
                .subtrees
                .pop()
                .expect("a subtree per set bit of the size");
            node = node_hash(&left, &node);
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Digest {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(smallest) = subtrees.next() else {
            return Digest::of(b"");
        };
        subtrees.fold(*smallest, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;

    #[test]
    fn the_root_is_that_of_an_independent_implementation_at_every_size() {
        let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut frontier = Frontier::default();
        for i in 0..300u32 {
            let entry = i.to_be_bytes().to_vec();
            frontier.append(leaf_hash(&entry));
            oracle.push(entry);
            assert_eq!(
                frontier.root().as_bytes()[..],
                oracle.root().as_bytes()[..],
                "size {}",
                i + 1
            );
            let kept = Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).unwrap();
            assert_eq!(kept, frontier);
        }
    }

    #[test]
    fn the_empty_tree_has_the_root_of_the_standard() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Frontier::default().root().to_string(), empty);
        assert!(Frontier::from_bytes(3, &[0; 32]).is_err());
    }
}
