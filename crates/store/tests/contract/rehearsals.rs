//! Rehearsals: kept for good, found by plan and by place.

use crate::samples::{name, rehearsal};
use tidegate_domain::id::RehearsalId;
use tidegate_store::{AboutPlan, Store};

pub(crate) async fn rehearsals_are_found_by_plan_and_place(store: &Store) {
    let ids = commit!(store, (), |tx, ()| {
        [tx.next_rehearsal().await?, tx.next_rehearsal().await?]
    });
    assert_eq!(ids, [RehearsalId(1), RehearsalId(2)]);
    commit!(store, (), |tx, ()| {
        tx.record_rehearsal(&rehearsal(1, "live")).await?;
        tx.record_rehearsal(&rehearsal(2, "staging")).await?;
    });
    let read = view!(store, (), |tx, ()| tx.rehearsal(RehearsalId(1)).await?);
    assert_eq!(read, Some(rehearsal(1, "live")));
    let numbers = async |of: AboutPlan| {
        let found = view!(store, of, |tx, of| {
            tx.rehearsals_before(RehearsalId(9), 10, of).await?
        });
        found.into_iter().map(|one| one.id.0).collect::<Vec<_>>()
    };
    let all = AboutPlan::default();
    assert_eq!(numbers(all.clone()).await, [2, 1]);
    let plan = Some(rehearsal(2, "staging").plan);
    assert_eq!(
        numbers(AboutPlan {
            plan,
            ..all.clone()
        })
        .await,
        [2]
    );
    let place = AboutPlan {
        product: Some(name("storefront")),
        release: Some("1.1.0".parse().unwrap()),
        environment: Some(name("live")),
        ..all
    };
    assert_eq!(numbers(place.clone()).await, [1]);
    let product = Some(name("other"));
    assert!(numbers(AboutPlan { product, ..place }).await.is_empty());
}
