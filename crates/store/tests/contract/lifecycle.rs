//! What was told of builds and tests.

use crate::{
    registry::{manifest, put},
    samples::{
        digest,
        lifecycle::{built, fact, key, tested},
        name, time,
    },
};
use jiff::Timestamp;
use tidegate_domain::lifecycle::Fact;
use tidegate_store::{FactWait, Store, StoreError};

pub(crate) async fn a_fact_is_kept_once_and_found_by_the_artifacts_of_its_run(store: &Store) {
    let started = fact("1", "b-1", &[], built());
    let finished = fact("2", "b-1", &["image"], built());
    let tests = fact("3", "t-1", &["image", "other"], tested());
    for it in [&started, &finished, &tests] {
        record(store, it, FactWait::Artifact).await.unwrap();
    }
    assert!(record(store, &tests, FactWait::Artifact).await.is_err());
    let about = async |what: &str| {
        let mut found = view!(store, digest(what), |tx, digest| tx
            .facts_about(&name("storefront"), *digest, 10)
            .await?);
        found.sort_by_key(|it| it.key.id.clone());
        found
    };
    let all = [started.clone(), finished, tests.clone()];
    assert_eq!(about("image").await, all, "what is of the same run, too");
    assert_eq!(about("other").await, std::slice::from_ref(&tests));
    assert_eq!(about("nothing").await, []);
    let counted = view!(store, (), |tx, ()| {
        let product = name("storefront");
        (
            tx.facts_of_run(&product, &started_run()).await?,
            tx.count_facts_about(&product, digest("image")).await?,
            tx.artifacts_of_run(&product, &started_run()).await?,
            tx.has_fact(&product, &key("1")).await?,
            tx.has_fact(&product, &key("9")).await?,
            tx.has_fact(&name("bank"), &key("1")).await?,
        )
    });
    assert_eq!(counted, (2, 3, vec![digest("image")], true, false, false));
    let newest = view!(store, (), |tx, ()| tx
        .newest_facts(&name("storefront"), 2)
        .await?);
    assert_eq!(newest.len(), 2);
}

fn started_run() -> tidegate_domain::lifecycle::RunKey {
    fact("1", "b-1", &[], built()).run
}

pub(crate) async fn what_waits_for_an_artifact_is_forgotten_unless_it_came(store: &Store) {
    let early = fact("1", "b-1", &["image"], built());
    let never = fact("2", "b-2", &["never"], built());
    let nothing = fact("3", "b-3", &[], built());
    for it in [&early, &never, &nothing] {
        record(store, it, FactWait::Artifact).await.unwrap();
    }
    let at = fact("4", "b-4", &["image"], built());
    record(store, &at, FactWait::Nothing).await.unwrap();
    let waiting = async || {
        view!(store, (), |tx, ()| tx
            .waiting_facts(&name("storefront"))
            .await?)
    };
    assert_eq!(waiting().await, 3);
    let image = manifest("image", &[]);
    put(store, "storefront/web", image).await;
    let shown = view!(store, (), |tx, ()| {
        let product = name("storefront");
        (
            tx.shows_artifact(&product, digest("image")).await?,
            tx.shows_artifact(&name("bank"), digest("image")).await?,
            tx.pushed_at(&product, digest("image")).await?.is_some(),
            tx.pushed_at(&product, digest("never")).await?,
        )
    });
    assert_eq!(shown, (true, false, true, None));
    let tidied = async |before: Timestamp| {
        commit!(store, before, |tx, before| {
            let product = name("storefront");
            tx.settle_waiting_facts(&product, *before).await?;
            tx.forget_waiting_facts(&product, *before).await?;
        });
    };
    tidied(early.received).await;
    assert_eq!(
        waiting().await,
        3,
        "what came at that time is not before it"
    );
    tidied(Timestamp::MAX).await;
    assert_eq!(waiting().await, 0);
    let left = view!(store, (), |tx, ()| {
        let product = name("storefront");
        let left = tx.newest_facts(&product, 10).await?;
        (
            left.len(),
            tx.artifacts_of_run(&product, &never_run()).await?,
        )
    });
    assert_eq!(left, (2, Vec::new()));
}

fn never_run() -> tidegate_domain::lifecycle::RunKey {
    fact("2", "b-2", &[], built()).run
}

async fn record(store: &Store, fact: &Fact, wait: FactWait) -> Result<(), StoreError> {
    assert_eq!(fact.received, time(200));
    store
        .write((fact.clone(), wait), |tx, (fact, wait)| {
            Box::pin(async move { tx.record_fact(&name("storefront"), fact, *wait).await })
        })
        .await
}
