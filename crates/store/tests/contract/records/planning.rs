//! Records of release plans and tasks.

use super::{check, written};
use crate::samples;
use tidegate_domain::planning::TaskState;
use tidegate_store::Store;

#[tokio::test]
async fn release_plans() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_plan_edition(&samples::plan_edition(1)).await?;
        });
    };
    let record = written("SELECT record FROM release_plans", vec![], fill).await;
    check("release-plan", &record, &samples::plan_edition(1));
}

/// What plans have ready before it is needed.
#[tokio::test]
async fn release_plans_that_have_something_ready() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_plan_edition(&samples::plan_with_all_ready())
                .await?;
        });
    };
    let record = written("SELECT record FROM release_plans", vec![], fill).await;
    check(
        "release-plan-ready",
        &record,
        &samples::plan_with_all_ready(),
    );
}

#[tokio::test]
async fn bookings() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            let booked = samples::booked("storefront", (0, 9));
            let of = (&booked.product.clone(), &booked.version.clone());
            tx.record_bookings(of, &[booked]).await?;
        });
    };
    let record = written("SELECT record FROM bookings", vec![], fill).await;
    check("booking", &record, &samples::booked("storefront", (0, 9)));
}

#[tokio::test]
async fn tasks_in_every_state() {
    let (by, at) = (samples::name("ben"), samples::time(5));
    let states = [
        TaskState::Open,
        TaskState::Started { by: by.clone(), at },
        TaskState::Done {
            by: by.clone(),
            at,
            started: Some(samples::time(4)),
            note: "sent".to_owned(),
        },
        TaskState::Skipped {
            by,
            at,
            reason: "no news".to_owned(),
        },
        TaskState::Dropped { at },
    ];
    for state in states {
        let task = samples::task(1, state);
        let (file, expected) = (format!("task-{}", task.state.word()), task.clone());
        let fill = |store: Store| async move {
            commit!(store, task, |tx, task| tx.record_task(task).await?);
        };
        let record = written("SELECT record FROM tasks", vec![], fill).await;
        check(&file, &record, &expected);
    }
}
