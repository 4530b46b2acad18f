//! Drills: one at a time in a place, found by release.

use crate::samples::{drill, name, time};
use tidegate_domain::{
    drill::{Drill, Ending},
    id::DrillId,
};
use tidegate_store::{DrillsOf, Store, StoreError};

pub(crate) async fn a_drill_runs_alone_in_its_place_and_is_found_by_release(store: &Store) {
    let first = commit!(store, (), |tx, ()| tx.next_drill().await?);
    assert_eq!(first, DrillId(1));
    record(store, drill(1)).await.unwrap();
    let second = Drill {
        id: DrillId(2),
        ..drill(1)
    };
    assert!(record(store, second.clone()).await.is_err());
    let running = view!(store, (), |tx, ()| tx.running_drills().await?);
    assert_eq!(running, [drill(1)]);

    let ended = Drill {
        ended: Some((time(9), Ending::Passed)),
        ..drill(1)
    };
    record(store, ended.clone()).await.unwrap();
    let read = view!(store, (), |tx, ()| tx.drill(DrillId(1)).await?);
    assert_eq!(read, Some(ended));
    record(store, second).await.unwrap();
    let numbers = async |of: DrillsOf| {
        let found = view!(store, of, |tx, of| {
            tx.drills_before(DrillId(9), 10, of).await?
        });
        found.into_iter().map(|one| one.id.0).collect::<Vec<_>>()
    };
    let here = DrillsOf {
        product: Some(name("storefront")),
        release: Some("1.1.0".parse().unwrap()),
        environment: Some(name("staging")),
    };
    assert_eq!(numbers(here.clone()).await, [2, 1]);
    let release = Some("1.2.0".parse().unwrap());
    assert!(numbers(DrillsOf { release, ..here }).await.is_empty());
}

async fn record(store: &Store, drill: Drill) -> Result<(), StoreError> {
    let work = store.write(drill, |tx, drill| Box::pin(tx.record_drill(drill)));
    work.await
}
