//! Handovers: every edition of each, and how it is now.

use crate::samples::{
    handovers::{handover, of, statuses},
    name, release,
};
use tidegate_domain::{
    handover::{Handover, HandoverKind},
    id::Edition,
};
use tidegate_store::{Store, StoreError};

pub(crate) async fn every_edition_stays_and_the_newest_is_how_it_is(store: &Store) {
    let kind = HandoverKind::Operations;
    for number in 1..=2 {
        record(store, handover(kind, number)).await.unwrap();
    }
    let marketing = handover(HandoverKind::GeneralAvailability, 1);
    record(store, marketing.clone()).await.unwrap();
    assert!(
        record(store, handover(kind, 2)).await.is_err(),
        "the number is taken"
    );
    let found = async |kind| {
        view!(store, (of(), kind), |tx, (of, kind)| tx
            .handover((&of.0, &of.1, *kind))
            .await?)
    };
    assert_eq!(found(kind).await, Some(handover(kind, 2)));
    let edition = view!(store, (of(), kind), |tx, (of, kind)| tx
        .handover_edition((&of.0, &of.1, *kind), Edition(1))
        .await?);
    assert_eq!(edition, Some(handover(kind, 1)));
    let all = view!(store, (of(), kind), |tx, (of, kind)| tx
        .handover_editions((&of.0, &of.1, *kind))
        .await?);
    assert_eq!(all, [handover(kind, 1), handover(kind, 2)]);
    let open = async || view!(store, (), |tx, ()| tx.open_handovers(10).await?);
    assert_eq!(open().await, [marketing.clone(), handover(kind, 2)]);
    let accepted = Handover {
        edition: Edition(3),
        ..statuses().swap_remove(2).1
    };
    record(store, accepted.clone()).await.unwrap();
    assert_eq!(open().await, std::slice::from_ref(&marketing));
    // It is of the first of three releases.
    for number in 1..=3 {
        commit!(store, release(number), |tx, release| tx
            .record_release(release)
            .await?);
    }
    let settled = async |releases: u64| {
        view!(store, releases, |tx, releases| tx
            .settled_handovers(*releases)
            .await?)
    };
    assert_eq!(settled(3).await, std::slice::from_ref(&accepted));
    assert_eq!(settled(2).await, [], "newer releases are looked at alone");
    let all = view!(store, name("storefront"), |tx, product| tx
        .handovers_of(product, 10)
        .await?);
    assert_eq!(all, [marketing, accepted]);
}

async fn record(store: &Store, handover: Handover) -> Result<(), StoreError> {
    store
        .write(handover, |tx, handover| {
            Box::pin(async move { tx.record_handover(handover).await })
        })
        .await
}
