//! Trains, the savings of their plans, and the group runs that carry them.

use crate::samples::{name, train, train_plan, train_statuses};
use tidegate_domain::{
    id::{Edition, GroupRunId},
    train::{Train, TrainPlanEdition, TrainStatus},
};
use tidegate_store::{Store, StoreError};

pub(crate) async fn a_train_is_kept_as_it_is_and_found_while_it_is_open(store: &Store) {
    let planned = train("autumn", TrainStatus::Planned { hold: None });
    let others: Vec<Train> = train_statuses()
        .into_iter()
        .map(|status| train(&status.word().replace('_', "-"), status))
        .collect();
    let open = others.iter().filter(|it| !it.status.is_terminal()).count();
    let all = [vec![planned.clone()], others].concat();
    commit!(store, all, |tx, all| {
        for train in all {
            tx.record_train(train).await?;
        }
        tx.record_train_run(GroupRunId(7), &all[0].name).await?;
    });
    let (found, carried, listed, open_ones) = view!(store, (), |tx, ()| {
        (
            tx.train(&name("autumn")).await?,
            [
                tx.train_of_run(GroupRunId(7)).await?,
                tx.train_of_run(GroupRunId(8)).await?,
            ],
            tx.trains(0, 100).await?,
            tx.open_trains().await?,
        )
    });
    assert_eq!(found.as_ref(), Some(&planned));
    assert_eq!(carried, [Some(name("autumn")), None]);
    let (first, rest) = listed.split_at(open + 1);
    assert!(first.iter().all(|it| !it.status.is_terminal()));
    assert!(rest.iter().all(|it| it.status.is_terminal()));
    assert_eq!((rest.len(), open_ones.len()), (2, open + 1));

    let ended = train(
        "autumn",
        TrainStatus::Arrived {
            at: planned.created_at,
            run: None,
        },
    );
    commit!(store, ended.clone(), |tx, ended| tx
        .record_train(ended)
        .await?);
    let (found, left) = view!(store, (), |tx, ()| (
        tx.train(&name("autumn")).await?,
        tx.open_trains().await?
    ));
    assert_eq!((found, left.len()), (Some(ended), open));
}

pub(crate) async fn every_saving_of_a_trains_plan_stays(store: &Store) {
    for number in 1..=3 {
        record(store, train_plan(number)).await.unwrap();
    }
    assert!(record(store, train_plan(3)).await.is_err());
    let read = view!(store, (), |tx, ()| {
        let of = name("autumn");
        (
            tx.train_plans_before(&of, Edition(u64::MAX >> 1), 1)
                .await?,
            tx.train_plans_before(&of, Edition(3), 9).await?,
            tx.train_plans_before(&name("winter"), Edition(3), 9)
                .await?,
        )
    });
    let expected = (
        vec![train_plan(3)],
        vec![train_plan(2), train_plan(1)],
        Vec::new(),
    );
    assert_eq!(read, expected);
}

async fn record(store: &Store, edition: TrainPlanEdition) -> Result<(), StoreError> {
    store
        .write(edition, |tx, edition| {
            Box::pin(async move { tx.record_train_plan(edition).await })
        })
        .await
}
