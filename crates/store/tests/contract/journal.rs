//! The journal: numbers, tree, tiles and listings.

use crate::{
    samples::entry,
    sequencer::{number, number_all, verified},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tidegate_domain::journal::{Frontier, root_of};
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

pub(crate) async fn a_full_tile_has_the_root_of_its_leaves(store: &Store) {
    record(store, "release/1", 0, 600).await;
    number_all(store).await;
    let entries = verified(store).await;
    for (position, leaves) in (0..).zip(entries.chunks(256)) {
        let root = view!(store, position, |tx, position| tx
            .tile_root(*position)
            .await?);
        let expected = root_of(leaves.iter().map(|entry| entry.leaf));
        assert_eq!(
            root,
            (leaves.len() == 256).then_some(expected),
            "tile {position}"
        );
    }
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
