//! Deployments and their targets.

use crate::samples::{deployment, name, time};
use tidegate_domain::{
    deployment::{Deployment, Stage, Status},
    id::DeploymentId,
    name::Name,
};
use tidegate_store::{Store, StoreError};

pub(crate) async fn a_deployment_comes_back_as_it_was_written(store: &Store) {
    let before = deployment(1, "live");
    record(store, before.clone()).await.unwrap();
    assert_eq!(load(store, 1).await, Some(before.clone()));
    assert_eq!(load(store, 2).await, None);
    let place = (name("storefront"), name("live"));
    assert_eq!(
        running_in(store, place.clone()).await,
        Some(DeploymentId(1))
    );

    let mut rolling = before.clone();
    rolling.status = Status::Rolling {
        wave: 0,
        since: time(2),
        hold: None,
    };
    rolling.targets[1].stage = Stage::Activating { since: time(2) };
    change(store, &before, &rolling).await;
    assert_eq!(load(store, 1).await, Some(rolling.clone()));

    let mut done = rolling.clone();
    done.status = Status::Succeeded { at: time(3) };
    for run in &mut done.targets {
        run.stage = Stage::Passed { at: time(3) };
    }
    change(store, &rolling, &done).await;
    assert_eq!(load(store, 1).await, Some(done));
    assert_eq!(running_in(store, place).await, None);
    assert!(view!(store, (), |tx, ()| tx.running_deployments().await?).is_empty());
}

pub(crate) async fn numbers_are_never_given_twice(store: &Store) {
    let askers = (0..12).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { commit!(store, (), |tx, ()| tx.next_deployment().await?) })
    });
    let mut numbers: Vec<_> = futures::future::join_all(askers)
        .await
        .into_iter()
        .map(|number| number.unwrap().0)
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
}

pub(crate) async fn the_database_refuses_a_second_running_deployment_in_a_place(store: &Store) {
    record(store, deployment(1, "live")).await.unwrap();
    let refused = record(store, deployment(2, "live")).await;
    assert!(
        matches!(
            refused,
            Err(StoreError::Sqlite(_) | StoreError::Postgres(_))
        ),
        "{refused:?}"
    );
    assert_eq!(load(store, 2).await, None);
    record(store, deployment(3, "staging")).await.unwrap();

    let before = deployment(1, "live");
    let ended = Deployment {
        status: Status::Succeeded { at: time(3) },
        ..before.clone()
    };
    change(store, &before, &ended).await;
    record(store, deployment(4, "live")).await.unwrap();
    let running = view!(store, (), |tx, ()| tx.running_deployments().await?);
    assert_eq!(running, [DeploymentId(3), DeploymentId(4)]);
}

pub(crate) async fn of_many_that_check_and_ask_at_once_one_deployment_is_kept(store: &Store) {
    let askers = (1..=8).map(|id| {
        let store = store.clone();
        tokio::spawn(async move {
            commit!(store, deployment(id, "live"), |tx, deployment| {
                let place = (&deployment.product, &deployment.environment);
                let free = tx.deployment_running_in(place.0, place.1).await?.is_none();
                if free {
                    tx.record_deployment_requested(deployment).await?;
                }
                free
            })
        })
    });
    let kept = futures::future::join_all(askers).await;
    assert_eq!(
        kept.into_iter()
            .filter(|kept| *kept.as_ref().unwrap())
            .count(),
        1
    );
}

pub(crate) async fn listings_are_newest_first_and_of_one_place(store: &Store) {
    for (id, place) in [
        (1, "live"),
        (2, "staging"),
        (3, "live"),
        (4, "live"),
        (10, "staging"),
    ] {
        let before = deployment(id, place);
        record(store, before.clone()).await.unwrap();
        let status = if id == 3 {
            Status::Cancelled {
                by: name("ada"),
                at: time(1),
                unreached: vec![],
            }
        } else {
            Status::Succeeded { at: time(1) }
        };
        change(
            store,
            &before,
            &Deployment {
                status,
                ..before.clone()
            },
        )
        .await;
    }
    let live = Some(name("live"));
    let product = Some(name("storefront"));
    assert_eq!(listed(store, u64::MAX, (None, None)).await, [10, 4, 3]);
    assert_eq!(listed(store, 3, (None, None)).await, [2, 1]);
    assert_eq!(
        listed(store, u64::MAX, (None, live.clone())).await,
        [4, 3, 1]
    );
    assert_eq!(listed(store, 4, (product, live)).await, [3, 1]);
    assert!(
        listed(store, u64::MAX, (Some(name("other")), None))
            .await
            .is_empty()
    );
    let succeeded = view!(store, (), |tx, ()| {
        tx.succeeded_in(&name("storefront"), &name("live"), 9)
            .await?
    });
    let ids: Vec<_> = succeeded.iter().map(|deployment| deployment.id.0).collect();
    assert_eq!(ids, [4, 1], "the cancelled one is not among them");
}

async fn record(store: &Store, deployment: Deployment) -> Result<(), StoreError> {
    store
        .write(deployment, |tx, deployment| {
            Box::pin(tx.record_deployment_requested(deployment))
        })
        .await
}

async fn change(store: &Store, before: &Deployment, after: &Deployment) {
    let states = (before.clone(), after.clone());
    commit!(store, states, |tx, (before, after)| {
        tx.record_deployment_changed(before, after).await?;
    });
}

async fn load(store: &Store, id: u64) -> Option<Deployment> {
    view!(store, DeploymentId(id), |tx, id| tx.deployment(*id).await?)
}

async fn running_in(store: &Store, place: (Name, Name)) -> Option<DeploymentId> {
    view!(store, place, |tx, place| tx
        .deployment_running_in(&place.0, &place.1)
        .await?)
}

async fn listed(store: &Store, before: u64, place: (Option<Name>, Option<Name>)) -> Vec<u64> {
    let input = (DeploymentId(before), place);
    let page = view!(store, input, |tx, (before, place)| {
        let place = (place.0.as_ref(), place.1.as_ref());
        tx.deployments_before(*before, 3, place).await?
    });
    page.iter().map(|deployment| deployment.id.0).collect()
}
