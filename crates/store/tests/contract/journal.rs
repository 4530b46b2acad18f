//! The journal: numbers, tree, tiles and listings.

use crate::{
    samples::entry,
    sequencer::{number, number_all, verified},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tidegate_domain::{
    digest::Digest,
    journal::{Frontier, Outline, Tile, check_consistency, check_inclusion, root_of},
};
use tidegate_store::Store;

/// Writers at once, and transactions of each.
const WRITERS: u64 = 16;
const ROUNDS: u64 = 20;

pub(crate) async fn entries_are_numbered_without_gaps_and_the_tree_follows(store: &Store) {
    let mut expected = Frontier::default();
    let mut written = 0;
    // Transactions of one to seven entries, so that tile borders fall inside of them.
    while written < 600 {
        let count = (written % 7) + 1;
        record(store, "release/1", written, count).await;
        number_all(store).await;
        for number in written..written + count {
            expected.append(entry("release/1", number).leaf());
        }
        written += count;
        let frontier = view!(store, (), |tx, ()| tx.journal_frontier().await?);
        assert_eq!(frontier, expected, "size {written}");
    }
    let entries = verified(store).await;
    for (number, found) in (0..).zip(&entries) {
        assert_eq!(found.entry().unwrap(), entry("release/1", number));
    }
}

pub(crate) async fn entries_are_listed_forwards_backwards_and_by_subject(store: &Store) {
    for number in 0..6 {
        let subject = if number % 2 == 0 {
            "release/1"
        } else {
            "release/10"
        };
        record(store, subject, number, 1).await;
    }
    number_all(store).await;
    let (forwards, backwards, odd, none) = view!(store, (), |tx, ()| (
        tx.entries_from(2, 3).await?,
        tx.entries_before(5, 3, None).await?,
        tx.entries_before(u64::MAX, 2, Some("release/10")).await?,
        tx.entries_before(9, 9, Some("release/2")).await?,
    ));
    let numbers = |entries: &[tidegate_store::NumberedEntry]| {
        entries
            .iter()
            .map(|entry| entry.sequence)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&forwards), [2, 3, 4]);
    assert_eq!(numbers(&backwards), [4, 3, 2]);
    assert_eq!(numbers(&odd), [5, 3]);
    assert!(none.is_empty());
}

pub(crate) async fn tiles_are_those_of_the_leaves_at_every_width(store: &Store) {
    record(store, "release/1", 0, 600).await;
    number_all(store).await;
    let leaves: Vec<_> = verified(store)
        .await
        .iter()
        .map(|entry| entry.leaf)
        .collect();
    for size in [1, 255, 256, 257, 512, 600] {
        for (position, tile) in (0..).zip(leaves[..size].chunks(256)) {
            let wanted = Tile::of(size as u64, 0, position).unwrap();
            assert_eq!(read(store, wanted).await.as_deref(), Some(tile), "{wanted}");
        }
    }
    let roots = leaves
        .chunks_exact(256)
        .map(|tile| root_of(tile.iter().copied()));
    let above = Tile::of(600, 1, 0).unwrap();
    assert_eq!(read(store, above).await, Some(roots.collect()));
    for beyond in [
        Tile::of(601, 0, 2),
        Tile::of(768, 0, 2),
        Tile::of(768, 1, 0),
        Tile::of(u64::MAX, 2, 0),
    ] {
        assert_eq!(read(store, beyond.unwrap()).await, None, "{beyond:?}");
    }
}

pub(crate) async fn proofs_lead_from_the_tiles_to_the_root(store: &Store) {
    record(store, "release/1", 0, 700).await;
    number_all(store).await;
    let leaves: Vec<_> = verified(store)
        .await
        .iter()
        .map(|entry| entry.leaf)
        .collect();
    let head = |size: usize| (size as u64, root_of(leaves[..size].iter().copied()));
    for (index, size) in [
        (0, 1),
        (0, 700),
        (255, 256),
        (256, 257),
        (511, 600),
        (699, 700),
    ] {
        let outline = Outline::inclusion(index as u64, size as u64).unwrap();
        let proof = view!(store, outline, |tx, outline| tx.proof(outline).await?);
        let leaf = (index as u64, leaves[index]);
        assert_eq!(
            check_inclusion(leaf, head(size), &proof),
            Ok(()),
            "{index} of {size}"
        );
    }
    for (from, to) in [(1, 700), (256, 512), (300, 300), (511, 513), (699, 700)] {
        let outline = Outline::consistency(from as u64, to as u64).unwrap();
        let proof = view!(store, outline, |tx, outline| tx.proof(outline).await?);
        assert_eq!(
            check_consistency(head(from), head(to), &proof),
            Ok(()),
            "{from} to {to}"
        );
    }
}

/// Earlier versions kept tiles of leaves only.
pub(crate) async fn tiles_that_an_earlier_version_did_not_keep_are_made_good(store: &Store) {
    record(store, "release/1", 0, 600).await;
    number_all(store).await;
    commit!(store, (), |tx, ()| {
        tx.execute("DELETE FROM journal_tiles WHERE level > 0", &[])
            .await?
    });
    record(store, "release/1", 600, 200).await;
    number_all(store).await;
    let leaves: Vec<_> = verified(store)
        .await
        .iter()
        .map(|entry| entry.leaf)
        .collect();
    let roots = leaves
        .chunks_exact(256)
        .map(|tile| root_of(tile.iter().copied()));
    let above = Tile::of(800, 1, 0).unwrap();
    assert_eq!(read(store, above).await, Some(roots.collect()));
}

async fn read(store: &Store, tile: Tile) -> Option<Vec<Digest>> {
    view!(store, tile, |tx, tile| tx.tile(*tile).await?)
}

/// Two sequencers compete for the lease while writers commit side by side.
pub(crate) async fn many_writers_leave_no_gap(store: &Store) {
    let done = Arc::new(AtomicBool::new(false));
    let sequencers: Vec<_> = ["server-1", "server-2"]
        .map(|holder| {
            let (store, done) = (store.clone(), done.clone());
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    number(&store, holder).await;
                    // Gives the lease away, so that the other has its turn.
                    commit!(store, holder, |tx, holder| {
                        let sql = "UPDATE leases SET until = 0 WHERE holder = $1";
                        tx.execute(sql, &[(*holder).into()]).await?
                    });
                    tokio::task::yield_now().await;
                }
            })
        })
        .into();
    let writers = (0..WRITERS).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                record(&store, &format!("writer/{writer}"), round * 3, 3).await;
            }
        })
    });
    for writer in futures::future::join_all(writers).await {
        writer.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for sequencer in futures::future::join_all(sequencers).await {
        sequencer.unwrap();
    }
    number_all(store).await;

    let entries = verified(store).await;
    assert_eq!(entries.len() as u64, WRITERS * ROUNDS * 3);
    for writer in 0..WRITERS {
        let subject = format!("writer/{writer}");
        let of_writer = entries
            .iter()
            .map(|e| e.entry().unwrap())
            .filter(|e| e.subject == subject);
        let numbers = of_writer.map(|e| e.detail["number"].as_u64().unwrap());
        assert!(
            numbers.eq(0..ROUNDS * 3),
            "{subject}: the order of one writer is kept"
        );
    }
}

/// One transaction that writes `count` entries, numbered from `first` on in their detail.
async fn record(store: &Store, subject: &str, first: u64, count: u64) {
    let input = (subject.to_owned(), first, count);
    commit!(store, input, |tx, (subject, first, count)| {
        for number in *first..first + count {
            tx.record_entry(&entry(subject, number)).await?;
        }
    });
}
