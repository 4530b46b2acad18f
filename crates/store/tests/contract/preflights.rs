//! Preflights: kept for good, found by plan and by place; who is on duty.

use crate::samples::{
    name,
    preflights::{duty, preflight},
};
use tidegate_domain::id::PreflightId;
use tidegate_store::{AboutPlan, Store};

pub(crate) async fn preflights_are_found_by_plan_and_place(store: &Store) {
    let ids = commit!(store, (), |tx, ()| {
        [tx.next_preflight().await?, tx.next_preflight().await?]
    });
    assert_eq!(ids, [PreflightId(1), PreflightId(2)]);
    commit!(store, (), |tx, ()| {
        tx.record_preflight(&preflight(1, "live")).await?;
        tx.record_preflight(&preflight(2, "staging")).await?;
    });
    let read = view!(store, (), |tx, ()| tx.preflight(PreflightId(1)).await?);
    assert_eq!(read, Some(preflight(1, "live")));
    let numbers = async |of: AboutPlan| {
        let found = view!(store, of, |tx, of| {
            tx.preflights_before(PreflightId(9), 10, of).await?
        });
        found.into_iter().map(|one| one.id.0).collect::<Vec<_>>()
    };
    let all = AboutPlan::default();
    assert_eq!(numbers(all.clone()).await, [2, 1]);
    let plan = Some(preflight(2, "staging").plan);
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

pub(crate) async fn who_is_on_duty_is_who_said_so_last(store: &Store) {
    commit!(store, (), |tx, ()| {
        for (person, until) in [("ben", 5), ("ada", 9), ("ben", 7)] {
            tx.record_duty(&duty(person, until)).await?;
        }
    });
    let of = async |release: &str, environment: &str| {
        let of = (release.parse().unwrap(), name(environment));
        view!(store, of, |tx, (release, environment)| {
            let product = name("storefront");
            tx.duties_of((&product, release), environment).await?
        })
    };
    assert_eq!(of("1.1.0", "live").await, [duty("ada", 9), duty("ben", 7)]);
    assert!(of("1.1.0", "staging").await.is_empty());
    assert!(of("1.0.0", "live").await.is_empty());
}
