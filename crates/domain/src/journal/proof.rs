//! Proofs over the tree: that an entry is in it, and that a later tree continues an earlier one (RFC 6962 §2.1.1 and
//! §2.1.2), made from tiles.
//!
//! Making one is two passes. An [`Outline`] says which tiles it needs; whoever has them fills it in. So a proof costs a few
//! tiles, however large the tree is, and nothing here reads anything. Checking is in [`super::check`].

use super::{
    tile::{TILE_HEIGHT, TILE_WIDTH, Tile},
    tree::{node_hash, root_of},
};
use crate::digest::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// A proof before its hashes are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    size: u64,
    /// Each hash of the proof by the leaves that it covers.
    runs: Vec<Range<u64>>,
}

/// Why there is no such proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree does not reach so far.
    #[error("a tree of {size} entries has no entry {index}")]
    Entry {
        /// Which entry.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// No tree continues a larger one.
    #[error("a tree of {to} entries cannot continue one of {from}")]
    Order {
        /// The earlier.
        from: u64,
        /// The later.
        to: u64,
    },
    /// What it is made from is incomplete.
    #[error("tile {0} is missing")]
    Tile(Tile),
}

/// A node whose subtree is full: it covers the leaves from `index << level` on, `1 << level` of them.
#[derive(Debug, Clone, Copy)]
struct Node {
    level: u32,
    index: u64,
}

impl Outline {
    /// That entry `index` is in the tree of `size` entries.
    ///
    /// # Errors
    /// When the tree does not reach so far.
    pub fn inclusion(index: u64, size: u64) -> Result<Self, ProofError> {
        if index >= size {
            return Err(ProofError::Entry { index, size });
        }
        let (mut all, mut runs) = (0..size, Vec::new());
        while all.end - all.start > 1 {
            let middle = all.start + split(all.end - all.start);
            runs.push(half_without(&mut all, middle, index < middle));
        }
        runs.reverse();
        Ok(Self { size, runs })
    }

    /// That the tree of `to` entries continues that of `from`.
    ///
    /// # Errors
    /// When it is smaller.
    pub fn consistency(from: u64, to: u64) -> Result<Self, ProofError> {
        if from > to {
            return Err(ProofError::Order { from, to });
        }
        let (mut all, mut runs) = (0..to, Vec::new());
        // The empty tree is continued by any, and each by itself.
        while from > 0 && from != all.end {
            let middle = all.start + split(all.end - all.start);
            runs.push(half_without(&mut all, middle, from <= middle));
        }
        if from > 0 && all.start > 0 {
            runs.push(all);
        }
        runs.reverse();
        Ok(Self { size: to, runs })
    }

    /// The tiles that hold its hashes, as a tree of that size has them.
    pub fn tiles(&self) -> BTreeSet<Tile> {
        let nodes = self.runs.iter().flat_map(|run| full_nodes(run.clone()));
        nodes.filter_map(|node| node.tile(self.size)).collect()
    }

    /// The proof.
    ///
    /// # Errors
    /// When `tiles` lacks one of [`Self::tiles`].
    pub fn fill(&self, tiles: &BTreeMap<Tile, Vec<Digest>>) -> Result<Vec<Digest>, ProofError> {
        let run = |run: &Range<u64>| self.hash(run.clone(), tiles);
        self.runs.iter().map(run).collect()
    }

    /// The hash over a run of leaves; only its last full subtrees may be of unlike size.
    fn hash(
        &self,
        run: Range<u64>,
        tiles: &BTreeMap<Tile, Vec<Digest>>,
    ) -> Result<Digest, ProofError> {
        let nodes = full_nodes(run).map(|node| node.hash(self.size, tiles));
        let nodes: Vec<Digest> = nodes.collect::<Result<_, _>>()?;
        let mut nodes = nodes.iter().rev();
        let last = *nodes.next().expect("no run of a proof is empty");
        Ok(nodes.fold(last, |right, left| node_hash(left, &right)))
    }
}

impl Node {
    /// Its tile, the first of its hashes there, and how many there are.
    fn place(self) -> (u8, u64, usize, usize) {
        let (level, above) = (self.level / TILE_HEIGHT, self.level % TILE_HEIGHT);
        let width = u64::from(TILE_WIDTH);
        let first = self.index << above;
        let level = u8::try_from(level).expect("a tree has at most 64 levels");
        let offset = usize::try_from(first % width).expect("a tile is small");
        (level, first / width, offset, 1 << above)
    }

    fn tile(self, size: u64) -> Option<Tile> {
        let (level, position, ..) = self.place();
        Tile::of(size, level, position)
    }

    fn hash(self, size: u64, tiles: &BTreeMap<Tile, Vec<Digest>>) -> Result<Digest, ProofError> {
        let (.., offset, count) = self.place();
        let tile = self.tile(size).expect("the tree has the leaves of a node");
        let hashes = tiles.get(&tile).ok_or(ProofError::Tile(tile))?;
        let hashes = hashes.get(offset..offset + count);
        let hashes = hashes.ok_or(ProofError::Tile(tile))?;
        Ok(root_of(hashes.iter().copied()))
    }
}

/// A proof that an entry is in a tree, as a text that anybody can check offline (C2SP tlog-proof).
pub fn proof_text(index: u64, proof: &[Digest], note: &str) -> String {
    let mut lines = vec![
        "c2sp.org/tlog-proof@v1".to_owned(),
        format!("index {index}"),
    ];
    let hashes = proof.iter().map(|hash| STANDARD.encode(hash.as_bytes()));
    lines.extend(hashes);
    format!("{}\n\n{note}", lines.join("\n"))
}

/// Goes into one half of `all`, and answers the other.
fn half_without(all: &mut Range<u64>, middle: u64, goes_left: bool) -> Range<u64> {
    if goes_left {
        let right = middle..all.end;
        all.end = middle;
        right
    } else {
        let left = all.start..middle;
        all.start = middle;
        left
    }
}

/// The largest power of two below `count`: where RFC 6962 divides that many leaves.
const fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The full subtrees of a run that begins where such a subtree may, largest first.
fn full_nodes(mut run: Range<u64>) -> impl Iterator<Item = Node> {
    std::iter::from_fn(move || {
        let level = (run.end - run.start).checked_ilog2()?;
        let index = run.start >> level;
        run.start += 1 << level;
        Some(Node { level, index })
    })
}
