//! What a transaction promises: all or nothing, whatever its neighbours do.

use crate::{
    samples::{entry, name, release},
    sequencer::{number_all, verified},
};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tidegate_store::{Store, StoreError, Tx};

pub(crate) async fn a_refusal_leaves_nothing(store: &Store) {
    let refused: Result<(), StoreError> = store
        .write((), |tx, ()| {
            Box::pin(async move {
                write_something(tx, 1).await?;
                Err(StoreError::Stale)
            })
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert_kept(store, &[]).await;
}

pub(crate) async fn a_panic_leaves_nothing(store: &Store) {
    let panicked: Result<(), StoreError> = store
        .write((), |tx, ()| {
            Box::pin(async move {
                write_something(tx, 1).await?;
                panic!("a fault of the program")
            })
        })
        .await;
    assert!(
        matches!(panicked, Err(StoreError::Panicked)),
        "{panicked:?}"
    );
    assert_kept(store, &[]).await;
    commit!(store, (), |tx, ()| write_something(tx, 2).await?);
    assert_kept(store, &[2]).await;
}

/// Both databases agree: nobody can build on a transaction of which a statement was refused.
pub(crate) async fn a_statement_that_failed_spoils_its_transaction(store: &Store) {
    let spoilt: Result<(), StoreError> = store
        .write((), |tx, ()| {
            Box::pin(async move {
                write_something(tx, 1).await?;
                let refused = tx.execute("INSERT INTO nowhere (a) VALUES (1)", &[]).await;
                assert!(refused.is_err());
                Ok(())
            })
        })
        .await;
    assert!(spoilt.is_err(), "it must not be told that it was committed");
    assert_kept(store, &[]).await;
}

pub(crate) async fn an_attempt_that_fails_is_taken_back_alone(store: &Store) {
    let tried: Result<(), StoreError> = store
        .write((), |tx, ()| {
            Box::pin(async move {
                write_something(tx, 1).await?;
                for way in ["refused", "swallowed", "panics", "fails", "holds"] {
                    let done: Result<(), StoreError> =
                        tx.attempt(&way, |tx, way| Box::pin(try_it(tx, way))).await;
                    assert_eq!(done.is_ok(), way == "holds", "{way}: {done:?}");
                }
                write_something(tx, 3).await
            })
        })
        .await;
    assert!(tried.is_ok(), "{tried:?}");
    assert_kept(store, &[1, 2, 3]).await;
}

async fn try_it(tx: &mut Tx, way: &str) -> Result<(), StoreError> {
    write_something(tx, 2).await?;
    if matches!(way, "refused" | "swallowed") {
        let refused = tx.execute("INSERT INTO nowhere (a) VALUES (1)", &[]).await;
        return match way {
            "refused" => refused.map(drop),
            _ => Ok(()),
        };
    }
    match way {
        "panics" => panic!("a fault of the program"),
        "fails" => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// What lost against another transaction inside an attempt lost the whole, although nobody looks at how the attempt ended: it
/// is run again, and nothing of the first time is kept.
pub(crate) async fn an_attempt_that_conflicts_is_run_again_with_all_around_it(store: &Store) {
    let adders = (0..8).map(|adder| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 1..=5 {
                commit!(store, adder * 5 + number, |tx, number| {
                    write_something(tx, *number).await?;
                    let added: Result<(), StoreError> =
                        tx.attempt(&(), |tx, ()| Box::pin(add_one(tx))).await;
                    drop(added);
                });
            }
        })
    });
    for adder in futures::future::join_all(adders).await {
        adder.unwrap();
    }
    assert_eq!(sum(store).await, 40, "no addition is lost");
    assert_kept(store, &(1..=40).collect::<Vec<_>>()).await;
}

pub(crate) async fn neighbours_of_a_failure_survive(store: &Store) {
    let started = (1..=60).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let outcome: Result<(), StoreError> = store
                .write(number, |tx, number| {
                    Box::pin(async move {
                        write_something(tx, *number).await?;
                        match number % 3 {
                            0 => Ok(()),
                            1 => Err(StoreError::Stale),
                            _ => panic!("a fault of the program"),
                        }
                    })
                })
                .await;
            assert_eq!(outcome.is_ok(), number % 3 == 0);
        })
    });
    for done in futures::future::join_all(started).await {
        done.unwrap();
    }
    let expected: Vec<u64> = (1..=60).filter(|number| number % 3 == 0).collect();
    assert_kept(store, &expected).await;
}

pub(crate) async fn transactions_that_conflict_are_both_applied(store: &Store) {
    let runs = Arc::new(AtomicU32::new(0));
    let adders = (0..8).map(|_| {
        let (store, runs) = (store.clone(), runs.clone());
        tokio::spawn(async move {
            for _ in 0..5 {
                commit!(store, runs.clone(), |tx, runs| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    add_one(tx).await?;
                });
            }
        })
    });
    for adder in futures::future::join_all(adders).await {
        adder.unwrap();
    }
    assert_eq!(sum(store).await, 40, "no addition is lost");
    assert!(runs.load(Ordering::Relaxed) >= 40);
}

pub(crate) async fn reading_changes_nothing(store: &Store) {
    let refused: Result<(), StoreError> = store
        .read((), |tx, ()| Box::pin(write_something(tx, 1)))
        .await;
    assert!(refused.is_err());
    assert_kept(store, &[]).await;
    commit!(store, (), |tx, ()| write_something(tx, 2).await?);
    assert_kept(store, &[2]).await;
}

pub(crate) async fn the_time_stands_still_in_a_transaction(store: &Store) {
    let (before, after) = commit!(store, (), |tx, ()| {
        let before = tx.now();
        write_something(tx, 1).await?;
        (before, tx.now())
    });
    assert_eq!(before, after);
    let later = commit!(store, (), |tx, ()| tx.now());
    assert!(later >= before);
}

/// State and journal in one transaction.
async fn write_something(tx: &mut Tx, number: u64) -> Result<(), StoreError> {
    tx.record_release(&release(number)).await?;
    tx.record_entry(&entry("release", number)).await
}

/// Reads, computes outside the database, writes: loses an addition unless transactions exclude each other.
async fn add_one(tx: &mut Tx) -> Result<(), StoreError> {
    let sql = "SELECT value FROM counters WHERE name = 'sum'";
    let sum = tx.row(sql, &[]).await?.map_or(Ok(0), |row| row.int(0))?;
    let sql = "INSERT INTO counters (name, value) VALUES ('sum', $1) \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &[(sum + 1).into()]).await.map(drop)
}

async fn sum(store: &Store) -> i64 {
    view!(store, (), |tx, ()| {
        let row = tx
            .row("SELECT value FROM counters WHERE name = 'sum'", &[])
            .await?;
        row.expect("it was counted").int(0)?
    })
}

/// Exactly the releases and entries of these numbers are there.
async fn assert_kept(store: &Store, numbers: &[u64]) {
    number_all(store).await;
    let releases = view!(store, (), |tx, ()| {
        tx.releases_before(&name("storefront"), u64::MAX, 1000)
            .await?
    });
    let mut kept: Vec<_> = releases.iter().map(|release| release.number).collect();
    kept.sort_unstable();
    assert_eq!(kept, numbers);
    let entries = verified(store).await;
    let mut kept: Vec<_> = entries
        .iter()
        .map(|entry| entry.entry().unwrap().detail["number"].as_u64().unwrap())
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, numbers);
}
