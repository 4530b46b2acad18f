//! Release plans, what they book, and tasks.

use crate::samples::{booked, name, plan_edition, task, time};
use tidegate_domain::{
    id::{Edition, TaskId},
    planning::{Booked, Party, PlanEdition, Task, TaskState},
    version::Version,
};
use tidegate_store::{Store, StoreError};

pub(crate) async fn every_edition_of_a_plan_stays_and_no_number_is_given_twice(store: &Store) {
    for number in 1..=3 {
        record(store, plan_edition(number)).await.unwrap();
    }
    assert!(record(store, plan_edition(3)).await.is_err());
    let of = (name("storefront"), "1.1.0".parse::<Version>().unwrap());
    let read = view!(store, of.clone(), |tx, of| {
        let of = (&of.0, &of.1);
        let newest = tx.newest_plan(of).await?;
        let second = tx.plan_edition(of, Edition(2)).await?;
        (
            newest,
            second,
            tx.plan_editions_before(of, Edition(3), 1).await?,
        )
    });
    let expected = (
        Some(plan_edition(3)),
        Some(plan_edition(2)),
        vec![plan_edition(2)],
    );
    assert_eq!(read, expected);
    let other = view!(store, of, |tx, of| tx
        .newest_plan((&name("shop"), &of.1))
        .await?);
    assert_eq!(other, None);
    let mut another = plan_edition(1);
    another.product = name("another");
    record(store, another.clone()).await.unwrap();
    let newest = view!(store, (), |tx, ()| tx.newest_plans().await?);
    assert_eq!(newest, [another, plan_edition(3)]);
}

async fn record(store: &Store, edition: PlanEdition) -> Result<(), StoreError> {
    store
        .write(edition, |tx, edition| {
            Box::pin(async move { tx.record_plan_edition(edition).await })
        })
        .await
}

pub(crate) async fn what_is_booked_is_found_by_time_and_replaced_as_a_whole(store: &Store) {
    let book = async |bookings: Vec<Booked>, product: &str| {
        let of = (name(product), "1.1.0".parse::<Version>().unwrap());
        commit!(store, (of, bookings), |tx, (of, bookings)| {
            tx.record_bookings((&of.0, &of.1), bookings).await?;
        });
    };
    let found = async |from: i64, until: i64| {
        view!(store, (time(from), time(until)), |tx, between| tx
            .bookings_between(*between, 10)
            .await?)
    };
    let (early, late) = (booked("shop", (0, 10)), booked("shop", (20, 30)));
    let bank = booked("bank", (5, 25));
    book(vec![late.clone(), early.clone()], "shop").await;
    book(vec![bank.clone()], "bank").await;
    assert_eq!(found(0, 100).await, [early.clone(), bank.clone(), late]);
    assert_eq!(found(10, 20).await, std::slice::from_ref(&bank));
    book(vec![early.clone()], "shop").await;
    assert_eq!(found(0, 100).await, [early, bank.clone()]);
    book(Vec::new(), "shop").await;
    assert_eq!(found(0, 100).await, [bank]);
}

pub(crate) async fn tasks_are_found_by_whom_they_fall_to_the_most_urgent_first(store: &Store) {
    let first = commit!(store, (), |tx, ()| tx.next_task().await?);
    assert_eq!(first, TaskId(1));
    let done = TaskState::Skipped {
        by: name("ben"),
        at: time(0),
        reason: "no news".to_owned(),
    };
    let waiting = |number, due| Task {
        assignee: None,
        due,
        ..task(number, TaskState::Open)
    };
    let taken = task(4, TaskState::Open);
    let all = [
        waiting(1, None),
        waiting(2, Some(time(50))),
        waiting(3, Some(time(20))),
        taken.clone(),
        Task {
            state: done,
            ..waiting(5, Some(time(1)))
        },
    ];
    for task in all {
        commit!(store, task, |tx, task| tx.record_task(task).await?);
    }
    let numbers = |tasks: Vec<Task>| tasks.iter().map(|it| it.id.0).collect::<Vec<_>>();
    let read = view!(store, (), |tx, ()| {
        let shop: Party = "team:shop".parse().unwrap();
        let of = (&name("storefront"), &"1.1.0".parse().unwrap());
        (
            tx.tasks_waiting_for(&shop, 10).await?,
            tx.tasks_taken_by(&name("ben"), 10).await?,
            tx.pending_tasks(10).await?,
            tx.tasks_of(of).await?,
        )
    });
    assert_eq!(numbers(read.0), [3, 2, 1]);
    assert_eq!(numbers(read.1), [4]);
    assert_eq!(numbers(read.2), [3, 2, 4, 1]);
    assert_eq!(numbers(read.3), [1, 2, 3, 4, 5]);
    let given_back = Task {
        assignee: None,
        ..taken
    };
    commit!(store, given_back, |tx, task| tx.record_task(task).await?);
    let read = view!(store, (), |tx, ()| {
        let mine = tx.tasks_taken_by(&name("ben"), 10).await?;
        (mine.len(), tx.task(TaskId(4)).await?.map(|it| it.assignee))
    });
    assert_eq!(read, (0, Some(None)));
}
