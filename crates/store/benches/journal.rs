//! Durable journal entries per second, one writer and sixty-four, beside what the disk allows: a bare `fdatasync`. And proofs
//! in a journal of ten million entries, beside the bare reading of the tiles that they are made from.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures::{FutureExt, future::join_all};
use std::{fs::File, hint::black_box, io::Write, path::Path, time::Duration};
use tidegate_domain::{
    digest::Digest,
    journal::{
        Entry, Frontier, Outline, TILE_WIDTH, Tile, check_consistency, check_inclusion, leaf_hash,
    },
};
use tidegate_store::{Store, StoreError, Tx};
use tokio::runtime::Runtime;

/// Entries of the journal that is proved about.
const ENTRIES: u64 = 10_000_000;

fn benches(criterion: &mut Criterion) {
    let directory =
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory on the disk");
    let runtime = Runtime::new().expect("a runtime");
    let store = runtime
        .block_on(Store::open_sqlite(directory.path()))
        .expect("a store");
    let mut group = criterion.benchmark_group("journal");
    group
        .measurement_time(Duration::from_secs(5))
        .sample_size(20);
    let mut file = File::create(directory.path().join("floor")).expect("a file");
    group.bench_function("fdatasync of 512 bytes, the floor", |bencher| {
        bencher.iter(|| {
            file.write_all(&[7; 512]).expect("a write");
            file.sync_data().expect("a sync");
        });
    });
    group.bench_function("1 writer, 1 entry", |bencher| {
        bencher.iter(|| runtime.block_on(append(&store)));
    });
    for writers in [64u64, 1024] {
        group.throughput(Throughput::Elements(writers));
        group.bench_function(format!("{writers} writers, 1 entry each"), |bencher| {
            bencher.iter(|| runtime.block_on(join_all((0..writers).map(|_| append(&store)))));
        });
    }
    group.finish();
}

async fn append(store: &Store) {
    let written = store.write((), |tx, ()| {
        async move {
            let entry = Entry {
                v: 1,
                time: tx.now(),
                actor: "ada".to_owned(),
                action: "deployment.target_passed".to_owned(),
                subject: "deployment/7".to_owned(),
                detail: serde_json::json!({ "target": "live-1" }),
                request: None,
            };
            tx.record_entry(&entry).await
        }
        .boxed()
    });
    let written: Result<(), StoreError> = written.await;
    written.expect("the entry is kept");
}

fn proofs(criterion: &mut Criterion) {
    let directory =
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory on the disk");
    let runtime = Runtime::new().expect("a runtime");
    let (store, root) = runtime.block_on(large(directory.path()));
    let mut group = criterion.benchmark_group("proof in 10 million entries");
    group
        .measurement_time(Duration::from_secs(5))
        .sample_size(50);
    let mut index = 0;
    // A step that comes to every entry before it comes to one again.
    let mut next = move || {
        index = (index + 6_180_339) % ENTRIES;
        index
    };
    group.bench_function("the bare reading of its tiles", |bencher| {
        bencher.iter(|| runtime.block_on(tiles(&store, inclusion(next()))));
    });
    group.bench_function("inclusion", |bencher| {
        bencher.iter(|| runtime.block_on(proof(&store, inclusion(next()))));
    });
    group.bench_function("consistency", |bencher| {
        let outline = |from| Outline::consistency(from, ENTRIES).expect("it grew");
        bencher.iter(|| runtime.block_on(proof(&store, outline(next() + 1))));
    });
    let index = next();
    let found = runtime.block_on(proof(&store, inclusion(index)));
    let leaf = (index, leaf_hash(&index.to_be_bytes()));
    assert_eq!(check_inclusion(leaf, (ENTRIES, root), &found), Ok(()));
    group.bench_function("checking an inclusion", |bencher| {
        bencher.iter(|| check_inclusion(leaf, (ENTRIES, root), black_box(&found)));
    });
    let outline = Outline::consistency(index, ENTRIES).expect("it grew");
    let found = runtime.block_on(proof(&store, outline));
    let mut earlier = Frontier::default();
    (0..index).for_each(|number| earlier.append(leaf_hash(&number.to_be_bytes())));
    let (from, to) = ((index, earlier.root()), (ENTRIES, root));
    assert_eq!(check_consistency(from, to, &found), Ok(()));
    group.finish();
}

fn inclusion(index: u64) -> Outline {
    Outline::inclusion(index, ENTRIES).expect("the tree has it")
}

async fn proof(store: &Store, outline: Outline) -> Vec<Digest> {
    let read: Result<_, StoreError> = store
        .read(outline, |tx, outline| tx.proof(outline).boxed())
        .await;
    read.expect("a proof")
}

/// Reads the tiles and does nothing with them.
async fn tiles(store: &Store, outline: Outline) -> usize {
    let read = store.read(outline, |tx, outline| {
        async move {
            let mut bytes = 0;
            for tile in outline.tiles() {
                bytes += bare(tx, tile).await?;
            }
            Ok(bytes)
        }
        .boxed()
    });
    let read: Result<_, StoreError> = read.await;
    read.expect("the tiles are there")
}

async fn bare(tx: &mut Tx, tile: Tile) -> Result<usize, StoreError> {
    let first = tile.position() * u64::from(TILE_WIDTH);
    let (sql, values) = if tile.level() == 0 && !tile.is_full() {
        let sql =
            "SELECT leaf FROM journal WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence";
        (sql, [first, first + u64::from(tile.width())])
    } else {
        let sql = "SELECT hashes FROM journal_tiles WHERE level = $1 AND position = $2";
        (sql, [u64::from(tile.level()), tile.position()])
    };
    let rows = tx.rows(sql, &values.map(Into::into)).await?;
    rows.iter().map(|row| row.blob(0).map(<[u8]>::len)).sum()
}

/// A journal of so many leaves: the tiles that it would have, without the entries behind most of them.
async fn large(directory: &Path) -> (Store, Digest) {
    let store = Store::open_sqlite(directory).await.expect("a store");
    let width = u64::from(TILE_WIDTH);
    let (full, mut frontier) = (ENTRIES / width, Frontier::default());
    let (mut next, batch) = (0, 500);
    while next < full {
        let batch = next..full.min(next + batch);
        let tiles: Vec<Vec<u8>> = batch
            .clone()
            .map(|tile| leaves(&mut frontier, tile * width..(tile + 1) * width))
            .collect();
        next = batch.end;
        let kept = store.write((batch.start, tiles), |tx, (first, tiles)| {
            keep(tx, *first, tiles).boxed()
        });
        kept.await.expect("the tiles are kept");
    }
    let rest = leaves(&mut frontier, full * width..ENTRIES);
    let kept = store.write((full * width, rest, frontier.clone()), |tx, input| {
        end(tx, input).boxed()
    });
    kept.await.expect("the rest is kept");
    drop(store);
    // Whatever opens the database makes good what is missing above the leaves.
    let store = Store::open_sqlite(directory).await.expect("a store");
    (store, frontier.root())
}

fn leaves(frontier: &mut Frontier, numbers: std::ops::Range<u64>) -> Vec<u8> {
    let leaf = |number: u64| {
        let leaf = leaf_hash(&number.to_be_bytes());
        frontier.append(leaf);
        *leaf.as_bytes()
    };
    numbers.flat_map(leaf).collect()
}

async fn keep(tx: &mut Tx, first: u64, tiles: &[Vec<u8>]) -> Result<(), StoreError> {
    for (position, hashes) in (first..).zip(tiles) {
        let sql = "INSERT INTO journal_tiles (level, position, hashes) VALUES (0, $1, $2)";
        tx.execute(sql, &[position.into(), hashes.clone().into()])
            .await?;
    }
    Ok(())
}

async fn end(
    tx: &mut Tx,
    (first, rest, frontier): &(u64, Vec<u8>, Frontier),
) -> Result<(), StoreError> {
    for (sequence, leaf) in (*first..).zip(rest.chunks(32)) {
        let sql = "INSERT INTO journal (sequence, record, action, subject, leaf) VALUES ($1, $2, 'a', 'b', $3)";
        // As long as entries are.
        let record = "x".repeat(250);
        tx.execute(sql, &[sequence.into(), record.into(), leaf.into()])
            .await?;
    }
    let sql = "INSERT INTO journal_head (one, size, frontier) VALUES (1, $1, $2)";
    let values = [frontier.size().into(), frontier.to_bytes().into()];
    tx.execute(sql, &values).await.map(drop)
}

criterion_group!(all, benches, proofs);
criterion_main!(all);
