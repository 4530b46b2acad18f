//! Checking proofs, as RFC 9162 §2.1.3.2 and §2.1.4.2 spell it: without the tree, without its tiles, by anyone.

use super::tree::node_hash;
use crate::digest::Digest;

/// The size and root of a tree.
pub type Head = (u64, Digest);

/// The proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the root")]
pub struct ProofFault;

/// Where a walk from a leaf up to the root is, in two trees at once.
struct Walk {
    /// In the tree that the walk began in.
    node: u64,
    /// The last node of the whole tree at this level.
    last: u64,
}

impl Walk {
    /// One level up. Answers whether the walk came from the right: then the other hash belongs to the left.
    fn up(&mut self) -> bool {
        let from_right = self.node & 1 == 1 || self.node == self.last;
        if from_right {
            // Levels where this node has no sibling are passed over.
            while self.node & 1 == 0 && self.node != 0 {
                self.shift();
            }
        }
        self.shift();
        from_right
    }

    const fn shift(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    const fn is_at_root(&self) -> bool {
        self.last == 0
    }
}

/// Checks that the leaf is entry `index` of the tree (RFC 9162 §2.1.3.2).
///
/// # Errors
/// When the proof does not show it.
pub fn check_inclusion(
    (index, leaf): (u64, Digest),
    (size, root): Head,
    proof: &[Digest],
) -> Result<(), ProofFault> {
    if index >= size {
        return Err(ProofFault);
    }
    let (mut walk, mut hash) = (
        Walk {
            node: index,
            last: size - 1,
        },
        leaf,
    );
    for other in proof {
        if walk.is_at_root() {
            return Err(ProofFault);
        }
        hash = if walk.up() {
            node_hash(other, &hash)
        } else {
            node_hash(&hash, other)
        };
    }
    if walk.is_at_root() && hash == root {
        Ok(())
    } else {
        Err(ProofFault)
    }
}

/// Checks that the tree `to` continues the tree `from` (RFC 9162 §2.1.4.2).
///
/// # Errors
/// When the proof does not show it.
pub fn check_consistency(
    (from, earlier): Head,
    (to, later): Head,
    proof: &[Digest],
) -> Result<(), ProofFault> {
    if from == to || from == 0 {
        // Nothing is to be shown, so nothing may be said.
        let is_so = if from == to {
            earlier == later
        } else {
            earlier == Digest::of(b"")
        };
        return if is_so && proof.is_empty() {
            Ok(())
        } else {
            Err(ProofFault)
        };
    }
    if from > to {
        return Err(ProofFault);
    }
    // A full tree is itself the first node of the walk, and the proof leaves out what is known.
    let known = from.is_power_of_two().then_some(&earlier);
    let mut path = known.into_iter().chain(proof);
    let first = *path.next().ok_or(ProofFault)?;
    let mut walk = Walk {
        node: from - 1,
        last: to - 1,
    };
    while walk.node & 1 == 1 {
        walk.shift();
    }
    let (mut old, mut new) = (first, first);
    for other in path {
        if walk.is_at_root() {
            return Err(ProofFault);
        }
        if walk.up() {
            old = node_hash(other, &old);
            new = node_hash(other, &new);
        } else {
            new = node_hash(&new, other);
        }
    }
    if walk.is_at_root() && old == earlier && new == later {
        Ok(())
    } else {
        Err(ProofFault)
    }
}
