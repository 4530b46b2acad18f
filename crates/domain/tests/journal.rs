//! Proofs over the journal's tree, against an independent implementation and the examples of Certificate Transparency.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::{
    prelude::{ProptestConfig, Strategy as _, any},
    prop_assert, prop_assert_eq, proptest,
};
use sha2::Sha256;
use std::{collections::BTreeMap, sync::LazyLock};
use tidegate_domain::{
    digest::Digest,
    journal::{
        Frontier, Outline, ProofError, TILE_WIDTH, Tile, check_consistency, check_inclusion,
        hashes_at, leaf_hash, root_of,
    },
};

/// Inputs and roots of Certificate Transparency's own tests of RFC 6962.
const INPUTS: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/// Reaches into the third level of tiles.
const LARGE: u64 = 70_000;

/// A tree as a log keeps it: whatever tiles there are, at their widest.
struct Log {
    leaves: Vec<Digest>,
    tiles: BTreeMap<(u8, u64), Vec<Digest>>,
}

impl Log {
    fn of(leaves: Vec<Digest>) -> Self {
        let mut tiles = BTreeMap::new();
        let mut hashes = leaves.clone();
        for level in 0.. {
            assert_eq!(hashes.len() as u64, hashes_at(leaves.len() as u64, level));
            let pieces = hashes.chunks(usize::from(TILE_WIDTH));
            tiles.extend(
                (0..)
                    .zip(pieces.clone())
                    .map(|(position, tile)| ((level, position), tile.to_vec())),
            );
            let full = pieces.filter(|tile| tile.len() == usize::from(TILE_WIDTH));
            hashes = full.map(|tile| root_of(tile.iter().copied())).collect();
            if hashes.is_empty() {
                break;
            }
        }
        Self { leaves, tiles }
    }

    fn read(&self, tile: Tile) -> Vec<Digest> {
        let whole = &self.tiles[&(tile.level(), tile.position())];
        whole[..usize::from(tile.width())].to_vec()
    }

    fn fill(&self, outline: &Outline) -> Vec<Digest> {
        let tiles = outline
            .tiles()
            .into_iter()
            .map(|tile| (tile, self.read(tile)));
        outline.fill(&tiles.collect()).expect("every tile is there")
    }

    fn inclusion(&self, index: u64, size: u64) -> Vec<Digest> {
        self.fill(&Outline::inclusion(index, size).expect("the tree has it"))
    }

    fn consistency(&self, from: u64, to: u64) -> Vec<Digest> {
        self.fill(&Outline::consistency(from, to).expect("the tree grew"))
    }

    fn head(&self, size: u64) -> (u64, Digest) {
        let count = usize::try_from(size).expect("it is in memory");
        (size, root_of(self.leaves[..count].iter().copied()))
    }
}

fn entry(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

fn log_of(size: u64) -> Log {
    Log::of((0..size).map(|number| leaf_hash(&entry(number))).collect())
}

fn bytes(proof: &[Digest]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn the_examples_of_certificate_transparency_come_out() {
    let hash = |hex: &str| -> Digest { format!("sha256:{hex}").parse().unwrap() };
    let inputs = INPUTS.map(|input| leaf_hash(&hex::decode(input).unwrap()));
    let log = Log::of(inputs.to_vec());
    for (size, root) in (1..).zip(ROOTS) {
        assert_eq!(log.head(size).1, hash(root));
    }
    let path = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(log.inclusion(0, 8), path.map(hash));
    let path = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[3],
    ];
    assert_eq!(log.consistency(6, 8), path.map(hash));
    assert_eq!(log.consistency(8, 8), []);
}

#[test]
fn every_proof_of_a_small_tree_is_that_of_an_independent_implementation() {
    let log = log_of(300);
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=300 {
        oracle.push(entry(size - 1));
        // Around the border of a tile, and all of what is well before it.
        if !(1..=140).contains(&size) && !(250..=264).contains(&size) && size != 300 {
            continue;
        }
        let (head, count) = (log.head(size), usize::try_from(size).unwrap());
        for index in 0..size {
            let proof = log.inclusion(index, size);
            let place = usize::try_from(index).unwrap();
            assert_eq!(
                bytes(&proof),
                oracle.prove_inclusion(place).as_bytes(),
                "{index} of {size}"
            );
            let leaf = (index, log.leaves[place]);
            assert_eq!(
                check_inclusion(leaf, head, &proof),
                Ok(()),
                "{index} of {size}"
            );
        }
        for from in 1..=size {
            let proof = log.consistency(from, size);
            let added = count - usize::try_from(from).unwrap();
            assert_eq!(
                bytes(&proof),
                oracle.prove_consistency(added).as_bytes(),
                "{from} to {size}"
            );
            assert_eq!(
                check_consistency(log.head(from), head, &proof),
                Ok(()),
                "{from} to {size}"
            );
        }
    }
}

#[test]
fn what_was_tampered_with_is_refused() {
    let log = log_of(300);
    let other = Digest::of(b"other");
    for (index, size) in [
        (0, 2),
        (1, 3),
        (4, 7),
        (255, 256),
        (256, 257),
        (77, 299),
        (299, 300),
    ] {
        let (head, leaf) = (log.head(size), log.leaves[usize::try_from(index).unwrap()]);
        let good = log.inclusion(index, size);
        for proof in spoiled(&good) {
            assert!(
                check_inclusion((index, leaf), head, &proof).is_err(),
                "{index} of {size}"
            );
        }
        assert!(check_inclusion((index, other), head, &good).is_err());
        assert!(check_inclusion((index, leaf), (size, other), &good).is_err());
        assert!(check_inclusion((index ^ 1, leaf), head, &good).is_err());
        assert!(check_inclusion((size, leaf), head, &good).is_err());
    }
    for (from, to) in [
        (1, 2),
        (2, 3),
        (3, 7),
        (4, 8),
        (255, 256),
        (256, 300),
        (257, 299),
    ] {
        let good = log.consistency(from, to);
        let (earlier, later) = (log.head(from), log.head(to));
        for proof in spoiled(&good) {
            assert!(
                check_consistency(earlier, later, &proof).is_err(),
                "{from} to {to}"
            );
        }
        assert!(check_consistency((from, other), later, &good).is_err());
        assert!(check_consistency(earlier, (to, other), &good).is_err());
        assert!(check_consistency(later, earlier, &good).is_err());
        assert!(check_consistency((from + 1, earlier.1), later, &good).is_err());
    }
    // Of one size, and from nothing, only the roots count, and no proof is owed.
    let head = log.head(5);
    assert_eq!(check_consistency(head, head, &[]), Ok(()));
    assert!(check_consistency(head, (5, other), &[]).is_err());
    assert!(check_consistency(head, head, &[other]).is_err());
    assert_eq!(check_consistency((0, Digest::of(b"")), head, &[]), Ok(()));
    assert!(check_consistency((0, other), head, &[]).is_err());
}

/// Every proof that differs from a good one in one place, or in its length.
fn spoiled(good: &[Digest]) -> Vec<Vec<Digest>> {
    let mut all = vec![
        [good, &[Digest::of(b"more")]].concat(),
        [&[Digest::of(b"more")], good].concat(),
    ];
    for place in 0..good.len() {
        let mut changed = good.to_vec();
        changed[place] = Digest::of(b"other");
        all.push(changed);
        let mut cut = good.to_vec();
        cut.remove(place);
        all.push(cut);
    }
    all
}

#[test]
fn what_cannot_be_proved_is_named() {
    assert_eq!(
        Outline::inclusion(3, 3),
        Err(ProofError::Entry { index: 3, size: 3 })
    );
    assert_eq!(
        Outline::consistency(4, 3),
        Err(ProofError::Order { from: 4, to: 3 })
    );
    let outline = Outline::inclusion(0, 1000).unwrap();
    let missing = outline.fill(&BTreeMap::new()).unwrap_err();
    assert_eq!(missing.to_string(), "tile 0/000 is missing");
    let narrow = outline.tiles().into_iter().map(|tile| (tile, Vec::new()));
    assert!(matches!(
        outline.fill(&narrow.collect()),
        Err(ProofError::Tile(_))
    ));
}

#[test]
fn a_proof_needs_few_tiles_however_large_the_tree_is() {
    for size in [10_000_000, u64::MAX / 3, u64::MAX] {
        for index in [0, size / 2, size - 1] {
            let tiles = Outline::inclusion(index, size).unwrap().tiles();
            // At most that of the entry and the last one on each level.
            let levels = size.ilog2().div_ceil(8) as usize;
            assert!(tiles.len() <= 2 * levels, "{index} of {size}: {tiles:?}");
            assert!(Outline::consistency(index + 1, size).unwrap().tiles().len() <= 2 * levels + 1);
        }
    }
}

static LOG: LazyLock<Log> = LazyLock::new(|| log_of(LARGE));

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn proofs_of_a_large_tree_hold(
        (to, from, index) in (2..=LARGE).prop_flat_map(|to| (proptest::prelude::Just(to), 1..=to, 0..to)),
        bit in any::<u8>(),
    ) {
        let (head, earlier) = (LOG.head(to), LOG.head(from));
        let leaf = LOG.leaves[usize::try_from(index).unwrap()];
        let proof = LOG.inclusion(index, to);
        prop_assert_eq!(check_inclusion((index, leaf), head, &proof), Ok(()));
        let consistency = LOG.consistency(from, to);
        prop_assert_eq!(check_consistency(earlier, head, &consistency), Ok(()));
        // The right edge of the earlier tree leads to the later one.
        let mut tree = Frontier::default();
        LOG.leaves.iter().take(usize::try_from(from).unwrap()).for_each(|leaf| tree.append(*leaf));
        prop_assert_eq!(tree.root(), earlier.1);
        for (proof, is_inclusion) in [(proof, true), (consistency, false)] {
            if proof.is_empty() {
                continue;
            }
            let mut flipped = proof;
            let place = usize::from(bit) % flipped.len();
            let mut hash = *flipped[place].as_bytes();
            hash[usize::from(bit / 8)] ^= 1 << (bit % 8);
            flipped[place] = Digest::from_bytes(hash);
            let checked = if is_inclusion {
                check_inclusion((index, leaf), head, &flipped)
            } else {
                check_consistency(earlier, head, &flipped)
            };
            prop_assert!(checked.is_err());
        }
    }
}
