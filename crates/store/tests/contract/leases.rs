//! Leases. Time passes by moving the end of a lease into the past, not by waiting.

use jiff::SignedDuration;
use tidegate_store::{Lease, Store, StoreError};

const LENGTH: SignedDuration = SignedDuration::from_hours(1);

pub(crate) async fn a_lease_is_held_by_one_and_renewed_by_its_holder(store: &Store) {
    let first = take(store, "a").await.expect("nobody holds it");
    assert_eq!(first.epoch, 1);
    assert_eq!(take(store, "b").await, None, "it is held");
    let renewed = take(store, "a").await.expect("its holder renews it");
    assert_eq!(renewed.epoch, 1, "a renewal is no new holder");
    prove(store, first).await.unwrap();
    let other = commit!(store, (), |tx, ()| tx
        .take_lease("other", "b", LENGTH)
        .await?);
    assert!(other.is_some(), "another name is another lease");
}

pub(crate) async fn an_expired_lease_passes_on_with_a_higher_epoch(store: &Store) {
    let first = take(store, "a").await.expect("nobody holds it");
    expire(store).await;
    let lost = prove(store, first.clone()).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    let second = take(store, "b").await.expect("it has expired");
    assert_eq!(second.epoch, 2);
    let lost = prove(store, first).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    prove(store, second.clone()).await.unwrap();

    expire(store).await;
    let third = take(store, "a").await.expect("it has expired");
    assert_eq!(third.epoch, 3, "who held it before is a new holder");
    let lost = prove(store, second).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
}

pub(crate) async fn of_many_that_ask_at_once_one_gets_the_lease(store: &Store) {
    let askers = (0..8).map(|holder| {
        let store = store.clone();
        tokio::spawn(async move { take(&store, &format!("server-{holder}")).await.is_some() })
    });
    let taken = futures::future::join_all(askers).await;
    assert_eq!(
        taken
            .into_iter()
            .filter(|taken| *taken.as_ref().unwrap())
            .count(),
        1
    );
}

async fn take(store: &Store, holder: &str) -> Option<Lease> {
    commit!(store, holder.to_owned(), |tx, holder| {
        tx.take_lease("deployment/1", holder, LENGTH).await?
    })
}

async fn prove(store: &Store, lease: Lease) -> Result<(), StoreError> {
    store
        .write(lease, |tx, lease| Box::pin(tx.prove_lease(lease)))
        .await
}

async fn expire(store: &Store) {
    commit!(store, (), |tx, ()| tx
        .execute("UPDATE leases SET until = 0", &[])
        .await?);
}
