//! Whole tables, from one database into another, of whatever kind.

use crate::samples::{digest, entry, name, time};
use std::collections::BTreeMap;
use tidegate_domain::generation::{BackupMark, Beginning, Incarnation};
use tidegate_store::{NEWEST, Place, Store, StoreError, Table, Tx, Value};

/// The rows of every table, in an order that both databases share.
type Dump = BTreeMap<String, (Vec<String>, Vec<Vec<Value>>)>;

pub(crate) async fn what_one_database_held_another_holds(store: &Store) {
    crate::access::a_token_is_worth_no_more_than_its_person(store).await;
    crate::deployments::a_deployment_comes_back_as_it_was_written(store).await;
    crate::registry::a_manifest_keeps_its_tags_and_what_it_names(store).await;
    crate::configuration::a_secret_gets_a_new_version_each_time(store).await;
    commit!(store, (), |tx, ()| {
        for number in 0..700 {
            tx.record_entry(&entry("release/shop/1.0.0", number))
                .await?;
        }
    });
    let held = dump(store).await;
    let used = [
        "people",
        "tokens",
        "deployments",
        "registry_manifests",
        "secrets",
    ];
    for table in used {
        assert!(!held[table].1.is_empty(), "{table}");
    }
    let rows: usize = held.values().map(|(_, rows)| rows.len()).sum();
    assert!(rows > 700, "{rows}");

    let directory = tempfile::tempdir().unwrap();
    let postgres = test_postgres::Postgres::start();
    for place in [
        Place::Sqlite(directory.path().to_owned()),
        Place::Postgres(postgres.address()),
    ] {
        let other = filled(&place, &held).await.unwrap();
        assert_eq!(dump(&other).await, held, "{place:?}");
        drop(other);
        let again = filled(&place, &held).await;
        assert!(matches!(again, Err(StoreError::HasRecords)), "{again:?}");
    }
}

pub(crate) async fn what_breaks_off_leaves_an_empty_database(store: &Store) {
    crate::access::a_token_is_worth_no_more_than_its_person(store).await;
    let held = dump(store).await;
    let directory = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(directory.path().to_owned());
    let mut broken = held.clone();
    let (_, rows) = broken.get_mut("tokens").unwrap();
    let twice = rows[0].clone();
    rows.push(twice);
    filled(&place, &broken).await.unwrap_err();
    let store = filled(&place, &held).await.unwrap();
    assert_eq!(dump(&store).await, held);
}

pub(crate) async fn a_history_begins_by_a_person_and_confirms_what_was_put_back(store: &Store) {
    let state = || async {
        view!(store, (), |tx, ()| (
            tx.incarnation().await?,
            tx.restored().await?
        ))
    };
    assert_eq!(state().await, (Incarnation(1), None));
    commit!(store, mark(), |tx, mark| tx.record_restored(mark).await?);
    assert_eq!(state().await, (Incarnation(1), Some(mark())));
    commit!(store, beginning(4), |tx, it| tx
        .record_beginning(it)
        .await?);
    assert_eq!(state().await, (Incarnation(4), None));
    let present = view!(store, (), |tx, ()| tx.beginning().await?);
    assert_eq!(present, Some(beginning(4)));
}

pub(crate) fn mark() -> BackupMark {
    BackupMark {
        made_at: time(0),
        entries: 12,
        root: digest("root"),
    }
}

pub(crate) fn beginning(number: u32) -> Beginning {
    Beginning {
        incarnation: Incarnation(number),
        before: Incarnation(1),
        by: name("anna"),
        reason: "the disk was lost".to_owned(),
        at: time(0),
        backup: Some(mark()),
    }
}

async fn dump(store: &Store) -> Dump {
    let mut dump = view!(store, (), |tx, ()| {
        let mut dump = Dump::new();
        for table in tx.tables().await? {
            let rows = all_rows(tx, &table).await?;
            dump.insert(table.name, (table.columns, rows));
        }
        dump
    });
    for (_, rows) in dump.values_mut() {
        rows.sort_by_key(|row| format!("{row:?}"));
    }
    dump
}

/// A few at a time, as a long table is read.
async fn all_rows(tx: &mut Tx, table: &Table) -> Result<Vec<Vec<Value>>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (rows, last) = tx.table_rows(table, after.as_deref(), 7).await?;
        all.extend(rows);
        match last {
            Some(_) => after = last,
            None => return Ok(all),
        }
    }
}

async fn filled(place: &Place, dump: &Dump) -> Result<Store, StoreError> {
    let empty = Store::empty(place, NEWEST).await?;
    empty
        .fill(dump.clone(), |tx, dump| {
            Box::pin(async move {
                for table in tx.tables().await? {
                    let (columns, rows) = &dump[&table.name];
                    assert_eq!(*columns, table.columns);
                    tx.record_table_rows(&table, rows).await?;
                }
                Ok(())
            })
        })
        .await
}
