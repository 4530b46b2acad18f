//! What outlives a killed process, and who may open what.

use crate::{
    samples::{entry, release},
    sequencer::verified,
};
use jiff::SignedDuration;
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};
use tidegate_store::{Store, StoreError};

/// A process commits and acknowledges; it is killed in the middle; whatever it acknowledged is there.
#[tokio::test]
async fn what_was_acknowledged_outlives_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    for round in 1..=5u64 {
        let acknowledged = write_and_kill(directory.path(), 40 * round);
        assert!(acknowledged.len() as u64 >= 40 * round);
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let written: BTreeSet<u64> = verified(&store)
            .await
            .iter()
            .map(|entry| entry.entry().unwrap().detail["number"].as_u64().unwrap())
            .collect();
        let lost: Vec<_> = acknowledged
            .iter()
            .filter(|number| !written.contains(number))
            .collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let next = commit!(store, (), |tx, ()| tx.next_deployment().await?);
        assert!(
            Some(&next.0) > acknowledged.last(),
            "{next} was given before"
        );
    }
}

/// The directory belongs to one server: the next one does not wait for the leases of the last.
#[tokio::test]
async fn leases_end_with_the_server_that_held_them() {
    let directory = tempfile::tempdir().unwrap();
    let mut epochs = Vec::new();
    for holder in ["first", "second"] {
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let lease = commit!(store, holder, |tx, holder| tx
            .take_lease("deployment/1", holder, SignedDuration::from_hours(1))
            .await?);
        epochs.push(lease.expect("nobody else is there").epoch);
    }
    assert_eq!(epochs, [1, 2]);
}

/// Lets the program write until it acknowledged `count` times, kills it, and answers the numbers it printed.
fn write_and_kill(directory: &std::path::Path, count: u64) -> Vec<u64> {
    let mut writer = Command::new(example("write_until_killed"))
        .arg(directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut numbers = lines.map(|line| line.unwrap().parse::<u64>().unwrap());
    let mut acknowledged: Vec<u64> = numbers
        .by_ref()
        .take(usize::try_from(count).unwrap())
        .collect();
    writer.kill().unwrap();
    writer.wait().unwrap();
    // Lines that were still in the pipe are acknowledgements, too.
    acknowledged.extend(numbers);
    acknowledged
}

fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(name)
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_has_gone() {
    let directory = tempfile::tempdir().unwrap();
    let first = Store::open_sqlite(directory.path()).await.unwrap();
    let second = Store::open_sqlite(directory.path()).await;
    assert!(matches!(second, Err(StoreError::InUse(_))), "{second:?}");
    drop(first);
    Store::open_sqlite(directory.path()).await.unwrap();
}

#[tokio::test]
async fn a_newer_or_altered_schema_is_refused() {
    let alterations = [
        "INSERT INTO schema_steps (number, name, digest, ran_at) VALUES (999, 'later', '', 0)",
        "UPDATE schema_steps SET digest = 'other' WHERE number = 1",
    ];
    for sql in alterations {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        commit!(store, sql, |tx, sql| tx.execute(sql, &[]).await?);
        drop(store);
        let refused = Store::open_sqlite(directory.path()).await;
        let expected = matches!(
            refused,
            Err(StoreError::Newer { found: 999, .. } | StoreError::Migration(1))
        );
        assert!(expected, "{refused:?}");
    }
}

/// SQLite ends the whole group by itself when the disk is full; nothing of it may be kept, and the store goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_whole_groups_and_room_makes_good() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(directory.path()).await.unwrap();
    limit_pages(&store, 1).await;
    let writers = (0..400u64).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let outcome: Result<(), StoreError> = store
                .write(number, |tx, number| {
                    Box::pin(async move {
                        tx.record_release(&release(*number)).await?;
                        tx.record_entry(&entry("release", *number)).await
                    })
                })
                .await;
            outcome.is_ok()
        })
    });
    let mut kept = 0;
    for outcome in futures::future::join_all(writers).await {
        kept += usize::from(outcome.unwrap());
    }
    assert!(kept < 400, "the disk was never full");
    assert_eq!(
        verified(&store).await.len(),
        kept,
        "kept is what was acknowledged"
    );
    limit_pages(&store, 1_000_000).await;
    commit!(store, (), |tx, ()| tx
        .record_entry(&entry("release", 1))
        .await?);
    assert_eq!(verified(&store).await.len(), kept + 1);
}

/// The database may not grow beyond so many pages, or not beyond what it has already.
async fn limit_pages(store: &Store, pages: u32) {
    let sql = format!("PRAGMA max_page_count = {pages}");
    commit!(store, sql, |tx, sql| tx.rows(sql, &[]).await?);
}

/// Two servers that start at once on one empty database both find a schema.
#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_make_one_schema() {
    let postgres = test_postgres::Postgres::start();
    let opened = (0..4).map(|_| {
        let address = postgres.address();
        tokio::spawn(async move { Store::open_postgres(&address).await })
    });
    for store in futures::future::join_all(opened).await {
        let store = store.unwrap().unwrap();
        commit!(store, (), |tx, ()| tx.next_deployment().await?);
    }
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_said_to_be_so() {
    let refused = Store::open_postgres("postgres://local host:port").await;
    assert!(
        matches!(refused, Err(StoreError::Address(_))),
        "{refused:?}"
    );
}
